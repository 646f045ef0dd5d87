//! Facts about what requests cost: calls, time and money at most on each symptom, and what the planned traffic costs.

use std::collections::BTreeMap;

use crate::contingency::{Network, single_failures};
use crate::graph::{Bound, Bounds, Case, Open};
use crate::model::{Duration, Percent, RouteId, Symptom, TargetId};
use crate::policy::{Amount, BudgetClause, Exact, Missing, Pico, Spending, per_request};

use super::Side;
use super::fact::{Facts, Item, Rank, Subject, whole};
use super::kind::Aspect;

/// Adds the bounds of every request of every route.
pub(super) fn add_bounds(facts: &mut Facts, side: &Side<'_>) {
    let table = side.table;
    for symptom in Symptom::CONCRETE {
        let bounds = Bounds::new(table, side.graph, Case::Persistent(symptom), &|_| None);
        for (id, route) in table.routes.iter() {
            let Some(bound) = bounds.get(id) else { continue };
            let (subject, head) = (Subject::Route(route.name.value.to_string()), Some(route.name.span()));
            facts.measures(&subject, Aspect::Attempts, Item::On(symptom), attempts(bound), head);
            facts.measures(&subject, Aspect::Time, Item::On(symptom), time(side, bound), head);
        }
    }
    for (id, route) in table.routes.iter() {
        let traffic = route.doc.traffic.as_ref().map(|traffic| &traffic.value);
        let price = |target: TargetId| per_request(&table.targets[target], traffic?).map(|cost| cost.0);
        let bounds = Bounds::of(table, side.graph, Case::Adversarial, &price, [id]);
        let Some(bound) = bounds.get(id) else { continue };
        let money = match bound.money {
            Ok(money) => (Rank::Known(Exact::from(Pico(money))), Pico(money).to_string()),
            Err(open) => (Rank::Open, why(side, open)),
        };
        let (subject, head) = (Subject::Route(route.name.value.to_string()), Some(route.name.span()));
        facts.measures(&subject, Aspect::Request, Item::named("the dearest request"), money, head);
    }
}

fn attempts(bound: &Bound) -> (Rank, String) {
    match bound.attempts {
        Ok(1) => (Rank::of(1), "1 call".to_owned()),
        Ok(calls) => (Rank::of(calls), format!("{calls} calls")),
        Err(_) => (Rank::Open, "calls without end".to_owned()),
    }
}

fn time(side: &Side<'_>, bound: &Bound) -> (Rank, String) {
    match bound.time {
        Ok(time) => (Rank::of(time), Duration(time).said()),
        Err(open) => (Rank::Open, why(side, open)),
    }
}

fn why(side: &Side<'_>, open: Open) -> String {
    let name = |target: TargetId| whole(side.table.targets[target].name.value.as_str());
    match open {
        Open::Cycle => "no end: the routes fall back to each other".to_owned(),
        Open::NoTimeout(target) => format!("no end: {} has no timeout", name(target)),
        Open::NoTokens => "unknown: nothing says how long prompts and answers are".to_owned(),
        Open::NoPrice(target) => format!("unknown: nothing says what a request costs at {}", name(target)),
    }
}

/// Adds what a month of the planned traffic costs, and what it costs if the worst single thing fails all the time.
pub(super) fn add_traffic(facts: &mut Facts, side: &Side<'_>) {
    let table = side.table;
    let clause = BudgetClause::everything(table);
    let expected = clause.expected(table);
    let plain = lacking(&expected);
    let calm: BTreeMap<RouteId, Exact> = by_route(&expected.amount);
    let mut worst: BTreeMap<RouteId, (Exact, String)> =
        calm.iter().map(|(route, sum)| (*route, (*sum, "nothing fails".to_owned()))).collect();
    let mut unpriced: BTreeMap<RouteId, Missing> = plain.clone();
    let network = Network::new(table, Percent(0));
    for failure in single_failures(table) {
        let outage = network.fail(std::slice::from_ref(&failure));
        let during = clause.during(&network, table, &outage, &expected.amount);
        for (route, lacks) in lacking(&during) {
            unpriced.entry(route).or_insert(lacks);
        }
        for (route, sum) in by_route(&during.amount) {
            let known = worst.entry(route).or_insert((Exact::NOTHING, "nothing fails".to_owned()));
            if sum > known.0 {
                *known = (sum, format!("{} fails with {}", failure.element.typed(table), failure.symptom.as_str()));
            }
        }
    }
    for (id, route) in table.routes.iter() {
        let subject = Subject::Route(route.name.value.to_string());
        let head = Some(route.name.span());
        let sum = calm.get(&id).copied().unwrap_or_default();
        let known = || (Rank::Known(sum), sum.to_string());
        let month = plain.get(&id).map_or_else(known, |lacks| (Rank::Open, missing(side, *lacks)));
        facts.measures(&subject, Aspect::Expected, Item::named("a month of planned traffic"), month, head);
        let during = match (unpriced.get(&id), worst.get(&id)) {
            (Some(lacks), _) => (Rank::Open, missing(side, *lacks)),
            (None, Some((sum, when))) => (Rank::Known(*sum), format!("{sum} if {when}")),
            (None, None) => (Rank::NONE, Exact::NOTHING.to_string()),
        };
        let item = Item::named("a month of the worst single failure");
        facts.measures(&subject, Aspect::Contingency, item, during, head);
    }
}

/// What a month of the planned traffic of a whole table costs when nothing fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Monthly {
    /// So much.
    Known(Exact),
    /// Nobody knows, with the reason.
    Unknown(String),
}

/// What a month of the planned traffic of a whole table costs when nothing fails.
pub fn monthly(side: &Side<'_>) -> Monthly {
    let expected = BudgetClause::everything(side.table).expected(side.table);
    match expected.missing.first() {
        None => Monthly::Known(expected.amount.sum),
        Some(lacks @ (Missing::Forecast(route) | Missing::Price(route, _))) => {
            let name = whole(side.table.routes[*route].name.value.as_str());
            let why = missing(side, *lacks);
            Monthly::Unknown(format!("{name}: {}", why.trim_start_matches("unknown: ")))
        }
    }
}

fn by_route(amount: &Amount) -> BTreeMap<RouteId, Exact> {
    let mut sums: BTreeMap<RouteId, Exact> = BTreeMap::new();
    for term in &amount.terms {
        let sum = sums.entry(term.route).or_default();
        *sum = sum.plus(term.amount);
    }
    sums
}

fn lacking(spending: &Spending) -> BTreeMap<RouteId, Missing> {
    let of = |lacks: &Missing| match lacks {
        Missing::Forecast(route) | Missing::Price(route, _) => (*route, *lacks),
    };
    spending.missing.iter().map(of).collect()
}

fn missing(side: &Side<'_>, lacks: Missing) -> String {
    match lacks {
        Missing::Forecast(_) => "unknown: no complete forecast".to_owned(),
        Missing::Price(_, target) => {
            format!("unknown: nothing says what {} costs", whole(side.table.targets[target].name.value.as_str()))
        }
    }
}
