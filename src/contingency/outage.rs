//! What came of a failure: who answers, who is lost, what is over its limit, and in which order it happened.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{KeyId, RouteId, TargetId};

use super::element::Failure;
use super::flow::{Limited, Rate, Share, WHOLE};
use super::network::Network;

/// Part of a flow and who answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The target that answers.
    pub target: TargetId,
    /// The key it is called with.
    pub key: Option<KeyId>,
    /// Which part of the flow.
    pub share: Share,
}

/// Where the load of a class of flows goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread {
    /// The limits it draws on, and with which part of it.
    pub(super) offers: Vec<(usize, Share)>,
    pub(super) answers: Vec<Answer>,
    pub(super) lost: Share,
}

/// A limit that the load exceeds.
#[derive(Clone, Debug)]
pub struct Overload {
    pub(super) limit: usize,
    /// What is limited.
    pub of: Limited,
    /// The load that wants through it.
    pub load: Rate,
    /// Thousandths of a request per minute that it lets through.
    pub requests: Option<u64>,
    /// Thousandths of a token per minute that it lets through.
    pub tokens: Option<u64>,
    /// In which round it was first exceeded: 0 by the failure itself, later by what others refused.
    pub round: usize,
}

/// What came of a failure.
#[derive(Clone, Debug)]
pub struct Outage {
    /// What failed.
    pub failures: Vec<Failure>,
    /// The limits that are exceeded, in the order in which that happened.
    pub overloads: Vec<Overload>,
    pub(super) spreads: Vec<(usize, Spread)>,
}

/// Load of a route that goes elsewhere than when nothing fails.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The route.
    pub route: RouteId,
    /// The target that answers it when nothing fails.
    pub from: TargetId,
    /// The part of the route's requests that is meant.
    pub share: Share,
    /// The same part as it is written: a weight, and the sum of all weights.
    pub weight: (u64, u64),
    /// Who answers; the parts are of this flow, not of the route.
    pub answers: Vec<Answer>,
    /// The part of this flow that nobody answers.
    pub lost: Share,
}

/// One thing that happens in the course of an outage.
#[derive(Clone, Debug)]
pub enum Event {
    /// Something fails.
    Fails(Failure),
    /// A limit is exceeded.
    Exceeded(Overload),
    /// Load goes elsewhere, or is lost.
    Moves(Moved),
}

impl Outage {
    pub(super) fn new(failures: Vec<Failure>) -> Self {
        Self { failures, overloads: Vec::new(), spreads: Vec::new() }
    }

    /// Every flow that the outage touches, in source order of the routes.
    pub fn moved(&self, network: &Network<'_>) -> Vec<Moved> {
        let mut all: Vec<Moved> = Vec::new();
        for (number, spread) in &self.spreads {
            let Some(class) = network.classes.get(*number) else { continue };
            all.extend(class.flows.iter().map(|flow| Moved {
                route: flow.route,
                from: class.target,
                share: flow.share,
                weight: flow.weight,
                answers: spread.answers.clone(),
                lost: spread.lost,
            }));
        }
        all.sort_by_key(|moved| (moved.route, moved.from));
        all
    }

    /// The routes some of whose requests nobody answers, with the part that is lost.
    pub fn lost(&self, network: &Network<'_>) -> BTreeMap<RouteId, Share> {
        let mut lost: BTreeMap<RouteId, Share> = BTreeMap::new();
        for (number, spread) in self.spreads.iter().filter(|(_, spread)| spread.lost > 0) {
            for flow in network.classes.get(*number).into_iter().flat_map(|class| &class.flows) {
                let part = super::flow::part(flow.share, spread.lost);
                let sum = lost.entry(flow.route).or_default();
                *sum = sum.saturating_add(part).min(WHOLE);
            }
        }
        lost
    }

    /// How many routes lose requests, without naming them.
    pub fn loses_any(&self) -> bool {
        self.spreads.iter().any(|(_, spread)| spread.lost > 0)
    }

    /// The targets that answer a route now and not when nothing fails.
    pub fn newly_reached(&self, network: &Network<'_>, calm: &Outage) -> BTreeSet<(RouteId, TargetId)> {
        let mut before: BTreeSet<(RouteId, TargetId)> = BTreeSet::new();
        let answered = |outage: &Outage, into: &mut BTreeSet<(RouteId, TargetId)>| {
            for (number, spread) in &outage.spreads {
                for flow in network.classes.get(*number).into_iter().flat_map(|class| &class.flows) {
                    into.extend(spread.answers.iter().map(|answer| (flow.route, answer.target)));
                }
            }
        };
        answered(calm, &mut before);
        for class in &network.classes {
            before.extend(class.flows.iter().map(|flow| (flow.route, class.target)));
        }
        let mut now = BTreeSet::new();
        answered(self, &mut now);
        now.difference(&before).copied().collect()
    }

    /// Whether a limit is exceeded that is not when nothing fails.
    pub fn overloads_beyond<'a>(&'a self, calm: &'a Outage) -> impl Iterator<Item = &'a Overload> {
        let known = |overload: &Overload| calm.overloads.iter().any(|other| other.limit == overload.limit);
        self.overloads.iter().filter(move |overload| !known(overload))
    }

    pub(super) fn events(&self, network: &Network<'_>) -> Vec<Event> {
        let mut events: Vec<Event> = self.failures.iter().cloned().map(Event::Fails).collect();
        events.extend(self.overloads.iter().cloned().map(Event::Exceeded));
        events.extend(self.moved(network).into_iter().map(Event::Moves));
        events
    }
}
