//! What a step does to the call that failed: the one place that knows it. Walks and bounds ask here.

use crate::model::{Backoff, Duration, EgressId, KeyId, Leg, ResolvedStep, Step, Table, TargetId};

/// One call: a target, with the key, network path and timeout it is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The target.
    pub target: TargetId,
    /// Which of the target's keys, from 0.
    pub key: usize,
    /// The network path; `None` where the target names none.
    pub egress: Option<EgressId>,
    /// Milliseconds until the call is given up; `None` where the target sets no timeout.
    pub timeout: Option<u64>,
}

impl Call {
    /// The first call of a target: with its first key, its first network path and its own timeout.
    pub fn first(table: &Table, target: TargetId) -> Self {
        let node = &table.targets[target];
        Self {
            target,
            key: 0,
            egress: node.egress.first().copied(),
            timeout: node.doc.timeout.as_ref().map(|timeout| timeout.value.0),
        }
    }

    /// The key it is made with, if the target names any.
    pub fn key_of(&self, table: &Table) -> Option<KeyId> {
        table.targets[self.target].keys.get(self.key).copied()
    }

    /// How many keys of the target come after the one in use.
    pub fn spare_keys(&self, table: &Table) -> usize {
        table.targets[self.target].keys.len().saturating_sub(self.key + 1)
    }

    /// The same call with a longer timeout; a cap below the timeout changes nothing.
    #[must_use]
    pub fn longer(self, cap: Option<Duration>) -> Self {
        let timeout = self.timeout.map(|timeout| cap.map_or(timeout, |cap| timeout.max(cap.0)));
        Self { timeout, ..self }
    }
}

/// What a step does next.
#[derive(Clone, Copy, Debug)]
pub enum Move<'t> {
    /// Waits and calls again, several times.
    Repeat(&'t Backoff),
    /// Calls with each further key, at most so many times.
    NextKeys(Option<u32>),
    /// Calls again.
    Again,
    /// Calls again, and waits longer for the answer.
    Longer(Option<Duration>),
    /// Calls again through another network path.
    Through(Option<EgressId>),
    /// Goes to another target or route.
    Hop(&'t Leg),
    /// No call: a control for later requests, or a person who looks.
    Control,
    /// Ends the visit.
    Stop,
}

impl<'t> Move<'t> {
    /// What a step does.
    pub fn of(step: &'t ResolvedStep) -> Self {
        match &step.step {
            Step::Backoff(backoff) => Self::Repeat(backoff),
            Step::NextKey(times) => Self::NextKeys(*times),
            Step::LowerConcurrency(_) => Self::Again,
            Step::RaiseTimeout(cap) => Self::Longer(*cap),
            Step::SwitchEgress(_) => Self::Through(step.egress),
            // What a gateway passes over is no hop.
            Step::Fallback(fallback) if fallback.is_passed_over() => Self::Control,
            Step::Fallback(_) => step.leg.as_ref().map_or(Self::Control, |(leg, _)| Self::Hop(leg)),
            Step::CountPerKey(_)
            | Step::OpenCircuit { .. }
            | Step::PinSession(_)
            | Step::ShardGateway(_)
            | Step::Check { .. } => Self::Control,
            Step::Stop => Self::Stop,
        }
    }

    /// Whether it can lead to a call.
    pub fn calls(&self) -> bool {
        !matches!(self, Self::Control | Self::Stop | Self::Hop(Leg::Nowhere(_)))
    }
}

/// How many further keys a step tries, of those that remain.
pub fn further_keys(times: Option<u32>, spare: usize) -> u64 {
    let spare = u64::try_from(spare).unwrap_or(u64::MAX);
    times.map_or(spare, |times| spare.min(u64::from(times)))
}
