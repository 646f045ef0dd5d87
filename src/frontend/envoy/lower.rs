//! Rules as routes: a pool of the first priority, and a ladder that goes through the others as Envoy's retries do.
//!
//! Retries are counted for the request, whatever each call shows, so that the steps stand in `any`, and what is not
//! retried stops. A priority of several backends chooses anew at each call; what follows such a choice is a route of
//! its own, which the request goes on to as its last step. Envoy waits before each retry, a random time of at most
//! `maxInterval`; the wait before a call of another backend is taken for its least, which is nothing.

use std::num::{NonZeroU8, NonZeroU16};

use crate::model::{
    Backoff, Count, Fallback, Hop, HopKind, Ladder, Name, NonEmpty, PoolEntry, Route, Slo, Step, Steps, Symptom,
    Tokens, Wait,
};
use crate::source::{Entries, Place, Spanned};

use super::objects::{Objects, Sort};
use super::policies::in_force;
use super::retry::Retry;
use super::rules::{Alias, Ref, Rule};
use super::split::split;
use super::supply::{Home, Supply, home};

/// The most calls that are followed one by one: what comes after them only repeats what was tried.
const MOST_CALLS: u32 = 64;

/// A backend of a priority, as a target.
struct Member<'r, 't> {
    backend: &'r Ref<'t>,
    target: Name,
}

/// A rule for one model: its priorities as targets, and what it does about failures.
struct Plan<'r, 't> {
    name: String,
    tiers: Vec<Vec<Member<'r, 't>>>,
    retry: Option<&'r Retry<'t>>,
    /// Whether a request stays with the backend that it was sent to first.
    stays: bool,
    slo: Option<Spanned<Slo>>,
}

/// The routes of all rules.
pub(super) fn routes<'t>(objects: &Objects<'t>, rules: &[Rule<'_, 't>], supply: &mut Supply) -> Entries<Name, Route> {
    let mut routes = Entries::default();
    for rule in rules {
        let force = in_force(objects, rule);
        let retry = force.retry.as_ref();
        for ((alias, place), name) in rule.aliases.iter().zip(&rule.labels) {
            let stays = split(objects, rule, &force).is_some();
            let mut tiers = members(objects, rule, *alias, *place, retry, supply);
            if stays {
                tiers = vec![tiers.into_iter().flatten().collect()];
            }
            let slo = rule
                .deadline
                .as_ref()
                .map(|deadline| Spanned::new(Slo { deadline: Some(deadline.clone()), tier: None }, deadline.place));
            let plan = Plan { name: name.clone(), tiers, retry: retry.filter(|retry| retry.is_live()), stays, slo };
            plan.push(Name::verbatim(name.as_str()), 1, 0, *place, &mut routes);
        }
    }
    routes
}

/// The priorities of a rule as targets; where no backend gets traffic, all of them.
fn members<'r, 't>(
    objects: &Objects<'t>,
    rule: &'r Rule<'_, 't>,
    alias: Alias<'t>,
    place: Place,
    retry: Option<&Retry<'t>>,
    supply: &mut Supply,
) -> Vec<Vec<Member<'r, 't>>> {
    let mut tiers = rule.tiers();
    if tiers.is_empty() {
        tiers = vec![rule.refs.iter().collect()];
    }
    // A call lasts no longer than the request.
    let own = retry.and_then(|retry| retry.timeout.as_ref()).filter(|timeout| timeout.value.0 > 0);
    let timeout = own.or(rule.idle.as_ref()).or(rule.deadline.as_ref());
    let asked = match alias {
        Alias::Exact(model) => Some(Spanned::new(model, place)),
        Alias::Pattern(_) | Alias::Any => None,
    };
    let mut target = |backend: &'r Ref<'t>| {
        let service =
            objects.find(Sort::AiServiceBackend, backend.namespace, backend.name.0).filter(|_| !backend.is_pool);
        let home =
            service.map_or_else(|| Home::unseen(backend.name.0, backend.is_pool), |service| home(objects, service));
        let model = backend.model.filter(|_| !backend.is_pool).map(|(model, value)| Spanned::new(model, value.place()));
        let name = Spanned::new(backend.name.0, backend.place());
        Member { backend, target: supply.target((name, &home), model.as_ref().or(asked.as_ref()), timeout) }
    };
    tiers.into_iter().map(|tier| tier.into_iter().map(&mut target).collect()).collect()
}

impl Plan<'_, '_> {
    /// Adds the route of a request that makes its next call at a priority, and then goes on with further calls, counted
    /// from 1.
    fn push(&self, name: Name, call: u32, tier: usize, place: Place, routes: &mut Entries<Name, Route>) {
        let Some(pool) = self.pool(tier, call == 1) else { return };
        let mut tails = Vec::new();
        let ladder = self.ladder(call, tier, &mut tails);
        let route = Route {
            audience: None,
            data: Vec::new(),
            needs: None,
            traffic: None,
            slo: self.slo.clone().filter(|_| call == 1),
            pool,
            ladder: None,
            failover: ladder,
            boundary: Vec::new(),
            mixes: Vec::new(),
        };
        routes.push(Spanned::new(name, place), route);
        for (name, call, tier, place) in tails {
            self.push(name, call, tier, place, routes);
        }
    }

