//! What makes a request one run along one list: its ladders share their steps, and refused keys stay out.

use crate::model::{KeyId, ResolvedStep, RouteNode, Step, Symptom, Table, TargetId};

use super::moves::{Call, Move, further_keys};
use super::walk::{Repeat, StepAt, Visit};

impl Visit {
    /// A key that is refused is kept out, until the call of another takes its time.
    pub(super) fn refuse(&mut self, table: &Table, symptom: Symptom) {
        let key = self.call.and_then(|call| call.key_of(table));
        match symptom {
            Symptom::Auth | Symptom::Billing => self.refused |= key.map_or(0, bit),
            Symptom::Timeout => self.refused = 0,
            Symptom::RateLimit
            | Symptom::Overloaded
            | Symptom::NotEntitled
            | Symptom::ContextOverflow
            | Symptom::ContentPolicy
            | Symptom::Partial
            | Symptom::Any => {}
        }
    }

    /// The first call of a target with a key that is not kept out; none where all of its keys are.
    pub(super) fn first_call(&self, table: &Table, target: TargetId) -> Option<Call> {
        let keys = &table.targets[target].keys;
        let usable = keys.iter().position(|key| self.refused & bit(*key) == 0);
        let first = Call::first(table, target);
        if keys.is_empty() { Some(first) } else { usable.map(|key| Call { key, ..first }) }
    }

    /// What stands at one place in several rungs is taken in all of them: retries, and hops with all before them.
    pub(super) fn share(&mut self, route: &RouteNode, at: StepAt, step: &ResolvedStep) {
        if !matches!(step.step, Step::Backoff(_) | Step::Fallback(_)) {
            return;
        }
        for (other, used) in self.used.iter_mut().enumerate() {
            let behind = route.twin((at.rung, at.step), other).and_then(|twin| u16::try_from(twin + 1).ok());
            *used = behind.map_or(*used, |behind| behind.max(*used));
        }
    }
}

impl Repeat {
    /// The same step as it stands in the rung of another symptom: what was called again counts there, too.
    pub(super) fn carried_over(self, route: &RouteNode, rung: Option<usize>) -> Self {
        let backoff = |rung: usize, step: usize| match Move::of(route.rungs.get(rung)?.steps.get(step)?) {
            Move::Repeat(backoff) => Some(backoff),
            Move::NextKeys(_)
            | Move::Again
            | Move::Longer(_)
            | Move::Through(_)
            | Move::Hop(_)
            | Move::Control
            | Move::Stop => None,
        };
        let there = rung.and_then(|rung| {
            let made = u64::from(backoff(self.at.rung, self.at.step)?.attempts.get()).saturating_sub(self.left);
            let step = route.twin((self.at.rung, self.at.step), rung)?;
            let there = backoff(rung, step)?;
            let left = u64::from(there.attempts.get()).saturating_sub(made);
            Some(Self { at: StepAt { rung, step, ..self.at }, left, wait: there.wait(made) })
        });
        there.unwrap_or(self)
    }
}

/// Whether a step is the one to count of those that are the same: the largest, and of several the first.
pub(super) fn is_told(route: &RouteNode, (rung, step): (usize, usize)) -> bool {
    let size = |rung: usize, step: usize| match route.rungs.get(rung)?.steps.get(step).map(Move::of)? {
        Move::Repeat(backoff) => Some((u64::from(backoff.attempts.get()), backoff.total_wait())),
        Move::NextKeys(times) => Some((further_keys(times, usize::MAX), 0)),
        Move::Again | Move::Longer(_) | Move::Through(_) | Move::Hop(_) | Move::Control | Move::Stop => Some((1, 0)),
    };
    let own = size(rung, step);
    (0..route.rungs.len()).all(|other| match route.twin((rung, step), other) {
        Some(twin) if other < rung => size(other, twin) < own,
        Some(twin) => size(other, twin) <= own,
        None => true,
    })
}

/// The bit of a key among those that were refused.
fn bit(key: KeyId) -> u64 {
    u32::try_from(key.number()).ok().and_then(|number| 1u64.checked_shl(number)).unwrap_or(0)
}
