//! Bounds in routec's own semantics: calls, time and money at most, by dynamic programming over the routes.
//!
//! Every call is counted as if it took its whole timeout and were billed in full, failed or not: nothing in a table says
//! which failed calls are free, so only this is a bound.

use std::collections::BTreeSet;

use crate::model::{ResolvedStep, RouteId, RouteNode, Symptom, Table, TargetId};

use super::FailoverGraph;
use super::moves::Call;
use super::walk::rung_for;

/// Which symptoms the calls of a request show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// The same one at every call.
    Persistent(Symptom),
    /// The same one at every call, and the request as quick as it can be: the quickest target of each pool, and calls
    /// that fail at once unless they time out. Its times are no bounds but the least that passes.
    Soonest(Symptom),
    /// Any at each call, as an adversary would choose. Where the steps of several ladders could be taken in several
    /// orders, each is counted at its worst, so that the bound may be above the worst real request.
    Adversarial,
}

/// Why there is no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// The route reaches a cycle.
    Cycle,
    /// A target sets no timeout.
    NoTimeout(TargetId),
    /// The price of a target's model is not known.
    NoPrice(TargetId),
    /// Nothing says how many tokens prompts and answers have.
    NoTokens,
}

/// A number at most, or why there is none.
pub type AtMost<T> = Result<T, Open>;

/// What one request that enters a route can cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Calls.
    pub attempts: AtMost<u64>,
    /// Milliseconds until the last call starts.
    pub last_start: AtMost<u64>,
    /// Milliseconds until the request has ended.
    pub time: AtMost<u64>,
    /// Money, in the unit of the prices given.
    pub money: AtMost<u128>,
}

/// What the first call, or one step, adds to the worst request where any symptom may show at each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The step, by its rung and its number; `None` for the first call.
    pub at: Option<(usize, usize)>,
    /// Calls.
    pub calls: AtMost<u64>,
    /// Money, in the unit of the prices given.
    pub money: AtMost<u128>,
}

/// The price of one call of a target; `None` where it is not known.
pub type PriceOf<'a> = &'a dyn Fn(TargetId) -> Option<u128>;

/// The bounds of the routes asked for, and of all that these reach.
#[derive(Debug)]
pub struct Bounds {
    settled: Vec<Option<Bound>>,
}

pub(super) const CYCLE: Bound =
    Bound { attempts: Err(Open::Cycle), last_start: Err(Open::Cycle), time: Err(Open::Cycle), money: Err(Open::Cycle) };

impl Bound {
    /// What a visit has cost before its first call.
    pub(super) const NOTHING: Self = Self { attempts: Ok(0), last_start: Ok(0), time: Ok(0), money: Ok(0) };

    /// The worse of two in every respect.
    pub(super) fn worst(self, other: Self) -> Self {
        self.joined(other, u64::max)
    }

    /// The worse of two: the more calls, the more money, and of the times the one that counts.
    fn joined(self, other: Self, time: fn(u64, u64) -> u64) -> Self {
        Self {
            attempts: both(self.attempts, other.attempts, u64::max),
            last_start: both(self.last_start, other.last_start, time),
            time: both(self.time, other.time, time),
            money: both(self.money, other.money, u128::max),
        }
    }

    /// Adds a wait to what a visit has cost so far.
    pub(super) fn wait(&mut self, milliseconds: u64) {
        self.time = self.time.map(|time| time.saturating_add(milliseconds));
    }

    /// Adds so many calls alike, one after the other.
    pub(super) fn calls(&mut self, number: u64, time: AtMost<u64>, money: AtMost<u128>) {
        if number == 0 {
            return;
        }
        self.attempts = self.attempts.map(|attempts| attempts.saturating_add(number));
        let before = time.map(|time| time.saturating_mul(number - 1));
        self.last_start = add(self.time, before);
        self.time = add(self.time, time.map(|time| time.saturating_mul(number)));
        self.money = both(self.money, money, |sum, each| sum.saturating_add(each.saturating_mul(u128::from(number))));
    }

    /// Adds a visit of another route.
    pub(super) fn visit(&mut self, inner: &Bound) {
        self.attempts = add(self.attempts, inner.attempts);
        self.last_start = add(self.time, inner.last_start);
        self.time = add(self.time, inner.time);
        self.money = both(self.money, inner.money, u128::saturating_add);
    }
}

impl Bounds {
    /// The bounds of every route.
    pub fn new(table: &Table, graph: &FailoverGraph, case: Case, price: PriceOf<'_>) -> Self {
        Self::of(table, graph, case, price, table.routes.iter().map(|(id, _)| id))
    }