    /// The targets that answer when nothing fails, and those that stand in for them while they are down: the priorities
    /// to which no retry leads, each a later order. A request that is under way only has those of its own.
    fn pool(&self, tier: usize, is_first: bool) -> Option<NonEmpty<Spanned<PoolEntry>>> {
        let own = self.tiers.iter().enumerate().filter(|(at, _)| *at == tier || (is_first && !self.is_retried(*at)));
        let entries = own.zip(1u64..).flat_map(|((_, members), order)| {
            members.iter().map(move |member| {
                let target = Spanned::new(member.target.clone(), member.backend.place());
                let weight = Tokens::try_from(member.backend.weight).ok();
                let order = Count::try_from(order).ok().filter(|_| order > 1);
                Spanned::new(PoolEntry { target, weight, order }, member.backend.place())
            })
        });
        entries.collect::<Vec<_>>().try_into().ok()
    }

    /// Whether a retry leads to a priority.
    fn is_retried(&self, tier: usize) -> bool {
        let calls = |retry: &Retry<'_>| {
            (1..=retry.times.min(MOST_CALLS)).any(|call| retry.tier(call, self.tiers.len()) == tier)
        };
        self.retry.is_some_and(calls)
    }

    fn ladder(&self, call: u32, tier: usize, tails: &mut Vec<(Name, u32, usize, Place)>) -> Option<Ladder> {
        let retry = self.retry?;
        let steps: Steps = self.steps(retry, call, tier, tails).try_into().ok()?;
        let mut ladder = Ladder { any: Some(steps), ..Ladder::default() };
        for symptom in Symptom::CONCRETE.into_iter().filter(|symptom| !retry.goes_on(*symptom)) {
            let stop = Some(NonEmpty::new(Spanned::new(Step::Stop, retry.place), []));
            match symptom {
                Symptom::RateLimit => ladder.rate_limit = stop,
                Symptom::Overloaded => ladder.overloaded = stop,
                Symptom::Timeout => ladder.timeout = stop,
                Symptom::Auth => ladder.auth = stop,
                Symptom::Billing => ladder.billing = stop,
                Symptom::NotEntitled => ladder.not_entitled = stop,
                Symptom::ContextOverflow => ladder.context_overflow = stop,
                Symptom::ContentPolicy => ladder.content_policy = stop,
                Symptom::Partial => ladder.partial = stop,
                Symptom::Any => {}
            }
        }
        Some(ladder)
    }

    /// The further calls from one on, until there are no more, or until one that chooses among several backends.
    fn steps(
        &self,
        retry: &Retry<'_>,
        first: u32,
        mut tier: usize,
        tails: &mut Vec<(Name, u32, usize, Place)>,
    ) -> Vec<Spanned<Step>> {
        if self.stays {
            return again(retry, first, retry.times).into_iter().collect();
        }
        let mut steps = Vec::new();
        let last = retry.times.min(MOST_CALLS);
        let mut call = first;
        while call <= last {
            let to = retry.tier(call, self.tiers.len());
            let Some(members) = self.tiers.get(to) else { break };
            match members.as_slice() {
                [_] if to == tier => {
                    let rest = (call..=last).take_while(|call| retry.tier(*call, self.tiers.len()) == to).count();
                    // What comes after the last call that is followed repeats the only backend there is.
                    let rest =
                        if self.tiers.len() == 1 { retry.times - call + 1 } else { u32::try_from(rest).unwrap_or(1) };
                    steps.extend(again(retry, call, rest));
                    call = call.saturating_add(rest);
                }
                [only] => {
                    let hop = Spanned::new(Hop::Target(only.target.clone()), only.backend.place());
                    steps.push(fallback(hop));
                    call += 1;
                }
                several => {
                    let Some(place) = several.first().map(|member| member.backend.place()) else { break };
                    let name = Name::verbatim(format!("{} (call {})", self.name, call + 1));
                    tails.push((name.clone(), call + 1, to, place));
                    steps.push(fallback(Spanned::new(Hop::Route(name), place)));
                    break;
                }
            }
            tier = to;
        }
        steps
    }
}

/// So many calls of the same backend.
fn again(retry: &Retry<'_>, call: u32, times: u32) -> Option<Spanned<Step>> {
    let attempts = NonZeroU16::new(u16::try_from(times).unwrap_or(u16::MAX))?;
    let initial = Wait(retry.longest_wait(call));
    let backoff =
        Backoff { initial, factor: NonZeroU8::new(2), max: Some(Wait(retry.max_wait())), attempts, per_target: false };
    Some(Spanned::new(Step::Backoff(backoff), retry.place))
}

fn fallback(hop: Spanned<Hop>) -> Spanned<Step> {
    let place = hop.place;
    let fallback = Fallback { hop, label: None, lasting: None, kind: HopKind::Native };
    Spanned::new(Step::Fallback(Box::new(fallback)), place)
}
