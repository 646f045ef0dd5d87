//! The order in which a route's targets are tried while one symptom lasts, with every target and route once.
//!
//! Gateways that know lists only, and try nothing twice in one request, follow the same order when the walk through the
//! routes is written out flat (depth first, first mention wins).

use crate::model::{Fallback, Leg, ResolvedStep, RouteId, RouteNode, Rung, Symptom, Table, TargetId};
use crate::source::Span;

/// What is tried next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tried {
    /// A target.
    Target(TargetId),
    /// The pool of a route.
    Pool(RouteId),
}

/// One hop of the walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hop<'t> {
    /// What is tried.
    pub(super) tried: Tried,
    /// The fallback that says so.
    pub(super) fallback: &'t Fallback,
    /// Where it stands.
    pub(super) span: Span,
}

/// Every hop of a request that enters a route, while a symptom lasts.
pub(super) fn hops(table: &Table, route: RouteId, symptom: Symptom) -> Vec<Hop<'_>> {
    let mut found = Vec::new();
    follow(table, route, symptom, &mut vec![route], &mut found);
    found
}

fn follow<'t>(
    table: &'t Table,
    route: RouteId,
    symptom: Symptom,
    visited: &mut Vec<RouteId>,
    found: &mut Vec<Hop<'t>>,
) {
    let Some(rung) = table.routes[route].steps_on(symptom) else { return };
    for step in rung.taken() {
        let (Some((leg, place)), Some(fallback)) = (&step.leg, step.step.fallback()) else { continue };
        match leg {
            Leg::Target(target) => add(found, Hop { tried: Tried::Target(*target), fallback, span: place.span() }),
            Leg::Route(next) if !visited.contains(next) => {
                visited.push(*next);
                add(found, Hop { tried: Tried::Pool(*next), fallback, span: place.span() });
                follow(table, *next, symptom, visited, found);
            }
            Leg::Route(_) | Leg::Nowhere(_) => {}
        }
    }
}

fn add<'t>(found: &mut Vec<Hop<'t>>, hop: Hop<'t>) {
    if found.iter().all(|earlier| earlier.tried != hop.tried) {
        found.push(hop);
    }
}

/// The steps of a symptom that act on the pool's own target: those before the first fallback.
pub(super) fn measures(route: &RouteNode, symptom: Symptom) -> impl Iterator<Item = &ResolvedStep> {
    route.steps_on(symptom).into_iter().flat_map(Rung::steps_on_pool)
}

/// Whether two walks try the same things in the same order.
pub(super) fn is_same(one: &[Hop<'_>], other: &[Hop<'_>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.tried == b.tried)
}
