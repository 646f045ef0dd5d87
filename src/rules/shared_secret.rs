//! Groups keys by the secret they refer to and compares their accounts.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{KeyNode, SecretRef};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("shared-secret"),
    group: Group::Secrets,
    level: Level::Warn,
    locked: false,
    page: include_str!("shared_secret.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("accounts and environments"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let mut first: BTreeMap<&SecretRef, &KeyNode> = BTreeMap::new();
    for key in context.table.keys.values() {
        let Some(earlier) = first.get(&key.doc.secret.value).copied() else {
            first.insert(&key.doc.secret.value, key);
            continue;
        };
        if earlier.doc.account.value == key.doc.account.value {
            continue;
        }
        let message = format!(
            "{} and {} are one secret behind two accounts",
            quote(earlier.name.value.as_str()),
            quote(key.name.value.as_str())
        );
        sink.report(
            Diagnostic::new("shared-secret", key.doc.secret.place, "the same secret again", message)
                .related(earlier.doc.secret.span(), "first here")
                .help("give each account a secret of its own: one that leaks or ends takes both down, and bills mix")
                .about(format!("keys.{}", key.name.value)),
        );
    }
}
