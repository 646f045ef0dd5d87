//! Lets the planned peak meet the limits of the keys while nothing fails.

use crate::contingency::{Limited, Moved, Network, Overload};
use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};

use super::Context;
use super::bill::{load, percent, written_at};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("over-limit"),
    group: Group::Budget,
    level: Level::Deny,
    locked: false,
    page: include_str!("over_limit.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("traffic"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    if context.table.routes.values().all(|route| route.doc.traffic.is_none()) {
        return;
    }
    let (table, network, calm) = (context.table, context.network(), context.calm());
    // A second key of the same target that takes the rest is what keys are for.
    let leaves: Vec<_> = calm
        .moved(network)
        .into_iter()
        .filter(|moved| moved.lost > 0 || moved.answers.iter().any(|answer| answer.target != moved.from))
        .collect();
    // Each limit with the flows that it sends elsewhere: those that draw on it with some key of their target.
    for overload in &calm.overloads {
        let draws = |moved: &&Moved| {
            let mut keys = table.targets[moved.from].keys.iter();
            keys.any(|key| match &overload.of {
                Limited::Key(own) => own == key,
                Limited::Quota(name) => {
                    table.keys[*key].doc.quota.as_ref().is_some_and(|quota| quota.value.as_str() == name)
                }
            })
        };
        let mine: Vec<&Moved> = leaves.iter().filter(draws).collect();
        if !mine.is_empty() {
            report(context, network, overload, &mine, sink);
        }
    }
}

/// How many of the flows that a limit sends elsewhere are shown.
const FLOWS: usize = 6;

fn report(context: &Context<'_>, network: &Network<'_>, overload: &Overload, leaves: &[&Moved], sink: &mut Sink) {
    let table = context.table;
    let Some(span) = written_at(table, &overload.of) else { return };
    let what = network.name_of(&overload.of);
    let load = load(overload, network.headroom);
    let message = format!("at the planned peak, counting retries, {what} is asked for {load}");
    let trace = leaves
        .iter()
        .take(FLOWS)
        .map(|moved| {
            let route = &table.routes[moved.route];
            let away: u64 =
                moved.answers.iter().filter(|answer| answer.target != moved.from).map(|answer| answer.share).sum();
            let mut parts = Vec::new();
            if away > 0 {
                parts.push(format!("{} of its requests fall back", percent(away)));
            }
            if moved.lost > 0 {
                parts.push(format!("{} are refused", percent(moved.lost)));
            }
            let span = route.doc.traffic.as_ref().map_or(route.name.span(), crate::source::Spanned::span);
            Label { span, text: format!("{}: {}", quote(route.name.value.as_str()), parts.join(", ")) }
        })
        .collect();
    sink.report(
        Diagnostic::new("over-limit", span, "less than the planned peak", message)
            .trace(trace)
            .help("raise the limit with the provider, spread the load over another key of another quota with `next-key`, or plan for less")
            .about(format!("limits.{}", what.split('`').nth(1).unwrap_or_default())),
    );
}
