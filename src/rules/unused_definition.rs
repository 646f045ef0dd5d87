//! Marks what routes use, then what that uses, and reports the rest.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{Leg, Name};
use crate::source::Spanned;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unused-definition"),
    group: Group::Graph,
    level: Level::Warn,
    locked: false,
    page: include_str!("unused_definition.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("what its callers use"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    if table.incomplete {
        return;
    }
    let mut targets = BTreeSet::new();
    let mut egress = BTreeSet::new();
    let mut ladders = BTreeSet::new();
    for route in table.routes.values() {
        targets.extend(route.pool.iter().map(|member| member.target));
        ladders.extend(route.doc.ladder.iter().map(|ladder| ladder.value.clone()));
        for step in route.rungs.iter().flat_map(|rung| rung.steps.iter()) {
            egress.extend(step.egress);
            if let Some((Leg::Target(target), _)) = step.leg {
                targets.insert(target);
            }
        }
    }
    let mut keys = BTreeSet::new();
    let mut providers = BTreeSet::new();
    for target in targets.iter().map(|id| &table.targets[*id]) {
        keys.extend(target.keys.iter().copied());
        egress.extend(target.egress.iter().copied());
        providers.extend(target.provider);
    }
    let accounts: BTreeSet<_> = keys.iter().filter_map(|id| table.keys[*id].account).collect();
    providers.extend(accounts.iter().filter_map(|id| table.accounts[*id].provider));
    let mut report = |word: &str, section: &str, name: &Spanned<Name>, why: &str| {
        let message = format!("nothing uses the {word} {}", quote(name.value.as_str()));
        sink.report(
            Diagnostic::new("unused-definition", name.place, why, message)
                .help("use it or remove it: what nobody uses is maintained, reviewed and granted for nothing")
                .about(format!("{section}.{}", name.value)),
        );
    };
    for (_, target) in table.targets.iter().filter(|(id, _)| !targets.contains(id)) {
        report("target", "targets", &target.name, "no pool and no fallback leads here");
    }
    for (_, key) in table.keys.iter().filter(|(id, _)| !keys.contains(id)) {
        report("key", "keys", &key.name, "no target in use has this key");
    }
    for (_, account) in table.accounts.iter().filter(|(id, _)| !accounts.contains(id)) {
        report("account", "accounts", &account.name, "no key in use belongs to it");
    }
    for (_, path) in table.egress.iter().filter(|(id, _)| !egress.contains(id)) {
        report("egress", "egress", &path.name, "no target in use goes this way");
    }
    for (_, provider) in table.providers.iter().filter(|(id, _)| !providers.contains(id)) {
        report("provider", "providers", &provider.name, "no target in use is served by it");
    }
    for ladder in table.ladders.values().filter(|ladder| !ladders.contains(&ladder.value)) {
        report("ladder", "ladders", ladder, "no route names it");
    }
}
