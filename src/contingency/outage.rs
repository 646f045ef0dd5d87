//! What came of a failure: who answers, who is lost, what is over its limit, and in which order it happened.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::model::{KeyId, RouteId, TargetId};

use super::element::Failure;
use super::flow::{Class, Limited, Rate, Share, WHOLE, Written};
use super::network::Network;

/// The part of a flow that rounding may lose.
pub const ROUNDING: Share = WHOLE / 10_000;

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

impl Spread {
    /// Notes that so much wants through a limit.
    pub(super) fn offer(&mut self, limit: usize, share: Share) {
        match self.offers.iter_mut().find(|(known, _)| *known == limit) {
            Some((_, sum)) => *sum = sum.saturating_add(share),
            None => self.offers.push((limit, share)),
        }
    }

    /// Notes an answer: who answers some of it at one call and some at another answers the sum.
    pub(super) fn answer(&mut self, answer: Answer) {
        let same = |known: &&mut Answer| (known.target, known.key) == (answer.target, answer.key);
        match self.answers.iter_mut().find(same) {
            Some(known) => known.share = known.share.saturating_add(answer.share),
            None => self.answers.push(answer),
        }
    }
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
    /// The limits as they are written.
    pub written: Written,
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
    /// The routes of a LiteLLM file whose requests can go too many ways to follow them: nothing is said of these.
    pub undecided: BTreeSet<RouteId>,
    pub(super) spreads: Vec<(usize, Rc<Spread>)>,
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
        Self { failures, overloads: Vec::new(), undecided: BTreeSet::new(), spreads: Vec::new() }
    }

    /// Every flow that the outage touches, in source order of the routes.
    pub fn moved(&self, network: &Network<'_>) -> Vec<Moved> {
        self.moved_if(network, |_| true)
    }

    /// Every flow of a route that the outage touches.
    pub(super) fn moved_of(&self, network: &Network<'_>, route: RouteId) -> Vec<Moved> {
        self.moved_if(network, |other| other == route)
    }

    fn moved_if(&self, network: &Network<'_>, wanted: impl Fn(RouteId) -> bool) -> Vec<Moved> {
        let mut all: Vec<Moved> = Vec::new();
        for (number, spread) in &self.spreads {
            let Some(class) = network.load.classes.get(*number) else { continue };
            all.extend(class.flows.iter().filter(|flow| wanted(flow.route)).map(|flow| Moved {
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
            for flow in network.load.classes.get(*number).into_iter().flat_map(|class| &class.flows) {
                let part = super::flow::part(flow.share, spread.lost);
                let sum = lost.entry(flow.route).or_default();
                *sum = sum.saturating_add(part).min(WHOLE);
            }
        }
        lost
    }

    /// The routes that lose more than is lost when nothing fails, with the part that is lost.
    pub fn lost_beyond(&self, network: &Network<'_>, calm: &BTreeMap<RouteId, Share>) -> BTreeMap<RouteId, Share> {
        let mut lost = self.lost(network);
        lost.retain(|route, share| *share > calm.get(route).copied().unwrap_or(0).saturating_add(ROUNDING));
        lost
    }

    /// Whether some route loses requests.
    pub fn loses_any(&self) -> bool {
        self.spreads.iter().any(|(_, spread)| spread.lost > 0)
    }

    /// The targets that answer a route now and not when nothing fails.
    pub fn newly_reached(&self, network: &Network<'_>, calm: &Outage) -> BTreeSet<(RouteId, TargetId)> {
        let answered = |outage: &Outage| {
            let mut pairs = BTreeSet::new();
            for (number, spread) in &outage.spreads {
                for flow in network.load.classes.get(*number).into_iter().flat_map(|class| &class.flows) {
                    pairs.extend(spread.answers.iter().map(|answer| (flow.route, answer.target)));
                }
            }
            pairs
        };
        let before = answered(calm);
        let mut now = answered(self);
        let classes = network.load.classes.iter();
        let first = |class: &Class| class.flows.iter().map(|flow| (flow.route, class.target)).collect::<Vec<_>>();
        let first: BTreeSet<_> = classes.flat_map(first).collect();
        now.retain(|pair| !first.contains(pair) && !before.contains(pair));
        now
    }

    /// The limits that are exceeded and are not when nothing fails.
    pub fn overloads_beyond<'a>(&'a self, calm: &'a Outage) -> impl Iterator<Item = &'a Overload> {
        self.overloads.iter().filter(move |overload| calm.overload_of(&overload.of).is_none())
    }

    /// How a limit is exceeded, if it is.
    pub fn overload_of(&self, limited: &Limited) -> Option<&Overload> {
        self.overloads.iter().find(|overload| overload.of == *limited)
    }

    pub(super) fn events(&self, moved: Vec<Moved>) -> Vec<Event> {
        let mut events: Vec<Event> = self.failures.iter().cloned().map(Event::Fails).collect();
        events.extend(self.overloads.iter().cloned().map(Event::Exceeded));
        events.extend(moved.into_iter().map(Event::Moves));
        events
    }
}
