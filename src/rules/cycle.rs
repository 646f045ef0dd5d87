//! The words for a cycle, shared by the rules that find one.

use crate::diagnostic::{Diagnostic, Label, Level, or_list, quote};
use crate::graph::{Cycle, describe_path};
use crate::litellm::{Era, calls_by_era};
use crate::model::{Gateway, RouteId, Table};
use crate::source::Span;

use super::Context;

/// The routes of a cycle that its message names; the trace has all.
const SHOWN: usize = 12;

/// What a request that nobody answers costs on LiteLLM, release by release.
pub(super) fn cost(table: &Table, route: RouteId) -> Option<String> {
    let name = table.routes[route].name.value.as_str();
    let calls = calls_by_era(table.routing.as_deref()?, name);
    Some(format!("a request for {} that everything answers with 500 makes {calls}", quote(name)))
}

/// The finding about a cycle.
pub(super) fn finding(rule: &'static str, context: &Context<'_>, cycle: &Cycle) -> Diagnostic {
    let table = context.table;
    let name = |route: RouteId| table.routes[route].name.value.as_str();
    let mut walk: Vec<String> =
        cycle.trace.iter().take(SHOWN).map(|hop| quote(name(context.graph.hop(*hop).from))).collect();
    if cycle.trace.len() > SHOWN {
        walk.push(format!("{} more", cycle.trace.len() - SHOWN));
    }
    let first = cycle.trace.first().map(|hop| context.graph.hop(*hop));
    let closed = format!("{} → {}", walk.join(" → "), first.map_or_else(String::new, |hop| quote(name(hop.from))));
    let message = format!("routes fall back to each other: {closed}");
    let place: Span = first.map_or(table.head, |hop| hop.place.span());
    let last = cycle.trace.last().map(|hop| context.graph.hop(*hop));
    let mut trace = Vec::new();
    if let Some(first) = first {
        trace.push(super::found::enters(table, first.from));
    }
    trace.extend(describe_path(table, context.graph, &cycle.trace));
    if let Some(last) = last {
        trace.push(Label { span: last.place.span(), text: "and the request is where it was".to_owned() });
    }
    let mut help = match table.gateway {
        Gateway::Native => {
            let when = match cycle.alone.as_slice() {
                [] => "it takes a change of symptom on the way".to_owned(),
                [only] => format!("`{}` alone closes it", only.as_str()),
                [first, others @ ..] => {
                    format!("`{}` alone closes it (and {} other symptoms)", first.as_str(), others.len())
                }
            };
            format!("{when}; a request would never end: take one of these hops out")
        }
        Gateway::Portkey | Gateway::Envoy => "a request would never end: take one of these hops out".to_owned(),
        Gateway::OpenClaw => "OpenClaw asks each model of a chain once, so this cannot be walked twice".to_owned(),
        Gateway::LiteLlm => {
            let cost = first.and_then(|hop| cost(table, hop.from)).unwrap_or_default();
            let levels = match context.litellm.era() {
                Era::Paths => format!(", and LiteLLM {} walks it over and over", context.litellm),
                Era::Once | Era::Resuming => ", and `--gateway litellm@1.96` denies this".to_owned(),
            };
            format!("{cost}, in an order the lists do not show{levels}; take one of these hops out")
        }
    };
    if cycle.members.len() > cycle.trace.len() {
        let names = or_list(cycle.members.iter().map(|route| name(*route)), 8).replace(" or ", " and ");
        help = format!("{help}; {} routes reach each other here: {names}", cycle.members.len());
    }
    let subject = first.map(|hop| table.routes[hop.from].subject()).unwrap_or_default();
    let found = Diagnostic::new(rule, place, "the cycle begins with this hop", message);
    let found = found.trace(trace).help(help).about(subject);
    // A request that ends after trying each group once is dear and hard to foresee, but not endless.
    let ends = match table.gateway {
        Gateway::Native | Gateway::Portkey | Gateway::Envoy => false,
        Gateway::LiteLlm => context.litellm.era() != Era::Paths,
        Gateway::OpenClaw => true,
    };
    if ends { found.at_most(Level::Warn) } else { found }
}
