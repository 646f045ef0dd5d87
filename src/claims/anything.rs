//! Properties of requests whose calls may show any symptom: by bounds and reachability where these suffice, else by search.

use crate::graph::{Bounds, FailoverGraph};
use crate::model::{RouteId, Symptom, Table, TargetId};

use super::goal::Goal;
use super::journey::{Journey, follow};
use super::property::{Answer, Extent, Property, Refutation, breaks, in_weathers};
use super::rest::Distances;
use super::search::{ALL_STATES, Found, Order, search};
use super::weather::Weather;

/// What is known of all routes.
struct Judged {
    shortest: Option<Refutation>,
    /// A route of which nothing was found, and the states that were searched.
    open: Option<(RouteId, usize)>,
    /// The states that may still be searched.
    states: usize,
}

/// Judges a property whatever symptom shows at each call.
pub(super) fn against_anything(
    table: &Table,
    graph: &FailoverGraph,
    routes: &[RouteId],
    property: &Property,
) -> Answer {
    let distances = match property {
        Property::NeverReaches(element) => Some(Distances::new(table, graph, element)),
        Property::AnswersWithin(_)
        | Property::EndsWithin(_)
        | Property::AttemptsAtMost(_)
        | Property::CostsAtMost(_) => None,
    };
    let mut judged = Judged { shortest: None, open: None, states: ALL_STATES };
    let mut routes_left: Vec<RouteId> = routes.to_vec();
    if let Some(distances) = &distances {
        routes_left.retain(|route| distances.entering(*route).is_some());
        // The nearest first: what is further away than the shortest request found is then not searched at all.
        routes_left.sort_by_key(|route| distances.entering(*route));
    }
    for route in &routes_left {
        let goal = Goal::new(table, *route, property);
        let bounds = goal.bounds(graph, *route);
        if !is_within(&bounds, *route, &goal) {
            judged.route(*route, &goal.knowing(distances.as_ref(), &bounds));
        }
    }
    match (judged.shortest, judged.open) {
        (Some(refutation), _) => Answer::Refuted(Box::new(refutation)),
        (None, Some((route, states))) => {
            let name = &table.routes[route].name.value;
            Answer::Undecided(format!(
                "neither the graph nor the bounds of `{name}` rule it out, and no request that breaks it was found among {states} states searched"
            ))
        }
        (None, None) => Answer::Verified(Extent::Everything(routes.len())),
    }
}

/// Whether the bounds of a route rule out that its property is broken.
fn is_within(bounds: &Bounds, route: RouteId, goal: &Goal<'_>) -> bool {
    let at_most = bounds.get(route).and_then(|bound| goal.at_most(bound));
    !goal.is_broken_by_failing() && at_most.zip(goal.limit()).is_some_and(|(at_most, limit)| at_most <= limit)
}

impl Judged {
    fn route(&mut self, route: RouteId, goal: &Goal<'_>) {
        let table = goal.table;
        let known = self.shortest.as_ref().map(|known| known.journey.calls().count());
        let calls = known.map_or(u64::MAX, |known| u64::try_from(known).unwrap_or(u64::MAX).saturating_sub(1));
        let pool: Vec<TargetId> = table.routes[route].pool.iter().map(|member| member.target).collect();
        let states = match search(goal, route, &pool, Order::Shortest, calls, &mut self.states) {
            Found::Nothing => return,
            Found::Request(chosen, shows) => return self.keep(goal, route, &chosen, Weather::InTurn(shows)),
            Found::GaveUp(states) => states,
        };
        // What one symptom at every call shows is found without a search; it is rarely the shortest.
        let weathers: Vec<Weather> = Symptom::CONCRETE.into_iter().map(Weather::always).collect();
        if let Answer::Refuted(plain) = in_weathers(table, &[route], goal.property, &weathers) {
            let shown: Vec<Option<Symptom>> = plain.journey.calls().map(|call| call.fails).collect();
            let chosen: Vec<TargetId> = plain.journey.chosen.iter().map(|(_, target)| *target).collect();
            let short = (1..=shown.len()).find_map(|calls| {
                let mut shown: Vec<Option<Symptom>> = shown.iter().take(calls).copied().collect();
                if let Some(last) = shown.last_mut() {
                    *last = None;
                }
                let weather = Weather::InTurn(shown);
                let journey = follow(table, route, &chosen, &weather)?;
                breaks(table, goal.property, &journey.gist(table)).map(|_| weather)
            });
            let weather = short.unwrap_or(plain.weather);
            return self.keep(goal, route, &chosen, weather);
        }
        match search(goal, route, &pool, Order::Highest, calls, &mut self.states) {
            Found::Request(chosen, shows) => self.keep(goal, route, &chosen, Weather::InTurn(shows)),
            Found::Nothing => {}
            Found::GaveUp(more) => {
                self.open.get_or_insert((route, states + more));
            }
        }
    }

    /// Keeps a request that breaks the property, if it is the shortest; whoever follows it must see the same.
    fn keep(&mut self, goal: &Goal<'_>, route: RouteId, chosen: &[TargetId], weather: Weather) {
        let shorter = |journey: &Journey| {
            let calls = journey.calls().count();
            self.shortest.as_ref().is_none_or(|known| calls < known.journey.calls().count())
        };
        let followed = follow(goal.table, route, chosen, &weather).and_then(|journey| {
            breaks(goal.table, goal.property, &journey.gist(goal.table)).map(|because| (journey, because))
        });
        match followed {
            Some((journey, because)) => {
                if shorter(&journey) {
                    self.shortest = Some(Refutation { weather, journey, because, counted: None });
                }
            }
            None => {
                self.open.get_or_insert((route, 0));
            }
        }
    }
}
