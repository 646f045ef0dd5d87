//! Judges the expressions of every custom rule over the routes, hops, targets or keys it is asked of.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::expression::{Value, Verdict};
use crate::model::{Each, Gateway, LevelWord};
use crate::policy::{CustomClause, FactsOf};
use crate::source::Place;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("custom-rule"),
    group: Group::Governance,
    level: Level::Deny,
    locked: false,
    page: include_str!("custom_rule.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    // A gateway's own file says next to nothing of routes and keys, so that nothing could be concluded.
    let native = context.table.gateway == Gateway::Native;
    let judged = |clause: &&CustomClause| native || matches!(clause.each, Each::Hop | Each::Target);
    for clause in context.law.rules.iter().filter(|clause| clause.level != LevelWord::Allow).filter(judged) {
        for (facts, place, subject) in asked(context, clause) {
            let trouble = match trouble(clause, &facts) {
                None => continue,
                // A gateway's own file cannot say most of what expressions ask.
                Some(Trouble::Unknown(_)) if !native => continue,
                Some(trouble) => trouble,
            };
            sink.report(finding(clause, place, subject, &trouble));
        }
    }
}

/// What is wrong with a thing that a rule is asked of.
#[derive(Debug)]
enum Trouble {
    /// What must hold does not.
    Fails,
    /// A fact is not known.
    Unknown(String),
    /// An expression has more to look at than a judgement may. Whoever fills a table must not silence a rule by it.
    Exhausted,
}

/// Judges a rule by the facts of one thing; nothing where it holds or does not apply.
fn trouble(clause: &CustomClause, facts: &BTreeMap<&'static str, Value>) -> Option<Trouble> {
    match clause.when.as_ref().map(|when| when.judge(facts)) {
        None | Some(Verdict::Holds) => {}
        // A rule for critical routes is not for one that does not say whether it is critical.
        Some(Verdict::Fails | Verdict::Unknown(_)) => return None,
        Some(Verdict::Exhausted) => return Some(Trouble::Exhausted),
    }
    match clause.require.judge(facts) {
        Verdict::Holds => None,
        Verdict::Fails => Some(Trouble::Fails),
        Verdict::Unknown(fact) => Some(Trouble::Unknown(fact)),
        Verdict::Exhausted => Some(Trouble::Exhausted),
    }
}

fn finding(clause: &CustomClause, place: Place, subject: String, trouble: &Trouble) -> Diagnostic {
    let id = quote(&clause.id);
    let level = if clause.level == LevelWord::Deny { Level::Deny } else { Level::Warn };
    let finding = match trouble {
        Trouble::Fails => {
            let message = format!("{id}: {}", clause.message);
            Diagnostic::new("custom-rule", place, "does not hold here", message).at_most(level)
        }
        Trouble::Unknown(fact) => {
            let message = format!("{id} cannot be judged here: {} is not known", quote(fact));
            Diagnostic::new("custom-rule", place, "not known", message).at_most(Level::Warn)
        }
        Trouble::Exhausted => {
            let message = format!("{id} cannot be judged here: its expression takes too long over so many facts");
            Diagnostic::new("custom-rule", place, "too much to judge", message).at_most(level)
        }
    };
    finding
        .related(clause.required_at, "what must hold")
        .help("the rule is the organisation's own; its policy says whom to ask")
        .shared_by(bearer(&subject), format!("{:?} {trouble:?}", clause.span))
        .about(subject)
        .of_clause(clause.id.clone())
}

/// What a subject is called in a list of them.
fn bearer(subject: &str) -> &str {
    subject.split_once('.').map_or(subject, |(_, name)| name)
}

type Asked = (BTreeMap<&'static str, Value>, Place, String);

/// Everything of a kind: its facts, its place, and what waivers call it.
fn asked(context: &Context<'_>, clause: &CustomClause) -> Vec<Asked> {
    let table = context.table;
    let facts = FactsOf::new(table, context.catalogue, clause);
    match clause.each {
        Each::Route => {
            table.routes.iter().map(|(id, route)| (facts.each_route(id), route.name.place, route.subject())).collect()
        }
        Each::Hop => context
            .graph
            .hops()
            .map(|(_, hop)| (facts.each_hop(hop), hop.place, table.routes[hop.from].subject()))
            .collect(),
        Each::Target => table
            .targets
            .iter()
            .map(|(id, target)| (facts.each_target(id), target.name.place, format!("targets.{}", target.name.value)))
            .collect(),
        Each::Key => table
            .keys
            .iter()
            .map(|(id, key)| (facts.each_key(id), key.name.place, format!("keys.{}", key.name.value)))
            .collect(),
    }
}
