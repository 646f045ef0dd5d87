//! Looks for keys without an owner.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("ownerless-key"),
    group: Group::Secrets,
    level: Level::Warn,
    locked: false,
    page: include_str!("ownerless_key.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("who owns a key"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for key in context.table.keys.values().filter(|key| key.doc.owner.is_none()) {
        let name = key.name.value.as_str();
        let message = format!("nobody answers for the key {}", quote(name));
        sink.report(
            Diagnostic::new("ownerless-key", key.name.place, "no `owner`", message)
                .help("name a team: somebody must rotate it, and be called when it leaks")
                .about(format!("keys.{name}")),
        );
    }
}
