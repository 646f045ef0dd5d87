//! Puts a hop into words, with the place where it is written.

use crate::diagnostic::{Label, quote};
use crate::model::{Gateway, Leg, Table};

use super::{FailoverGraph, HopEdge, HopId};

/// One hop in words: who, on what, by which step, to whom.
pub fn describe_hop(table: &Table, hop: &HopEdge) -> Label {
    let from = quote(table.routes[hop.from].name.value.as_str());
    let to = match &hop.to {
        Leg::Route(route) if table.gateway == Gateway::Native => {
            format!("route {}", quote(table.routes[*route].name.value.as_str()))
        }
        Leg::Route(route) => quote(table.routes[*route].name.value.as_str()),
        Leg::Target(target) => format!("target {}", quote(table.targets[*target].name.value.as_str())),
        Leg::Nowhere(name) => format!("{}, which nothing defines", quote(name.as_str())),
    };
    let how = match hop.list(table) {
        Some("context_window" | "context_window_default") => "when the prompt is too long".to_owned(),
        Some("content_policy" | "content_policy_default") => "when the content is refused".to_owned(),
        Some("default") => "by `default_fallbacks`".to_owned(),
        Some(_) => "on any failure".to_owned(),
        None => format!("on {}, step {}", hop.symptom.as_str(), hop.at.1 + 1),
    };
    Label { span: hop.place.span(), text: format!("{from} {how}: to {to}") }
}

/// Every hop of a path in words, in order.
pub fn describe_path(table: &Table, graph: &FailoverGraph, path: &[HopId]) -> Vec<Label> {
    path.iter().map(|id| describe_hop(table, graph.hop(*id))).collect()
}
