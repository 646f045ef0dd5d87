//! The steps of one rung in order while one symptom persists, and when each of them can call.

use crate::model::{Leg, ResolvedStep, RouteId, RouteNode, Rung, Symptom, Table, TargetId};

use super::FailoverGraph;
use super::bounds::{Bound, Bounds, CYCLE, Case, Visit, visited};
use super::moves::{Call, Move, further_keys};

/// When a step calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Milliseconds from the begin of the visit to the first call of the step.
    pub first: u64,
    /// The same for its last call: further tries, keys, or calls of the route it visits.
    pub last: u64,
}

impl Visit<'_> {
    /// The steps of one rung in order, exactly as a request would take them, and when each of them calls: `None` for
    /// one that does not, or of which nothing is known.
    pub(super) fn persistent(
        &self,
        first: TargetId,
        steps: &[ResolvedStep],
        mut tell: impl FnMut(Option<Start>),
    ) -> Bound {
        let mut call = Call::first(self.table, first);
        let mut sum = Bound::NOTHING;
        self.make(&mut sum, 1, &call);
        for step in steps {
            let mut begin = sum.time;
            let calls = match Move::of(step) {
                Move::Repeat(backoff) => {
                    begin = begin.map(|begin| begin.saturating_add(backoff.wait(0)));
                    sum.wait(backoff.total_wait());
                    self.make(&mut sum, u64::from(backoff.attempts.get()), &call);
                    true
                }
                Move::NextKeys(times) => {
                    let further = further_keys(times, call.spare_keys(self.table));
                    self.make(&mut sum, further, &call);
                    call.key = call.key.saturating_add(usize::try_from(further).unwrap_or(usize::MAX));
                    further > 0
                }
                Move::Again | Move::Through(_) => {
                    self.make(&mut sum, 1, &call);
                    true
                }
                Move::Longer(cap) => {
                    call = call.longer(cap);
                    self.make(&mut sum, 1, &call);
                    true
                }
                Move::Hop(Leg::Target(target)) => {
                    call = Call::first(self.table, *target);
                    self.make(&mut sum, 1, &call);
                    true
                }
                Move::Hop(Leg::Route(to)) => {
                    sum.visit(self.bounds.get(*to).unwrap_or(&CYCLE));
                    true
                }
                Move::Hop(Leg::Nowhere(_)) | Move::Control => false,
                Move::Stop => break,
            };
            let start = begin.ok().filter(|_| calls);
            tell(start.map(|first| Start { first, last: sum.last_start.unwrap_or(first) }));
        }
        sum
    }
}

/// How soon the steps of routes can call: on `timeout` every call before them costs its whole timeout, on other symptoms
/// calls may fail at once, and waits are always waited.
#[derive(Debug)]
pub struct Soonest<'t> {
    table: &'t Table,
    by_symptom: Vec<(Symptom, Bounds)>,
}

impl<'t> Soonest<'t> {
    /// Of some routes: what matters are the routes that their steps visit.
    pub fn of(table: &'t Table, graph: &FailoverGraph, routes: &[RouteId]) -> Self {
        let bounds = |symptom| {
            let case = Case::Soonest(symptom);
            let next = routes.iter().flat_map(|route| visited(table, graph, *route, case));
            Bounds::of(table, graph, case, &|_| Some(0), next)
        };
        Self { table, by_symptom: Symptom::CONCRETE.into_iter().map(|symptom| (symptom, bounds(symptom))).collect() }
    }

    /// When each step of a rung can call at the earliest: the quickest target of the pool and the quickest of the
    /// symptoms that take the rung decide. `None` for a step that does not call; a list that ends before the rung does
    /// says nothing of the steps behind.
    pub fn starts(&self, route: &RouteNode, rung: &Rung) -> Vec<Option<Start>> {
        let is_taken = |symptom: Symptom| route.symptoms_of(rung).any(|taken| taken == symptom);
        let cases = self.by_symptom.iter().filter(|(symptom, _)| is_taken(*symptom));
        let ways = cases.flat_map(|(symptom, bounds)| {
            let visit = Visit { table: self.table, price: &|_| Some(0), bounds, case: Case::Soonest(*symptom) };
            route.pool.iter().map(move |member| {
                let mut starts = Vec::with_capacity(rung.steps.len());
                visit.persistent(member.target, &rung.steps, |start| starts.push(start));
                starts
            })
        });
        ways.reduce(|least, way| least.into_iter().zip(way).map(|(a, b)| sooner(a, b)).collect()).unwrap_or_default()
    }
}

fn sooner(a: Option<Start>, b: Option<Start>) -> Option<Start> {
    match (a, b) {
        (Some(a), Some(b)) => Some(Start { first: a.first.min(b.first), last: a.last.min(b.last) }),
        (start, None) | (None, start) => start,
    }
}
