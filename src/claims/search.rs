//! Searches requests for one that breaks a property: a call at a time, the most promising first, and no state twice.
//!
//! Symptoms that take the same steps are tried once. Of two requests that stand in the same place, the one that made
//! fewer calls and was not measured higher is dropped, and so is one that nothing to come can make break the property.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

use crate::graph::{Next, State, Walk};
use crate::model::{RouteId, Symptom, TargetId};

use super::goal::Goal;
use super::journey::LONGEST;

/// The states after which a search gives up.
pub(super) const STATES: usize = 50_000;

/// The states after which all searches for one answer give up.
pub(super) const ALL_STATES: usize = 8 * STATES;

/// The visits that these states may have together: deep ones are fewer, so that memory has a limit.
const VISITS: usize = 400_000;

/// In which order requests are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Those with the fewest calls first, so that the first that breaks the property has the fewest.
    Shortest,
    /// Those that may be measured highest first.
    Highest,
}

/// What a search found.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// A request that breaks the property: which targets its visits call first, and how its calls end.
    Request(Vec<TargetId>, Vec<Option<Symptom>>),
    /// Every request keeps it.
    Nothing,
    /// Neither, after so many states.
    GaveUp(usize),
}

/// A request that stands somewhere, and how it came there.
struct Node {
    /// The one before, and the symptom that its call showed.
    came: Option<(usize, Symptom)>,
    /// The targets chosen since.
    chosen: Vec<TargetId>,
    state: Rc<State>,
    calls: u64,
    sum: u128,
    /// Whether its call breaks the property.
    breaks: bool,
}

/// What comes first: fewest calls or highest sum, then the one that got furthest, then the one found first.
type Rank = (Reverse<u128>, u64, Reverse<usize>);

struct Search<'a, 'g> {
    goal: &'g Goal<'a>,
    order: Order,
    nodes: Vec<Node>,
    open: BinaryHeap<(Rank, usize)>,
    /// The calls and the sums with which each state was met.
    met: BTreeMap<Rc<State>, Vec<(u64, u128)>>,
    visits: usize,
    /// The calls of the longest request that is of interest.
    most_calls: u64,
    /// The calls after which no request is followed.
    longest: u64,
    /// Whether a request was left that may go on for longer than it is followed.
    cut: bool,
}

/// Searches the requests of a route that make at most so many calls, and takes what it searched from `states`.
pub(super) fn search(
    goal: &Goal<'_>,
    route: RouteId,
    pool: &[TargetId],
    order: Order,
    calls: u64,
    states: &mut usize,
) -> Found {
    let longest = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    let mut search = Search {
        goal,
        order,
        nodes: Vec::new(),
        open: BinaryHeap::new(),
        met: BTreeMap::new(),
        visits: 0,
        most_calls: calls.min(longest),
        longest,
        cut: false,
    };
    for target in pool {
        let walk = Walk::enter(goal.table, route, *target);
        if let Some(found) = search.meet(&walk, None, vec![*target], 0, 1) {
            return found;
        }
    }
    let found = search.run((*states).min(STATES));
    *states = states.saturating_sub(search.nodes.len());
    found
}

impl Search<'_, '_> {
    fn run(&mut self, states: usize) -> Found {
        while let Some(((Reverse(rank), ..), number)) = self.open.pop() {
            if self.nodes.len() > states || self.visits > VISITS {
                return Found::GaveUp(self.nodes.len());
            }
            let Some(node) = self.nodes.get(number) else { continue };
            if node.breaks {
                return self.found(number);
            }
            let state = Rc::clone(&node.state);
            if let Some(found) = self.go_on(&state, number, rank) {
                return found;
            }
        }
        if self.cut { Found::GaveUp(self.nodes.len()) } else { Found::Nothing }
    }

