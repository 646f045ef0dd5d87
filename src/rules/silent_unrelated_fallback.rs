//! Searches from each route over the hops that admit nothing, and compares what it reaches with the pool.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::HopEdge;
use crate::model::{Gaps, Relation, RelationWord};

use super::Context;
use super::found::{ByHop, pool_models};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("silent-unrelated-fallback"),
    group: Group::Relation,
    level: Level::Deny,
    locked: false,
    page: include_str!("silent_unrelated_fallback.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("labels"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut found = ByHop::default();
    for (id, _) in table.routes.iter() {
        let is_unrelated =
            |target| context.relations.to_pool(table.pool_of(id), &table.targets[target]) == Relation::Unrelated;
        if !context.reachable.of(id).any(is_unrelated) {
            continue;
        }
        for reached in context.graph.reach(table, id, |_, hop| !admits(context, hop)) {
            if is_unrelated(reached.target) {
                found.note(context, id, reached.target, &reached.path, Gaps::NONE);
            }
        }
    }
    found.report(context, sink, |found, hop| {
        let model = quote(table.targets[found.target].doc.model.value.as_str());
        let route = quote(table.routes[found.route].name.value.as_str());
        let message = format!("{route} silently answers with {model}, which is not related to {}", pool_models(context, found.route));
        let label = hop.fallback(table).and_then(|fallback| fallback.label.as_ref()).map(|label| &label.value);
        let lack = match label.map(|label| (label.relation.as_ref().map(|word| word.value), label.reason.is_some(), label.announce.is_some())) {
            None => "another model, and no label says so",
            Some((Some(RelationWord::Unrelated), false, _)) => "the label gives no `reason`",
            Some((Some(RelationWord::Unrelated), true, _)) => "the label has no `announce`",
            Some((Some(_), _, _)) => "the label claims a relation that the catalogue does not know",
            Some((None, _, _)) => "the label does not say `relation: unrelated`",
        };
        Some(
            Diagnostic::new("silent-unrelated-fallback", hop.place, lack, message)
                .help("if it is meant, say so: `label: {relation: unrelated, reason: …, announce: header}`; if they are equivalent, say it in the catalogue's `equivalences` with evidence"),
        )
    });
}

/// Whether a hop openly says that another model answers, and why, and how callers learn of it.
fn admits(context: &Context<'_>, hop: &HopEdge) -> bool {
    let label = hop.fallback(context.table).and_then(|fallback| fallback.label.as_ref());
    label.is_some_and(|label| {
        let is_said = label.value.relation.as_ref().is_some_and(|word| word.value == RelationWord::Unrelated);
        is_said && label.value.reason.is_some() && label.value.announce.is_some()
    })
}
