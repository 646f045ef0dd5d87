//! What a search looks for: a call that breaks a property, and what is known beforehand of how far it may be.

use crate::contingency::Element;
use crate::graph::{Bound, Bounds, Call, Case, FailoverGraph, State};
use crate::model::{RouteId, Table, TargetId};
use crate::policy::{Pico, per_request};

use super::property::Property;
use super::rest::{Distances, Rests};

/// A property that requests of one route are searched against.
pub(super) struct Goal<'a> {
    pub(super) table: &'a Table,
    pub(super) property: &'a Property,
    price: Box<dyn Fn(TargetId) -> Option<u128> + 'a>,
    known: Known<'a>,
}

/// What is known beforehand of a request that stands somewhere.
enum Known<'a> {
    /// How many calls it is away from reaching something, at least.
    Distance(&'a Distances),
    /// How much it may still add to what is measured, at most.
    Rest(Rests),
    /// Nothing.
    Nothing,
}

/// What may still become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outlook {
    /// So many calls are needed to break the property, at least.
    pub(super) calls: u64,
    /// So much can be added to what is measured, at most.
    pub(super) rest: u128,
}

impl<'a> Goal<'a> {
    /// The property as requests of a route are held against it.
    pub(super) fn new(table: &'a Table, route: RouteId, property: &'a Property) -> Self {
        let traffic = table.routes[route].doc.traffic.as_ref().map(|traffic| &traffic.value);
        let price = Box::new(move |target: TargetId| per_request(&table.targets[target], traffic?).map(|cost| cost.0));
        Self { table, property, price, known: Known::Nothing }
    }

    /// The bounds of a route, and of all that it reaches.
    pub(super) fn bounds(&self, graph: &FailoverGraph, route: RouteId) -> Bounds {
        Bounds::of(self.table, graph, Case::Adversarial, &*self.price, [route])
    }

    /// What is known beforehand, so that less is searched: the distances to what must not be reached, or the bounds.
    #[must_use]
    pub(super) fn knowing(mut self, distances: Option<&'a Distances>, bounds: &Bounds) -> Self {
        self.known = match self.property {
            Property::NeverReaches(_) => distances.map_or(Known::Nothing, Known::Distance),
            Property::AnswersWithin(_) => Known::Nothing,
            Property::EndsWithin(_) | Property::AttemptsAtMost(_) | Property::CostsAtMost(_) => {
                let worst = |to: RouteId| bounds.get(to).map(|bound| self.at_most(bound).unwrap_or(u128::MAX));
                let call = |target, cap| self.worst_call(target, cap);
                Known::Rest(Rests::new(self.table, &call, self.property, &worst))
            }
        };
        self
    }

    /// What the bounds of a route allow of what is measured.
    pub(super) fn at_most(&self, bound: &Bound) -> Option<u128> {
        match self.property {
            Property::AttemptsAtMost(_) => bound.attempts.ok().map(u128::from),
            Property::EndsWithin(_) | Property::AnswersWithin(_) => bound.time.ok().map(u128::from),
            Property::CostsAtMost(_) => bound.money.ok(),
            Property::NeverReaches(_) => None,
        }
    }

    /// What is measured, at most; nothing for what must not be reached.
    pub(super) fn limit(&self) -> Option<u128> {
        match self.property {
            Property::AttemptsAtMost(most) => Some(u128::from(*most)),
            Property::EndsWithin(limit) | Property::AnswersWithin(limit) => Some(u128::from(limit.0)),
            Property::CostsAtMost(Pico(most)) => Some(*most),
            Property::NeverReaches(_) => None,
        }
    }

    /// What a call adds to what is measured; what nobody knows may be anything.
    pub(super) fn adds(&self, call: &Call, wait: u64) -> u128 {
        match self.property {
            Property::NeverReaches(_) => 0,
            Property::AttemptsAtMost(_) => 1,
            Property::EndsWithin(_) | Property::AnswersWithin(_) => {
                call.timeout.map_or(u128::MAX, |timeout| u128::from(timeout.saturating_add(wait)))
            }
            Property::CostsAtMost(_) => (self.price)(call.target).unwrap_or(u128::MAX),
        }
    }

    /// The most that a call of a target adds, its timeout raised to a cap.
    fn worst_call(&self, target: TargetId, cap: u64) -> u128 {
        let call = Call::first(self.table, target);
        self.adds(&Call { timeout: call.timeout.map(|timeout| timeout.max(cap)), ..call }, 0)
    }

    /// Whether a request that makes a call, after which so much is measured, breaks the property.
    pub(super) fn is_broken(&self, call: &Call, sum: u128) -> bool {
        match self.property {
            Property::NeverReaches(element) => element.hits(self.table, call),
            Property::AttemptsAtMost(_)
            | Property::EndsWithin(_)
            | Property::AnswersWithin(_)
            | Property::CostsAtMost(_) => self.limit().is_some_and(|limit| sum > limit),
        }
    }

    /// Whether a request that fails in the end breaks the property.
    pub(super) fn is_broken_by_failing(&self) -> bool {
        matches!(self.property, Property::AnswersWithin(_))
    }

    /// What may still become of a request; `None` where nothing can break the property any more.
    pub(super) fn outlook(&self, state: &State, sum: u128) -> Option<Outlook> {
        match &self.known {
            Known::Nothing => Some(Outlook { calls: 1, rest: 0 }),
            Known::Distance(distances) => Some(Outlook { calls: distances.from(self.table, state)?, rest: 0 }),
            Known::Rest(rests) => {
                let rest = rests.of(state);
                let is_open = self.limit().is_none_or(|limit| sum.saturating_add(rest) > limit);
                // What is missing takes so many of the largest calls, at least.
                let missing = self.limit().map_or(0, |limit| limit.saturating_sub(sum).saturating_add(1));
                let calls = u64::try_from(missing.div_ceil(rests.largest)).unwrap_or(u64::MAX).max(1);
                is_open.then_some(Outlook { calls, rest })
            }
        }
    }
}

/// Whether a call with any further key of a target is of an element.
pub(super) fn further_key_hits(table: &Table, target: TargetId, from: usize, element: &Element) -> bool {
    let first = Call::first(table, target);
    (from..table.targets[target].keys.len()).any(|key| element.hits(table, &Call { key, ..first }))
}
