//! What may still come, by route and step: how near an element is at least, and how much can be added at most.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::contingency::Element;
use crate::graph::{Call, FailoverGraph, Move, State, further_keys, shows};
use crate::model::{Leg, RouteId, RouteNode, Table, TargetId};

use super::goal::further_key_hits;
use super::property::Property;

/// How many calls a request is away from reaching an element, at least. Linear in the table, and without a limit.
pub(super) struct Distances {
    element: Element,
    /// Of a request that enters a route, its first call counted.
    entering: Vec<Option<u64>>,
    /// The steps of each route that lead to it: rung, step, and the calls from that step on.
    leading: Vec<Vec<(usize, usize, u64)>>,
    /// The calls that the steps before each step of each rung make, at least.
    before: Vec<Vec<Vec<u64>>>,
}

impl Distances {
    /// The distances to an element from every route.
    pub(super) fn new(table: &Table, graph: &FailoverGraph, element: &Element) -> Self {
        let routes = table.routes.len();
        let before: Vec<Vec<Vec<u64>>> = table.routes.values().map(calls_before).collect();
        let mut found =
            Self { element: element.clone(), entering: vec![None; routes], leading: vec![Vec::new(); routes], before };
        let mut into: Vec<Vec<(RouteId, usize, usize)>> = vec![Vec::new(); routes];
        for (id, _) in graph.hops() {
            let hop = graph.hop(id);
            if let Some(list) = hop.to_route().and_then(|to| into.get_mut(to.number()))
                && shows(&table.routes[hop.from], hop.at.0).is_some()
            {
                list.push((hop.from, hop.at.0, hop.at.1));
            }
        }
        let mut open: BinaryHeap<Reverse<(u64, RouteId)>> = BinaryHeap::new();
        for (id, route) in table.routes.iter() {
            let is_first = |target: TargetId| element.hits(table, &Call::first(table, target));
            if route.pool.iter().any(|member| is_first(member.target)) {
                open.push(Reverse((1, id)));
            }
            for (rung, step) in steps_that_reach(table, route, element) {
                let calls = found.before(id, rung, step).saturating_add(2);
                open.push(Reverse((calls, id)));
                found.lead(id, (rung, step, 1));
            }
        }
        while let Some(Reverse((calls, route))) = open.pop() {
            let Some(slot) = found.entering.get_mut(route.number()).filter(|slot| slot.is_none()) else { continue };
            *slot = Some(calls);
            for (from, rung, step) in into.get(route.number()).into_iter().flatten() {
                let further = found.before(*from, *rung, *step).saturating_add(1).saturating_add(calls);
                open.push(Reverse((further, *from)));
                found.lead(*from, (*rung, *step, calls));
            }
        }
        found
    }

    /// The calls of a request that enters a route until it reaches the element, at least; `None` where it cannot.
    pub(super) fn entering(&self, route: RouteId) -> Option<u64> {
        self.entering.get(route.number()).copied().flatten()
    }

    fn lead(&mut self, route: RouteId, step: (usize, usize, u64)) {
        if let Some(list) = self.leading.get_mut(route.number()) {
            list.push(step);
        }
    }

    fn before(&self, route: RouteId, rung: usize, step: usize) -> u64 {
        let steps = self.before.get(route.number()).and_then(|rungs| rungs.get(rung));
        steps.and_then(|steps| steps.get(step)).copied().unwrap_or(0)
    }

    /// The calls that a request needs to reach the element, at least; `None` where it no longer can.
    pub(super) fn from(&self, table: &Table, state: &State) -> Option<u64> {
        let mut nearest: Option<u64> = None;
        for visit in state.standing() {
            let same_step = visit.repeat.zip(visit.call).and_then(|((at, _), call)| {
                let step = table.routes[at.route].rungs.get(at.rung)?.steps.get(at.step)?;
                let turns = matches!(Move::of(step), Move::NextKeys(_));
                (turns && further_key_hits(table, call.target, call.key + 1, &self.element)).then_some(1)
            });
            let leading = self.leading.get(visit.route.number()).into_iter().flatten();
            let steps = leading.filter_map(|(rung, step, calls)| {
                let used = usize::from(*visit.used.get(*rung)?);
                let between = self.before(visit.route, *rung, *step) - self.before(visit.route, *rung, used.min(*step));
                (*step >= used).then(|| between.saturating_add(*calls))
            });
            nearest = nearest.into_iter().chain(same_step).chain(steps).min();
        }
        nearest
    }
}

/// The calls that the steps before each step make, at least.
fn calls_before(route: &RouteNode) -> Vec<Vec<u64>> {
    let of_rung = |rung: &crate::model::Rung| {
        let mut sum = 0u64;
        let steps = rung.steps.iter().map(|step| {
            let before = sum;
            // Where no key is left, a further key is no call.
            let step = Move::of(step);
            sum += u64::from(step.calls() && !matches!(step, Move::NextKeys(_)));
            before
        });
        steps.collect()
    };
    route.rungs.iter().map(of_rung).collect()
}

/// The steps of a route that can call an element themselves, by rung and step.
fn steps_that_reach(table: &Table, route: &RouteNode, element: &Element) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let turns = called(route).any(|target| further_key_hits(table, target, 1, element));
    for (rung, at, step) in taken(route) {
        let reaches = match step {
            Move::Hop(Leg::Target(target)) => element.hits(table, &Call::first(table, *target)),
            Move::Through(Some(egress)) => *element == Element::Egress(egress),
            Move::NextKeys(_) => turns,
            Move::Hop(Leg::Route(_) | Leg::Nowhere(_))
            | Move::Through(None)
            | Move::Repeat(_)
            | Move::Again
            | Move::Longer(_)
            | Move::Control
            | Move::Stop => false,
        };
        if reaches {
            found.push((rung, at));
        }
    }
    found
}

