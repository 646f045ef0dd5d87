//! Looks at the timeout of every target, and at the deadlines of the routes that reach it.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::graph::describe_path;
use crate::litellm::waits::FOR_AN_ANSWER;
use crate::model::{Gateway, TargetNode};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("missing-timeout"),
    group: Group::Graph,
    level: Level::Warn,
    locked: false,
    page: include_str!("missing_timeout.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    match context.table.gateway {
        Gateway::Native => native(context, sink),
        Gateway::LiteLlm => litellm(context, sink),
        // A run of OpenClaw's ends after ten minutes where its file says nothing, and a request of Envoy's after one.
        Gateway::OpenClaw | Gateway::Envoy => {}
        Gateway::Portkey => portkey(context, sink),
    }
}

fn native(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    for target in table
        .targets
        .values()
        .filter(|target| !table.incomplete && target.doc.timeout.as_ref().is_none_or(|timeout| timeout.value.0 == 0))
    {
        let name = target.name.value.as_str();
        let message =
            format!("{} has no timeout: one hanging call holds its caller for as long as it likes", quote(name));
        let place = target.doc.timeout.as_ref().map_or(target.name.place, |timeout| timeout.place);
        sink.report(
            Diagnostic::new("missing-timeout", place, "no limit", message)
                .help("write `timeout: 45s`, shorter than the deadlines of its routes")
                .about(format!("targets.{name}")),
        );
    }
    let longest = table.targets.values().filter_map(|target| target.doc.timeout.as_ref()).map(|it| it.value).max();
    let mut seen = BTreeSet::new();
    for (id, route) in table.routes.iter() {
        let Some(deadline) = route.doc.slo.as_ref().and_then(|slo| slo.value.deadline.as_ref()) else { continue };
        // Nothing is searched where no timeout at all is longer.
        if longest.is_none_or(|longest| longest <= deadline.value) {
            continue;
        }
        for reached in context.graph.reach(table, id, |_, _| true) {
            let target = &table.targets[reached.target];
            let Some(timeout) = target.doc.timeout.as_ref().filter(|timeout| timeout.value > deadline.value) else {
                continue;
            };
            if seen.insert((timeout.span(), deadline.span())) {
                let message = format!(
                    "{} may take {}, but {} gives up after {}",
                    quote(target.name.value.as_str()),
                    timeout.value,
                    quote(route.name.value.as_str()),
                    deadline.value
                );
                sink.report(
                    Diagnostic::new("missing-timeout", timeout.place, "longer than the route waits", message)
                        .related(deadline.span(), "nobody waits longer than this")
                        .trace(describe_path(table, context.graph, &reached.path))
                        .help("a timeout that never comes protects nobody: make it shorter than the deadline")
                        .about(format!("targets.{}", target.name.value)),
                );
            }
        }
    }
}

fn litellm(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let is_bare = |target: &TargetNode| {
        target.doc.timeout.as_ref().is_none_or(|timeout| timeout.value.0 == 0 || timeout.value.0 >= FOR_AN_ANSWER)
    };
    let bare: Vec<_> =
        table.routes.iter().filter(|(id, _)| table.pool_of(*id).any(is_bare)).map(|(_, route)| route).collect();
    let Some(first) = bare.first() else { return };
    let names = or_list(bare.iter().map(|route| route.name.value.as_str()), 4).replace(" or ", " and ");
    let message = format!(
        "without a timeout LiteLLM waits up to {} s for each try, in {} of {} groups",
        FOR_AN_ANSWER / 1_000,
        bare.len(),
        table.routes.len()
    );
    sink.report(Diagnostic::new("missing-timeout", first.name.place, "no `timeout`, here or for all", message).help(
        format!("write `router_settings.timeout: 60` for all, or `timeout` in `litellm_params`; without one: {names}"),
    ));
}

/// A call that never ends makes no fallback go on; one setting at the top holds for all.
fn portkey(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let goes_on = table.routes.iter().filter(|(id, _)| !context.graph.hops_of(*id).is_empty());
    let bare = goes_on.flat_map(|(id, _)| table.pool_of(id)).find(|target| target.doc.timeout.is_none());
    let Some(bare) = bare else { return };
    let name = quote(bare.name.value.as_str());
    let message = format!(
        "without `request_timeout` a call of {name} lasts as long as it likes, and no fallback is taken meanwhile"
    );
    sink.report(Diagnostic::new("missing-timeout", bare.name.place, "no limit", message).help(
        "write `\"request_timeout\": 30000` at the top of the config: milliseconds, for each call of every target",
    ));
}
