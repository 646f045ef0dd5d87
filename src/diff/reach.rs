//! Facts about whom the requests of a route can reach: providers, models, accounts, regions, and on which terms.

use std::collections::BTreeSet;

use crate::graph::{HopId, Reached};
use crate::model::{Hosting, Leg, RelationWord, RouteId, TargetId, TargetNode};
use crate::policy::Offer;
use crate::source::Span;

use super::Side;
use super::fact::{Facts, Item, Rank, Subject, whole};
use super::kind::Aspect;
use super::plan;

/// Adds what a route can reach by any ladder, through any route.
pub(super) fn add(facts: &mut Facts, side: &Side<'_>, route: RouteId, subject: &Subject) {
    for reached in side.graph.reach(side.table, route, |_, _| true) {
        let span = place(side, route, &reached);
        target(facts, side, reached.target, subject, Some(span));
        let provider = side.table.targets[reached.target].doc.provider.value.as_str();
        for class in classes(side, route) {
            let pair = (class, provider.to_owned());
            facts.through.entry(subject.clone()).or_default().entry(pair.clone()).or_insert(span);
            facts.parties.insert(pair);
        }
    }
    admits(facts, side, route, subject);
}

/// The classes of data that a route carries; one that nobody named is a class as well.
pub(super) fn classes(side: &Side<'_>, route: RouteId) -> Vec<String> {
    let data = &side.table.routes[route].doc.data;
    if data.is_empty() {
        return vec![String::new()];
    }
    data.iter().map(|class| class.value.to_string()).collect()
}

/// Where the hop that reaches a target is written, or the entry of the pool.
fn place(side: &Side<'_>, route: RouteId, reached: &Reached) -> Span {
    let node = &side.table.routes[route];
    let member = || node.pool.iter().find(|member| member.target == reached.target);
    match reached.path.last() {
        Some(hop) => side.graph.hop(*hop).place.span(),
        None => member().map_or(node.name.span(), |member| member.place.span()),
    }
}

fn target(facts: &mut Facts, side: &Side<'_>, target: TargetId, subject: &Subject, span: Option<Span>) {
    for (aspect, item) in held(side, target) {
        facts.holds(subject, aspect, Item::Named(item), span);
    }
    let node = &side.table.targets[target];
    let kept = match retention(side, target) {
        Some(days) => (Rank::of(days), format!("{days} days")),
        None => (Rank::Open, "nobody knows how long".to_owned()),
    };
    facts.measures(subject, Aspect::Retention, Item::named("data is kept for"), kept, span);
    facts.says(subject, Aspect::Setting, setting(node), plan::target(side.table, node), Some(node.name.span()));
}

fn setting(node: &TargetNode) -> Item {
    Item::Named(format!("target {}", whole(node.name.value.as_str())))
}

fn retention(side: &Side<'_>, target: TargetId) -> Option<u64> {
    let provider = &side.table.providers[side.table.targets[target].provider?];
    Some(provider.value.terms.as_ref()?.retention_days?.get())
}

/// Everything that holds as soon as a target can be reached.
fn held(side: &Side<'_>, target: TargetId) -> Vec<(Aspect, String)> {
    let table = side.table;
    let node = &table.targets[target];
    let offer = Offer::new(table, side.catalogue, target);
    let provider = whole(offer.provider);
    let named = whole(model(side, target));
    let region = offer.region.map_or_else(|| "no named region".to_owned(), |name| format!("region {}", whole(name)));
    let law = offer.jurisdiction.map_or_else(|| "that nobody named".to_owned(), whole);
    let mut held = vec![
        (Aspect::Provider, format!("provider {provider}")),
        (Aspect::Model, format!("model {named}")),
        (Aspect::Region, format!("{region} of {provider}")),
        (Aspect::Deployment, format!("{named} at {provider} in {region}")),
        (Aspect::Jurisdiction, format!("jurisdiction {law}")),
    ];
    held.extend(offer.accounts.iter().map(|account| (Aspect::Account, format!("account {}", whole(account)))));
    held.extend(offer.tools.iter().map(|tool| (Aspect::Tool, format!("tool {} at {provider}", whole(tool)))));
    held.extend(endpoint(side, target, offer.region).map(|url| (Aspect::Endpoint, format!("endpoint {}", whole(url)))));
    let entry = node.provider.map(|id| &table.providers[id]);
    let hosting = node
        .doc
        .hosting
        .as_ref()
        .or_else(|| entry?.value.hosting.as_ref())
        .map_or(Hosting::Vendor, |hosting| hosting.value);
    if hosting != Hosting::Own {
        held.push((Aspect::Hosting, format!("machines of others (hosting {})", plan::hosted(hosting))));
    }
    match offer.trains_on_data {
        Some(false) => {}
        Some(true) => held.push((Aspect::Training, format!("{provider} may train on what it is sent"))),
        None => {
            held.push((Aspect::Training, format!("{provider} does not say whether it trains on what it is sent")));
        }
    }
    held
}

