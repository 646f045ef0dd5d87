//! Plans as routes: a ladder where one says all, else a route for each call, which hands over to the next for good.

use std::collections::BTreeMap;
use std::num::{NonZeroU8, NonZeroU16};

use crate::model::{
    Backoff, Fallback, Hop, HopKind, Ladder, Name, NonEmpty, PoolEntry, Route, Step, Steps, Symptom, Tokens, Wait,
};
use crate::source::{Entries, Place, Spanned};

use super::plan::{Choice, plans};
use super::spots::{Fate, Spot, Spots};
use super::tree::Node;

/// The wait before the first retry, in milliseconds; each further one is twice as long.
const FIRST_WAIT: u64 = 1000;

/// The routes of a config, the entry of each plan before the calls it leads to.
pub(super) fn routes(root: &Node<'_>, name: &str) -> Entries<Name, Route> {
    let mut routes = Entries::default();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for Choice { taken: branches, plan } in plans(root) {
        let entry = std::iter::once(name.to_owned()).chain(branches).collect::<Vec<_>>().join("/");
        let times = taken.entry(entry.clone()).or_insert(0);
        *times += 1;
        let entry = if *times == 1 { entry } else { format!("{entry} ({times})") };
        let spots = Spots::of(&plan);
        if spots.is_list() {
            list(&spots, &entry, root.place(), &mut routes);
        } else {
            one_by_one(&spots, &entry, root.place(), &mut routes);
        }
    }
    routes
}

/// All spots as one route.
fn list(spots: &Spots<'_, '_>, name: &str, place: Place, routes: &mut Entries<Name, Route>) {
    let Some((first, others)) = spots.all.split_first() else { return };
    let goes_on = spots.fates(first).into_iter().find(|(_, fate)| fate.next.is_some()).map(|(_, fate)| fate);
    let again = || goes_on.filter(|fate| fate.repeats).and_then(|_| backoff(first, false));
    let steps: Vec<Spanned<Step>> = again()
        .into_iter()
        .chain(others.iter().flat_map(|spot| {
            let hop = spot.members.first().map(|(member, _)| {
                fallback(Hop::Target(Name::verbatim(member.label.as_str())), HopKind::Native, member.place())
            });
            hop.into_iter().chain(again())
        }))
        .collect();
    let mut ladder = Ladder { any: steps.try_into().ok(), ..Ladder::default() };
    for (symptom, fate) in spots.fates(first) {
        if fate.next.is_none() {
            set(&mut ladder, symptom, Some(stop(first.node.place())));
        }
    }
    routes.push(Spanned::new(Name::verbatim(name), place), route(first, ladder));
}

/// A route for each spot.
fn one_by_one(spots: &Spots<'_, '_>, entry: &str, place: Place, routes: &mut Entries<Name, Route>) {
    let name_of = |number: usize| match spots.all.get(number) {
        Some(spot) if number > 0 => format!("{entry}/{}", spot.node.label),
        Some(_) | None => entry.to_owned(),
    };
    let asked = spots.asked();
    for (number, spot) in spots.all.iter().enumerate().filter(|(number, _)| asked.contains(number)) {
        let steps = |fate: Fate| -> Vec<Spanned<Step>> {
            let again = if fate.repeats { backoff(spot, true) } else { None };
            let next = fate.next.and_then(|next| Some((next, spots.all.get(next)?)));
            let next = next.map(|(next, to)| {
                fallback(Hop::Route(Name::verbatim(name_of(next))), HopKind::Handover, to.node.place())
            });
            again.into_iter().chain(next).collect()
        };
        let fates = spots.fates(spot);
        let mut ladder = Ladder::default();
        let common = common(&fates);
        for (symptom, fate) in fates.into_iter().filter(|(_, fate)| Some(*fate) != common) {
            let own = steps(fate).try_into().ok();
            set(&mut ladder, symptom, own.or_else(|| common.map(|_| stop(spot.node.place()))));
        }
        ladder.any = common.and_then(|fate| steps(fate).try_into().ok());
        let (name, place) = if number == 0 { (entry.to_owned(), place) } else { (name_of(number), spot.node.place()) };
        routes.push(Spanned::new(Name::verbatim(name), place), route(spot, ladder));
    }
}

/// The fate that most symptoms share, if it does something: it is written once, for any symptom.
fn common(fates: &[(Symptom, Fate)]) -> Option<Fate> {
    let mut counts: BTreeMap<Fate, usize> = BTreeMap::new();
    for (_, fate) in fates {
        *counts.entry(*fate).or_insert(0) += 1;
    }
    let most =
        counts.into_iter().filter(|(fate, _)| fate.next.is_some() || fate.repeats).max_by_key(|(_, count)| *count);
    most.filter(|(_, count)| *count * 2 > fates.len()).map(|(fate, _)| fate)
}

fn route(spot: &Spot<'_, '_>, ladder: Ladder) -> Route {
    let entries = spot.members.iter().map(|(member, weight)| {
        let target = Spanned::new(Name::verbatim(member.label.as_str()), member.place());
        let weight = Tokens::try_from(*weight).ok().filter(|_| spot.members.len() > 1);
        Spanned::new(PoolEntry { target, weight, order: None }, member.place())
    });
    let own = || {
        let target = Spanned::new(Name::verbatim(spot.node.label.as_str()), spot.node.place());
        NonEmpty::new(Spanned::new(PoolEntry { target, weight: None, order: None }, spot.node.place()), [])
    };
    Route {
        audience: None,
        data: Vec::new(),
        needs: None,
        traffic: None,
        slo: None,
        pool: entries.collect::<Vec<_>>().try_into().unwrap_or_else(|_| own()),
        ladder: None,
        failover: Some(ladder),
        boundary: Vec::new(),
        mixes: Vec::new(),
    }
}

fn fallback(hop: Hop, kind: HopKind, place: Place) -> Spanned<Step> {
    let hop = Spanned::new(hop, place);
    Spanned::new(Step::Fallback(Box::new(Fallback { hop, label: None, lasting: None, kind })), place)
}

/// The retries of a spot, if it has any.
fn backoff(spot: &Spot<'_, '_>, per_target: bool) -> Option<Spanned<Step>> {
    let (target, _) = spot.members.first()?;
    let attempts = NonZeroU16::new(target.retry.attempts)?;
    let place = target.retry_place.unwrap_or_else(|| target.place());
    let backoff = Backoff { initial: Wait(FIRST_WAIT), factor: NonZeroU8::new(2), max: None, attempts, per_target };
    Some(Spanned::new(Step::Backoff(backoff), place))
}

fn stop(place: Place) -> Steps {
    NonEmpty::new(Spanned::new(Step::Stop, place), [])
}

fn set(ladder: &mut Ladder, symptom: Symptom, steps: Option<Steps>) {
    let slot = match symptom {
        Symptom::RateLimit => &mut ladder.rate_limit,
        Symptom::Overloaded => &mut ladder.overloaded,
        Symptom::Timeout => &mut ladder.timeout,
        Symptom::Auth => &mut ladder.auth,
        Symptom::Billing => &mut ladder.billing,
        Symptom::NotEntitled => &mut ladder.not_entitled,
        Symptom::ContextOverflow => &mut ladder.context_overflow,
        Symptom::ContentPolicy => &mut ladder.content_policy,
        Symptom::Partial => &mut ladder.partial,
        Symptom::Any => &mut ladder.any,
    };
    *slot = steps;
}
