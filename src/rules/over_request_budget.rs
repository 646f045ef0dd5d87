//! Asks the bounds for the dearest request of every route that a budget selects.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::{Bounds, Case};
use crate::model::{Counting, RouteId, TargetId, Traffic};
use crate::policy::{BudgetClause, Pico, per_request};

use super::Context;
use super::rule::{Group, Rule, Silence};
use super::runaway_attempts::shares;

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("over-request-budget"),
    group: Group::Budget,
    level: Level::Deny,
    locked: false,
    page: include_str!("over_request_budget.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("traffic"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for clause in context.law.budgets.iter().filter(|clause| clause.counting == Counting::WorstRequest) {
        // Routes with the same mix of tokens share their bounds.
        let mut mixes: BTreeMap<(u64, u64), (&Traffic, Vec<RouteId>)> = BTreeMap::new();
        for (id, route) in context.table.routes.iter().filter(|(_, route)| clause.counts_route(route)) {
            let Some(traffic) = route.doc.traffic.as_ref().map(|traffic| &traffic.value) else { continue };
            if let (Some(input), Some(output)) = (traffic.input_tokens, traffic.output_tokens) {
                let known = mixes.entry((input.get(), output.get())).or_insert((traffic, Vec::new()));
                known.1.push(id);
            }
        }
        for ((input, output), (traffic, routes)) in mixes {
            let price = |target: TargetId| {
                let counted = clause.counts_any(context.table, target);
                if counted { per_request(&context.table.targets[target], traffic).map(|cost| cost.0) } else { Some(0) }
            };
            let bounds = Bounds::of(context.table, context.graph, Case::Adversarial, &price, routes.iter().copied());
            for route in routes {
                let Some(Ok(money)) = bounds.get(route).map(|bound| bound.money) else { continue };
                if Pico(money) > clause.limit {
                    report(context, clause, &bounds, (route, Pico(money)), (input, output), sink);
                }
            }
        }
    }
}

fn report(
    context: &Context<'_>,
    clause: &BudgetClause,
    bounds: &Bounds,
    (id, money): (RouteId, Pico),
    (input, output): (u64, u64),
    sink: &mut Sink,
) {
    let route = &context.table.routes[id];
    let message = format!(
        "one request for {} can cost {money}, and {} allows {}",
        quote(route.name.value.as_str()),
        quote(&clause.id),
        clause.limit
    );
    let label = format!("{money} at most, with {input} tokens in and {output} out at every call");
    sink.report(
        Diagnostic::new("over-request-budget", route.name.place, label, message)
            .related(clause.span, "the most that is allowed")
            .trace(shares(context, bounds, id))
            .help("every call is counted in full, as if each failed after its answer was paid for: fewer retries, cheaper fallbacks, or a higher limit")
            .about(route.subject()),
    );
}
