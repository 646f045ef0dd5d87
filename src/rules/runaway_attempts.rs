//! Asks the bounds for the calls of every route, and names what each step adds to them.

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::graph::{Bounds, Case, Part};
use crate::model::{Leg, RouteId, Table};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("runaway-attempts"),
    group: Group::Graph,
    level: Level::Deny,
    locked: false,
    page: include_str!("runaway_attempts.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its retries in routec's own steps"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let bounds = Bounds::new(context.table, context.graph, Case::Adversarial, &|_| Some(0));
    let limit = context.terms.attempts_at_most;
    for (id, route) in context.table.routes.iter() {
        let Ok(attempts) = bounds.attempts(id) else { continue };
        if attempts <= u64::from(limit) {
            continue;
        }
        let message = format!(
            "one request for {} may cause up to {attempts} calls, more than {limit}",
            quote(route.name.value.as_str())
        );
        sink.report(
            Diagnostic::new("runaway-attempts", route.name.place, format!("{attempts} calls at most"), message)
                .trace(shares(context.table, id, bounds.parts(context.table, &|_| Some(0), id)))
                .help("an outage multiplies the load by this: fewer `attempts` or keys, or fewer routes that fall back to routes; a policy's `attemptsAtMost` sets the limit")
                .about(route.subject()),
        );
    }
}

/// The first call, and what each step adds to it: together the number said.
fn shares(table: &Table, id: RouteId, parts: Vec<Part>) -> Vec<Label> {
    let route = &table.routes[id];
    let label = |part: Part| {
        let calls = part.calls.ok()?;
        let Some((rung, step)) = part.at else {
            return Some(Label { span: route.name.span(), text: format!("{calls} call to begin with") });
        };
        let rung = route.rungs.get(rung)?;
        let step = rung.steps.get(step)?;
        let (by, place) = match &step.leg {
            Some((Leg::Target(target), place)) => {
                (format!("target {}", quote(table.targets[*target].name.value.as_str())), *place)
            }
            Some((Leg::Route(to), place)) => {
                (format!("route {}", quote(table.routes[*to].name.value.as_str())), *place)
            }
            Some((Leg::Nowhere(_), _)) | None => (quote(step.step.word()), step.place),
        };
        Some(Label { span: place.span(), text: format!("{calls} more on {}, by {by}", rung.symptom.as_str()) })
    };
    parts.into_iter().filter_map(label).collect()
}
