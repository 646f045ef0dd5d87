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
            // A rule for critical routes is not for one that does not say whether it is critical.
            if clause.when.as_ref().is_some_and(|when| !matches!(when.judge(&facts), Verdict::Holds)) {
                continue;
            }
            let unknown = match clause.require.judge(&facts) {
                Verdict::Holds => continue,
                Verdict::Fails => None,
                // A gateway's own file cannot say most of what expressions ask.
                Verdict::Unknown(_) if context.table.gateway != Gateway::Native => continue,
                Verdict::Unknown(fact) => Some(fact),
            };
            sink.report(finding(clause, place, subject, unknown.as_deref()));
        }
    }
}

fn finding(clause: &CustomClause, place: Place, subject: String, unknown: Option<&str>) -> Diagnostic {
    let id = quote(&clause.id);
    let level = if clause.level == LevelWord::Deny { Level::Deny } else { Level::Warn };
    let finding = match unknown {
        None => {
            let message = format!("{id}: {}", clause.message);
            Diagnostic::new("custom-rule", place, "does not hold here", message).at_most(level)
        }
        Some(fact) => {
            let message = format!("{id} cannot be judged here: {} is not known", quote(fact));
            Diagnostic::new("custom-rule", place, "not known", message).at_most(Level::Warn)
        }
    };
    finding
        .related(clause.required_at, "what must hold")
        .help("the rule is the organisation's own; its policy says whom to ask")
        .shared_by(bearer(&subject), format!("{:?} {}", clause.span, unknown.unwrap_or_default()))
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
