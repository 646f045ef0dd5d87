//! Permissions per caller: what each member of an audience may reach, and which grant allows it.

use std::collections::{BTreeMap, BTreeSet};

use crate::gate::Checked;
use crate::graph::FailoverGraph;
use crate::model::{RouteId, TargetId};
use crate::policy::{Member, Offer, members};

use super::super::compiled::{CompiledEntitlement, CompiledPermission};

/// Every route with every member of its audience and every class of data it carries.
pub(super) fn entitlements(checked: &Checked<'_>) -> Vec<CompiledEntitlement> {
    let table = checked.table();
    let graph = FailoverGraph::build(table);
    let offers: Vec<Offer<'_>> =
        table.targets.iter().map(|(id, _)| Offer::new(table, checked.catalogue(), id)).collect();
    let mut entries = Vec::new();
    for (id, route) in table.routes.iter() {
        let reached: BTreeSet<TargetId> =
            graph.reach(table, id, |_, _| true).into_iter().map(|reached| reached.target).collect();
        let mut callers = members(route);
        if callers.is_empty() {
            callers.push(Member { team: None, user: None, environment: None });
        }
        let mut classes: Vec<Option<&str>> = route.doc.data.iter().map(|class| Some(class.value.as_str())).collect();
        if classes.is_empty() {
            classes.push(None);
        }
        for member in &callers {
            entries.extend(classes.iter().map(|data| entitlement(checked, id, member, *data, &reached, &offers)));
        }
    }
    entries
}

fn entitlement(
    checked: &Checked<'_>,
    route: RouteId,
    member: &Member<'_>,
    data: Option<&str>,
    reached: &BTreeSet<TargetId>,
    offers: &[Offer<'_>],
) -> CompiledEntitlement {
    let (table, law) = (checked.table(), checked.law());
    let classes: Vec<&str> = data.into_iter().collect();
    let mut allowed: BTreeMap<Option<&str>, Vec<String>> = BTreeMap::new();
    let mut refused = Vec::new();
    for target in reached {
        let Some(offer) = offers.get(target.number()) else { continue };
        let name = table.targets[*target].name.value.to_string();
        // What nobody can tell is a warning, and does not refuse.
        let is_denied = law.denials.forbid(&classes, offer).iter().any(|forbidden| !forbidden.unknown);
        let grant = law.grants.allowing(member, data, offer);
        if is_denied || (grant.is_none() && law.grants.in_force()) {
            refused.push(name);
        } else {
            allowed.entry(grant).or_default().push(name);
        }
    }
    refused.sort();
    let permission = |(grant, mut targets): (Option<&str>, Vec<String>)| {
        targets.sort();
        CompiledPermission { grant: grant.map(str::to_owned), targets }
    };
    CompiledEntitlement {
        route: table.routes[route].name.value.to_string(),
        team: member.team.map(str::to_owned),
        user: member.user.map(str::to_owned),
        environment: member.environment.map(str::to_owned),
        data: data.map(str::to_owned),
        allowed: allowed.into_iter().map(permission).collect(),
        refused,
    }
}
