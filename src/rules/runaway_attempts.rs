//! Asks the bounds for the calls of every route, or follows LiteLLM's walk, and names what each step adds.

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::graph::{Bounds, Case, Part};
use crate::litellm::{Ending, Event, Failure, Request, Router, Routing, calls_by_era, while_all_fail};
use crate::model::{Gateway, Leg, RouteId, Table};
use crate::source::to_usize;

use super::Context;
use super::rule::{Group, Rule, Silence};

/// The calls after which a walk of LiteLLM's is not counted any further.
const MANY: usize = 1_000;

/// How many hops of such a walk are told.
const TOLD: usize = 12;

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("runaway-attempts"),
    group: Group::Graph,
    level: Level::Deny,
    locked: false,
    page: include_str!("runaway_attempts.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    match context.table.routing.as_deref() {
        Some(routing) => on_litellm(context, routing, sink),
        None => native(context, sink),
    }
}

/// On LiteLLM every call of a walk can be followed, so the number is exact: that of the worse of 500 and 429 all over.
fn on_litellm(context: &Context<'_>, routing: &Routing, sink: &mut Sink) {
    let limit = context.terms.attempts_at_most;
    let router = Router::new(routing, context.litellm.era());
    let walk = |name: &str, status: u16, most: usize| while_all_fail(&router, name, Failure::Status(status), most);
    for route in context.table.routes.values() {
        let name = route.name.value.as_str();
        let passes = |status: &u16| walk(name, *status, to_usize(limit)).ending == Ending::Longer;
        let worse = [500, 429].into_iter().filter(passes).map(|status| (status, walk(name, status, MANY)));
        let Some((status, request)) = worse.max_by_key(|(_, request)| request.calls().count()) else { continue };
        let calls = request.calls().count();
        if calls <= to_usize(limit) {
            continue;
        }
        let more = if request.ending == Ending::Longer { " and more" } else { "" };
        let message = format!(
            "one request for {} may cause {calls}{more} calls on LiteLLM {}, more than {limit}",
            quote(name),
            context.litellm
        );
        let help = format!(
            "while everything answers {status} it makes {}; lower `num_retries` or shorten the lists; a policy's `attemptsAtMost` sets the limit",
            calls_by_era(routing, name)
        );
        let found = Diagnostic::new("runaway-attempts", route.name.place, format!("{calls}{more} calls"), message)
            .trace(hops(&router, &request))
            .help(help)
            .about(route.subject());
        // Nobody who wrote a file for LiteLLM has agreed to the limit that holds where no policy sets one.
        sink.report(if context.terms.attempts_are_agreed { found } else { found.at_most(Level::Warn) });
    }
}

/// Every name that is asked for with its calls, as far as a person reads.
fn hops(router: &Router<'_>, request: &Request) -> Vec<Label> {
    let mut labels: Vec<(Label, usize)> = Vec::new();
    for event in &request.events {
        match event {
            Event::Asks(hop) => {
                let Some(span) = router.directory().place_of(hop) else { continue };
                labels.push((Label { span, text: quote(&hop.name) }, 0));
            }
            Event::Calls(_) => {
                if let Some((_, calls)) = labels.last_mut() {
                    *calls += 1;
                }
            }
            Event::Stays(_) | Event::Skips(..) | Event::TooDeep(_) => {}
        }
    }
    let told = labels.into_iter().filter(|(_, calls)| *calls > 0).take(TOLD);
    told.map(|(label, calls)| {
        let calls = if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") };
        Label { text: format!("{calls} for {}", label.text), ..label }
    })
    .collect()
}

fn native(context: &Context<'_>, sink: &mut Sink) {
    if context.table.gateway.is_one_run() && !context.terms.attempts_are_agreed {
        // The gateway itself tries again, and nothing in its file can make that less.
        return;
    }
    let bounds = Bounds::new(context.table, context.graph, Case::Adversarial, &|_| Some(0));
    let limit = context.terms.attempts_at_most;
    for (id, route) in context.entries() {
        let Ok(attempts) = bounds.attempts(id) else { continue };
        if attempts <= u64::from(limit) {
            continue;
        }
        let message = format!(
            "one request for {} may cause up to {attempts} calls, more than {limit}",
            quote(route.name.value.as_str())
        );
        let found = Diagnostic::new("runaway-attempts", route.name.place, format!("{attempts} calls at most"), message)
            .trace(shares(context.table, id, bounds.parts(context.table, &|_| Some(0), id)))
            .about(route.subject());
        let less = match context.table.gateway {
            Gateway::Envoy => "lower `numRetries`",
            Gateway::Portkey => "lower `retry.attempts`, which counts for every target below it",
            Gateway::Native | Gateway::LiteLlm | Gateway::OpenClaw => {
                "fewer `attempts` or keys, or fewer routes that fall back to routes"
            }
        };
        let found = found
            .help(format!("an outage multiplies the load by this: {less}; a policy's `attemptsAtMost` sets the limit"));
        // Nobody who wrote a file for a gateway has agreed to the limit that holds where no policy sets one.
        let is_agreed = context.terms.attempts_are_agreed || context.table.gateway == Gateway::Native;
        sink.report(if is_agreed { found } else { found.at_most(Level::Warn) });
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
