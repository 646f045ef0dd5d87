//! Adds up waits, and on `timeout` whole timeouts, up to each call of each step, and compares with the deadline.

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::graph::{Soonest, Start};
use crate::model::{Duration, ResolvedStep, RouteNode, Rung, Step};
use crate::source::Spanned;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("step-past-deadline"),
    group: Group::Graph,
    level: Level::Deny,
    locked: false,
    page: include_str!("step_past_deadline.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("how long callers wait"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let hurried: Vec<_> =
        context.table.routes.iter().filter_map(|(id, route)| Some((id, route, deadline_of(route)?))).collect();
    let routes: Vec<_> = hurried.iter().map(|(id, _, _)| *id).collect();
    let soonest = Soonest::of(context.table, context.graph, &routes);
    for (_, route, deadline) in hurried {
        for rung in &route.rungs {
            let starts: Vec<(&ResolvedStep, Start)> = rung
                .steps
                .iter()
                .zip(soonest.starts(route, rung))
                .filter_map(|(step, start)| Some((step, start?)))
                .collect();
            let Some(late) = starts.iter().position(|(_, start)| start.last > deadline.value.0) else { continue };
            report(route, deadline, rung, starts.get(..=late).unwrap_or(&[]), sink);
        }
    }
}

fn deadline_of(route: &RouteNode) -> Option<&Spanned<Duration>> {
    route.doc.slo.as_ref()?.value.deadline.as_ref()
}

/// Reports the last of some steps.
fn report(
    route: &RouteNode,
    deadline: &Spanned<Duration>,
    rung: &Rung,
    starts: &[(&ResolvedStep, Start)],
    sink: &mut Sink,
) {
    let Some((late, start)) = starts.last() else { return };
    let word = quote(late.step.word());
    let (what, after) = if start.first <= deadline.value.0 {
        (format!("the last call of {word}"), start.last)
    } else if matches!(late.step, Step::Backoff(_)) {
        (format!("the first call of {word}"), start.first)
    } else {
        (word, start.first)
    };
    let message = format!(
        "{} gives up after {}, and {what} on {} starts {} after the request at the earliest",
        quote(route.name.value.as_str()),
        deadline.value,
        rung.symptom.as_str(),
        Duration(after)
    );
    let trace = starts.iter().map(|(step, start)| {
        let word = quote(step.step.word());
        let text = if start.first == start.last {
            format!("{word} calls after {}", Duration(start.first))
        } else {
            format!("{word} calls first after {} and last after {}", Duration(start.first), Duration(start.last))
        };
        Label { span: step.place.span(), text }
    });
    sink.report(
        Diagnostic::new("step-past-deadline", late.place, "too late to help", message)
            .related(deadline.span(), "nobody waits longer than this")
            .trace(trace.collect())
            .help("shorter timeouts and waits before it, fewer steps or calls, or a later deadline")
            .about(route.subject()),
    );
}
