//! When each step of a ladder can start at the earliest.

use crate::model::{Leg, ResolvedStep, RouteNode, Rung, Symptom, Table, TargetId, TargetNode};

use super::moves::{Call, Move, further_keys};

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
    let ways = route.pool.iter().map(|member| starts_from(table, member.target, rung));
    ways.reduce(|least, way| {
        let pairs = least.into_iter().zip(way);
        pairs.map(|(a, b)| if b.after < a.after { b } else { a }).collect()
    })
    .unwrap_or_default()
}

fn starts_from<'t>(table: &'t Table, first: TargetId, rung: &'t Rung) -> Vec<Start<'t>> {
    let is_timeout = rung.symptom == Symptom::Timeout;
    let cost = |call: &Call| if is_timeout { call.timeout.unwrap_or(0) } else { 0 };
    let quickest = |target: &TargetNode| {
        if is_timeout { target.doc.timeout.as_ref().map_or(0, |timeout| timeout.value.0) } else { 0 }
    };
    let mut call = Call::first(table, first);
    let mut now = cost(&call);
    let mut starts = Vec::new();
    for step in rung.steps.iter() {
        starts.push(Start { step, after: now });
        now = now.saturating_add(match Move::of(step) {
            Move::Repeat(backoff) => {
                let calls = cost(&call).saturating_mul(u64::from(backoff.attempts.get()));
                backoff.total_wait().saturating_add(calls)
            }
            Move::NextKeys(times) => cost(&call).saturating_mul(further_keys(times, call.spare_keys(table))),
            Move::Longer(cap) => {
                call = call.longer(cap);
                cost(&call)
            }
            Move::Again | Move::Through(_) => cost(&call),
            Move::Hop(Leg::Target(target)) => {
                call = Call::first(table, *target);
                cost(&call)
            }
            Move::Hop(Leg::Route(to)) => table.pool_of(*to).map(quickest).min().unwrap_or(0),
            Move::Hop(Leg::Nowhere(_)) | Move::Control | Move::Stop => 0,
        });
    }
    starts
}
