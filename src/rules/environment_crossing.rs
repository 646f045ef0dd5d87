//! Compares the environments of a route with those of the accounts of each target it can reach.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::model::{AccountNode, RouteNode, TargetId};
use crate::source::Spanned;

use super::Context;
use super::breach::{Breaches, refused};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("environment-crossing"),
    group: Group::Entitlement,
    level: Level::Deny,
    locked: false,
    page: include_str!("environment_crossing.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("environments"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut breaches = Breaches::new();
    for (id, route) in table.routes.iter() {
        for reached in refused(context, id, |target| foreign(context, route, target).is_some(), |_| true) {
            breaches.note(context, id, &reached, ());
        }
    }
    breaches.report(context, sink, |breach, place| {
        let route = &table.routes[breach.route];
        let name = quote(route.name.value.as_str());
        let own = or_list(environments(route), 4);
        let Some((account, environment)) = foreign(context, route, breach.target) else {
            return Diagnostic::new("environment-crossing", place, "another environment", name);
        };
        let message = format!(
            "{name} serves {own}, and reaches account {} of {}",
            quote(account.name.value.as_str()),
            quote(environment)
        );
        let span = account.doc.environment.as_ref().map_or(account.name.span(), Spanned::span);
        Diagnostic::new("environment-crossing", place, format!("an account of {}", quote(environment)), message)
            .related(span, "belongs here")
            .help("load, bills and data of one environment end up in the other: use a target whose keys belong to accounts of the same environment")
    });
}

fn environments(route: &RouteNode) -> Vec<&str> {
    let audience = route.doc.audience.as_ref().map(|audience| &audience.value.environments);
    audience.into_iter().flatten().map(|environment| environment.value.as_str()).collect()
}

/// The first account of a target that belongs to an environment which the route does not serve.
fn foreign<'a>(context: &Context<'a>, route: &RouteNode, target: TargetId) -> Option<(&'a AccountNode, &'a str)> {
    let table = context.table;
    let own = environments(route);
    if own.is_empty() {
        return None;
    }
    let accounts = table.targets[target].keys.iter().filter_map(|key| table.keys[*key].account);
    accounts.map(|account| &table.accounts[account]).find_map(|account| {
        let environment = account.doc.environment.as_ref()?.value.as_str();
        (!own.contains(&environment)).then_some((account, environment))
    })
}
