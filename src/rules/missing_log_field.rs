//! Compares the log fields with those without which a failover cannot be seen.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::LogFields;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("missing-log-field"),
    group: Group::Observability,
    level: Level::Deny,
    locked: false,
    page: include_str!("missing_log_field.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("what is logged"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let Some(observability) = &context.table.observability else { return };
    let Some(fields) = &observability.value.log_fields else {
        let message = "nothing says what the log calls its fields, so no failover can be followed";
        sink.report(
            Diagnostic::new("missing-log-field", observability.place, "no `logFields`", message).about("observability.logFields")
                .help("`logFields: {requestId: request_id, sessionId: session_id, provider: provider, modelId: model, status: status, latencyMs: latency_ms, routeTableVersion: route_table_version}`"),
        );
        return;
    };
    let lacking = lacking(&fields.value);
    if lacking.is_empty() {
        return;
    }
    let words: Vec<String> = lacking.iter().map(|(name, _)| quote(name)).collect();
    let why: Vec<&str> = lacking.iter().map(|(_, why)| *why).collect();
    let message = format!("requests are logged without {}: nobody can tell {}", words.join(", "), why.join(", or "));
    let first = lacking.first().map_or("", |(name, _)| name);
    sink.report(
        Diagnostic::new("missing-log-field", fields.place, format!("no {}", words.join(", ")), message)
            .about("observability.logFields")
            .help(format!(
                "add observability before changing routes: log it, and say here what the field is called, `{first}: …`"
            )),
    );
}

/// The fields that are not logged, and what cannot be told without them.
fn lacking(fields: &LogFields) -> Vec<(&'static str, &'static str)> {
    let all = [
        ("requestId", &fields.request_id, "which lines are one request"),
        ("sessionId", &fields.session_id, "whether a whole session is affected"),
        ("provider", &fields.provider, "who answered"),
        ("modelId", &fields.model_id, "which model answered"),
        ("status", &fields.status, "how it ended"),
        ("latencyMs", &fields.latency_ms, "how long it took"),
    ];
    all.into_iter()
        .filter(|(_, field, _)| field.as_ref().is_none_or(|name| name.trim().is_empty()))
        .map(|(name, _, why)| (name, why))
        .collect()
}
