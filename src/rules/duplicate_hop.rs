//! Walks each rung once, remembering what it has called since the last step that could change the outcome.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::litellm::Era;
use crate::model::{Gateway, Leg, PoolMember, ResolvedStep, RouteNode, Rung, Step, Symptom, Table};
use crate::source::Place;

use super::Context;
use super::ladder::way_to;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("duplicate-hop"),
    group: Group::Graph,
    level: Level::Warn,
    locked: false,
    page: include_str!("duplicate_hop.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    // Envoy waits before each call, and its priorities take turns until the retries are used up.
    if context.table.gateway == Gateway::Envoy {
        return;
    }
    for (id, route) in context.table.routes.iter() {
        for rung in &route.rungs {
            for (again, first) in repeats(rung, context.table.gateway) {
                if let Some((leg, place)) = again.leg.as_ref().filter(|(leg, _)| !is_own(context.table, route, leg)) {
                    let finding = finding(context, route, rung, (leg, *place), first);
                    sink.report(finding.trace(way_to(context.table, id, rung, *place)));
                }
            }
        }
    }
}

/// Whether a hop of OpenClaw's leads to the model it leaves, of which `self-fallback` says more.
fn is_own(table: &Table, route: &RouteNode, leg: &Leg) -> bool {
    let is_first = |member: &PoolMember| *leg == Leg::Target(member.target);
    table.gateway == Gateway::OpenClaw && route.pool.iter().any(is_first)
}

/// The fallbacks that lead where an earlier one led, with nothing in between that could make a difference.
fn repeats(rung: &Rung, gateway: Gateway) -> Vec<(&ResolvedStep, Place)> {
    let mut called: Vec<(&Leg, Place)> = Vec::new();
    let mut found = Vec::new();
    for step in rung.steps.iter() {
        match (&step.step, &step.leg) {
            (Step::Fallback(_), Some((leg, place))) => match called.iter().find(|(earlier, _)| *earlier == leg) {
                Some((_, first)) => found.push((step, *first)),
                None => called.push((leg, *place)),
            },
            (
                Step::Backoff(_)
                | Step::NextKey(_)
                | Step::LowerConcurrency(_)
                | Step::RaiseTimeout(_)
                | Step::SwitchEgress(_),
                _,
            ) if !gateway.is_one_run() => called.clear(),
            (_, _) => {}
        }
    }
    found
}

fn finding(
    context: &Context<'_>,
    route: &RouteNode,
    rung: &Rung,
    (leg, place): (&Leg, Place),
    first: Place,
) -> Diagnostic {
    let table = context.table;
    let target = match leg {
        Leg::Target(target) => table.targets[*target].name.value.as_str(),
        Leg::Route(route) => table.routes[*route].name.value.as_str(),
        Leg::Nowhere(name) => name.as_str(),
    };
    let when = if rung.symptom == Symptom::Any { "any symptom" } else { rung.symptom.as_str() };
    let message = format!("{} reaches {} twice on {when}", quote(route.name.value.as_str()), quote(target));
    let help = match table.gateway {
        Gateway::Native => {
            "nothing between the two could make it succeed: remove one, or wait with `backoff` before the second".to_owned()
        }
        Gateway::LiteLlm if context.litellm.era() != Era::Paths => format!(
            "LiteLLM {} passes over the second where it has the same name, and asks again under another name, or before 1.97: remove one",
            context.litellm
        ),
        Gateway::LiteLlm | Gateway::Portkey | Gateway::Envoy => {
            "nothing between the two could make it succeed: remove one".to_owned()
        }
        Gateway::OpenClaw => {
            "OpenClaw asks each model of a chain once and passes over the second without a word: remove one; lists of included files are put one behind the other".to_owned()
        }
    };
    Diagnostic::new("duplicate-hop", place, "asked again", message)
        .related(first.span(), "already failed here")
        .help(help)
        .shared_by(route.name.value.as_str(), "")
        .about(route.subject())
}