/// The steps of a route that some symptom leads to, with their places.
fn taken(route: &RouteNode) -> impl Iterator<Item = (usize, usize, Move<'_>)> {
    let rungs = route.rungs.iter().enumerate().filter(|(at, _)| shows(route, *at).is_some());
    rungs.flat_map(|(rung, steps)| steps.taken().enumerate().map(move |(at, step)| (rung, at, Move::of(step))))
}

/// The targets that a visit of a route calls itself.
fn called(route: &RouteNode) -> impl Iterator<Item = TargetId> {
    let hops = taken(route)
        .filter_map(|(_, _, step)| if let Move::Hop(Leg::Target(target)) = step { Some(*target) } else { None });
    route.pool.iter().map(|member| member.target).chain(hops)
}

/// How much requests may still add to what is measured, at most.
pub(super) struct Rests {
    /// Of each route that a request can visit.
    routes: Vec<Option<RestOfRoute>>,
    /// The most that any one call can add, with the wait before it.
    pub(super) largest: u128,
}

/// What the steps of one route can add.
struct RestOfRoute {
    /// One call, at its worst.
    call: u128,
    /// Each rung from each of its steps on.
    from: Vec<Vec<u128>>,
}

impl Rests {
    /// What every step of every route can add: `call` says what a call adds with its timeout raised to a cap, and
    /// `visit` what a visit of a route does, if a request comes there.
    pub(super) fn new(
        table: &Table,
        call: &dyn Fn(TargetId, u64) -> u128,
        property: &Property,
        visit: &dyn Fn(RouteId) -> Option<u128>,
    ) -> Self {
        let counts_waits = matches!(property, Property::EndsWithin(_) | Property::AnswersWithin(_));
        let worst = |to: RouteId| visit(to).unwrap_or(u128::MAX);
        let rest_of = |(id, route): (RouteId, &RouteNode)| {
            visit(id).is_some().then(|| RestOfRoute::new(table, route, call, counts_waits, &worst))
        };
        let routes: Vec<Option<RestOfRoute>> = table.routes.iter().map(rest_of).collect();
        let largest = routes.iter().flatten().map(|rest| rest.call).max().unwrap_or(0).max(1);
        Self { routes, largest }
    }

    /// What a request that stands somewhere may still add.
    pub(super) fn of(&self, state: &State) -> u128 {
        let visits = state.standing().map(|visit| {
            let Some(Some(rest)) = self.routes.get(visit.route.number()) else { return u128::MAX };
            let steps = rest.from.iter().zip(visit.used).map(|(from, used)| {
                // Behind the last step that is taken there is nothing.
                from.get(usize::from(*used)).copied().unwrap_or(0)
            });
            let again = visit.repeat.map_or(0, |(_, left)| rest.call.saturating_mul(u128::from(left)));
            steps.fold(again, u128::saturating_add)
        });
        visits.fold(0, u128::saturating_add)
    }
}

impl RestOfRoute {
    fn new(
        table: &Table,
        route: &RouteNode,
        call: &dyn Fn(TargetId, u64) -> u128,
        counts_waits: bool,
        visit: &dyn Fn(RouteId) -> u128,
    ) -> Self {
        let cap = taken(route)
            .filter_map(|(_, _, step)| if let Move::Longer(cap) = step { cap.map(|cap| cap.0) } else { None });
        let cap = cap.max().unwrap_or(0);
        let called: Vec<TargetId> = called(route).collect();
        let worst = called.iter().map(|target| call(*target, cap)).max().unwrap_or(0);
        let spare = called.iter().map(|target| table.targets[*target].keys.len()).max().unwrap_or(0).saturating_sub(1);
        let wait_of = |backoff: &crate::model::Backoff| if counts_waits { u128::from(backoff.total_wait()) } else { 0 };
        let longest_wait =
            taken(route).map(|(_, _, step)| if let Move::Repeat(backoff) = step { wait_of(backoff) } else { 0 });
        // A step in progress may still wait; no single wait is longer than all of them together.
        let worst_again = longest_wait.max().unwrap_or(0).saturating_add(worst);
        let adds = |step: Move<'_>| match step {
            Move::Repeat(backoff) => {
                worst.saturating_mul(u128::from(backoff.attempts.get())).saturating_add(wait_of(backoff))
            }
            Move::NextKeys(times) => worst.saturating_mul(u128::from(further_keys(times, spare))),
            Move::Hop(Leg::Route(to)) => visit(*to),
            Move::Again | Move::Longer(_) | Move::Through(_) | Move::Hop(Leg::Target(_)) => worst,
            Move::Hop(Leg::Nowhere(_)) | Move::Control | Move::Stop => 0,
        };
        let from = route.rungs.iter().enumerate().map(|(at, rung)| {
            let steps: Vec<u128> = if shows(route, at).is_some() {
                rung.taken().map(|step| adds(Move::of(step))).collect()
            } else {
                Vec::new()
            };
            let mut sums: Vec<u128> = steps
                .iter()
                .rev()
                .scan(0u128, |sum, step| {
                    *sum = sum.saturating_add(*step);
                    Some(*sum)
                })
                .collect();
            sums.reverse();
            sums
        });
        Self { call: worst_again, from: from.collect() }
    }
}
