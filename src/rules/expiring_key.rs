//! Compares the last day of each key with the day of the check and the notice in force.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("expiring-key"),
    group: Group::Secrets,
    level: Level::Warn,
    locked: false,
    page: include_str!("expiring_key.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("when a key ends"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let notice = i64::from(context.terms.key_expiry_notice_days);
    for key in context.table.keys.values() {
        let Some(expires) = key.doc.expires.as_ref() else { continue };
        let days = i64::from(context.as_of.days_until(expires.value));
        if days < 0 || days > notice {
            continue;
        }
        let name = key.name.value.as_str();
        let when = match days {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            _ => format!("in {days} days"),
        };
        let message = format!("the key {} expires on {}, {when}", quote(name), expires.value);
        sink.report(
            Diagnostic::new("expiring-key", expires.place, "soon its last day", message)
                .help("replace the key and move `expires`: after that day calls with it fail with `auth`")
                .about(format!("keys.{name}")),
        );
    }
}
