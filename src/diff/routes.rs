//! Facts about routes: who may call them, what they promise, and what they do on each symptom.

use crate::model::{Boundary, Mix, Needs, RouteId, RouteNode, SloTier, Step, Symptom, Tokens};
use crate::policy::members;
use crate::source::Span;

use super::Side;
use super::fact::{Facts, Item, Rank, Subject, whole};
use super::kind::Aspect;
use super::plan;

/// Adds what a route says of itself.
pub(super) fn add(facts: &mut Facts, side: &Side<'_>, id: RouteId, subject: &Subject) {
    let route = &side.table.routes[id];
    let head = route.name.span();
    let carried = || super::reach::classes(side, id).into_iter().filter(|class| !class.is_empty());
    for class in carried() {
        let at = route.doc.data.iter().find(|data| data.value.as_str() == class).map(crate::source::Spanned::span);
        facts.holds(subject, Aspect::Data, Item::Named(format!("data {}", whole(&class))), at);
    }
    promises(facts, route, subject);
    let pool: Vec<String> = pool(side, route);
    facts.says(subject, Aspect::Pool, Item::named("the pool"), pool.join(", "), Some(head));
    for symptom in Symptom::CONCRETE {
        let Some(rung) = route.steps_on(symptom) else {
            facts.says(subject, Aspect::Plan, Item::On(symptom), "nothing: it fails".to_owned(), Some(head));
            continue;
        };
        let steps: Vec<String> = rung.steps.iter().map(|step| plan::step(side.table, step)).collect();
        let span = rung.steps.first().map_or(head, |step| step.place.span());
        facts.says(subject, Aspect::Plan, Item::On(symptom), steps.join(", then "), Some(span));
        texts(facts, route, symptom, subject);
    }
    if let Some(traffic) = &route.doc.traffic {
        let said = |word: &str, number: Option<Tokens>| Some(format!("{} {word}", number?.get()));
        let parts: Vec<String> = [
            said("requests a month", traffic.value.requests_per_month),
            said("in the busiest minute", traffic.value.peak_requests_per_minute),
            said("tokens in", traffic.value.input_tokens),
            said("tokens out", traffic.value.output_tokens),
        ]
        .into_iter()
        .flatten()
        .collect();
        facts.says(subject, Aspect::Text, Item::named("the planned traffic"), parts.join(", "), Some(traffic.span()));
    }
}

