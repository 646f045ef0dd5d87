//! All requests for one name: where they can stand and what can come next, each place once. A request never comes back
//! to a place, since lists only go forward, so that the longest way from each place can be told by adding up.

use std::collections::{BTreeMap, VecDeque};

use super::ahead::Ahead;
use super::alike::Alike;
use super::state::State;
use super::walk::{Pending, Walk};
use super::{Ending, Failure, Router};

/// The calls after which a request is no longer followed.
pub const LONGEST_REQUEST: usize = 1_000;

/// The places after which all requests for a name are no longer searched: a second's work and less than 100 MB.
const MOST_PLACES: usize = 20_000;

/// What is decided at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This deployment is picked.
    Pick(usize),
    /// The call fails so, or answers.
    End(Option<Failure>),
}

impl Decision {
    /// The deployment that is picked, if one is.
    pub fn picked(self) -> Option<usize> {
        match self {
            Self::Pick(deployment) => Some(deployment),
            Self::End(_) => None,
        }
    }

    /// How the call ends, if one does.
    pub fn ended(self) -> Option<Option<Failure>> {
        match self {
            Self::Pick(_) => None,
            Self::End(end) => Some(end),
        }
    }
}

/// Where a request comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// A place, by its number.
    Place(usize),
    /// Its end.
    Ended(Ending),
}

/// One thing that can come next.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// What is decided.
    pub decision: Decision,
    /// How often, relative to the other picks of a place; 1 for the end of a call.
    pub weight: u64,
    /// Milliseconds that LiteLLM waits at most on the way.
    pub waited: u64,
    /// Where the request comes to.
    pub to: To,
}

/// Where a request can stand.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The deployment that is called; `None` where one is picked.
    pub calls: Option<usize>,
    /// What can come next; of decisions that lead to the same place the first.
    pub ways: Vec<Way>,
}

/// The places of all requests for one name. Those that differ only by which of several deployments that are alike is
/// which are one place, told as the request stands in it that came there first.
#[derive(Clone, Debug)]
pub struct Space<'w> {
    /// Where a request begins.
    pub start: To,
    /// Whether every place is there, and every request was followed to its end.
    pub is_whole: bool,
    spots: Vec<Spot>,
    known: BTreeMap<State<'w>, usize>,
    alike: Alike,
}

/// How the calls of a deployment can end.
pub type FatesOf<'f> = dyn Fn(usize) -> Vec<Option<Failure>> + 'f;

/// A router, ready to have all requests for its names followed.
#[derive(Debug)]
pub struct Spaces<'w> {
    router: &'w Router<'w>,
    ahead: Ahead<'w>,
    alike: Alike,
    kinds: Vec<Failure>,
}

impl<'w> Spaces<'w> {
    /// The spaces of a router's names.
    pub fn new(router: &'w Router<'w>) -> Self {
        let ahead = Ahead::new(router);
        let alike = Alike::new(router.directory(), &ahead);
        Self { router, ahead, alike, kinds: Failure::kinds(router.directory().era()) }
    }

    /// One failure for each way in which LiteLLM can tell failures apart.
    pub fn kinds(&self) -> &[Failure] {
        &self.kinds
    }

    /// Every way for a call to end.
    pub fn anything(&self) -> Vec<Option<Failure>> {
        self.kinds.iter().copied().map(Some).chain([None]).collect()
    }

    /// Whether LiteLLM cannot tell some other deployment from this one.
    pub fn has_twin(&self, deployment: usize) -> bool {
        self.alike.has_twin(deployment)
    }

