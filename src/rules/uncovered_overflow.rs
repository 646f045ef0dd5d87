//! Asks every route that falls back on something what it does with a prompt that is too long.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::model::{Gateway, Mode, RouteNode, Rung, Step, Symptom, Table};
use crate::source::Place;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("uncovered-overflow"),
    group: Group::Graph,
    level: Level::Warn,
    locked: false,
    page: include_str!("uncovered_overflow.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let bare: Vec<&RouteNode> = context.table.routes.values().filter(|route| overflows(context.table, route)).collect();
    match context.table.gateway {
        Gateway::Native => {
            for route in bare {
                let message = format!(
                    "{} falls back on other symptoms, but a prompt that is too long ends the request",
                    quote(route.name.value.as_str())
                );
                sink.report(
                    Diagnostic::new("uncovered-overflow", route.name.place, "no step for `context-overflow`", message)
                        .help("add `context-overflow` steps that lead to a larger window, or say that it is meant: `context-overflow: [{stop: {}}]`")
                        .about(route.subject()),
                );
            }
        }
        // No key of OpenClaw's file leads to another model then; Portkey and Envoy see a status, not a prompt.
        Gateway::OpenClaw | Gateway::Portkey | Gateway::Envoy => {}
        Gateway::LiteLlm => {
            let Some(place) = bare.first().and_then(|route| synthetic_stop(route)) else { return };
            let names = or_list(bare.iter().map(|route| route.name.value.as_str()), 5).replace(" or ", " and ");
            let message = format!("a prompt that is too long ends the request for {names}");
            sink.report(
                Diagnostic::new("uncovered-overflow", place, "switches `fallbacks` off for this error in every group it does not name", message)
                    .help("add those groups to `context_window_fallbacks`, or remove the list: without it, `fallbacks` serve this error too"),
            );
        }
    }
}

fn overflows(table: &Table, route: &RouteNode) -> bool {
    let is_chat = |mode: Option<Mode>| mode.is_none_or(|mode| mode == Mode::Chat);
    let falls_back = route.rungs.iter().any(|rung| rung.symptom != Symptom::ContentPolicy && has_hop(rung));
    let covered = match table.gateway {
        Gateway::Native => route.steps_on(Symptom::ContextOverflow).is_some(),
        Gateway::LiteLlm | Gateway::OpenClaw | Gateway::Portkey | Gateway::Envoy => synthetic_stop(route).is_none(),
    };
    falls_back && !covered && route.pool.iter().any(|member| is_chat(table.targets[member.target].facts.mode))
}

fn has_hop(rung: &Rung) -> bool {
    rung.steps
        .iter()
        .take_while(|step| !matches!(step.step, Step::Stop))
        .any(|step| matches!(step.step, Step::Fallback(_)))
}

/// Where a gateway's list for long prompts leaves the route out.
fn synthetic_stop(route: &RouteNode) -> Option<Place> {
    let rung = route.rungs.iter().find(|rung| rung.symptom == Symptom::ContextOverflow)?;
    match rung.steps.as_slice() {
        [only] if matches!(only.step, Step::Stop) => Some(only.place),
        _ => None,
    }
}