    /// The bounds of some routes, each computed once: routes that reach a cycle have none.
    pub fn of(
        table: &Table,
        graph: &FailoverGraph,
        case: Case,
        price: PriceOf<'_>,
        routes: impl IntoIterator<Item = RouteId>,
    ) -> Self {
        let mut bounds = Self { settled: vec![None; table.routes.len()] };
        let mut stack = Vec::new();
        let mut entered = BTreeSet::new();
        // Depth first without recursion: a route is settled once all routes it falls back to are.
        for start in routes {
            stack.push(start);
            entered.clear();
            while let Some(route) = stack.last().copied() {
                if bounds.get(route).is_some() {
                    stack.pop();
                    continue;
                }
                let open: Vec<RouteId> =
                    visited(table, graph, route, case).into_iter().filter(|to| bounds.get(*to).is_none()).collect();
                let value = if !open.is_empty() && entered.insert(route) {
                    stack.extend(open);
                    continue;
                } else if open.is_empty() {
                    Visit { table, price, bounds: &bounds, case }.bound(&table.routes[route])
                } else {
                    CYCLE
                };
                if let Some(slot) = bounds.settled.get_mut(route.number()) {
                    *slot = Some(value);
                }
                stack.pop();
            }
        }
        bounds
    }

    /// The bound of a route that was asked for or is reached from one; `None` for others.
    pub fn get(&self, route: RouteId) -> Option<&Bound> {
        self.settled.get(route.number()).and_then(Option::as_ref)
    }

    /// What the adversarial bound of a route is made of, in the order of its steps.
    pub fn parts(&self, table: &Table, price: PriceOf<'_>, route: RouteId) -> Vec<Part> {
        let mut parts = Vec::new();
        let visit = Visit { table, price, bounds: self, case: Case::Adversarial };
        visit.adversarial(&table.routes[route], |part| parts.push(part));
        parts
    }

    /// The calls at most of a route.
    pub fn attempts(&self, route: RouteId) -> AtMost<u64> {
        self.get(route).map_or(Err(Open::Cycle), |bound| bound.attempts)
    }
}

/// The routes that a visit of a route can lead to.
pub(super) fn visited(table: &Table, graph: &FailoverGraph, route: RouteId, case: Case) -> Vec<RouteId> {
    let wanted = match case {
        Case::Persistent(symptom) | Case::Soonest(symptom) => match rung_for(&table.routes[route], symptom) {
            Some(rung) => Some(rung),
            None => return Vec::new(),
        },
        Case::Adversarial => None,
    };
    let hops = graph.hops_of(route).iter().map(|hop| graph.hop(*hop));
    hops.filter(|hop| wanted.is_none_or(|rung| hop.at.0 == rung)).filter_map(super::HopEdge::to_route).collect()
}

/// One visit, the visits it leads to being settled.
pub(super) struct Visit<'a> {
    pub(super) table: &'a Table,
    pub(super) price: PriceOf<'a>,
    pub(super) bounds: &'a Bounds,
    pub(super) case: Case,
}

pub(super) fn both<T>(a: AtMost<T>, b: AtMost<T>, join: impl Fn(T, T) -> T) -> AtMost<T> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok(join(a, b)),
        (Err(a), Err(b)) => Err(a.min(b)),
        (Err(open), Ok(_)) | (Ok(_), Err(open)) => Err(open),
    }
}

fn add(a: AtMost<u64>, b: AtMost<u64>) -> AtMost<u64> {
    both(a, b, u64::saturating_add)
}

impl Visit<'_> {
    fn bound(&self, route: &RouteNode) -> Bound {
        let sum = match self.case {
            Case::Persistent(symptom) | Case::Soonest(symptom) => {
                let steps = rung_for(route, symptom).and_then(|rung| route.rungs.get(rung));
                let steps: &[ResolvedStep] = steps.map_or(&[], |rung| rung.steps.as_slice());
                let sums = route.pool.iter().map(|member| self.persistent(member.target, steps, |_| {}));
                let time = if matches!(self.case, Case::Soonest(_)) { u64::min } else { u64::max };
                sums.reduce(|a, b| a.joined(b, time)).unwrap_or(Bound::NOTHING)
            }
            Case::Adversarial => self.adversarial(route, |_| {}),
        };
        let end = match self.case {
            Case::Soonest(_) => None,
            Case::Persistent(_) | Case::Adversarial => self.table.ends_at(route).map(|deadline| deadline.value.0),
        };
        let by_then = |time: AtMost<u64>| end.map_or(time, |end| Ok(time.map_or(end, |time| time.min(end))));
        Bound { last_start: by_then(sum.last_start), time: by_then(sum.time), ..sum }
    }

    pub(super) fn timeout(&self, call: &Call) -> AtMost<u64> {
        match self.case {
            Case::Soonest(Symptom::Timeout) => Ok(call.timeout.unwrap_or(0)),
            Case::Soonest(_) => Ok(0),
            Case::Persistent(_) | Case::Adversarial => call.timeout.ok_or(Open::NoTimeout(call.target)),
        }
    }

    pub(super) fn money(&self, target: TargetId) -> AtMost<u128> {
        (self.price)(target).ok_or(Open::NoPrice(target))
    }

    /// So many calls alike, one after the other.
    pub(super) fn make(&self, sum: &mut Bound, number: u64, call: &Call) {
        sum.calls(number, self.timeout(call), self.money(call.target));
    }
}
