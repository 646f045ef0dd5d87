//! Walks each rung to its first `stop`; what stands behind it is never taken.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::Step;

use super::Context;
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
    for route in context.table.routes.values() {
        for rung in &route.rungs {
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
                    .related(stop.place.span(), "the visit ends here")
                    .help("move `stop` to the end, or remove what follows it")
                    .shared_by(route.name.value.as_str(), "")
                    .about(route.subject()),
            );
        }
    }
}
