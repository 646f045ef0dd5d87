//! Bounds in routec's own semantics: calls, time and money at most, by dynamic programming over the routes.
//!
//! Every call is counted as if it took its whole timeout and were billed in full, failed or not: nothing in a table says
//! which failed calls are free, so only this is a bound.

use std::collections::BTreeSet;

use crate::model::{Leg, ResolvedStep, RouteId, RouteNode, Symptom, Table, TargetId};

use super::FailoverGraph;
use super::moves::{Call, Move, further_keys};
use super::run::is_told;
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
    /// The worse of two in every respect.
    fn worst(self, other: Self) -> Self {
        Self {
            attempts: both(self.attempts, other.attempts, u64::max),
            last_start: both(self.last_start, other.last_start, u64::max),
            time: both(self.time, other.time, u64::max),
            money: both(self.money, other.money, u128::max),
        }
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
        // Depth first without recursion: a route is settled once all routes it falls back to are.
        for start in routes {
            let mut stack = vec![start];
            let mut entered = BTreeSet::new();
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
        Visit { table, price, bounds: self, case: Case::Adversarial }.adversarial(&table.routes[route], &mut parts);
        parts
    }

    /// The calls at most of a route.
    pub fn attempts(&self, route: RouteId) -> AtMost<u64> {
        self.get(route).map_or(Err(Open::Cycle), |bound| bound.attempts)
    }
}

/// The routes that a visit of a route can lead to.
fn visited(table: &Table, graph: &FailoverGraph, route: RouteId, case: Case) -> Vec<RouteId> {
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

/// What a visit has cost so far.
#[derive(Clone, Copy)]
pub(super) struct Sum {
    attempts: AtMost<u64>,
    pub(super) last_start: AtMost<u64>,
    pub(super) time: AtMost<u64>,
    money: AtMost<u128>,
}

impl Sum {
    pub(super) const NOTHING: Self = Self { attempts: Ok(0), last_start: Ok(0), time: Ok(0), money: Ok(0) };

    pub(super) fn wait(&mut self, milliseconds: u64) {
        self.time = self.time.map(|time| time.saturating_add(milliseconds));
    }

    /// So many calls alike, one after the other.
    fn calls(&mut self, number: u64, time: AtMost<u64>, money: AtMost<u128>) {
        if number == 0 {
            return;
        }
        self.attempts = self.attempts.map(|attempts| attempts.saturating_add(number));
        let before = time.map(|time| time.saturating_mul(number - 1));
        self.last_start = add(self.time, before);
        self.time = add(self.time, time.map(|time| time.saturating_mul(number)));
        self.money = both(self.money, money, |sum, each| sum.saturating_add(each.saturating_mul(u128::from(number))));
    }

    pub(super) fn visit(&mut self, inner: &Bound) {
        self.attempts = add(self.attempts, inner.attempts);
        self.last_start = add(self.time, inner.last_start);
        self.time = add(self.time, inner.time);
        self.money = both(self.money, inner.money, u128::saturating_add);
    }
}

fn both<T>(a: AtMost<T>, b: AtMost<T>, join: impl Fn(T, T) -> T) -> AtMost<T> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok(join(a, b)),
        (Err(a), Err(b)) => Err(a.min(b)),
        (Err(open), Ok(_)) | (Ok(_), Err(open)) => Err(open),
    }
}

fn add(a: AtMost<u64>, b: AtMost<u64>) -> AtMost<u64> {
    both(a, b, u64::saturating_add)
}

fn most<T: Ord>(values: impl IntoIterator<Item = AtMost<T>>) -> Option<AtMost<T>> {
    values.into_iter().reduce(|a, b| both(a, b, T::max))
}

