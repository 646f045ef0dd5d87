//! Bounds in routec's own semantics: calls at most, and the time before a step can start, by dynamic programming.

use crate::model::{Leg, ResolvedStep, RouteId, RouteNode, Rung, Step, Symptom, Table, TargetNode};

use super::FailoverGraph;

/// The calls one request can cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attempts {
    /// So many at most.
    AtMost(u64),
    /// No bound: the route reaches a cycle.
    Unbounded,
}

/// The calls at most for each route, whatever symptom shows at each call.
#[derive(Debug)]
pub struct Bounds {
    attempts: Vec<Attempts>,
}

impl Bounds {
    /// Computes the bounds of every route, each once: routes that reach a cycle have none.
    pub fn new(table: &Table, graph: &FailoverGraph) -> Self {
        let mut attempts: Vec<Option<Attempts>> = vec![None; table.routes.len()];
        // Depth first without recursion: a route is settled once all routes it falls back to are.
        for (start, _) in table.routes.iter() {
            let mut stack = vec![start];
            let mut entered = std::collections::BTreeSet::new();
            while let Some(route) = stack.last().copied() {
                if attempts.get(route.number()).copied().flatten().is_some() {
                    stack.pop();
                    continue;
                }
                let next: Vec<RouteId> =
                    graph.hops_of(route).iter().filter_map(|hop| graph.hop(*hop).to_route()).collect();
                let open = |to: &RouteId| attempts.get(to.number()).copied().flatten().is_none();
                let value = if entered.insert(route) && next.iter().any(open) {
                    stack.extend(next.into_iter().filter(open));
                    continue;
                } else if next.iter().any(open) {
                    Attempts::Unbounded
                } else {
                    visit(table, route, &attempts)
                };
                if let Some(slot) = attempts.get_mut(route.number()) {
                    *slot = Some(value);
                }
                stack.pop();
            }
        }
        Self { attempts: attempts.into_iter().map(|value| value.unwrap_or(Attempts::Unbounded)).collect() }
    }

    /// The calls at most for a request that enters a route.
    pub fn attempts(&self, route: RouteId) -> Attempts {
        self.attempts.get(route.number()).copied().unwrap_or(Attempts::Unbounded)
    }
}

/// One visit: a first call, and every step of every rung once, since a visit never reuses a step and any symptom may
/// show at each call. A `stop` hides the steps behind it.
fn visit(table: &Table, route: RouteId, settled: &[Option<Attempts>]) -> Attempts {
    let node = &table.routes[route];
    let mut total = 1u64;
    for rung in &node.rungs {
        for step in rung.steps.iter() {
            match &step.step {
                Step::Stop => break,
                Step::Fallback(_) => match &step.leg {
                    Some((Leg::Route(to), _)) => match settled.get(to.number()).copied().flatten() {
                        Some(Attempts::AtMost(more)) => total = total.saturating_add(more),
                        Some(Attempts::Unbounded) | None => return Attempts::Unbounded,
                    },
                    Some((Leg::Target(_), _)) => total = total.saturating_add(1),
                    Some((Leg::Nowhere(_), _)) | None => {}
                },
                Step::Backoff(_)
                | Step::NextKey(_)
                | Step::LowerConcurrency(_)
                | Step::RaiseTimeout(_)
                | Step::SwitchEgress(_)
                | Step::CountPerKey(_)
                | Step::OpenCircuit { .. }
                | Step::PinSession(_)
                | Step::ShardGateway(_)
                | Step::Check { .. } => total = total.saturating_add(calls(&step.step, table, node)),
            }
        }
    }
    Attempts::AtMost(total)
}

/// The calls of a step that stays with its target; none for any other.
pub fn calls(step: &Step, table: &Table, route: &RouteNode) -> u64 {
    match step {
        Step::Backoff(backoff) => u64::from(backoff.attempts.get()),
        Step::NextKey(times) => {
            let spare = route.pool.iter().map(|member| table.targets[member.target].keys.len()).max().unwrap_or(0);
            let spare = u64::try_from(spare.saturating_sub(1)).unwrap_or(u64::MAX);
            times.map_or(spare, |times| spare.min(u64::from(times)))
        }
        Step::LowerConcurrency(_) | Step::RaiseTimeout(_) | Step::SwitchEgress(_) => 1,
        Step::Fallback(_)
        | Step::CountPerKey(_)
        | Step::OpenCircuit { .. }
        | Step::PinSession(_)
        | Step::ShardGateway(_)
        | Step::Check { .. }
        | Step::Stop => 0,
    }
}

/// When a step can start at the earliest.
#[derive(Clone, Copy, Debug)]
pub struct Start<'t> {
    /// The step.
    pub step: &'t ResolvedStep,
    /// Milliseconds after the request entered the route.
    pub after: u64,
}

/// When each step of a rung can start at the earliest if its symptom shows at every call: on `timeout` every call
/// costs its whole timeout, on other symptoms calls may fail at once, and waits are always waited. The quickest target
/// of the pool decides.
pub fn earliest_starts<'t>(table: &'t Table, route: &'t RouteNode, rung: &'t Rung) -> Vec<Start<'t>> {
    let ways = route.pool.iter().map(|member| starts_from(table, &table.targets[member.target], rung));
    ways.reduce(|least, way| {
        let pairs = least.into_iter().zip(way);
        pairs.map(|(a, b)| if b.after < a.after { b } else { a }).collect()
    })
    .unwrap_or_default()
}

fn starts_from<'t>(table: &'t Table, first: &TargetNode, rung: &'t Rung) -> Vec<Start<'t>> {
    let is_timeout = rung.symptom == Symptom::Timeout;
    let cost =
        |target: &TargetNode| if is_timeout { target.doc.timeout.as_ref().map_or(0, |limit| limit.value.0) } else { 0 };
    let spare = u64::try_from(first.keys.len().saturating_sub(1)).unwrap_or(u64::MAX);
    let (mut now, mut limit) = (cost(first), cost(first));
    let mut starts = Vec::new();
    for step in rung.steps.iter() {
        starts.push(Start { step, after: now });
        now = now.saturating_add(match &step.step {
            Step::Backoff(backoff) => {
                backoff.total_wait().0.saturating_add(limit.saturating_mul(u64::from(backoff.attempts.get())))
            }
            Step::NextKey(times) => limit.saturating_mul(times.map_or(spare, |times| spare.min(u64::from(times)))),
            Step::RaiseTimeout(to) => {
                limit = if is_timeout { to.map_or(limit, |to| to.0.max(limit)) } else { 0 };
                limit
            }
            Step::LowerConcurrency(_) | Step::SwitchEgress(_) => limit,
            Step::Fallback(_) => match &step.leg {
                Some((Leg::Target(target), _)) => cost(&table.targets[*target]),
                Some((Leg::Route(to), _)) => table.pool_of(*to).map(cost).min().unwrap_or(0),
                Some((Leg::Nowhere(_), _)) | None => 0,
            },
            Step::CountPerKey(_)
            | Step::OpenCircuit { .. }
            | Step::PinSession(_)
            | Step::ShardGateway(_)
            | Step::Check { .. }
            | Step::Stop => 0,
        });
    }
    starts
}