/// The targets of a pool by their order, each with its part of the requests, however the weights are written.
fn pool(side: &Side<'_>, route: &RouteNode) -> Vec<String> {
    let mut members: Vec<(u32, String)> = Vec::new();
    for member in &route.pool {
        let alike = || route.pool.iter().filter(|other| other.order == member.order);
        let total: u64 = alike().map(|other| other.weight).sum();
        let (part, of_all) = match total {
            // Weights that are all 0 say nothing, so each gets the same.
            0 => (1, u64::try_from(alike().count()).unwrap_or(u64::MAX)),
            total => (member.weight, total),
        };
        let common = gcd(part, of_all);
        let name = whole(side.table.targets[member.target].name.value.as_str());
        let share = if part == of_all { name } else { format!("{name} {} of {}", part / common, of_all / common) };
        members.push((member.order, share));
    }
    // Orders are compared, not counted: 1 and 5 prefer the same as 1 and 2.
    let mut orders: Vec<u32> = members.iter().map(|(order, _)| *order).collect();
    orders.sort_unstable();
    orders.dedup();
    members.sort();
    let rank = |order: u32| orders.iter().position(|known| *known == order).unwrap_or(0);
    members
        .into_iter()
        .map(|(order, share)| match rank(order) {
            0 => share,
            after => format!("{share} (order {})", after + 1),
        })
        .collect()
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

fn promises(facts: &mut Facts, route: &RouteNode, subject: &Subject) {
    let head = route.name.span();
    let slo = route.doc.slo.as_ref();
    let deadline = slo.and_then(|slo| slo.value.deadline.as_ref());
    let (rank, shown, span) = match deadline {
        Some(deadline) => (Rank::of(deadline.value.0), deadline.value.said(), deadline.span()),
        None => (Rank::Open, "none".to_owned(), head),
    };
    facts.measures(subject, Aspect::Deadline, Item::named("the deadline"), (rank, shown), Some(span));
    let (rank, word) = match slo.and_then(|slo| slo.value.tier) {
        Some(SloTier::Critical) => (0, "critical"),
        Some(SloTier::Standard) => (1, "standard"),
        Some(SloTier::BestEffort) => (2, "best-effort"),
        None => (3, "none"),
    };
    let at = slo.map_or(head, crate::source::Spanned::span);
    facts.measures(subject, Aspect::Tier, Item::named("the tier"), (Rank::of(rank), word.to_owned()), Some(at));
    let at = route.doc.needs.as_ref().map(crate::source::Spanned::span);
    needs(facts, route.doc.needs.as_ref().map(|needs| &needs.value), at, subject);
    for boundary in &route.doc.boundary {
        let word = match boundary.value {
            Boundary::Jurisdiction => "jurisdiction",
            Boundary::Provider => "provider",
        };
        facts.holds(subject, Aspect::Boundary, Item::Named(format!("the {word} as boundary")), Some(boundary.span()));
    }
    for mix in &route.doc.mixes {
        let word = match mix.value {
            Mix::Vendors => "vendors",
            Mix::Families => "families",
            Mix::Regions => "regions",
            Mix::Modes => "modes",
        };
        facts.holds(subject, Aspect::Mix, Item::Named(format!("a mix of {word}")), Some(mix.span()));
    }
}

fn needs(facts: &mut Facts, needs: Option<&Needs>, span: Option<Span>, subject: &Subject) {
    let Some(needs) = needs else { return };
    for (word, tokens) in [("context tokens", needs.context_tokens), ("output tokens", needs.output_tokens)] {
        if let Some(tokens) = tokens {
            let value = (Rank::of(tokens.get()), tokens.get().to_string());
            facts.measures(subject, Aspect::Need, Item::Named(format!("need of {word}")), value, span);
        }
    }
    for (word, is_needed) in [
        ("tools", needs.tools),
        ("parallel tools", needs.parallel_tools),
        ("vision", needs.vision),
        ("audio", needs.audio),
        ("documents", needs.documents),
        ("structured output", needs.structured_output),
        ("reasoning", needs.reasoning),
        ("streaming", needs.streaming),
        ("caching", needs.caching),
    ] {
        if is_needed == Some(true) {
            facts.holds(subject, Aspect::Need, Item::Named(format!("need of {word}")), span);
        }
    }
}

/// What only people read: reasons of labels, runbooks and their owners.
fn texts(facts: &mut Facts, route: &RouteNode, symptom: Symptom, subject: &Subject) {
    for step in route.steps_on(symptom).into_iter().flat_map(|rung| rung.steps.iter()) {
        let item = |word: &str| Item::Named(format!("{word} on {}", symptom.as_str()));
        match &step.step {
            Step::Check { runbook, owner } => {
                let text = format!("{} by {}", whole(runbook), whole(owner));
                facts.says(subject, Aspect::Text, item("the check"), text, Some(step.place.span()));
            }
            Step::Fallback(fallback) => {
                let label = fallback.label.as_ref();
                if let Some(reason) = label.and_then(|label| label.value.reason.as_ref()) {
                    facts.says(subject, Aspect::Text, item("the reason"), whole(reason), Some(step.place.span()));
                }
            }
            Step::Backoff(_)
            | Step::NextKey(_)
            | Step::LowerConcurrency(_)
            | Step::RaiseTimeout(_)
            | Step::SwitchEgress(_)
            | Step::CountPerKey(_)
            | Step::OpenCircuit { .. }
            | Step::PinSession(_)
            | Step::ShardGateway(_)
            | Step::Stop => {}
        }
    }
}

/// One caller of a route in words.
pub(super) type Caller = (Option<String>, Option<String>, Option<String>);

/// Everybody who may call a route: team, user and environment; where one is missing, it may be any.
pub(super) fn callers(side: &Side<'_>, id: RouteId) -> Vec<Caller> {
    let route = &side.table.routes[id];
    if route.doc.audience.is_none() {
        return vec![(None, None, None)];
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let mut callers: Vec<Caller> = members(route)
        .iter()
        .map(|member| (owned(member.team), owned(member.user), owned(member.environment)))
        .collect();
    callers.sort();
    callers.dedup();
    callers
}

/// Whether whoever is the one caller is also the other.
pub(super) fn covers(wide: &Caller, narrow: &Caller) -> bool {
    let is_anybody = wide.0.is_none() && wide.1.is_none();
    (is_anybody || (&wide.0, &wide.1) == (&narrow.0, &narrow.1)) && (wide.2.is_none() || wide.2 == narrow.2)
}

/// A caller as reports name it.
pub(super) fn named(caller: &Caller) -> String {
    let (team, user, environment) = caller;
    crate::policy::Member { team: team.as_deref(), user: user.as_deref(), environment: environment.as_deref() }
        .to_string()
}
