//! Properties of all requests: verified for every case, or refuted by one request that anybody can repeat.

use crate::contingency::{Element, Failure};
use crate::graph::{Bound, Bounds, Call, Case, FailoverGraph, Path, shows, usual};
use crate::model::{Duration, Leg, RouteId, Symptom, Table, TargetId};
use crate::policy::{Pico, per_request};

use super::every::{adversarial, every};
use super::journey::{Ending, Journey, follow};
use super::weather::Weather;

/// What must hold for every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// Nothing of this is ever called.
    NeverReaches(Element),
    /// The request is answered, and within this time.
    AnswersWithin(Duration),
    /// The request is answered or has failed within this time.
    EndsWithin(Duration),
    /// It causes at most so many calls.
    AttemptsAtMost(u64),
    /// It costs at most this.
    CostsAtMost(Pico),
}

/// In which cases it must hold.
#[derive(Clone, Debug)]
pub enum Asked {
    /// While each of these fails, one set after the other.
    Failures(Vec<Vec<Failure>>),
    /// Whatever symptom shows at each call.
    Anything,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It holds in all of so many cases.
    Verified(usize),
    /// It does not hold: the shortest request found, and how many cases of how many refute it.
    Refuted(Box<Refutation>),
    /// Neither: no request was found that breaks it, and the bound does not rule one out.
    Undecided(String),
}

/// A request that breaks a property.
#[derive(Clone, Debug)]
pub struct Refutation {
    /// The target of the pool it began at.
    pub first: TargetId,
    /// How its calls ended.
    pub weather: Weather,
    /// The request.
    pub journey: Journey,
    /// What of it breaks the property.
    pub because: String,
    /// The cases that break it.
    pub broken: usize,
    /// All cases.
    pub cases: usize,
}

/// Judges a property of some routes.
pub fn prove(table: &Table, graph: &FailoverGraph, routes: &[RouteId], property: &Property, asked: &Asked) -> Answer {
    match asked {
        Asked::Failures(sets) => while_failing(table, routes, property, sets),
        Asked::Anything => against_anything(table, graph, routes, property),
    }
}

fn while_failing(table: &Table, routes: &[RouteId], property: &Property, sets: &[Vec<Failure>]) -> Answer {
    let (mut cases, mut broken) = (0, 0);
    let mut shortest: Option<Refutation> = None;
    for set in sets {
        let weather = Weather::Failing(set.clone());
        for route in routes {
            let all = every(table, *route, &weather, |first, journey| {
                cases += 1;
                let Some(because) = breaks(table, property, &journey) else { return };
                broken += 1;
                let calls = journey.calls().count();
                if shortest.as_ref().is_none_or(|known| calls < known.journey.calls().count()) {
                    let weather = weather.clone();
                    shortest = Some(Refutation { first, weather, journey, because, broken: 0, cases: 0 });
                }
            });
            if !all && shortest.is_none() {
                let name = &table.routes[*route].name.value;
                return Answer::Undecided(format!("`{name}` has too many requests to follow them all"));
            }
        }
    }
    match shortest {
        None => Answer::Verified(cases),
        Some(refutation) => Answer::Refuted(Box::new(Refutation { broken, cases, ..refutation })),
    }
}

/// What of a request breaks a property; `None` if it keeps it.
pub(super) fn breaks(table: &Table, property: &Property, journey: &Journey) -> Option<String> {
    let late = |limit: &Duration| match journey.ended.most {
        None => Some("a target without a timeout may hold it for ever".to_owned()),
        Some(most) if most > limit.0 => Some(format!("it may take {}", Duration(most))),
        Some(_) => None,
    };
    match property {
        Property::NeverReaches(element) => journey.calls().find_map(|stop| {
            let key = stop.key.and_then(|key| table.targets[stop.target].keys.iter().position(|own| *own == key));
            let call = Call { target: stop.target, key: key.unwrap_or(0), egress: stop.egress, timeout: stop.timeout };
            element.hits(table, &call).then(|| format!("it calls `{}`", table.targets[stop.target].name.value))
        }),
        Property::AnswersWithin(limit) => match journey.ending {
            Ending::Answered(_) => late(limit),
            Ending::Failed(symptom) => Some(format!("nobody answers: it ends with {}", symptom.as_str())),
            Ending::Endless => Some("it never ends".to_owned()),
        },
        Property::EndsWithin(limit) => match journey.ending {
            Ending::Answered(_) | Ending::Failed(_) => late(limit),
            Ending::Endless => Some("it never ends".to_owned()),
        },
        Property::AttemptsAtMost(most) => {
            let calls = u64::try_from(journey.calls().count()).unwrap_or(u64::MAX);
            (calls > *most).then(|| format!("it causes {calls} calls"))
        }
        Property::CostsAtMost(most) => match journey.money() {
            None => Some("nobody knows what it costs: a price or the tokens of the route are missing".to_owned()),
            Some(cost) => (cost > *most).then(|| format!("it may cost {cost}")),
        },
    }
}