    /// Follows every request for a name, the shortest first, until there are too many places. `apart` says what the asker
    /// tells deployments apart by, besides how their calls can end.
    pub fn explore<K: Ord>(&self, name: &'w str, fates: &FatesOf<'_>, apart: impl Fn(usize) -> K) -> Space<'w> {
        let resolved = self.router.directory().resolve(name);
        let answers = |at: usize| resolved.deployments().contains(&at);
        let alike = self.alike.split(|at| (answers(at), fates(at), apart(at)));
        let (known, spots, open) = (BTreeMap::new(), Vec::new(), VecDeque::new());
        let mut explorer = Explorer { ahead: &self.ahead, alike: &alike, known, spots, open, is_whole: true };
        let start = explorer.meet(self.router.enter(name, LONGEST_REQUEST));
        while let Some((number, walk)) = explorer.open.pop_front() {
            if explorer.spots.len() > MOST_PLACES {
                explorer.is_whole = false;
                break;
            }
            let decisions: Vec<(Decision, u64)> = match walk.pending() {
                Pending::Pick => walk.weighed().map(|(picked, weight)| (Decision::Pick(picked), weight)).collect(),
                Pending::Call(deployment) => fates(deployment).into_iter().map(|end| (Decision::End(end), 1)).collect(),
                Pending::Ended(_) => Vec::new(),
            };
            let mut ways: Vec<Way> = Vec::new();
            for (decision, weight) in decisions {
                let mut walk = walk.clone();
                match decision {
                    Decision::Pick(deployment) => walk.pick(Some(deployment)),
                    Decision::End(failure) => walk.call(failure),
                }
                let is_pick = matches!(decision, Decision::Pick(_));
                let waited = if is_pick { 0 } else { walk.waited() };
                let to = explorer.meet(walk);
                match ways.iter_mut().find(|way| goes_alike(way.to, to) && way.waited == waited) {
                    Some(known) if is_pick => known.weight = known.weight.saturating_add(weight),
                    Some(_) => {}
                    None => ways.push(Way { decision, weight, waited, to }),
                }
            }
            if let Some(spot) = explorer.spots.get_mut(number) {
                spot.ways = ways;
            }
        }
        let Explorer { known, spots, is_whole, .. } = explorer;
        Space { start, is_whole, spots, known, alike }
    }

    /// Whom a request for a name picks that goes these ways through its space: in a place that several requests share,
    /// another may be which. `None` where no request goes so.
    pub fn picks(&self, space: &Space<'w>, name: &'w str, ways: &[Way]) -> Option<Vec<usize>> {
        let mut walk = self.router.enter(name, LONGEST_REQUEST);
        let mut picks = Vec::new();
        for way in ways {
            match way.decision {
                Decision::End(failure) => walk.call(failure),
                Decision::Pick(_) => {
                    let leads = |picked: &usize| {
                        let mut next = walk.clone();
                        next.pick(Some(*picked));
                        goes_alike(space.place_of(&self.ahead, &next)?, way.to).then_some((next, *picked))
                    };
                    let (next, picked) = walk.among().iter().find_map(leads)?;
                    picks.push(picked);
                    walk = next;
                }
            }
        }
        Some(picks)
    }
}

impl<'w> Space<'w> {
    /// Where a request has come to.
    fn place_of(&self, ahead: &Ahead<'w>, walk: &Walk<'w>) -> Option<To> {
        match walk.pending() {
            Pending::Ended(ending) => Some(To::Ended(ending)),
            Pending::Pick | Pending::Call(_) => {
                self.known.get(&self.alike.of(ahead.of(walk.state()))).copied().map(To::Place)
            }
        }
    }

    /// The deployments that one may stand for where requests come to, itself among them: each as often as any other.
    pub fn all_like(&self, deployment: usize) -> Vec<usize> {
        self.alike.all_like(deployment)
    }

    /// A place by its number.
    pub fn spot(&self, number: usize) -> Option<&Spot> {
        self.spots.get(number)
    }

    /// How many places there are.
    pub fn len(&self) -> usize {
        self.spots.len()
    }

    /// Whether a request ends before any call.
    pub fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }

    /// The places in an order in which each comes before those that it leads to.
    pub fn forward(&self) -> Vec<usize> {
        let mut before = vec![0usize; self.spots.len()];
        let leads = |spot: &Spot| spot.ways.iter().filter_map(|way| way.to.place()).collect::<Vec<_>>();
        for to in self.spots.iter().flat_map(leads) {
            before.get_mut(to).into_iter().for_each(|count| *count += 1);
        }
        let mut order: Vec<usize> = self.start.place().into_iter().collect();
        let mut at = 0;
        while let Some(spot) = order.get(at).and_then(|number| self.spots.get(*number)) {
            at += 1;
            for to in leads(spot) {
                let Some(count) = before.get_mut(to) else { continue };
                *count -= 1;
                if *count == 0 {
                    order.push(to);
                }
            }
        }
        order
    }
}

impl To {
    /// The number of the place, if it is one.
    pub fn place(self) -> Option<usize> {
        match self {
            Self::Place(number) => Some(number),
            Self::Ended(_) => None,
        }
    }
}

/// Whether nothing that happens later tells two ways apart: with which failure a request ends is no difference.
fn goes_alike(one: To, other: To) -> bool {
    let is_failure = |to: To| matches!(to, To::Ended(Ending::Failed(_)));
    one == other || (is_failure(one) && is_failure(other))
}

struct Explorer<'a, 'w> {
    ahead: &'a Ahead<'w>,
    alike: &'a Alike,
    known: BTreeMap<State<'w>, usize>,
    spots: Vec<Spot>,
    open: VecDeque<(usize, Walk<'w>)>,
    is_whole: bool,
}

impl<'w> Explorer<'_, 'w> {
    fn meet(&mut self, walk: Walk<'w>) -> To {
        let calls = match walk.pending() {
            Pending::Ended(ending) => {
                self.is_whole &= ending != Ending::Longer;
                return To::Ended(ending);
            }
            Pending::Pick => None,
            Pending::Call(deployment) => Some(deployment),
        };
        let number = self.spots.len();
        let known = *self.known.entry(self.alike.of(self.ahead.of(walk.state()))).or_insert(number);
        if known == number {
            self.spots.push(Spot { calls, ways: Vec::new() });
            self.open.push_back((number, walk));
        }
        To::Place(known)
    }
}
