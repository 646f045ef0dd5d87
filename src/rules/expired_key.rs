//! Compares the last day of each key with the day of the check.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("expired-key"),
    group: Group::Secrets,
    level: Level::Deny,
    locked: false,
    page: include_str!("expired_key.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("when a key ends"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for key in context.table.keys.values() {
        let Some(expires) = key.doc.expires.as_ref().filter(|expires| expires.value < context.as_of) else { continue };
        let name = key.name.value.as_str();
        let message = format!("the key {} expired on {}", quote(name), expires.value);
        sink.report(
            Diagnostic::new("expired-key", expires.place, "its last day has passed", message)
                .help("replace the key and move `expires`: calls with it fail with `auth`")
                .about(format!("keys.{name}")),
        );
    }
}
