//! Compares the alerts with the core symptoms, once a route is critical.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::model::{SloTier, Symptom};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("missing-alert"),
    group: Group::Observability,
    level: Level::Warn,
    locked: false,
    page: include_str!("missing_alert.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("what is logged"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let critical = context.table.routes.values().find_map(|route| {
        let slo = route.doc.slo.as_ref().filter(|slo| slo.value.tier == Some(SloTier::Critical))?;
        Some((route, slo))
    });
    // A table that says nothing of observability may be watched from elsewhere.
    let (Some((route, slo)), Some(observability)) = (critical, &context.table.observability) else { return };
    let watched = |symptom: &Symptom| {
        let fits = |alert: Symptom| alert == *symptom || alert == Symptom::Any;
        observability.value.alerts.iter().any(|alert| fits(alert.value.symptom))
    };
    let silent: Vec<&str> =
        Symptom::CORE.iter().filter(|symptom| !watched(symptom)).map(|symptom| symptom.as_str()).collect();
    if silent.is_empty() {
        return;
    }
    let words = or_list(silent.iter().copied(), 3);
    let message = format!(
        "{} is critical, and nobody is called on {words}: failover hides the failure until the ladder is used up",
        quote(route.name.value.as_str())
    );
    let first = silent.first().copied().unwrap_or_default();
    sink.report(
        Diagnostic::new("missing-alert", observability.place, format!("no alert on {words}"), message)
            .about("observability.alerts")
            .related(slo.span(), "critical")
            .help(format!(
                "`alerts: [{{symptom: {first}, per: [provider, region], above: 2%, over: 5m, owner: oncall-ai}}]`"
            )),
    );
}