    /// Every way in which the call of a state can fail.
    fn go_on(&mut self, state: &State, number: usize, rank: u128) -> Option<Found> {
        let table = self.goal.table;
        let walk = Walk::resume(table, state);
        for shown in walk.telling() {
            let mut walk = walk.clone();
            let mut symptom = shown;
            loop {
                let found = match walk.fail(symptom) {
                    Next::Call { wait, .. } => self.meet(&walk, Some((number, shown)), Vec::new(), wait, rank),
                    Next::Visit { route, by } => {
                        let pool = &table.routes[route].pool;
                        if pool.is_empty() {
                            // A route without a pool answers nothing; what it failed with is what it was visited for.
                            let rung = table.routes[by.route].rungs.get(by.rung);
                            symptom = rung.map_or(symptom, |rung| rung.symptom);
                            continue;
                        }
                        pool.iter().find_map(|member| {
                            let mut walk = walk.clone();
                            walk.choose(member.target);
                            self.meet(&walk, Some((number, shown)), vec![member.target], 0, rank)
                        })
                    }
                    Next::Failed(_) if self.goal.is_broken_by_failing() => {
                        let (chosen, mut shows) = self.way_to(number);
                        shows.push(Some(shown));
                        Some(Found::Request(chosen, shows))
                    }
                    Next::Failed(_) => None,
                };
                if found.is_some() {
                    return found;
                }
                break;
            }
        }
        None
    }

    /// A request is about to make a call. Where nothing open ranks before `rank`, none is shorter.
    fn meet(
        &mut self,
        walk: &Walk<'_>,
        came: Option<(usize, Symptom)>,
        chosen: Vec<TargetId>,
        wait: u64,
        rank: u128,
    ) -> Option<Found> {
        let call = walk.call()?;
        let before = came.and_then(|(number, _)| self.nodes.get(number)).map_or((0, 0), |node| (node.calls, node.sum));
        let (calls, sum) = (before.0 + 1, before.1.saturating_add(self.goal.adds(call, wait)));
        let state = Rc::new(walk.state());
        let number = self.nodes.len();
        if self.goal.is_broken(call, sum) {
            self.nodes.push(Node { came, chosen, state, calls, sum, breaks: true });
            if self.order == Order::Highest || u128::from(calls) <= rank {
                return Some(self.found(number));
            }
            self.open.push(((Reverse(u128::from(calls)), calls, Reverse(number)), number));
            return None;
        }
        let outlook = self.goal.outlook(&state, sum)?;
        if calls.saturating_add(outlook.calls) > self.most_calls {
            self.cut |= self.most_calls == self.longest;
            return None;
        }
        let met = self.met.entry(Rc::clone(&state)).or_default();
        if met.iter().any(|(fewer, higher)| *fewer <= calls && *higher >= sum) {
            return None;
        }
        met.push((calls, sum));
        let rank = match self.order {
            Order::Shortest => u128::from(calls.saturating_add(outlook.calls)),
            Order::Highest => u128::MAX - sum.saturating_add(outlook.rest),
        };
        self.visits += state.depth();
        self.nodes.push(Node { came, chosen, state, calls, sum, breaks: false });
        self.open.push(((Reverse(rank), calls, Reverse(number)), number));
        None
    }

    /// The request whose call breaks the property, and answers.
    fn found(&self, number: usize) -> Found {
        let (chosen, mut shows) = self.way_to(number);
        shows.push(None);
        Found::Request(chosen, shows)
    }

    /// The targets chosen and the symptoms shown on the way to a node.
    fn way_to(&self, number: usize) -> (Vec<TargetId>, Vec<Option<Symptom>>) {
        let (mut chosen, mut shows) = (Vec::new(), Vec::new());
        let mut at = self.nodes.get(number);
        while let Some(node) = at {
            chosen.extend(node.chosen.iter().rev().copied());
            at = node.came.and_then(|(before, symptom)| {
                shows.push(Some(symptom));
                self.nodes.get(before)
            });
        }
        chosen.reverse();
        shows.reverse();
        (chosen, shows)
    }
}
