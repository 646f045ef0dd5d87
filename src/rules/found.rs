//! A finding for every route that a hop serves worse than its pool.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink, or_list};
use crate::graph::{HopEdge, Path};
use crate::model::{Gaps, RouteId, Table, TargetId};
use crate::source::Span;

use super::Context;

/// What a hop does to a route, and how the route comes to it.
pub(super) struct Found {
    pub(super) route: RouteId,
    pub(super) target: TargetId,
    pub(super) path: Path,
    pub(super) gaps: Gaps,
}

/// Findings by the route, the last hop of its path and the target reached.
#[derive(Default)]
pub(super) struct ByHop {
    found: BTreeMap<(RouteId, Span, TargetId), Found>,
}

impl ByHop {
    /// Notes that a route reaches a target in a way worth a finding; longer paths give way, gaps add up.
    pub(super) fn note(
        &mut self,
        context: &Context<'_>,
        route: RouteId,
        target: TargetId,
        path: &[crate::graph::HopId],
        gaps: Gaps,
    ) {
        let Some(last) = path.last() else { return };
        let key = (route, context.graph.hop(*last).place.span(), target);
        let known = self.found.entry(key);
        let found = known.or_insert_with(|| Found { route, target, path: path.to_vec(), gaps });
        found.gaps = found.gaps.or(gaps);
        if path.len() < found.path.len() {
            found.path = path.to_vec();
        }
    }

    /// Reports each with the words given, and the path as its trace.
    pub(super) fn report(
        self,
        context: &Context<'_>,
        sink: &mut Sink,
        words: impl Fn(&Found, &HopEdge) -> Option<Diagnostic>,
    ) {
        for found in self.found.into_values() {
            let Some(last) = found.path.last() else { continue };
            let Some(diagnostic) = words(&found, context.graph.hop(*last)) else { continue };
            let route = &context.table.routes[found.route];
            let defect = format!("{} {}", found.target.number(), found.gaps);
            let diagnostic = diagnostic.trace(trace(context, &found)).about(route.subject());
            sink.report(diagnostic.shared_by(route.name.value.as_str(), defect));
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
