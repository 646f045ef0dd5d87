//! One finding for a hop, however many routes take it.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink, or_list};
use crate::graph::{HopEdge, Path};
use crate::model::{Gaps, RouteId, Table, TargetId};
use crate::source::Span;

use super::Context;

/// A hop's finding as the first route to show it has it, and the other routes.
pub(super) struct Found {
    pub(super) route: RouteId,
    pub(super) target: TargetId,
    pub(super) path: Path,
    pub(super) gaps: Gaps,
    others: Vec<RouteId>,
}

/// Findings by the last hop of their path and the target reached.
#[derive(Default)]
pub(super) struct ByHop {
    found: BTreeMap<(Span, TargetId), Found>,
}

impl ByHop {
    /// Notes that a route reaches a target in a way worth a finding; longer paths and lesser gaps give way.
    pub(super) fn note(
        &mut self,
        context: &Context<'_>,
        route: RouteId,
        target: TargetId,
        path: &[crate::graph::HopId],
        gaps: Gaps,
    ) {
        let Some(last) = path.last() else { return };
        let key = (context.graph.hop(*last).place.span(), target);
        match self.found.get_mut(&key) {
            None => {
                self.found.insert(key, Found { route, target, path: path.to_vec(), gaps, others: Vec::new() });
            }
            Some(found) => {
                found.gaps = found.gaps.or(gaps);
                if path.len() < found.path.len() {
                    found.others.push(found.route);
                    (found.route, found.path) = (route, path.to_vec());
                } else if found.route != route && !found.others.contains(&route) {
                    found.others.push(route);
                }
            }
        }
    }

    /// Reports each with the words given, the path as its trace, and the other routes by name.
    pub(super) fn report(
        self,
        context: &Context<'_>,
        sink: &mut Sink,
        words: impl Fn(&Found, &HopEdge) -> Option<Diagnostic>,
    ) {
        for found in self.found.into_values() {
            let Some(last) = found.path.last() else { continue };
            let Some(mut diagnostic) = words(&found, context.graph.hop(*last)) else { continue };
            diagnostic = diagnostic.trace(trace(context, &found)).about(context.table.routes[found.route].subject());
            if !found.others.is_empty() {
                let names = found.others.iter().map(|route| context.table.routes[*route].name.value.as_str());
                let also = format!("the same happens to {}", or_list(names, 5).replace(" or ", " and "));
                diagnostic.help = Some(diagnostic.help.map_or(also.clone(), |help| format!("{help}; {also}")));
            }
            sink.report(diagnostic);
        }
    }
}

/// The path of a request: where it enters, each hop, and where it ends.
fn trace(context: &Context<'_>, found: &Found) -> Vec<crate::diagnostic::Label> {
    let table = context.table;
    let mut labels = vec![enters(table, found.route)];
    labels.extend(crate::graph::describe_path(table, context.graph, &found.path));
    let leads_to_route = found.path.last().is_some_and(|hop| context.graph.hop(*hop).to_route().is_some());
    if leads_to_route {
        let target = &table.targets[found.target];
        labels.push(crate::diagnostic::Label {
            span: target.name.span(),
            text: format!("where {} answers", crate::diagnostic::quote(target.doc.model.value.as_str())),
        });
    }
    labels
}

/// Where a request enters.
pub(super) fn enters(table: &Table, route: RouteId) -> crate::diagnostic::Label {
    let node = &table.routes[route];
    let models: Vec<&str> =
        node.pool.iter().map(|member| table.targets[member.target].doc.model.value.as_str()).collect();
    crate::diagnostic::Label {
        span: node.name.span(),
        text: format!(
            "a request for {} is answered by {}",
            crate::diagnostic::quote(node.name.value.as_str()),
            or_list(models, 3)
        ),
    }
}

/// What the models of a pool are called, for messages.
pub(super) fn pool_models(context: &Context<'_>, route: RouteId) -> String {
    let models: Vec<&str> = context.table.pool_of(route).map(|target| target.doc.model.value.as_str()).collect();
    or_list(models, 3)
}
