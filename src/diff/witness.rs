//! One request for a change: who sends what, how its calls end, and what happens to it on either side.

use crate::claims::{Answer, Asked, Journey, Property, Weather, follow, prove};
use crate::contingency::Element;
use crate::model::{Duration, Leg, RouteId, Symptom, Table, TargetId};
use crate::policy::{Pico, per_request};

use super::{Aspect, Change, Side, Subject, Way};

/// A request that anybody can repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The route it enters.
    pub route: String,
    /// Who sends it.
    pub caller: Option<String>,
    /// The class of data it carries.
    pub data: Option<String>,
    /// How its calls end, one after the other, the last for ever.
    pub weather: Weather,
    /// The targets that its visits call first, where these are not the usual ones.
    pub from: Vec<String>,
}

/// A request, and what happens to it on both sides.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The request.
    pub request: Request,
    /// What happened to it; `None` where the route was not there.
    pub before: Option<Journey>,
    /// What happens to it now.
    pub after: Option<Journey>,
}

/// A request that shows a change; `None` for what no request shows, such as a policy.
pub fn witness(old: &Side<'_>, new: &Side<'_>, change: &Change) -> Option<Witness> {
    let Subject::Route(name) = &change.subject else { return None };
    if [old, new].iter().any(|side| !side.table.gateway.walks_ladders()) {
        return None;
    }
    // What is more is shown by the new side, what is less by the old one.
    let (shows, other) = if change.kind.way == Way::Less { (old, new) } else { (new, old) };
    let (side, route, (weather, choices)) = shown(shows, other, name, change)
        .or_else(|| Some((shows, named(shows.table, name)?, plain(change))))
        .or_else(|| Some((other, named(other.table, name)?, plain(change))))?;
    let journey = follow(side.table, route, &choices, &weather)?;
    let from: Vec<String> = journey
        .choices(side.table)
        .iter()
        .map(|(_, target)| side.table.targets[*target].name.value.to_string())
        .collect();
    let request = Request {
        route: name.clone(),
        caller: change.callers.first().cloned(),
        data: change.data.first().cloned(),
        weather,
        from,
    };
    let on = |side: &Side<'_>| followed(side.table, &request);
    Some(Witness { before: on(old), after: on(new), request })
}

fn named(table: &Table, name: &str) -> Option<RouteId> {
    table.routes.iter().find(|(_, route)| route.name.value.as_str() == name).map(|(id, _)| id)
}

/// What happens to a request on a side. A target that is not in the pool there cannot be called first.
fn followed(table: &Table, request: &Request) -> Option<Journey> {
    let route = named(table, &request.route)?;
    let mut chosen: Vec<TargetId> = Vec::new();
    let mut journey = follow(table, route, &chosen, &request.weather)?;
    for name in &request.from {
        let visited = journey.chosen.get(chosen.len()).map(|(route, _)| *route);
        let found = visited.and_then(|visited| {
            let mut pool = table.routes[visited].pool.iter().map(|member| member.target);
            pool.find(|target| table.targets[*target].name.value.as_str() == name)
        });
        let Some(target) = found else { break };
        chosen.push(target);
        journey = follow(table, route, &chosen, &request.weather)?;
    }
    Some(journey)
}

type Shown = (Weather, Vec<TargetId>);

/// The symptoms that a change is about, at every call; else a request whose first call answers.
fn plain(change: &Change) -> Shown {
    let weather = match change.symptoms.first() {
        Some(symptom) => Weather::always(*symptom),
        None => Weather::InTurn(vec![None]),
    };
    (weather, Vec::new())
}

/// The shortest request that shows what was gained or lost.
fn shown<'s, 'a>(
    shows: &'s Side<'a>,
    other: &Side<'_>,
    name: &str,
    change: &Change,
) -> Option<(&'s Side<'a>, RouteId, Shown)> {
    let route = named(shows.table, name)?;
    let limits = |on: &Symptom| Some((named(other.table, name)?, *on));
    let (property, asked) = match change.kind.aspect {
        Aspect::Attempts => {
            let (there, symptom) = limits(change.symptoms.first()?)?;
            let bound = bound(other, there, symptom)?;
            (Property::AttemptsAtMost(bound.attempts.ok()?), Asked::Weathers(vec![Weather::always(symptom)]))
        }
        Aspect::Time => {
            let (there, symptom) = limits(change.symptoms.first()?)?;
            let bound = bound(other, there, symptom)?;
            (Property::EndsWithin(Duration(bound.time.ok()?)), Asked::Weathers(vec![Weather::always(symptom)]))
        }
        Aspect::Request => return dearest(shows, other, route, named(other.table, name)?),
        Aspect::Gap | Aspect::Announcement => return labelled(shows, route, change),
        Aspect::Provider
        | Aspect::Model
        | Aspect::Account
        | Aspect::Region
        | Aspect::Deployment
        | Aspect::Jurisdiction
        | Aspect::Endpoint
        | Aspect::Hosting
        | Aspect::Training
        | Aspect::Retention
        | Aspect::Tool
        | Aspect::Setting => return reached(shows, route, change),
        Aspect::Route
        | Aspect::Audience
        | Aspect::Data
        | Aspect::Deadline
        | Aspect::Tier
        | Aspect::Need
        | Aspect::Boundary
        | Aspect::Mix
        | Aspect::Waiver
        | Aspect::Policy
        | Aspect::Clause
        | Aspect::ClauseText
        | Aspect::Grant
        | Aspect::Limit
        | Aspect::Level
        | Aspect::Control
        | Aspect::Expected
        | Aspect::Contingency
        | Aspect::Plan
        | Aspect::Pool
        | Aspect::Text => return None,
    };
    Some((shows, route, refuted(shows, route, &property, &asked)?))
}

