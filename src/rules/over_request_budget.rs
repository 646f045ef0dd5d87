//! Asks the bounds for the dearest request of every route that a budget selects.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::graph::{Bounds, Case, Part};
use crate::model::{Counting, Leg, RouteId, Table, TargetId, Traffic};
use crate::policy::{BudgetClause, Pico, per_request};

use super::Context;
use super::rule::{Group, Rule, Silence};

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
                    let trace = terms(context.table, route, bounds.parts(context.table, &price, route));
                    report(context, clause, trace, (route, Pico(money)), (input, output), sink);
                }
            }
        }
    }
}

fn report(
    context: &Context<'_>,
    clause: &BudgetClause,
    trace: Vec<Label>,
    (id, money): (RouteId, Pico),
    (input, output): (u64, u64),
    sink: &mut Sink,
) {
    let route = &context.table.routes[id];
    let message = format!(
        "one request for {} may cost up to {money}, and {} allows {}",
        quote(route.name.value.as_str()),
        quote(&clause.id),
        clause.limit
    );
    let label = format!("{money} at most, with {input} tokens in and {output} out at every call");
    sink.report(
        Diagnostic::new("over-request-budget", route.name.place, label, message)
            .related(clause.span, "the most that is allowed")
            .trace(trace)
            .help("every call is counted in full, as if each failed after its answer was paid for: fewer retries, cheaper fallbacks, or a higher limit")
            .about(route.subject()),
    );
}

/// How many terms of a sum are shown.
const TERMS: usize = 5;

/// What the first call and each step add to the sum, the largest first.
fn terms(table: &Table, id: RouteId, mut parts: Vec<Part>) -> Vec<Label> {
    let route = &table.routes[id];
    parts.retain(|part| part.money.is_ok_and(|money| money > 0));
    parts.sort_by_key(|part| std::cmp::Reverse(part.money));
    let more = parts.len().saturating_sub(TERMS);
    let mut labels: Vec<Label> = parts
        .into_iter()
        .take(TERMS)
        .filter_map(|part| {
            let money = Pico(part.money.ok()?);
            let Some((rung, step)) = part.at else {
                return Some(Label { span: route.name.span(), text: format!("{money} by the first call") });
            };
            let rung = route.rungs.get(rung)?;
            let step = rung.steps.get(step)?;
            let place = step.leg.as_ref().map_or(step.place, |(_, place)| *place);
            let calls = match part.calls {
                Ok(1) => "1 call".to_owned(),
                Ok(calls) => format!("{calls} calls"),
                Err(_) => "calls".to_owned(),
            };
            let by = match step.leg.as_ref().map(|(leg, _)| leg) {
                Some(Leg::Target(target)) => {
                    format!("{calls} of target {}", quote(table.targets[*target].name.value.as_str()))
                }
                Some(Leg::Route(to)) => format!("{calls} in route {}", quote(table.routes[*to].name.value.as_str())),
                Some(Leg::Nowhere(_)) | None => format!("{calls} to whatever was called before"),
            };
            Some(Label { span: place.span(), text: format!("{money} on {}, by {by}", rung.symptom.as_str()) })
        })
        .collect();
    if let Some(last) = labels.last_mut().filter(|_| more > 0) {
        let _ = write!(last.text, ", and {more} more");
    }
    labels
}
