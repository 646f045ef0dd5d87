//! Looks at every label that admits a loss and does not say how callers learn of it.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::describe_hop;
use crate::model::RelationWord;

use super::Context;
use super::found::enters;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unannounced-downgrade"),
    group: Group::Relation,
    level: Level::Warn,
    locked: false,
    page: include_str!("unannounced_downgrade.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("labels"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (_, hop) in context.graph.hops() {
        let Some(label) = hop.fallback(context.table).and_then(|fallback| fallback.label.as_ref()) else { continue };
        let is_unrelated = label.value.relation.as_ref().is_some_and(|word| word.value == RelationWord::Unrelated);
        let loses = !label.value.gaps.is_empty() || is_unrelated;
        if !loses || label.value.announce.is_some() {
            continue;
        }
        let route = &context.table.routes[hop.from];
        let gaps: Vec<&str> = label.value.gaps.iter().map(|gap| gap.value.as_str()).collect();
        let what = if gaps.is_empty() { "gets another model".to_owned() } else { format!("loses {}", gaps.join(", ")) };
        let message = format!("{} {what} here, and its callers cannot notice", quote(route.name.value.as_str()));
        sink.report(
            Diagnostic::new("unannounced-downgrade", label.place, "no `announce`", message)
                .help("add `announce: header`, `log` or `review-queue`")
                .trace(vec![enters(context.table, hop.from), describe_hop(context.table, hop)])
                .shared_by(route.name.value.as_str(), "")
                .about(route.subject()),
        );
    }
}
