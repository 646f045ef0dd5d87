//! Looks at what should be references; a gateway's reader looks at its own keys.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{Gateway, url_has_password};
use crate::source::Spanned;

use super::Context;
use super::rule::{Group, Rule, Silence};

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
        let message = format!(
            "the secret of {} is not a reference, so it stands in the file itself",
            quote(key.name.value.as_str())
        );
        sink.report(
            Diagnostic::new("literal-secret", key.doc.secret.place, "a secret, not a reference", message)
                .help("write where it is kept, for example `env:NAME` or `vault:path#field`, and change the secret: whoever has read the file knows it")
                .about(format!("keys.{}", key.name.value)),
        );
    }
    for egress in context.table.egress.values() {
        if let Some(proxy) = egress.value.proxy.as_ref().filter(|proxy| url_has_password(&proxy.value)) {
            url(sink, proxy, "the proxy", "egress", egress.name.value.as_str());
        }
    }
    for provider in context.table.providers.values() {
        for endpoint in provider.value.regions.iter().filter_map(|region| region.value.endpoint.as_ref()) {
            if url_has_password(&endpoint.value) {
                url(sink, endpoint, "an endpoint", "providers", provider.name.value.as_str());
            }
        }
    }
}

fn url(sink: &mut Sink, value: &Spanned<String>, what: &str, section: &str, name: &str) {
    let message = format!("{what} of {} carries a password", quote(name));
    sink.report(
        Diagnostic::new("literal-secret", value.place, "a password within", message)
            .help("write a reference, for example `env:HTTPS_PROXY`, and change the password")
            .about(format!("{section}.{name}")),
    );
}
