//! Compares the price of every target reached with the dearest of the pool, at the route's mix of tokens.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::HopEdge;
use crate::model::{Gap, Gaps, Gateway, Traffic, blended_price};

use super::Context;
use super::found::{ByHop, pool_models};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("price-rise"),
    group: Group::Relation,
    level: Level::Warn,
    locked: false,
    page: include_str!("price_rise.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut found = ByHop::default();
    for (id, route) in context.entries() {
        let traffic = route.doc.traffic.as_ref().map(|traffic| &traffic.value);
        let prices: Option<Vec<u128>> = table.pool_of(id).map(|target| blended_price(&target.facts, traffic)).collect();
        let Some(before) = prices.and_then(|prices| prices.into_iter().max()) else { continue };
        let is_dearer =
            |target| blended_price(&table.targets[target].facts, traffic).is_some_and(|after| after > before * 2);
        if !context.reachable.of(id).any(is_dearer) {
            continue;
        }
        for reached in context.graph.reach(table, id, |_, hop| !is_labelled(context, hop)) {
            if is_dearer(reached.target) {
                found.note(context, id, reached.target, &reached.path, Gaps::NONE.with(Gap::Price));
            }
        }
    }
    found.report(context, sink, |found, hop| {
        let route = &table.routes[found.route];
        let traffic: Option<&Traffic> = route.doc.traffic.as_ref().map(|traffic| &traffic.value);
        let before = table.pool_of(found.route).filter_map(|target| blended_price(&target.facts, traffic)).max()?;
        let after = blended_price(&table.targets[found.target].facts, traffic)?;
        let times = if before == 0 { "costs money where the pool is free".to_owned() } else { format!("costs {} times as much", tenths(after, before)) };
        let model = quote(table.targets[found.target].doc.model.value.as_str());
        let message = format!("{} {times} when {model} answers instead of {}", quote(route.name.value.as_str()), pool_models(context, found.route));
        Some(
            Diagnostic::new("price-rise", hop.place, "dearer", message)
                .help(match table.gateway {
                    Gateway::Native => "an outage becomes a bill: choose a target of the same price, or admit it with `label: {gaps: [price], announce: log}`",
                    Gateway::Portkey => "an outage becomes a bill, and a config has no key for a budget: choose a target of the same price, or set a budget for the key at Portkey",
                    Gateway::Envoy => "an outage becomes a bill: choose a backend and model of the same price, or give this one a QuotaPolicy, which counts tokens",
                    Gateway::OpenClaw => "an outage becomes a bill, and OpenClaw has no key for a budget: choose a model of the same price",
                    Gateway::LiteLlm => "an outage becomes a bill: choose a target of the same price, or set a budget for it",
                }),
        )
    });
}

/// A ratio with one decimal.
fn tenths(after: u128, before: u128) -> String {
    let tenths = after * 10 / before;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn is_labelled(context: &Context<'_>, hop: &HopEdge) -> bool {
    let label = hop.fallback(context.table).and_then(|fallback| fallback.label.as_ref());
    label.is_some_and(|label| label.value.gaps.iter().any(|gap| gap.value == Gap::Price))
}
