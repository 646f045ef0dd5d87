//! Looks for accounts at which routes spend money that no budget counts, once a budget is in force.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Path;
use crate::model::{AccountId, RouteId, TargetId};

use super::breach::{refused, trace};
use super::rule::{Group, Rule, Silence};
use super::{Context, budget_bypass, forced_bypass};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("uncounted-account"),
    group: Group::Budget,
    level: Level::Warn,
    locked: false,
    page: include_str!("uncounted_account.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("accounts"),
};

/// How many budgets are shown.
const SHOWN: usize = 3;

fn run(context: &Context<'_>, sink: &mut Sink) {
    let (table, budgets) = (context.table, &context.law.budgets);
    if budgets.is_empty() {
        return;
    }
    for (id, account) in table.accounts.iter() {
        if spenders(context, id).any(|(route, target)| is_counted(context, id, route, target)) {
            continue;
        }
        let Some((route, target, path)) = way(context, id) else { continue };
        let name = account.name.value.as_str();
        let spender = quote(table.routes[route].name.value.as_str());
        let message =
            format!("no budget counts the account {}, and {spender} spends there without a ceiling", quote(name));
        let mut finding = Diagnostic::new("uncounted-account", account.name.place, "no budget counts it", message)
            .about(format!("accounts.{name}"))
            .trace(trace(context, route, target, &path));
        for budget in budgets.iter().take(SHOWN) {
            finding = finding.related(budget.span, "counts something else");
        }
        let add = format!("`{{id: {name}, account: {name}, per: month, limit: 1000 USD, counting: expected}}`");
        let all = budgets.len();
        let none = if all > SHOWN { format!("; none of the {all} budgets in force counts it") } else { String::new() };
        sink.report(finding.help(format!("add it to a budget, or give it its own: {add}{none}")));
    }
}

/// The routes that can spend money at an account, and the targets at which they do.
fn spenders<'a>(context: &'a Context<'_>, account: AccountId) -> impl Iterator<Item = (RouteId, TargetId)> + 'a {
    let table = context.table;
    let pays: BTreeSet<TargetId> = table
        .targets
        .iter()
        .filter(|(_, target)| {
            let price = &target.facts.price;
            [price.input, price.output].into_iter().flatten().any(|price| price.0 > 0)
                && target.keys.iter().any(|key| table.keys[*key].account == Some(account))
        })
        .map(|(id, _)| id)
        .collect();
    let routes = (!pays.is_empty()).then(|| table.routes.iter().map(|(id, _)| id));
    routes.into_iter().flatten().flat_map(move |route| {
        let spends: Vec<TargetId> = context.reachable.of(route).filter(|target| pays.contains(target)).collect();
        spends.into_iter().map(move |target| (route, target))
    })
}

/// Whether a budget counts what a route spends at an account through a target.
fn is_counted(context: &Context<'_>, account: AccountId, route: RouteId, target: TargetId) -> bool {
    let (table, node) = (context.table, &context.table.routes[route]);
    let keys = || table.targets[target].keys.iter().filter(|key| table.keys[**key].account == Some(account));
    let clauses = context.law.budgets.iter().filter(|clause| clause.counts_route(node));
    clauses.into_iter().any(|clause| keys().any(|key| clause.counts_call(table, target, Some(*key))))
}

/// A way of a request to an account that no rule about a single route reports: from a pool if there is one, else the
/// shortest of the first route that falls back there.
fn way(context: &Context<'_>, account: AccountId) -> Option<(RouteId, TargetId, Path)> {
    let table = context.table;
    let in_pool =
        |route: RouteId, target: TargetId| table.routes[route].pool.iter().any(|member| member.target == target);
    let mut told: Option<(RouteId, BTreeSet<TargetId>)> = None;
    let mut fallback = None;
    for (route, target) in spenders(context, account) {
        if fallback.is_some() && !in_pool(route, target) {
            continue;
        }
        let known = match told.take() {
            Some((known, targets)) if known == route => targets,
            Some(_) | None => reported(context, route),
        };
        let is_told = known.contains(&target);
        told = Some((route, known));
        if is_told {
            continue;
        }
        if in_pool(route, target) {
            return Some((route, target, Path::default()));
        }
        fallback = Some((route, target));
    }
    let (route, target) = fallback?;
    let ways = refused(context, route, |found| found == target, |_| true);
    let shortest = ways.into_iter().min_by_key(|way| way.path.len())?;
    Some((route, target, shortest.path))
}

/// The uncounted targets of a route that another rule already reports.
fn reported(context: &Context<'_>, route: RouteId) -> BTreeSet<TargetId> {
    let ways = budget_bypass::ways(context, route).into_iter().chain(forced_bypass::uncounted(context, route));
    ways.map(|way| way.target).collect()
}
