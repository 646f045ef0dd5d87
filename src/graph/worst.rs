//! The worst request where any symptom may show at each call: every step of a route counts once, at its worst.

use crate::model::{Leg, RouteId, RouteNode, TargetId};

use super::bounds::{AtMost, Bound, CYCLE, Part, Visit, both};
use super::moves::{Call, Move, further_keys};
use super::run::is_told;

impl Visit<'_> {
    /// Every step of every rung once, each at its worst: on whichever target the visit may have called before it.
    pub(super) fn adversarial(&self, route: &RouteNode, mut tell: impl FnMut(Part)) -> Bound {
        let stays = Stays::of(route);
        let mut sum = Bound::NOTHING;
        // The last call can be any; the one that ends soonest makes it start latest.
        let mut tail: Option<AtMost<u64>> = None;
        let mut make = |sum: &mut Bound,
                        at: Option<(usize, usize)>,
                        number: u64,
                        on: Option<Among>,
                        cap: Option<u64>| {
            let Some(on) = on.filter(|_| number > 0) else { return };
            let longest = on.longest.map(|timeout| cap.map_or(timeout, |cap| timeout.max(cap)));
            sum.calls(number, longest, on.dearest);
            tell(Part { at, calls: Ok(number), money: on.dearest.map(|each| each.saturating_mul(u128::from(number))) });
            tail = Some(least(tail, on.shortest.map_or(longest, Ok)));
        };
        let among = |target: TargetId| self.among(target);
        let pool = route.pool.iter().map(|member| among(member.target)).reduce(Among::joined);
        make(&mut sum, None, 1, pool, None);
        let mut has_counted = false;
        for (rung_at, rung) in route.rungs.iter().enumerate().filter(|(_, rung)| route.takes(rung)) {
            for (step_at, step) in rung.steps.iter().enumerate() {
                if self.table.gateway.is_one_run() && !is_told(route, (rung_at, step_at)) {
                    continue;
                }
                let at = Some((rung_at, step_at));
                let on = || pool.into_iter().chain(stays.before(rung_at, step_at).map(among)).reduce(Among::joined);
                match Move::of(step) {
                    Move::Repeat(backoff) if backoff.per_target && std::mem::replace(&mut has_counted, true) => {}
                    Move::Repeat(backoff) => {
                        sum.wait(backoff.total_wait());
                        make(&mut sum, at, u64::from(backoff.attempts.get()), on(), stays.cap);
                    }
                    Move::NextKeys(times) => {
                        let on = on();
                        let spare = on.map_or(0, |on| on.spare);
                        make(&mut sum, at, further_keys(times, spare), on, stays.cap);
                    }
                    Move::Again | Move::Through(_) | Move::Longer(_) => make(&mut sum, at, 1, on(), stays.cap),
                    Move::Hop(Leg::Target(target)) => make(&mut sum, at, 1, Some(among(*target)), None),
                    Move::Hop(Leg::Route(_) | Leg::Nowhere(_)) | Move::Control => {}
                    Move::Stop => break,
                }
            }
        }
        // Of the routes it goes on to for good, a request takes one.
        let bound = |to: RouteId| self.bounds.get(to).copied().unwrap_or(CYCLE);
        let for_good = || stays.routes.iter().filter(|hop| is_for_good(route, hop));
        let worst = for_good().map(|(.., to)| bound(*to)).reduce(Bound::worst);
        let last = for_good().next().zip(worst).map(|((rung, step, _), worst)| (*rung, *step, worst));
        let visited = stays.routes.iter().filter(|hop| !is_for_good(route, hop));
        let visited = visited.map(|(rung, step, to)| (*rung, *step, bound(*to)));
        for (rung, step, inner) in visited.chain(last) {
            sum.visit(&inner);
            tell(Part { at: Some((rung, step)), calls: inner.attempts, money: inner.money });
            tail = Some(least(tail, both(inner.time, inner.last_start, u64::saturating_sub)));
        }
        sum.last_start = both(sum.time, tail.unwrap_or(Ok(0)), u64::saturating_sub);
        sum
    }

    fn among(&self, target: TargetId) -> Among {
        let call = Call::first(self.table, target);
        let spare = self.table.targets[target].keys.len().saturating_sub(1);
        Among { longest: self.timeout(&call), shortest: call.timeout, dearest: self.money(target), spare }
    }
}

/// What a call of any of several targets can be.
#[derive(Clone, Copy)]
struct Among {
    longest: AtMost<u64>,
    shortest: Option<u64>,
    dearest: AtMost<u128>,
    /// Keys besides the first.
    spare: usize,
}

impl Among {
    fn joined(self, other: Self) -> Self {
        Self {
            longest: both(self.longest, other.longest, u64::max),
            shortest: self.shortest.into_iter().chain(other.shortest).min(),
            dearest: both(self.dearest, other.dearest, u128::max),
            spare: self.spare.max(other.spare),
        }
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

    /// The targets, besides those of the pool, that a visit may have called last when it takes a step: those that steps
    /// of other rungs or earlier steps of the same one lead to.
    fn before(&self, rung: usize, step: usize) -> impl Iterator<Item = TargetId> {
        let can = self.targets.iter().filter(move |(at, earlier, _)| *at != rung || *earlier < step);
        can.map(|(_, _, target)| *target)
    }
}
