//! Walks each rung to its first `stop`, and looks for a rung of `any` that no symptom takes.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{RouteNode, Rung, Step};
use crate::source::Span;

use super::Context;
use super::ladder::way_to;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unreachable-step"),
    group: Group::Graph,
    level: Level::Warn,
    locked: false,
    page: include_str!("unreachable_step.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    // A ladder that several routes share is of use if any of them takes it.
    let taken: LazyCell<BTreeSet<Span>, _> = LazyCell::new(|| {
        let routes = context.table.routes.values();
        let rungs = routes.flat_map(|route| route.rungs.iter().filter(|rung| route.takes(rung)));
        rungs.flat_map(|rung| rung.steps.iter().map(|step| step.place.span())).collect()
    });
    for (id, route) in context.table.routes.iter() {
        for rung in &route.rungs {
            if !route.takes(rung) {
                never_taken(route, rung, &taken, sink);
                continue;
            }
            let stop = rung.steps.iter().position(|step| matches!(step.step, Step::Stop));
            let Some((stop, behind)) = stop.and_then(|at| Some((rung.steps.get(at)?, rung.steps.get(at + 1)?))) else {
                continue;
            };
            let message = format!(
                "on {}, {} is never taken: it stands behind `stop`",
                rung.symptom.as_str(),
                quote(behind.step.word())
            );
            sink.report(
                Diagnostic::new("unreachable-step", behind.place, "never taken", message)
                    .trace(way_to(context.table, id, rung, stop.place))
                    .help("move `stop` to the end, or remove what follows it")
                    .shared_by(route.name.value.as_str(), "")
                    .about(route.subject()),
            );
        }
    }
}

/// The steps for `any` of a route that has steps of its own for every symptom. A `stop` alone loses nothing.
fn never_taken(route: &RouteNode, rung: &Rung, taken: &BTreeSet<Span>, sink: &mut Sink) {
    let step = rung.steps.iter().find(|step| !matches!(step.step, Step::Stop));
    let Some(step) = step.filter(|step| !taken.contains(&step.place.span())) else {
        return;
    };
    let message = format!(
        "{} has steps of its own for every symptom, so {} under `any` is never taken",
        quote(route.name.value.as_str()),
        quote(step.step.word())
    );
    sink.report(
        Diagnostic::new("unreachable-step", step.place, "never taken", message)
            .help("remove the steps for `any`, or those of the symptoms that were meant to take them")
            .shared_by(route.name.value.as_str(), "")
            .about(route.subject()),
    );
}
