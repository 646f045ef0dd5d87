//! A finding for every route that goes where it must not, and how it gets there.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Label, Sink, quote};
use crate::graph::{HopEdge, HopId, Path, Reached, describe_path};
use crate::model::{RouteId, Symptom, TargetId};
use crate::source::{Place, Span};

use super::Context;
use super::found::enters;

/// A way of a route to a target that it must not reach.
pub(super) struct Breach<K> {
    pub(super) route: RouteId,
    pub(super) target: TargetId,
    pub(super) path: Path,
    pub(super) key: K,
}

/// Breaches by the route, the place that breaks, the target, and what it breaks.
pub(super) struct Breaches<K> {
    found: BTreeMap<(RouteId, Span, TargetId, K), Path>,
}

impl<K: Ord + Clone> Breaches<K> {
    pub(super) fn new() -> Self {
        Self { found: BTreeMap::new() }
    }

    /// Notes a way of a route to a target; of several to the same the shortest is kept.
    pub(super) fn note(&mut self, context: &Context<'_>, route: RouteId, reached: &Reached, key: K) {
        let Some(place) = breaks_at(context, route, &reached.path, reached.target) else { return };
        let known = self.found.entry((route, place.span(), reached.target, key));
        known
            .and_modify(|path| {
                if reached.path.len() < path.len() {
                    path.clone_from(&reached.path);
                }
            })
            .or_insert_with(|| reached.path.clone());
    }

    /// Reports each in the words given, with the path as its trace.
    pub(super) fn report(
        self,
        context: &Context<'_>,
        sink: &mut Sink,
        words: impl Fn(&Breach<K>, Place) -> Diagnostic,
    ) {
        let mut numbers: BTreeMap<K, usize> = BTreeMap::new();
        for ((route, _, target, key), path) in self.found {
            let Some(place) = breaks_at(context, route, &path, target) else { continue };
            let next = numbers.len();
            let number = *numbers.entry(key.clone()).or_insert(next);
            let breach = Breach { route, target, path, key };
            let node = &context.table.routes[route];
            let defect = format!("{} {number}", target.number());
            let finding = words(&breach, place).about(node.subject()).shared_by(node.name.value.as_str(), defect);
            sink.report(finding.trace(trace(context, route, target, &breach.path)));
        }
    }
}

/// Where a way breaks: at its last hop, or where the pool names the target.
fn breaks_at(context: &Context<'_>, route: RouteId, path: &[HopId], target: TargetId) -> Option<Place> {
    match path.last() {
        Some(hop) => Some(context.graph.hop(*hop).place),
        None => {
            context.table.routes[route].pool.iter().find(|member| member.target == target).map(|member| member.place)
        }
    }
}

/// The path of a request, from where it enters to who answers.
pub(super) fn trace(context: &Context<'_>, route: RouteId, target: TargetId, path: &[HopId]) -> Vec<Label> {
    let table = context.table;
    let mut labels = vec![enters(table, route)];
    labels.extend(describe_path(table, context.graph, path));
    // A hop to a target names it; a pool may have others.
    if path.last().is_none_or(|hop| context.graph.hop(*hop).to_route().is_some()) {
        let target = &table.targets[target];
        let text = format!("where {} answers", quote(target.name.value.as_str()));
        labels.push(Label { span: target.name.span(), text });
    }
    labels
}

/// Every way of a route to a target that a judgement refuses; nothing is searched where it refuses none.
pub(super) fn refused(
    context: &Context<'_>,
    route: RouteId,
    refuses: impl Fn(TargetId) -> bool,
    wanted: impl Fn(&HopEdge) -> bool,
) -> Vec<Reached> {
    let refused: BTreeSet<TargetId> = context.reachable.of(route).filter(|target| refuses(*target)).collect();
    if refused.is_empty() {
        return Vec::new();
    }
    let all = context.graph.reach(context.table, route, |_, hop| wanted(hop));
    all.into_iter().filter(|reached| refused.contains(&reached.target) || refuses(reached.target)).collect()
}

/// Whether a caller can make a request take a hop: by a prompt that is too long, or by content that is refused.
pub(super) fn can_be_forced(context: &Context<'_>, hop: &HopEdge) -> bool {
    let Some(rung) = hop.rung(context.table) else { return false };
    context.table.routes[hop.from].symptoms_of(rung).any(is_forcible)
}

/// Whether only a caller can make a request take a whole path; what any failure takes is a failure's, too.
pub(super) fn is_forced(context: &Context<'_>, path: &[HopId]) -> bool {
    !path.is_empty() && path.iter().all(|hop| is_forcible(context.graph.hop(*hop).symptom))
}

/// Every way of a route to a target that a judgement refuses and that some failure opens without a caller's doing. Where
/// the shortest way to a target is one that a caller forces, a longer one is looked for.
pub(super) fn refused_unforced(
    context: &Context<'_>,
    route: RouteId,
    refuses: impl Fn(TargetId) -> bool,
) -> Vec<Reached> {
    let (forced, mut unforced): (Vec<Reached>, Vec<Reached>) =
        refused(context, route, &refuses, |_| true).into_iter().partition(|reached| is_forced(context, &reached.path));
    let open: BTreeSet<TargetId> = unforced.iter().map(|reached| reached.target).collect();
    if forced.iter().any(|reached| !open.contains(&reached.target)) {
        let ways = context.graph.reach_through(context.table, route, |hop| !is_forcible(hop.symptom));
        unforced.extend(ways.into_iter().filter(|way| !open.contains(&way.target) && refuses(way.target)));
    }
    unforced
}

fn is_forcible(symptom: Symptom) -> bool {
    matches!(symptom, Symptom::ContextOverflow | Symptom::ContentPolicy)
}
