//! Takes the strongly connected components of routes, and for each the shortest walk that closes it.

use crate::diagnostic::{Level, RuleId, Sink};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("failover-cycle"),
    group: Group::Graph,
    level: Level::Deny,
    locked: true,
    page: include_str!("failover_cycle.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for cycle in
        context.graph.cycles(context.table, |hop| !hop.is_default(context.table) && !hop.is_pattern(context.table))
    {
        sink.report(super::cycle::finding("failover-cycle", context, &cycle));
    }
}
