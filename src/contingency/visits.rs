//! Follows load through visits of routes while something fails. What comes of a visit depends on its route and on the
//! target it begins at, not on who visits, so that each is followed once however many routes lead to it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::graph::{Call, Next, Walk, shares};
use crate::model::{RouteId, Symptom, TargetId};

use super::element::{Failure, shown};
use super::flow::{Share, WHOLE, part};
use super::network::{Network, TRACE};
use super::outage::{Answer, Spread};

/// The calls after which a flow is taken for lost: `runaway-attempts` and `failover-cycle` say why.
const CALLS: usize = 4_096;

/// A visit, by its route and the target it begins at.
type Start = (RouteId, TargetId);

/// What is known of a visit.
enum Known {
    /// It is being followed.
    Open,
    /// It can lead back to itself.
    Endless,
    /// What comes of it.
    Settled(Rc<Spread>),
}

/// The visits of a network while something fails and limits let only parts through.
pub(super) struct Visits<'a, 't> {
    network: &'a Network<'t>,
    failures: &'a [Failure],
    accepted: &'a [Share],
    known: BTreeMap<Start, Known>,
}

impl<'a, 't> Visits<'a, 't> {
    pub(super) fn new(network: &'a Network<'t>, failures: &'a [Failure], accepted: &'a [Share]) -> Self {
        Self { network, failures, accepted, known: BTreeMap::new() }
    }

    /// Where the load of a visit goes: each call answers what the limits let through, and the rest goes on.
    pub(super) fn of(&mut self, route: RouteId, target: TargetId) -> Rc<Spread> {
        match self.known.get(&(route, target)) {
            Some(Known::Settled(spread)) => return Rc::clone(spread),
            Some(Known::Open | Known::Endless) => return Rc::new(self.walked(route, target)),
            None => {}
        }
        // Depth first without recursion: a visit is settled once those it leads to are. Most lead to no other.
        let (mut start, mut before) = ((route, target), Vec::new());
        loop {
            match self.visit(start) {
                Ok(spread) => {
                    let spread = Rc::new(spread);
                    self.known.insert(start, Known::Settled(Rc::clone(&spread)));
                    match before.pop() {
                        Some(earlier) => start = earlier,
                        None => return spread,
                    }
                }
                Err(next) => {
                    self.known.insert(start, Known::Open);
                    before.push(start);
                    if self.known.contains_key(&next) {
                        // Each of these visits leads to the next, and the last one back to one of them.
                        self.known.extend(before.drain(..).map(|start| (start, Known::Endless)));
                        return Rc::new(self.walked(route, target));
                    }
                    start = next;
                }
            }
        }
    }

    /// One visit, those it leads to being settled; else the first that is not.
    fn visit(&self, (route, target): Start) -> Result<Spread, Start> {
        let mut spread = Spread::default();
        let mut walk = Walk::enter(self.network.table, route, target);
        let mut share = WHOLE;
        for _ in 0..CALLS {
            let Some(call) = walk.call().copied() else { break };
            let mut next = walk.fail(self.meet(&call, &mut share, &mut spread));
            if share <= TRACE {
                return Ok(spread);
            }
            while let Next::Visit { route, .. } = next {
                let ways = self.ways(route, share);
                if ways.is_empty() {
                    break;
                }
                share = 0;
                for (target, part) in ways {
                    let Some(Known::Settled(inner)) = self.known.get(&(route, target)) else {
                        return Err((route, target));
                    };
                    share += spread.take(inner, part);
                }
                if share <= TRACE {
                    return Ok(spread);
                }
                next = walk.leave_visit();
            }
            if !matches!(next, Next::Call { .. }) {
                break;
            }
        }
        spread.lost = spread.lost.saturating_add(share);
        Ok(spread)
    }

    /// A visit that can lead back to itself, call by call.
    fn walked(&self, route: RouteId, target: TargetId) -> Spread {
        let mut spread = Spread::default();
        let mut open = vec![(Walk::enter(self.network.table, route, target), WHOLE)];
        let mut calls = 0;
        while let Some((mut walk, mut share)) = open.pop() {
            loop {
                calls += 1;
                let Some(call) = walk.call().copied().filter(|_| calls <= CALLS) else { break };
                let next = walk.fail(self.meet(&call, &mut share, &mut spread));
                if share <= TRACE {
                    share = 0;
                    break;
                }
                let Next::Visit { route, .. } = next else {
                    if matches!(next, Next::Failed(_)) {
                        break;
                    }
                    continue;
                };
                let mut ways = self.ways(route, share);
                let Some((first, part)) = ways.pop() else { break };
                for (target, part) in ways {
                    let mut way = walk.clone();
                    way.choose(target);
                    open.push((way, part));
                }
                walk.choose(first);
                share = part;
            }
            spread.lost = spread.lost.saturating_add(share);
        }
        spread
    }

    /// Takes what a call answers from a load. The symptom that the rest sees.
    fn meet(&self, call: &Call, share: &mut Share, spread: &mut Spread) -> Symptom {
        let table = self.network.table;
        if let Some(symptom) = shown(table, self.failures, call) {
            return symptom;
        }
        let limits = self.network.limits_of(call);
        for limit in limits {
            spread.offer(*limit, *share);
        }
        let open = limits.iter().filter_map(|limit| self.accepted.get(*limit)).min().copied();
        let through = part(*share, open.unwrap_or(WHOLE)).min(*share);
        if through > 0 {
            spread.answer(Answer { target: call.target, key: call.key_of(table), share: through });
        }
        *share -= through;
        Symptom::RateLimit
    }

    /// The targets of a route's pool that answer first, each with its part of a load by weight.
    fn ways(&self, route: RouteId, share: Share) -> Vec<(TargetId, Share)> {
        let mut left = share;
        let mut ways: Vec<(TargetId, Share)> = shares(&self.network.table.routes[route])
            .map(|(member, weight, total)| {
                let product = u128::from(share) * u128::from(weight) / u128::from(total);
                let part = u64::try_from(product).unwrap_or(share).min(left);
                left -= part;
                (member.target, part)
            })
            .collect();
        if let Some((_, first)) = ways.first_mut() {
            *first += left;
        }
        ways.retain(|(_, share)| *share > 0);
        ways
    }
}

impl Spread {
    /// Adds what comes of a part of a load in a visit; the part that goes on from there.
    fn take(&mut self, inner: &Self, part: Share) -> Share {
        let of = |share: Share| u128::from(share) * u128::from(part);
        let whole = u128::from(WHOLE);
        for (limit, share) in &inner.offers {
            self.offer(*limit, u64::try_from(of(*share).div_ceil(whole)).unwrap_or(u64::MAX));
        }
        let mut left = part;
        for answer in &inner.answers {
            let share = u64::try_from(of(answer.share) / whole).unwrap_or(part).min(left);
            left -= share;
            self.answer(Answer { share, ..*answer });
        }
        let lost = if inner.lost == 0 { 0 } else { u64::try_from(of(inner.lost) / whole).unwrap_or(part).min(left) };
        left -= lost;
        // What rounding leaves is answered where something is.
        match inner.answers.first() {
            Some(first) => {
                self.answer(Answer { share: left, ..*first });
                lost
            }
            None => lost + left,
        }
    }
}
