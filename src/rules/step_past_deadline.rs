//! Adds up waits, and on `timeout` whole timeouts, up to each step, and compares with the deadline.

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::graph::{Move, earliest_starts};
use crate::model::Duration;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("step-past-deadline"),
    group: Group::Graph,
    level: Level::Deny,
    locked: false,
    page: include_str!("step_past_deadline.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("deadlines"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for route in context.table.routes.values() {
        let Some(deadline) = route.doc.slo.as_ref().and_then(|slo| slo.value.deadline.as_ref()) else { continue };
        for rung in &route.rungs {
            let starts = earliest_starts(context.table, route, rung);
            let late = starts.iter().find(|start| start.after > deadline.value.0 && Move::of(start.step).calls());
            let Some(late) = late else { continue };
            let trace = starts
                .iter()
                .take_while(|start| start.after <= late.after)
                .map(|start| Label {
                    span: start.step.place.span(),
                    text: format!("{} starts after {}", quote(start.step.step.word()), Duration(start.after)),
                })
                .collect();
            let message = format!(
                "{} gives up after {}, and {} on {} starts {} after the request at the earliest",
                quote(route.name.value.as_str()),
                deadline.value,
                quote(late.step.step.word()),
                rung.symptom.as_str(),
                Duration(late.after)
            );
            sink.report(
                Diagnostic::new("step-past-deadline", late.step.place, "too late to help", message)
                    .related(deadline.span(), "nobody waits longer than this")
                    .trace(trace)
                    .help("shorter timeouts and waits before it, fewer steps, or a later deadline")
                    .about(route.subject()),
            );
        }
    }
}
