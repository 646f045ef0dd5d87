//! Looks for the log field that ties an answer to the table that routed it.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("missing-version-field"),
    group: Group::Observability,
    level: Level::Warn,
    locked: false,
    page: include_str!("missing_version_field.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("what is logged"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let observability = context.table.observability.as_ref();
    let Some(fields) = observability.and_then(|observability| observability.value.log_fields.as_ref()) else { return };
    if fields.value.route_table_version.as_ref().is_some_and(|name| !name.trim().is_empty()) {
        return;
    }
    let message = "requests are logged without the version of the route table, so nobody can say which one was live";
    sink.report(
        Diagnostic::new("missing-version-field", fields.place, "no `routeTableVersion`", message).about("observability.logFields")
            .help("log the identity that `routec verify` prints, and say here what the field is called: `routeTableVersion: route_table_version`"),
    );
}
