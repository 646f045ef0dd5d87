//! Looks for routes without an audience, once a grant is in force.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unscoped-route"),
    group: Group::Entitlement,
    level: Level::Deny,
    locked: false,
    page: include_str!("unscoped_route.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("who may call a route"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let law = context.law;
    if law.grants.ask_for_data() || law.denials.ask_for_data() {
        without_data(context, sink);
    }
    if !law.grants.in_force() {
        return;
    }
    for route in context.table.routes.values() {
        let audience = route.doc.audience.as_ref().map(|audience| &audience.value);
        if audience.is_some_and(|audience| !audience.is_empty()) {
            continue;
        }
        let message = format!(
            "{} does not say who may call it, so no grant can be for its callers",
            quote(route.name.value.as_str())
        );
        sink.report(
            Diagnostic::new("unscoped-route", route.name.place, "no `audience`", message)
                .help("say who calls it: `audience: {teams: [support], environments: [prod]}`")
                .about(route.subject()),
        );
    }
}

/// Routes that say nothing of the data they carry, so that no clause about data can protect it.
fn without_data(context: &Context<'_>, sink: &mut Sink) {
    for route in context.table.routes.values().filter(|route| route.doc.data.is_empty()) {
        let message = format!(
            "{} does not say which data it carries, so no clause about data can protect it",
            quote(route.name.value.as_str())
        );
        sink.report(
            Diagnostic::new("unscoped-route", route.name.place, "no `data`", message)
                .help("say what its prompts may hold: `data: [public]`, `data: [customer-pii]`")
                .about(route.subject()),
        );
    }
}
