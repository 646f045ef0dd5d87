//! Asks every route for the steps of each core symptom.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::model::{SloTier, Symptom};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unprotected-route"),
    group: Group::Graph,
    level: Level::Warn,
    locked: false,
    page: include_str!("unprotected_route.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("which failures a list is for"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for route in context.table.routes.values() {
        let bare: Vec<&str> = Symptom::CORE
            .into_iter()
            .filter(|symptom| route.steps_on(*symptom).is_none())
            .map(Symptom::as_str)
            .collect();
        // A ladder that does not exist is reported as such.
        let is_lost = route
            .doc
            .ladder
            .as_ref()
            .is_some_and(|name| !context.table.ladders.values().any(|ladder| ladder.value == name.value));
        if bare.is_empty() || context.table.incomplete || is_lost {
            continue;
        }
        let stops: Vec<String> = bare.iter().map(|symptom| format!("{symptom}: [{{stop: {{}}}}]")).collect();
        let words = or_list(bare.iter().copied(), 3);
        let message =
            format!("{} has no step for {words}: the first failure is the caller's", quote(route.name.value.as_str()));
        let is_critical = route.doc.slo.as_ref().is_some_and(|slo| slo.value.tier == Some(SloTier::Critical));
        let finding = Diagnostic::new(
            "unprotected-route",
            route.name.place,
            if is_critical { "fails at once, and is critical" } else { "fails at once" },
            message,
        )
        .help(format!("give it a `ladder`, or say that nothing should happen: `failover: {{{}}}`", stops.join(", ")))
        .about(route.subject());
        sink.report(if is_critical { finding.at_least(Level::Deny) } else { finding });
    }
}
