//! Looks for the words of model families and tiers in the names of routes, and in the ids of their models.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("misnamed-route"),
    group: Group::Relation,
    level: Level::Warn,
    locked: false,
    page: include_str!("misnamed_route.md"),
    run: Some(run),
    silence: Silence::Never,
};

/// Families by the words that vendors put into model ids; words that mean something else as well are left out.
const FAMILIES: [&str; 16] = [
    "gpt",
    "claude",
    "gemini",
    "gemma",
    "llama",
    "mistral",
    "mixtral",
    "codestral",
    "deepseek",
    "qwen",
    "glm",
    "grok",
    "kimi",
    "minimax",
    "nemotron",
    "jamba",
];

/// Anthropic's tiers, which name no family but say as much.
const TIERS: [&str; 3] = ["opus", "sonnet", "haiku"];

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (id, route) in context.entries() {
        let name = route.name.value.as_str();
        let said = [&FAMILIES[..], &TIERS[..]].map(|words| (words, words_in(name, words)));
        if said.iter().all(|(_, said)| said.is_empty()) {
            continue;
        }
        let mut models: Vec<&str> = context.table.pool_of(id).map(|target| target.doc.model.value.as_str()).collect();
        models.dedup();
        let is_distilled = models.iter().any(|model| model.to_lowercase().contains("distill"));
        let contradicted = said.into_iter().any(|(words, said)| {
            let are: Vec<&str> = models.iter().flat_map(|model| words_in(model, words)).collect();
            !said.is_empty() && !are.is_empty() && !said.iter().any(|word| are.contains(word))
        });
        if contradicted && !is_distilled && !name.contains('*') {
            let message = format!("{} is answered by {}", quote(name), or_list(models, 3));
            sink.report(
                Diagnostic::new("misnamed-route", route.name.place, "the name says another model", message)
                    .help("callers, logs and bills believe the name: rename the route after what it is for, not after a model")
                    .about(route.subject()),
            );
        }
    }
}

/// The words that stand in a text on their own, not within another word.
fn words_in<'w>(text: &str, words: &[&'w str]) -> Vec<&'w str> {
    let runs = text.split(|letter: char| !letter.is_ascii_alphabetic());
    runs.filter_map(|run| words.iter().copied().find(|word| run.eq_ignore_ascii_case(word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_alone() {
        assert_eq!(words_in("gpt-4o", &FAMILIES), ["gpt"]);
        assert_eq!(words_in("ollama/llama3.1", &FAMILIES), ["llama"]);
        assert!(words_in("chatgptish", &FAMILIES).is_empty());
    }
}