impl Visit<'_> {
    fn bound(&self, route: &RouteNode) -> Bound {
        let sums: Vec<Sum> = match self.case {
            Case::Persistent(symptom) | Case::Soonest(symptom) => {
                let steps = rung_for(route, symptom).and_then(|rung| route.rungs.get(rung));
                let steps: &[ResolvedStep] = steps.map_or(&[], |rung| rung.steps.as_slice());
                route.pool.iter().map(|member| self.persistent(member.target, steps, &mut Vec::new())).collect()
            }
            Case::Adversarial => vec![self.adversarial(route, &mut Vec::new())],
        };
        let time = |of: fn(&Sum) -> AtMost<u64>| match self.case {
            Case::Soonest(_) => sums.iter().map(of).reduce(|a, b| both(a, b, u64::min)),
            Case::Persistent(_) | Case::Adversarial => {
                let all = most(sums.iter().map(of));
                let end = self.table.ends_at(route).map(|deadline| deadline.value.0);
                end.map_or(all, |end| all.map(|time| Ok(time.map_or(end, |time| time.min(end)))))
            }
        };
        Bound {
            attempts: most(sums.iter().map(|sum| sum.attempts)).unwrap_or(Ok(0)),
            last_start: time(|sum| sum.last_start).unwrap_or(Ok(0)),
            time: time(|sum| sum.time).unwrap_or(Ok(0)),
            money: most(sums.iter().map(|sum| sum.money)).unwrap_or(Ok(0)),
        }
    }

    fn timeout(&self, call: &Call) -> AtMost<u64> {
        match self.case {
            Case::Soonest(Symptom::Timeout) => Ok(call.timeout.unwrap_or(0)),
            Case::Soonest(_) => Ok(0),
            Case::Persistent(_) | Case::Adversarial => call.timeout.ok_or(Open::NoTimeout(call.target)),
        }
    }

    fn money(&self, target: TargetId) -> AtMost<u128> {
        (self.price)(target).ok_or(Open::NoPrice(target))
    }

    /// So many calls alike, one after the other.
    pub(super) fn make(&self, sum: &mut Sum, number: u64, call: &Call) {
        sum.calls(number, self.timeout(call), self.money(call.target));
    }

    /// Every step of every rung once, each at its worst: on whichever target the visit may have called before it.
    fn adversarial(&self, route: &RouteNode, parts: &mut Vec<Part>) -> Sum {
        let stays = Stays::of(route);
        let pool: Vec<TargetId> = route.pool.iter().map(|member| member.target).collect();
        let mut sum = Sum::NOTHING;
        // The last call can be any; the one that ends soonest makes it start latest.
        let mut tail: Option<AtMost<u64>> = None;
        let mut make = |sum: &mut Sum, at: Option<(usize, usize)>, number: u64, on: &[TargetId], cap: Option<u64>| {
            let longest = most(on.iter().map(|target| {
                let call = Call::first(self.table, *target);
                self.timeout(&call).map(|timeout| cap.map_or(timeout, |cap| timeout.max(cap)))
            }));
            let dearest = most(on.iter().map(|target| self.money(*target)));
            let (Some(longest), Some(dearest)) = (longest, dearest) else { return };
            if number > 0 {
                sum.calls(number, longest, dearest);
                let money = dearest.map(|each| each.saturating_mul(u128::from(number)));
                parts.push(Part { at, calls: Ok(number), money });
                let shortest = on.iter().filter_map(|target| Call::first(self.table, *target).timeout).min();
                tail = Some(least(tail, shortest.map_or(longest, Ok)));
            }
        };
        make(&mut sum, None, 1, &pool, None);
        let mut has_counted = false;
        for (rung_at, rung) in route.rungs.iter().enumerate().filter(|(_, rung)| route.takes(rung)) {
            for (step_at, step) in rung.steps.iter().enumerate() {
                if self.table.gateway.is_one_run() && !is_told(route, (rung_at, step_at)) {
                    continue;
                }
                let at = Some((rung_at, step_at));
                let on = || stays.before(&pool, rung_at, step_at);
                match Move::of(step) {
                    Move::Repeat(backoff) if backoff.per_target && std::mem::replace(&mut has_counted, true) => {}
                    Move::Repeat(backoff) => {
                        sum.wait(backoff.total_wait());
                        make(&mut sum, at, u64::from(backoff.attempts.get()), &on(), stays.cap);
                    }
                    Move::NextKeys(times) => {
                        let on = on();
                        let spare = |target: &TargetId| self.table.targets[*target].keys.len().saturating_sub(1);
                        let spare = on.iter().map(spare).max().unwrap_or(0);
                        make(&mut sum, at, further_keys(times, spare), &on, stays.cap);
                    }
                    Move::Again | Move::Through(_) | Move::Longer(_) => make(&mut sum, at, 1, &on(), stays.cap),
                    Move::Hop(Leg::Target(target)) => make(&mut sum, at, 1, &[*target], None),
                    Move::Hop(Leg::Route(_) | Leg::Nowhere(_)) | Move::Control => {}
                    Move::Stop => break,
                }
            }
        }
        // Of the routes it goes on to for good, a request takes one.
        let (for_good, visited): (Vec<_>, Vec<_>) = stays.routes.into_iter().partition(|hop| is_for_good(route, hop));
        let bound = |to: RouteId| self.bounds.get(to).copied().unwrap_or(CYCLE);
        let worst = for_good.iter().map(|(.., to)| bound(*to)).reduce(Bound::worst);
        let last = for_good.first().zip(worst).map(|((rung, step, _), worst)| (*rung, *step, worst));
        let visited = visited.into_iter().map(|(rung, step, to)| (rung, step, bound(to)));
        for (rung, step, inner) in visited.chain(last) {
            sum.visit(&inner);
            parts.push(Part { at: Some((rung, step)), calls: inner.attempts, money: inner.money });
            tail = Some(least(tail, both(inner.time, inner.last_start, u64::saturating_sub)));
        }
        sum.last_start = both(sum.time, tail.unwrap_or(Ok(0)), u64::saturating_sub);
        sum
    }
}

