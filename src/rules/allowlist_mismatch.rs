//! Looks for targets that no grant allows to anybody and no route reaches; of those that are reached, `ungranted-hop` says more.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("allowlist-mismatch"),
    group: Group::Entitlement,
    level: Level::Warn,
    locked: false,
    page: include_str!("allowlist_mismatch.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("who may call a route"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let grants = &context.law.grants;
    if !grants.in_force() {
        return;
    }
    let reached = context.used_targets();
    for (id, target) in context.table.targets.iter() {
        if reached.contains(&id) || grants.allow_anybody(context.offer(id)) {
            continue;
        }
        let name = target.name.value.as_str();
        let message = format!(
            "{} serves {}, and no grant allows that to anybody",
            quote(name),
            quote(target.doc.model.value.as_str())
        );
        sink.report(
            Diagnostic::new("allowlist-mismatch", target.name.place, "granted to nobody", message)
                .help("a route that uses it will be refused: remove the target, or ask for a grant before it is needed")
                .about(format!("targets.{name}")),
        );
    }
}
