//! Looks for targets without a key at providers that accounts are held with.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
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
    for (id, target) in table.targets.iter().filter(|(id, target)| used.contains(id) && target.doc.keys.is_none()) {
        let Some(provider) = target.provider else { continue };
        let Some(account) = table.accounts.values().find(|account| account.provider == Some(provider)) else {
            continue;
        };
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
        if let Some((_, hop)) = context.graph.hops().find(|(_, hop)| hop.to == crate::model::Leg::Target(id)) {
            finding = finding.trace(vec![crate::graph::describe_hop(table, hop)]);
        }
        sink.report(finding);
    }
}