/// The targets by which a route has what a change is about.
pub(super) fn targets_of(side: &Side<'_>, route: RouteId, aspect: Aspect, what: &str) -> Vec<TargetId> {
    let reached = side.graph.reach(side.table, route, |_, _| true);
    let mut targets: Vec<TargetId> = reached.into_iter().map(|reached| reached.target).collect();
    targets.sort_unstable();
    targets.dedup();
    if aspect == Aspect::Retention {
        // What keeps longest decides; who does not say how long comes last.
        let longest = |target: &TargetId| retention(side, *target).map_or((1, 0), |days| (0, days));
        let most = targets.iter().map(longest).max();
        targets.retain(|target| Some(longest(target)) == most);
        return targets;
    }
    let is_meant = |target: &TargetId| {
        if aspect == Aspect::Setting {
            return setting(&side.table.targets[*target]) == Item::named(what);
        }
        // A provider may be named with the class of data it receives.
        let mut held = held(side, *target).into_iter();
        held.any(|(own, item)| own == aspect && (item == what || what.starts_with(&format!("{item} for "))))
    };
    targets.retain(is_meant);
    targets
}

fn endpoint<'t>(side: &Side<'t>, target: TargetId, region: Option<&str>) -> Option<&'t str> {
    let table: &'t crate::model::Table = side.table;
    let provider = &table.providers[table.targets[target].provider?];
    let mut regions = provider.value.regions.iter().filter(|entry| Some(entry.name.value.as_str()) == region);
    regions.next()?.value.endpoint.as_ref().map(|url| url.value.as_str())
}

/// What the labels of all hops that requests of a route can take admit, and how quietly.
fn admits(facts: &mut Facts, side: &Side<'_>, route: RouteId, subject: &Subject) {
    let table = side.table;
    let known: BTreeSet<&str> = table.routes[route].pool.iter().map(|member| model(side, member.target)).collect();
    for id in hops_from(side, route) {
        let hop = side.graph.hop(id);
        let label = hop.fallback(table).and_then(|fallback| fallback.label.as_ref());
        let span = Some(label.map_or_else(|| hop.place.span(), crate::source::Spanned::span));
        for gap in label.into_iter().flat_map(|label| &label.value.gaps) {
            facts.holds(subject, Aspect::Gap, Item::Named(format!("gap {}", whole(gap.value.as_str()))), span);
        }
        let relation = label.and_then(|label| label.value.relation.as_ref()).map(|word| word.value);
        if relation == Some(RelationWord::Unrelated) {
            facts.holds(subject, Aspect::Gap, Item::named("an unrelated model"), span);
        }
        let is_another = match &hop.to {
            Leg::Target(target) => !known.contains(model(side, *target)),
            // What a route answers with is another model only as far as the label says so.
            Leg::Route(_) | Leg::Nowhere(_) => relation.is_some_and(|word| word != RelationWord::Same),
        };
        if is_another || label.is_some_and(|label| !label.value.gaps.is_empty()) {
            let (rank, word) = plan::announced(label.and_then(|label| label.value.announce));
            let item = Item::named("callers learn of another model by");
            facts.measures(subject, Aspect::Announcement, item, (Rank::of(rank), word.to_owned()), span);
        }
    }
}

/// The model of a target, as the catalogue spells it where that knows it.
fn model<'t>(side: &Side<'t>, target: TargetId) -> &'t str {
    let node = &side.table.targets[target];
    let known = node.model.map(|model| side.catalogue.model(model).id.value.as_str());
    known.unwrap_or(node.doc.model.value.as_str())
}

/// Every hop that a request of a route can take, through any route.
fn hops_from(side: &Side<'_>, start: RouteId) -> Vec<HopId> {
    let (mut met, mut open, mut hops) = (BTreeSet::from([start]), vec![start], Vec::new());
    while let Some(route) = open.pop() {
        for id in side.graph.hops_of(route) {
            hops.push(*id);
            open.extend(side.graph.hop(*id).to_route().filter(|to| met.insert(*to)));
        }
    }
    hops
}
