//! Looks, in the steps for `partial`, for counters and a circuit breaker before anything that ties sessions down.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{CircuitPer, Step, Symptom};

use super::Context;
use super::ladder::way_to;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unguarded-partial"),
    group: Group::Ladder,
    level: Level::Warn,
    locked: false,
    page: include_str!("unguarded_partial.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (id, route) in context.table.routes.iter() {
        let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == Symptom::Partial) else { continue };
        let ties = |step: &Step| matches!(step, Step::PinSession(_) | Step::ShardGateway(_));
        let Some(at) = rung.taken().position(|step| ties(&step.step)) else { continue };
        let Some(step) = rung.steps.get(at) else { continue };
        let before = || rung.steps.iter().take(at).map(|step| &step.step);
        let counted = before().any(|step| matches!(step, Step::CountPerKey(_)));
        let breaks = before().any(|step| matches!(step, Step::OpenCircuit { per: CircuitPer::Key, .. }));
        let lacks = match (counted, breaks) {
            (true, true) => continue,
            (false, false) => "neither counters nor a circuit breaker per key before it",
            (false, true) => "no counters per key before it",
            (true, false) => "no circuit breaker per key before it",
        };
        let message = format!(
            "{} ties sessions down with {}, with {lacks}: those on the bad key stay on it",
            quote(route.name.value.as_str()),
            quote(step.step.word())
        );
        sink.report(
            Diagnostic::new("unguarded-partial", step.place, lacks, message)
                .help("find the bad key, cut it off, and only then tie sessions down: `count-per-key`, `open-circuit`, `pin-session`, `shard-gateway`")
                .trace(way_to(context.table, id, rung, step.place))
                .shared_by(route.name.value.as_str(), "")
                .about(route.subject()),
        );
    }
}
