//! The request with the fewest calls that breaks a property, among all requests for one name.

use std::collections::BTreeMap;

use crate::contingency::Lists;
use crate::graph::Call;
use crate::litellm::{Ending, Space, To, Way};

use crate::claims::property::Property;

/// What a request is measured by.
pub(super) struct Measure<'a> {
    pub(super) lists: &'a Lists<'a>,
    pub(super) property: &'a Property,
}

impl Measure<'_> {
    fn call(&self, deployment: usize) -> u128 {
        match self.property {
            Property::NeverReaches(_) => 0,
            Property::AttemptsAtMost(_) => 1,
            Property::EndsWithin(_) | Property::AnswersWithin(_) => u128::from(self.lists.longest(deployment)),
            // What nobody knows may be anything.
            Property::CostsAtMost(_) => u128::MAX,
        }
    }

    /// What a property tells deployments apart by.
    pub(super) fn tells(&self, deployment: usize) -> (u128, bool) {
        (self.call(deployment), self.is_broken_by(deployment))
    }

    fn wait(&self, waited: u64) -> u128 {
        match self.property {
            Property::EndsWithin(_) | Property::AnswersWithin(_) => u128::from(waited),
            Property::NeverReaches(_) | Property::AttemptsAtMost(_) | Property::CostsAtMost(_) => 0,
        }
    }

    fn limit(&self) -> u128 {
        match self.property {
            Property::NeverReaches(_) => u128::MAX,
            Property::AttemptsAtMost(most) => u128::from(*most),
            Property::EndsWithin(limit) | Property::AnswersWithin(limit) => u128::from(limit.0),
            Property::CostsAtMost(most) => most.0,
        }
    }

    /// Whether a call breaks the property by itself.
    fn is_broken_by(&self, deployment: usize) -> bool {
        let Property::NeverReaches(element) = self.property else { return false };
        let target = self.lists.target(deployment);
        target.is_some_and(|target| element.hits(self.lists.table, &Call::first(self.lists.table, target)))
    }

    /// Whether a request that ends so, at which so much is measured, breaks the property.
    fn is_broken_at(&self, ending: Ending, sum: u128) -> bool {
        let fails = matches!(self.property, Property::AnswersWithin(_)) && !matches!(ending, Ending::Answered(_));
        fails || sum > self.limit()
    }

    /// What may be added from each place on, at most.
    fn rest(&self, space: &Space<'_>) -> BTreeMap<usize, u128> {
        let mut rest: BTreeMap<usize, u128> = BTreeMap::new();
        for place in space.forward().into_iter().rev() {
            let Some(spot) = space.spot(place) else { continue };
            let after = spot.ways.iter().map(|way| {
                let further = way.to.place().and_then(|to| rest.get(&to)).copied().unwrap_or(0);
                self.wait(way.waited).saturating_add(further)
            });
            let own = spot.calls.map_or(0, |deployment| self.call(deployment));
            rest.insert(place, own.saturating_add(after.max().unwrap_or(0)));
        }
        rest
    }

    /// Whether nothing that comes can break the property.
    fn is_safe(&self, sum: u128, rest: u128) -> bool {
        match self.property {
            Property::NeverReaches(_) | Property::AnswersWithin(_) => false,
            Property::AttemptsAtMost(_) | Property::EndsWithin(_) | Property::CostsAtMost(_) => {
                sum.saturating_add(rest) <= self.limit()
            }
        }
    }
}

/// A way, and the one before.
struct Came {
    before: Option<usize>,
    way: Way,
}

/// The ways with the fewest calls that break a property, one after the other; `None` where every request keeps it.
pub(super) fn shortest(space: &Space<'_>, measure: &Measure<'_>) -> Option<Vec<Way>> {
    let rest = measure.rest(space);
    let mut came: Vec<Came> = Vec::new();
    // The most that was measured at each place: who comes there with more calls and less of it breaks nothing sooner.
    let mut known: BTreeMap<usize, u128> = BTreeMap::new();
    let mut layer: Vec<(To, u128, Option<usize>)> = vec![(space.start, 0, None)];
    while !layer.is_empty() {
        let mut next = Vec::new();
        while let Some((to, sum, before)) = layer.pop() {
            let place = match to {
                To::Ended(ending) if measure.is_broken_at(ending, sum) => return Some(trail(&came, before)),
                To::Ended(_) => continue,
                To::Place(place) => place,
            };
            let Some(spot) = space.spot(place) else { continue };
            if spot.calls.is_some_and(|deployment| measure.is_broken_by(deployment)) {
                return Some(trail(&came, before));
            }
            let is_known = known.get(&place).is_some_and(|known| *known >= sum);
            if is_known || measure.is_safe(sum, rest.get(&place).copied().unwrap_or(0)) {
                continue;
            }
            known.insert(place, sum);
            let own = spot.calls.map_or(0, |deployment| measure.call(deployment));
            // What was pushed last is looked at first.
            let ways: Vec<_> =
                if spot.calls.is_none() { spot.ways.iter().rev().collect() } else { spot.ways.iter().collect() };
            for way in ways {
                came.push(Came { before, way: *way });
                let sum = sum.saturating_add(own).saturating_add(measure.wait(way.waited));
                let step = (way.to, sum, came.len().checked_sub(1));
                // A request that ends after this call is as long as one that has its next call before it.
                if spot.calls.is_none() || way.to.place().is_none() { layer.push(step) } else { next.push(step) }
            }
        }
        next.reverse();
        layer = next;
    }
    None
}

fn trail(came: &[Came], last: Option<usize>) -> Vec<Way> {
    let mut trail = Vec::new();
    let mut at = last;
    while let Some(step) = at.and_then(|at| came.get(at)) {
        trail.push(step.way);
        at = step.before;
    }
    trail.reverse();
    trail
}
