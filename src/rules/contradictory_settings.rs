//! Compares the numbers of each step with each other and with the targets it is taken for; a gateway's reader compares its sections.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{ResolvedStep, RouteNode, Step, Table};

use super::rule::{Context, Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("contradictory-settings"),
    group: Group::Graph,
    level: Level::Deny,
    locked: false,
    page: include_str!("contradictory_settings.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    for route in context.table.routes.values() {
        for step in route.rungs.iter().flat_map(|rung| rung.steps.iter()) {
            if let Some((message, help)) = contradiction(context.table, route, step).filter(|_| seen.insert(step.place.span())) {
                sink.report(
                    Diagnostic::new("contradictory-settings", step.place, "says two things", message).help(help).about(route.subject()),
                );
            }
        }
    }
}

fn contradiction(table: &Table, route: &RouteNode, step: &ResolvedStep) -> Option<(String, String)> {
    match &step.step {
        Step::Backoff(backoff) => {
            let max = backoff.max.filter(|max| *max < backoff.initial)?;
            let message = format!("the first wait, {}, is longer than the longest, {max}; {max} wins", backoff.initial);
            Some((message, "make `initial` at most `max`".to_owned()))
        }
        Step::RaiseTimeout(Some(to)) => {
            let timeouts = route.pool.iter().map(|member| table.targets[member.target].doc.timeout.as_ref().map(|timeout| timeout.value));
            let least = timeouts.collect::<Option<Vec<_>>>()?.into_iter().min()?;
            (*to <= least).then(|| {
                let name = quote(route.name.value.as_str());
                (format!("`raise-timeout` to {to} does not raise anything: the targets of {name} already wait {least}"), format!("raise it above {least}, or remove the step"))
            })
        }
        _ => None,
    }
}