/// Whether a request goes on to the route of a hop for good.
fn is_for_good(route: &RouteNode, (rung, step, _): &(usize, usize, RouteId)) -> bool {
    let steps = route.rungs.get(*rung).map(|rung| rung.steps.as_slice());
    steps.and_then(|steps| steps.get(*step)).is_some_and(|step| step.step.hands_over())
}

/// The smaller of two, where both are known; an unknown one gives way.
fn least(a: Option<AtMost<u64>>, b: AtMost<u64>) -> AtMost<u64> {
    match (a, b) {
        (Some(Ok(a)), Ok(b)) => Ok(a.min(b)),
        (Some(Ok(a)), Err(_)) => Ok(a),
        (Some(Err(_)) | None, b) => b,
    }
}

/// What the steps of a route can lead its visit to, in any order of its rungs.
struct Stays {
    /// Targets it falls back to, with the place of the step.
    targets: Vec<(usize, usize, TargetId)>,
    /// Routes it visits, each as often as a step does, with the place of the step.
    routes: Vec<(usize, usize, RouteId)>,
    /// The longest timeout it raises to, in milliseconds.
    cap: Option<u64>,
}

impl Stays {
    fn of(route: &RouteNode) -> Self {
        let mut stays = Self { targets: Vec::new(), routes: Vec::new(), cap: None };
        for (rung_at, rung) in route.rungs.iter().enumerate().filter(|(_, rung)| route.takes(rung)) {
            let taken = rung.steps.iter().take_while(|step| !matches!(Move::of(step), Move::Stop));
            for (step_at, step) in taken.enumerate() {
                match Move::of(step) {
                    Move::Hop(Leg::Target(target)) => stays.targets.push((rung_at, step_at, *target)),
                    Move::Hop(Leg::Route(to)) => stays.routes.push((rung_at, step_at, *to)),
                    Move::Longer(cap) => stays.cap = stays.cap.max(cap.map(|cap| cap.0)),
                    Move::Hop(Leg::Nowhere(_))
                    | Move::Repeat(_)
                    | Move::NextKeys(_)
                    | Move::Again
                    | Move::Through(_)
                    | Move::Control
                    | Move::Stop => {}
                }
            }
        }
        stays
    }

    /// The targets a visit may have called last when it takes a step: those of the pool, and those that steps of other
    /// rungs or earlier steps of the same one lead to.
    fn before(&self, pool: &[TargetId], rung: usize, step: usize) -> Vec<TargetId> {
        let can = self.targets.iter().filter(|(at, earlier, _)| *at != rung || *earlier < step);
        let mut targets: Vec<TargetId> = pool.iter().copied().chain(can.map(|(_, _, target)| *target)).collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    }
}
