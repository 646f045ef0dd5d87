//! Looks at what should be references; a gateway's reader looks at its own keys.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::Gateway;

use super::rule::{Context, Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("literal-secret"),
    group: Group::Secrets,
    level: Level::Deny,
    locked: true,
    page: include_str!("literal_secret.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    if context.table.gateway != Gateway::Native {
        return;
    }
    for key in context.table.keys.values().filter(|key| key.doc.secret.value.reference().is_none()) {
        let message = format!("the secret of {} is not a reference, so it stands in the file itself", quote(key.name.value.as_str()));
        sink.report(
            Diagnostic::new("literal-secret", key.doc.secret.place, "a secret, not a reference", message)
                .help("write where it is kept, for example `env:NAME` or `vault:path#field`, and change the secret: whoever has read the file knows it")
                .about(format!("keys.{}", key.name.value)),
        );
    }
    for egress in context.table.egress.values() {
        let Some(proxy) = egress.value.proxy.as_deref() else { continue };
        let has_password = proxy.split_once("//").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')));
        if has_password {
            let message = format!("the proxy of {} carries a user and password", quote(egress.name.value.as_str()));
            sink.report(
                Diagnostic::new("literal-secret", egress.name.place, "a secret in its proxy", message)
                    .help("write a reference, for example `env:HTTPS_PROXY`")
                    .about(format!("egress.{}", egress.name.value)),
            );
        }
    }
}
