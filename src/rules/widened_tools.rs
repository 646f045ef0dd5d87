//! Compares the tools that the pool runs for its callers with those of each target a route can reach.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::model::{Gateway, RouteId, TargetId};
use crate::source::Spanned;

use super::Context;
use super::breach::{Breaches, refused};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("widened-tools"),
    group: Group::Entitlement,
    level: Level::Deny,
    locked: false,
    page: include_str!("widened_tools.md"),
    run: Some(run),
    silence: Silence::OnLiteLlmFiles("the tools a deployment runs"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut breaches = Breaches::new();
    for (id, _) in table.routes.iter() {
        for reached in refused(context, id, |target| !gained(context, id, target).is_empty(), |_| true) {
            breaches.note(context, id, &reached, ());
        }
    }
    breaches.report(context, sink, |breach, place| {
        let route = quote(table.routes[breach.route].name.value.as_str());
        let target = &table.targets[breach.target];
        let tools = or_list(gained(context, breach.route, breach.target), 5).replace(" or ", " and ");
        let message = format!("callers of {route} gain {tools} when {} answers", quote(target.name.value.as_str()));
        let span = target.doc.tools.first().map_or(target.name.span(), Spanned::span);
        if table.gateway == Gateway::OpenClaw {
            let pool = table.routes[breach.route].preferred().filter_map(|member| table.targets[member.target].doc.tools.first());
            let first = pool.map(Spanned::span).next().unwrap_or(span);
            return Diagnostic::new("widened-tools", place, "more rights than with the first model", message)
                .related(first, "`tools.byProvider` takes tools away here, and only here")
                .help("OpenClaw goes on to this model with all of them: repeat the rule in `tools.byProvider` for each provider or model of the chain");
        }
        Diagnostic::new("widened-tools", place, "more rights than on the pool", message)
            .related(span, "runs them for whoever calls")
            .help("a failure must not hand out rights: fall back to a target without these tools, or run them on the pool as well, where somebody has granted them")
    });
}

/// The tools that a target runs and no target of the pool does.
fn gained<'a>(context: &Context<'a>, route: RouteId, target: TargetId) -> Vec<&'a str> {
    let table = context.table;
    let own: Vec<&str> = table.routes[route]
        .preferred()
        .flat_map(|member| &table.targets[member.target].doc.tools)
        .map(|tool| tool.value.as_str())
        .collect();
    let tools = table.targets[target].doc.tools.iter().map(|tool| tool.value.as_str());
    tools.filter(|tool| !own.contains(tool)).collect()
}
