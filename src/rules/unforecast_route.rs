//! Looks, for every budget, at the routes it counts that do not say how much traffic they have.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::model::{Counting, RouteId, RouteNode};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unforecast-route"),
    group: Group::Budget,
    level: Level::Warn,
    locked: false,
    page: include_str!("unforecast_route.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("traffic"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut found: BTreeMap<RouteId, Vec<&str>> = BTreeMap::new();
    for clause in &context.law.budgets {
        let bare: Vec<RouteId> = if clause.counting == Counting::WorstRequest {
            let selected = table.routes.iter().filter(|(_, route)| clause.counts_route(route));
            selected
                .filter(|(_, route)| {
                    let traffic = route.doc.traffic.as_ref().map(|traffic| &traffic.value);
                    traffic.is_none_or(|traffic| traffic.input_tokens.is_none() || traffic.output_tokens.is_none())
                })
                .map(|(id, _)| id)
                .collect()
        } else {
            let reaches = |id: RouteId| {
                let with_hops = clause.counting == Counting::Contingency;
                let mut pool = table.routes[id].preferred().map(|member| member.target);
                pool.any(|target| clause.counts_any(table, target))
                    || (with_hops && context.reachable.of(id).any(|target| clause.counts_any(table, target)))
            };
            let selected = table.routes.iter().filter(|(_, route)| clause.counts_route(route));
            selected.filter(|(id, route)| !is_forecast(route) && reaches(*id)).map(|(id, _)| id).collect()
        };
        for route in bare {
            found.entry(route).or_default().push(&clause.id);
        }
    }
    for (id, clauses) in found {
        let route = &table.routes[id];
        let traffic = route.doc.traffic.as_ref();
        let what =
            if traffic.is_some() { "does not say all of its traffic" } else { "does not say how much traffic it has" };
        let message = format!(
            "{} {what}, so nothing is promised about it by {}",
            quote(route.name.value.as_str()),
            or_list(clauses.into_iter(), 4)
        );
        let place = traffic.map_or(route.name.place, |traffic| traffic.place);
        sink.report(
            Diagnostic::new("unforecast-route", place, "counted as nothing", message)
                .help("`traffic: {requestsPerMonth: 900000, peakRequestsPerMinute: 300, inputTokens: 3200, outputTokens: 420}`")
                .about(route.subject()),
        );
    }
}

/// Whether a route says how many requests it has, and of how many tokens.
fn is_forecast(route: &RouteNode) -> bool {
    let traffic = route.doc.traffic.as_ref().map(|traffic| &traffic.value);
    traffic.is_some_and(|traffic| {
        traffic.requests_per_month.is_some() && traffic.input_tokens.is_some() && traffic.output_tokens.is_some()
    })
}