fn against_anything(table: &Table, graph: &FailoverGraph, routes: &[RouteId], property: &Property) -> Answer {
    let mut open: Option<RouteId> = None;
    let mut broken = 0;
    let mut shortest: Option<Refutation> = None;
    for route in routes {
        let found = match property {
            Property::NeverReaches(element) => reaching(table, graph, *route, element),
            Property::AnswersWithin(_) => {
                let weather = Weather::InTurn(vec![Symptom::Overloaded]);
                usual(&table.routes[*route]).map(|first| (first, weather))
            }
            Property::EndsWithin(_) | Property::AttemptsAtMost(_) | Property::CostsAtMost(_) => {
                if keeps(table, graph, *route, property) {
                    continue;
                }
                worst(table, *route, property)
            }
        };
        let Some((first, weather)) = found else {
            // What cannot be reached is proved; what the bound leaves open is not.
            if !matches!(property, Property::NeverReaches(_)) {
                open.get_or_insert(*route);
            }
            continue;
        };
        let journey = follow(table, *route, first, &weather);
        let Some(because) = breaks(table, property, &journey) else {
            open.get_or_insert(*route);
            continue;
        };
        broken += 1;
        if shortest.as_ref().is_none_or(|known| journey.calls().count() < known.journey.calls().count()) {
            shortest = Some(Refutation { first, weather, journey, because, broken: 0, cases: routes.len() });
        }
    }
    match (shortest, open) {
        (Some(refutation), _) => Answer::Refuted(Box::new(Refutation { broken, ..refutation })),
        (None, Some(route)) => {
            let name = &table.routes[route].name.value;
            Answer::Undecided(format!(
                "the bound of `{name}` does not rule it out, and no request was found that breaks it"
            ))
        }
        (None, None) => Answer::Verified(routes.len()),
    }
}

/// Whether the bounds of a route rule out that a property is broken.
fn keeps(table: &Table, graph: &FailoverGraph, route: RouteId, property: &Property) -> bool {
    let traffic = table.routes[route].doc.traffic.as_ref().map(|traffic| &traffic.value);
    let price = |target: TargetId| per_request(&table.targets[target], traffic?).map(|cost| cost.0);
    let bounds = Bounds::of(table, graph, Case::Adversarial, &price, [route]);
    let Some(Bound { attempts, time, money, .. }) = bounds.get(route) else { return false };
    match property {
        Property::AttemptsAtMost(most) => attempts.is_ok_and(|attempts| attempts <= *most),
        Property::EndsWithin(limit) => time.is_ok_and(|time| time <= limit.0),
        Property::CostsAtMost(most) => money.is_ok_and(|money| Pico(money) <= *most),
        Property::NeverReaches(_) | Property::AnswersWithin(_) => false,
    }
}

/// A request that uses every step it can: of those from each target of the pool, the one that breaks the property most.
fn worst(table: &Table, route: RouteId, property: &Property) -> Option<(TargetId, Weather)> {
    let pool: Vec<TargetId> = table.routes[route].pool.iter().map(|member| member.target).collect();
    let ways = pool.into_iter().map(|first| {
        let fate = |_: &Call, walk: &crate::graph::Walk<'_>| Some(walk.untried().unwrap_or(Symptom::Overloaded));
        let (journey, shown) = adversarial(table, route, first, fate, |to| usual(&table.routes[to]));
        (first, Weather::InTurn(shown), journey)
    });
    let broken = ways.filter(|(_, _, journey)| breaks(table, property, journey).is_some());
    broken.max_by_key(|(_, _, journey)| journey.calls().count()).map(|(first, weather, _)| (first, weather))
}

/// A request that reaches an element, along the shortest path to it.
fn reaching(table: &Table, graph: &FailoverGraph, route: RouteId, element: &Element) -> Option<(TargetId, Weather)> {
    let hits = |target: TargetId| {
        let first = Call::first(table, target);
        let keys = 0..table.targets[target].keys.len().max(1);
        let mut calls = keys.map(|key| Call { key, ..first });
        calls.any(|call| element.hits(table, &call))
            || table.targets[target]
                .egress
                .iter()
                .any(|path| element.hits(table, &Call { egress: Some(*path), ..first }))
    };
    let reached = graph.reach(table, route, |_, _| true).into_iter().find(|reached| hits(reached.target))?;
    Some(along(table, graph, route, &reached.path, reached.target))
}

/// The symptoms that lead a request along a path to a target.
fn along(table: &Table, graph: &FailoverGraph, route: RouteId, path: &Path, to: TargetId) -> (TargetId, Weather) {
    let first = if path.is_empty() { to } else { usual(&table.routes[route]).unwrap_or(to) };
    let wanted = |at: RouteId| {
        let hop = path.iter().map(|hop| graph.hop(*hop)).find(|hop| hop.from == at)?;
        shows(&table.routes[at], hop.at.0)
    };
    let ends_in = path.last().and_then(|hop| match graph.hop(*hop).to {
        Leg::Route(end) => Some(end),
        Leg::Target(_) | Leg::Nowhere(_) => None,
    });
    let choose = |at: RouteId| if ends_in == Some(at) { Some(to) } else { usual(&table.routes[at]) };
    let fate = |call: &Call, walk: &crate::graph::Walk<'_>| {
        if call.target == to {
            return None;
        }
        let at = walk.visiting().last().unwrap_or(route);
        Some(wanted(at).unwrap_or(Symptom::Overloaded))
    };
    let (_, mut shown) = adversarial(table, route, first, fate, choose);
    if shown.is_empty() {
        shown.push(Symptom::Overloaded);
    }
    (first, Weather::InTurn(shown))
}
