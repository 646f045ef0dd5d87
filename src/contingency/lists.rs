//! A LiteLLM file as something that can fail: which target each deployment is, how a failure of what it stands on shows,
//! and where its share of the requests then goes.

use std::collections::BTreeMap;

use crate::graph::Call;
use crate::litellm::{
    self, Decision, Ending, Era, Failure, Pending, Request, Router, Routing, Space, Spaces, To, waits,
};
use crate::model::{Symptom, Table, TargetId};

use super::element::{Failure as Fails, shown};
use super::flow::{Share, WHOLE};
use super::outage::{Answer, Spread};

/// A LiteLLM file: its table, and the router of one era that walks its lists.
#[derive(Debug)]
pub struct Lists<'t> {
    /// The table.
    pub table: &'t Table,
    /// The router.
    pub router: Router<'t>,
    targets: Vec<Option<TargetId>>,
}

impl<'t> Lists<'t> {
    /// The lists of a table; `None` where it is not LiteLLM's.
    pub fn new(table: &'t Table, era: Era) -> Option<Self> {
        let routing = table.routing.as_deref()?;
        let targets = (0..routing.deployments.len()).map(|at| target_of(table, routing, at)).collect();
        Some(Self { table, router: Router::new(routing, era), targets })
    }

    /// The routing they are written in.
    pub fn routing(&self) -> &'t Routing {
        self.router.directory().routing()
    }

    /// The names that callers can ask for: every group in source order, and then every other alias.
    pub fn names(&self) -> Vec<&'t str> {
        let mut names: Vec<&str> = self.table.routes.values().map(|route| route.name.value.as_str()).collect();
        for alias in self.routing().aliases.keys() {
            if !names.contains(&alias.as_str()) {
                names.push(alias);
            }
        }
        names
    }

    /// The target of the table that a deployment became.
    pub fn target(&self, deployment: usize) -> Option<TargetId> {
        self.targets.get(deployment).copied().flatten()
    }

    /// How the call of a deployment fails while all of these fail.
    pub fn shows(&self, failures: &[Fails], deployment: usize) -> Option<Failure> {
        let call = Call::first(self.table, self.target(deployment)?);
        shown(self.table, failures, &call).map(failure_of)
    }

    /// How long a call of a deployment takes at most, in milliseconds.
    pub fn longest(&self, deployment: usize) -> u64 {
        let target = self.target(deployment).map(|target| Call::first(self.table, target));
        target.and_then(|call| call.timeout).unwrap_or(waits::FOR_AN_ANSWER)
    }

    /// How long a request takes at most, in milliseconds: each call and each wait as long as it can be.
    pub fn most(&self, request: &Request) -> u64 {
        let call = |call: &litellm::Call| call.waited.saturating_add(self.longest(call.deployment));
        request.calls().map(call).fold(request.waited, u64::saturating_add)
    }

    /// The deployments that a request for a name calls first, each with its weight among them.
    pub(super) fn first(&self, name: &str) -> Vec<(usize, u64)> {
        let walk = self.router.enter(name, 1);
        match walk.pending() {
            Pending::Pick => walk.weighed().collect(),
            Pending::Call(deployment) => vec![(deployment, 1)],
            Pending::Ended(_) => Vec::new(),
        }
    }

    /// All requests for a name while all of these fail, where `first` is told from those that are like it; `None` where
    /// there are too many to follow them.
    pub(super) fn space(
        &'t self,
        spaces: &Spaces<'t>,
        (name, first): (&'t str, Option<usize>),
        failures: &[Fails],
    ) -> Option<Space<'t>> {
        let fates = |deployment: usize| vec![self.shows(failures, deployment)];
        let space = spaces.explore(name, &fates, |deployment| Some(deployment) == first);
        space.is_whole.then_some(space)
    }

    /// Where the requests for a name go that call a deployment first.
    pub(super) fn spread(&self, space: &Space<'_>, first: usize) -> Spread {
        let mut spread = Spread::default();
        // The share that each deployment answers, or any of those that are like it, in the order in which they were met.
        let mut answered: Vec<(Vec<usize>, Share)> = Vec::new();
        let mut here: BTreeMap<usize, Share> = BTreeMap::new();
        let begin = |way: To, here: &mut BTreeMap<usize, Share>| way.place().map(|place| here.insert(place, WHOLE));
        let is_first = |decision: Decision| decision == Decision::Pick(first);
        let picked = space.start.place().and_then(|place| space.spot(place));
        let picked = picked.filter(|spot| spot.calls.is_none());
        let way = picked.and_then(|spot| spot.ways.iter().find(|way| is_first(way.decision)));
        begin(way.map_or(space.start, |way| way.to), &mut here);
        for place in space.forward() {
            let (Some(share), Some(spot)) = (here.remove(&place), space.spot(place)) else { continue };
            let total: u64 = spot.ways.iter().map(|way| way.weight).sum();
            let mut left = share;
            for (number, way) in spot.ways.iter().enumerate() {
                // What rounding leaves goes with the last one.
                let part = if number + 1 < spot.ways.len() {
                    let product = u128::from(share) * u128::from(way.weight) / u128::from(total.max(1));
                    u64::try_from(product).unwrap_or(left).min(left)
                } else {
                    left
                };
                left -= part;
                match way.to {
                    To::Place(to) => *here.entry(to).or_insert(0) += part,
                    To::Ended(Ending::Answered(deployment)) => {
                        match answered.iter_mut().find(|(all, _)| all.contains(&deployment)) {
                            Some((_, sum)) => *sum += part,
                            None => answered.push((space.all_like(deployment), part)),
                        }
                    }
                    To::Ended(Ending::Failed(_) | Ending::Longer) => spread.lost += part,
                }
            }
        }
        for (all, sum) in answered {
            let mut left = sum;
            for (others, deployment) in (1..=Share::try_from(all.len()).unwrap_or(1)).rev().zip(&all) {
                // What rounding leaves goes with the last ones.
                let share = left / others;
                left -= share;
                match self.target(*deployment) {
                    Some(target) => spread.answer(Answer { target, key: None, share }),
                    None => spread.lost += share,
                }
            }
        }
        spread.answers.retain(|answer| answer.share > 0);
        spread
    }
}

/// What LiteLLM sees of a symptom.
pub fn failure_of(symptom: Symptom) -> Failure {
    match symptom {
        Symptom::RateLimit => Failure::Status(429),
        Symptom::Timeout => Failure::Status(408),
        Symptom::Auth => Failure::Status(401),
        Symptom::Billing => Failure::Status(402),
        Symptom::NotEntitled => Failure::Status(404),
        Symptom::ContextOverflow => Failure::ContextWindow,
        Symptom::ContentPolicy => Failure::ContentPolicy,
        Symptom::Overloaded | Symptom::Partial | Symptom::Any => Failure::Status(500),
    }
}

/// The target of the table that a deployment of its file became.
pub fn target_of(table: &Table, routing: &Routing, deployment: usize) -> Option<TargetId> {
    let written = routing.deployments.get(deployment)?.model.span();
    // Where an anchor gives several deployments one place, they became targets in the same order.
    let before = routing.deployments.iter().take(deployment).filter(|one| one.model.span() == written).count();
    let same = table.targets.iter().filter(|(_, target)| target.name.span() == written);
    same.map(|(id, _)| id).nth(before)
}
