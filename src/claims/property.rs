//! Properties of all requests: verified for every case, or refuted by one request that anybody can repeat.

use crate::contingency::Element;
use crate::graph::FailoverGraph;
use crate::model::{Duration, RouteId, Table};
use crate::policy::Pico;

use super::anything::against_anything;
use super::every::every;
use super::gist::{Came, Gist};
use super::journey::Journey;
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
    /// In each of these, one after the other, from every target of a pool.
    Weathers(Vec<Weather>),
    /// Whatever symptom shows at each call.
    Anything,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Answer<R = Refutation> {
    /// It holds.
    Verified(Extent),
    /// It does not hold.
    Refuted(Box<R>),
    /// Neither, with the reason.
    Undecided(String),
}

/// How much was looked at to verify a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many requests were followed.
    Requests(usize),
    /// Every place that requests for so many names can stand in, and how many places these are.
    Places(usize, usize),
    /// Every request of so many routes, by what the graph and the bounds say of them or by a search through all.
    Everything(usize),
}

/// The shortest request found that breaks a property.
#[derive(Clone, Debug)]
pub struct Refutation {
    /// How its calls ended.
    pub weather: Weather,
    /// The request.
    pub journey: Journey,
    /// What of it breaks the property.
    pub because: String,
    /// How many requests of how many break it, where they were counted.
    pub counted: Option<(usize, usize)>,
}

impl<R> Answer<R> {
    /// The same with the refutation put differently.
    pub fn map<S>(self, put: impl FnOnce(R) -> S) -> Answer<S> {
        match self {
            Self::Verified(extent) => Answer::Verified(extent),
            Self::Refuted(refutation) => Answer::Refuted(Box::new(put(*refutation))),
            Self::Undecided(why) => Answer::Undecided(why),
        }
    }
}

/// Judges a property of some routes.
pub fn prove(table: &Table, graph: &FailoverGraph, routes: &[RouteId], property: &Property, asked: &Asked) -> Answer {
    match asked {
        Asked::Weathers(weathers) => in_weathers(table, routes, property, weathers),
        Asked::Anything => against_anything(table, graph, routes, property),
    }
}

/// Follows every request in some weathers.
pub(super) fn in_weathers(table: &Table, routes: &[RouteId], property: &Property, weathers: &[Weather]) -> Answer {
    let (mut cases, mut broken) = (0, 0);
    let mut shortest: Option<Refutation> = None;
    let mut left = None;
    for weather in weathers {
        for route in routes {
            let all = every(table, *route, weather, |journey| {
                cases += 1;
                let Some(because) = breaks(table, property, &journey.gist(table)) else { return };
                broken += 1;
                let calls = journey.calls().count();
                if shortest.as_ref().is_none_or(|known| calls < known.journey.calls().count()) {
                    shortest = Some(Refutation { weather: weather.clone(), journey, because, counted: None });
                }
            });
            if !all {
                left.get_or_insert(*route);
            }
        }
    }
    match (shortest, left) {
        (Some(refutation), _) => Answer::Refuted(Box::new(Refutation { counted: Some((broken, cases)), ..refutation })),
        (None, Some(route)) => {
            let name = &table.routes[route].name.value;
            Answer::Undecided(format!(
                "`{name}` has too many requests to follow them all; of all routes {cases} were followed, and keep it"
            ))
        }
        (None, None) => Answer::Verified(Extent::Requests(cases)),
    }
}

/// What of a request breaks a property; `None` if it keeps it.
pub(super) fn breaks(table: &Table, property: &Property, gist: &Gist) -> Option<String> {
    let late = |limit: &Duration| match gist.most {
        None => Some("a target without a timeout may hold it for ever".to_owned()),
        Some(most) if most > limit.0 => Some(format!("it may take {}", Duration(most).said())),
        Some(_) => None,
    };
    match property {
        Property::NeverReaches(element) => {
            let hit = gist.calls.iter().find(|call| element.hits(table, call));
            hit.map(|call| format!("it calls `{}`", table.targets[call.target].name.value))
        }
        Property::AnswersWithin(limit) => match &gist.came {
            Came::Answered(_) => late(limit),
            Came::Failed(with) => Some(format!("nobody answers: it ends with {with}")),
            Came::Endless => Some("it never ends".to_owned()),
        },
        Property::EndsWithin(limit) => match gist.came {
            Came::Answered(_) | Came::Failed(_) => late(limit),
            Came::Endless => Some("it never ends".to_owned()),
        },
        Property::AttemptsAtMost(most) => {
            let calls = u64::try_from(gist.calls.len()).unwrap_or(u64::MAX);
            let word = if calls == 1 { "call" } else { "calls" };
            (calls > *most).then(|| format!("it causes {calls} {word}"))
        }
        Property::CostsAtMost(most) => match gist.money {
            None => Some("nobody knows what it costs: a price or the tokens of the route are missing".to_owned()),
            Some(cost) => (cost > *most).then(|| format!("it may cost {cost}")),
        },
    }
}
