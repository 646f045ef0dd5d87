//! Asks the bounds for the calls of every route, and names the rungs that make the most of them.

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::graph::{Bounds, Call, Case, Move};
use crate::model::{Leg, RouteId, RouteNode, Table};

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
            "one request for {} can cause {attempts} calls, more than {limit}",
            quote(route.name.value.as_str())
        );
        sink.report(
            Diagnostic::new("runaway-attempts", route.name.place, format!("{attempts} calls at most"), message)
                .trace(shares(context, &bounds, id))
                .help("an outage multiplies the load by this: fewer `attempts` or keys, or fewer routes that fall back to routes; a policy's `attemptsAtMost` sets the limit")
                .about(route.subject()),
        );
    }
}

/// The first call, and what each rung adds to it.
fn shares(context: &Context<'_>, bounds: &Bounds, id: RouteId) -> Vec<Label> {
    let table = context.table;
    let route = &table.routes[id];
    let mut labels = vec![Label { span: route.name.span(), text: "1 call to begin with".to_owned() }];
    for rung in &route.rungs {
        let own: u64 = rung.steps.iter().map(|step| repeats(Move::of(step), context.table, route)).sum();
        if let Some(first) = rung.steps.first().filter(|_| own > 0) {
            labels.push(Label {
                span: first.place.span(),
                text: format!("{own} more on {}, by retries of the same target", rung.symptom.as_str()),
            });
        }
        for step in rung.steps.iter() {
            let Some((leg, place)) = &step.leg else { continue };
            let text = match leg {
                Leg::Target(target) => format!(
                    "1 more on {}, by target {}",
                    rung.symptom.as_str(),
                    quote(table.targets[*target].name.value.as_str())
                ),
                Leg::Route(to) => match bounds.attempts(*to) {
                    Ok(more) => format!(
                        "{more} more on {}, by route {}",
                        rung.symptom.as_str(),
                        quote(table.routes[*to].name.value.as_str())
                    ),
                    Err(_) => continue,
                },
                Leg::Nowhere(_) => continue,
            };
            labels.push(Label { span: place.span(), text });
        }
    }
    labels
}

/// The calls of a step that stays with its target, at most.
fn repeats(step: Move<'_>, table: &Table, route: &RouteNode) -> u64 {
    match step {
        Move::Repeat(backoff) => u64::from(backoff.attempts.get()),
        Move::NextKeys(times) => {
            let spare = route.pool.iter().map(|member| Call::first(table, member.target).spare_keys(table)).max();
            let spare = u64::try_from(spare.unwrap_or(0)).unwrap_or(u64::MAX);
            times.map_or(spare, |times| spare.min(u64::from(times)))
        }
        Move::Again | Move::Longer(_) | Move::Through(_) => 1,
        Move::Hop(_) | Move::Control | Move::Stop => 0,
    }
}