/// The request of one symptom at every call that costs the most beyond what it costs on the other side.
fn dearest<'s, 'a>(
    shows: &'s Side<'a>,
    other: &Side<'_>,
    route: RouteId,
    there: RouteId,
) -> Option<(&'s Side<'a>, RouteId, Shown)> {
    let money = |side: &Side<'_>, route: RouteId, symptom: Symptom| {
        let traffic = side.table.routes[route].doc.traffic.as_ref().map(|traffic| &traffic.value);
        let price = |target: TargetId| per_request(&side.table.targets[target], traffic?).map(|cost| cost.0);
        let case = crate::graph::Case::Persistent(symptom);
        crate::graph::Bounds::of(side.table, side.graph, case, &price, [route]).get(route)?.money.ok()
    };
    let costs = Symptom::CONCRETE.into_iter().filter_map(|symptom| {
        let (here, before) = (money(shows, route, symptom)?, money(other, there, symptom)?);
        Some((here.checked_sub(before).filter(|more| *more > 0)?, before, symptom))
    });
    let (_, before, symptom) = costs.max()?;
    let asked = Asked::Weathers(vec![Weather::always(symptom)]);
    Some((shows, route, refuted(shows, route, &Property::CostsAtMost(Pico(before)), &asked)?))
}

/// The shortest request that takes the hop whose label says so, or that reaches the same target another way.
fn labelled<'s, 'a>(shows: &'s Side<'a>, route: RouteId, change: &Change) -> Option<(&'s Side<'a>, RouteId, Shown)> {
    let span = if change.kind.way == Way::Less { change.old } else { change.new }?;
    let hop = shows.graph.hops().map(|(_, hop)| hop).find(|hop| {
        let label = hop.fallback(shows.table).and_then(|fallback| fallback.label.as_ref());
        hop.place.span() == span || label.is_some_and(|label| label.span() == span)
    })?;
    let target = match &hop.to {
        Leg::Target(target) => *target,
        Leg::Route(to) => crate::graph::usual(&shows.table.routes[*to])?,
        Leg::Nowhere(_) => return None,
    };
    let property = Property::NeverReaches(Element::Target(target));
    Some((shows, route, refuted(shows, route, &property, &Asked::Anything)?))
}

fn bound(side: &Side<'_>, route: RouteId, symptom: Symptom) -> Option<crate::graph::Bound> {
    let case = crate::graph::Case::Persistent(symptom);
    crate::graph::Bounds::of(side.table, side.graph, case, &|_| None, [route]).get(route).copied()
}

/// The shortest request that calls a target of which the fact holds.
fn reached<'s, 'a>(shows: &'s Side<'a>, route: RouteId, change: &Change) -> Option<(&'s Side<'a>, RouteId, Shown)> {
    let targets = super::reach::targets_of(shows, route, change.kind.aspect, &change.what);
    let shortest = targets
        .into_iter()
        .filter_map(|target| refuted(shows, route, &Property::NeverReaches(Element::Target(target)), &Asked::Anything))
        .min_by_key(|(weather, _)| match weather {
            Weather::InTurn(shown) => shown.len(),
            Weather::Failing(failures) => failures.len(),
        })?;
    Some((shows, route, shortest))
}

fn refuted(side: &Side<'_>, route: RouteId, property: &Property, asked: &Asked) -> Option<Shown> {
    match prove(side.table, side.graph, &[route], property, asked) {
        Answer::Refuted(found) => {
            Some((found.weather, found.journey.chosen.iter().map(|(_, target)| *target).collect()))
        }
        Answer::Verified(_) | Answer::Undecided(_) => None,
    }
}
