//! Searches from routes whose pool costs nothing for targets that cost something and that no budget counts.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Reached;
use crate::model::{RouteId, TargetNode};

use super::Context;
use super::breach::{Breaches, refused};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("budget-bypass"),
    group: Group::Entitlement,
    level: Level::Deny,
    locked: false,
    page: include_str!("budget_bypass.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("accounts"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    if context.law.budgets.is_empty() {
        return;
    }
    let mut breaches = Breaches::new();
    for (id, _) in table.routes.iter() {
        for reached in ways(context, id) {
            breaches.note(context, id, &reached, ());
        }
    }
    breaches.report(context, sink, |breach, place| {
        let route = quote(table.routes[breach.route].name.value.as_str());
        let target = &table.targets[breach.target];
        let message = format!(
            "{route} costs nothing until {} answers, which costs money that no budget counts",
            quote(target.name.value.as_str())
        );
        Diagnostic::new("budget-bypass", place, "priced, and counted by no budget", message)
            .related(target.name.span(), "spends here")
            .help("let a budget count the account of this target, or keep the fallback free")
    });
}

/// The ways of a route whose pool costs nothing to targets that cost money which no budget counts.
pub(super) fn ways(context: &Context<'_>, id: RouteId) -> Vec<Reached> {
    let table = context.table;
    // What is preferred is what callers get; the others stand in for it.
    let mut pool = table.routes[id].preferred().map(|member| costs(&table.targets[member.target])).peekable();
    let is_free = pool.peek().is_some() && pool.all(|costs| costs == Some(false));
    if is_free { refused(context, id, |target| context.is_uncounted(id, target), |_| true) } else { Vec::new() }
}

/// Whether a call of a target costs anything; `None` where nobody knows.
fn costs(target: &TargetNode) -> Option<bool> {
    let price = &target.facts.price;
    Some(price.input?.0 > 0 || price.output.is_some_and(|price| price.0 > 0))
}
