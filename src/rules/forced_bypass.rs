//! Searches over the hops that a caller can force, for targets outside the grants, or outside every budget that counts the pool.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Reached;
use crate::model::{RouteId, TargetId};

use super::Context;
use super::breach::{Breaches, can_be_forced, is_forced, refused};
use super::rule::{Group, Rule, Silence};
use super::ungranted_hop;

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("forced-bypass"),
    group: Group::Entitlement,
    level: Level::Deny,
    locked: false,
    page: include_str!("forced_bypass.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("who may call a route"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let (mut ungranted, mut uncounted) = (Breaches::new(), Breaches::new());
    for (id, _) in context.table.routes.iter() {
        for reached in forced(context, id, |target| context.is_ungranted(id, target)) {
            if !is_forced(context, &reached.path) {
                // `ungranted-hop` has it: any failure leads there.
                continue;
            }
            ungranted.note(context, id, &reached, ());
        }
        for reached in self::uncounted(context, id) {
            uncounted.note(context, id, &reached, ());
        }
    }
    ungranted.report(context, sink, |breach, place| ungranted_hop::finding(context, "forced-bypass", breach, place));
    uncounted.report(context, sink, |breach, place| {
        let route = quote(context.table.routes[breach.route].name.value.as_str());
        let target = quote(context.table.targets[breach.target].name.value.as_str());
        let message = format!("a caller can force {route} to {target}, which no budget counts");
        Diagnostic::new("forced-bypass", place, "spends outside every budget", message)
            .help("a long prompt is all it takes: let a budget count the account of this target, or fall back within the accounts that one counts")
    });
}

/// The ways to targets that a judgement refuses and that a caller can force.
fn forced(context: &Context<'_>, route: RouteId, refuses: impl Fn(TargetId) -> bool) -> Vec<Reached> {
    let mut hops = context.graph.hops_of(route).iter().map(|hop| context.graph.hop(*hop));
    if !hops.any(|hop| can_be_forced(context, hop)) {
        return Vec::new();
    }
    let mut ways = refused(context, route, refuses, |hop| can_be_forced(context, hop));
    ways.retain(|reached| !reached.path.is_empty());
    ways
}

/// The ways that a caller can force from a pool that budgets count to targets that none counts.
pub(super) fn uncounted(context: &Context<'_>, route: RouteId) -> Vec<Reached> {
    if pool_is_counted(context, route) {
        forced(context, route, |target| context.is_uncounted(route, target))
    } else {
        Vec::new()
    }
}

/// Whether budgets count what every target of the pool spends.
fn pool_is_counted(context: &Context<'_>, route: RouteId) -> bool {
    let pool = &context.table.routes[route].pool;
    !pool.is_empty() && pool.iter().all(|member| context.is_counted(route, member.target))
}
