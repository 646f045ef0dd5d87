//! Looks for targets without a key at providers that accounts are held with.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Path;
use crate::model::{AccountNode, ProviderId, RouteId, TargetId, TargetNode};

use super::Context;
use super::breach::{refused, trace};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("missing-credential"),
    group: Group::Entitlement,
    level: Level::Deny,
    locked: false,
    page: include_str!("missing_credential.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("which credentials a provider asks for"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let used = context.used_targets();
    let ways = ways(context);
    for (id, target) in table.targets.iter().filter(|(id, _)| used.contains(id)) {
        let Some((provider, account)) = asks_for_key(context, target) else { continue };
        let name = target.name.value.as_str();
        let message = format!(
            "{} is called without a key, and {} asks for one",
            quote(name),
            quote(table.providers[provider].name.value.as_str())
        );
        let keys: Vec<&str> = table
            .keys
            .values()
            .filter(|key| key.account.is_some_and(|account| table.accounts[account].provider == Some(provider)))
            .map(|key| key.name.value.as_str())
            .collect();
        let help = if keys.is_empty() {
            "every call fails with `auth`, so the hop is none: define a key and name it in `keys`".to_owned()
        } else {
            format!("every call fails with `auth`, so the hop is none: add `keys: [{}]`", keys.join(", "))
        };
        let mut finding = Diagnostic::new("missing-credential", target.name.place, "no `keys`", message)
            .related(account.name.span(), "an account is held with this provider")
            .help(help)
            .about(format!("targets.{name}"));
        if let Some((route, path)) = ways.get(&id) {
            finding = finding.trace(trace(context, *route, id, path));
        }
        sink.report(finding);
    }
}

/// The provider of a target without a key, and an account that is held with it.
fn asks_for_key<'a>(context: &Context<'a>, target: &TargetNode) -> Option<(ProviderId, &'a AccountNode)> {
    let provider = target.provider.filter(|_| target.doc.keys.is_none())?;
    let account = context.table.accounts.values().find(|account| account.provider == Some(provider))?;
    Some((provider, account))
}

/// How a request comes to each target that asks for a key and has none: the shortest way from a route that nothing
/// falls back to, since others may have no callers of their own.
fn ways(context: &Context<'_>) -> BTreeMap<TargetId, (RouteId, Path)> {
    let table = context.table;
    let inner: BTreeSet<RouteId> =
        context.graph.hops().filter_map(|(_, hop)| hop.to_route().filter(|to| *to != hop.from)).collect();
    let (inner, outer): (Vec<RouteId>, Vec<RouteId>) =
        table.routes.iter().map(|(id, _)| id).partition(|id| inner.contains(id));
    let mut ways: BTreeMap<TargetId, (RouteId, Path)> = BTreeMap::new();
    for routes in [outer, inner] {
        let mut found: BTreeMap<TargetId, (RouteId, Path)> = BTreeMap::new();
        for route in routes {
            let keyless = |target: TargetId| asks_for_key(context, &table.targets[target]).is_some();
            for way in refused(context, route, keyless, |_| true) {
                if found.get(&way.target).is_none_or(|(_, path)| way.path.len() < path.len()) {
                    found.insert(way.target, (route, way.path));
                }
            }
        }
        for (target, way) in found {
            ways.entry(target).or_insert(way);
        }
    }
    ways
}
