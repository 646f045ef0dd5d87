//! `routec policy show`.

use std::fmt::Write;

use serde_json::json;

use routec::model::{LevelWord, Policy};
use routec::report::{self, Places};
use routec::rules;
use routec::source::Span;

use crate::args::{Answer, Question};
use crate::request;
use crate::world::World;
use crate::{Exit, Stop};

/// One thing a policy says: of which kind, its name, what it says, and where.
struct Clause {
    kind: &'static str,
    name: String,
    says: String,
    policy: String,
    span: Span,
    /// Whether a later policy says otherwise.
    beaten: bool,
}

/// Prints every clause and level in force.
pub(crate) fn show(question: &Question, origin: bool, world: &World) -> Result<Exit, Stop> {
    let request = request::for_test(&question.input, world)?;
    if request.project_findings.is_some() {
        return Err(Stop::unreadable("`routec.yaml` cannot be read; `routec check` says why"));
    }
    let outcome = routec::driver::check(&request.sources, &request.job);
    if outcome.policies.is_empty() {
        return Err(Stop::unreadable("no policy is in force: put some into `policies/`, or give one with --policy"));
    }
    let mut clauses: Vec<Clause> = outcome.policies.iter().flat_map(clauses).collect();
    let later: Vec<(usize, String)> = clauses
        .iter()
        .enumerate()
        .filter(|(_, clause)| clause.kind == "level")
        .map(|(at, clause)| (at, clause.name.clone()))
        .collect();
    for (at, clause) in clauses.iter_mut().enumerate() {
        clause.beaten = clause.kind == "level" && later.iter().any(|(other, name)| *other > at && *name == clause.name);
    }
    let mut places = Places::new(&request.sources);
    let mut text = String::new();
    let mut answers = Vec::new();
    let mut heading = "";
    for clause in &clauses_in_order(clauses) {
        let region = places.region(clause.span);
        if clause.kind != heading {
            heading = clause.kind;
            let _ = writeln!(text, "{heading}");
        }
        let note = if clause.beaten { " (a later policy says otherwise)" } else { "" };
        let _ = writeln!(text, "  {:<24} {}{note}", report::line(&clause.name), report::line(&clause.says));
        if origin {
            let _ =
                writeln!(text, "  {:<24} from {}, {}:{}", "", report::line(&clause.policy), region.file, region.line);
        }
        answers.push(json!({
            "kind": clause.kind, "name": clause.name, "says": clause.says, "policy": clause.policy,
            "file": region.file, "line": region.line, "inForce": !clause.beaten,
        }));
    }
    match question.format {
        Answer::Text => world.print(&report::terminal(&text)),
        Answer::Json => world.print(&format!("{:#}\n", json!({"clauses": answers}))),
    }
    Ok(Exit::Clean)
}

fn clauses_in_order(mut clauses: Vec<Clause>) -> Vec<Clause> {
    let kinds = ["grant", "denial", "budget", "resilience", "rule", "waiver terms", "level"];
    clauses.sort_by_key(|clause| kinds.iter().position(|kind| *kind == clause.kind));
    clauses
}

fn clauses(policy: &Policy) -> Vec<Clause> {
    let name = policy.metadata.name.value.to_string();
    let owner = policy.metadata.owner.as_ref().map_or_else(String::new, |owner| format!(" of {owner}"));
    let from = format!("{name}{owner}");
    let mut found = Vec::new();
    let mut add = |kind: &'static str, name: String, says: String, span: Span| {
        found.push(Clause { kind, name, says, policy: from.clone(), span, beaten: false });
    };
    for grant in &policy.grants {
        let to = &grant.value.to;
        let names = |list: &[routec::source::Spanned<String>]| {
            list.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", ")
        };
        let mut who = vec![names(&to.teams), names(&to.users)];
        who.retain(|who| !who.is_empty());
        let who = if who.is_empty() { "everybody".to_owned() } else { who.join(", ") };
        let place = names(&to.environments);
        let place = if place.is_empty() { String::new() } else { format!(" in {place}") };
        add("grant", grant.value.id.value.to_string(), format!("to {who}{place}"), grant.span());
    }
    for denial in &policy.denials {
        add("denial", denial.value.id.value.to_string(), denial.value.reason.clone(), denial.span());
    }
    for budget in &policy.budgets {
        add(
            "budget",
            budget.value.id.value.to_string(),
            format!("at most {}", budget.value.limit.value),
            budget.span(),
        );
    }
    for clause in &policy.resilience {
        let kinds: Vec<&str> = clause.value.survive.iter().map(|kind| kind.as_str()).collect();
        add("resilience", clause.value.id.value.to_string(), format!("survive {}", kinds.join(", ")), clause.span());
    }
    for rule in &policy.rules {
        add("rule", rule.value.id.value.to_string(), rule.value.message.clone(), rule.span());
    }
    if let Some(terms) = &policy.waiver_terms {
        if let Some(days) = &terms.max_days {
            add("waiver terms", "maxDays".to_owned(), format!("at most {} days", days.value.get()), days.span());
        }
        for key in &terms.require {
            add("waiver terms", "require".to_owned(), key.value.clone(), key.span());
        }
        for rule in &terms.never {
            add("waiver terms", "never".to_owned(), rule.value.clone(), rule.span());
        }
    }
    for level in &policy.levels {
        let word = match level.value.value {
            LevelWord::Deny => "deny",
            LevelWord::Warn => "warn",
            LevelWord::Allow => "allow",
        };
        let rule = level.name.value.as_str();
        let usual = rules::find(rule).map_or("unknown rule", |rule| rule.level.as_str());
        add("level", rule.to_owned(), format!("{word}, by default {usual}"), level.name.span());
    }
    found
}
