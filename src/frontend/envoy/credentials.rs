//! What the API server refuses of a `BackendSecurityPolicy`: its type wants one field, and each field its own parts.

use crate::diagnostic::{Sink, quote};
use crate::syntax::Value;

use super::objects::{OWN_GROUP, Object, get, text};
use super::shape::{POOL_GROUP, one_of, refused, wants};

/// The kinds of credentials, and the field that each wants.
const CREDENTIALS: [(&str, &str); 6] = [
    ("APIKey", "apiKey"),
    ("AWSCredentials", "awsCredentials"),
    ("AzureAPIKey", "azureAPIKey"),
    ("AnthropicAPIKey", "anthropicAPIKey"),
    ("AzureCredentials", "azureCredentials"),
    ("GCPCredentials", "gcpCredentials"),
];

/// Reports what the API server refuses of a policy.
pub(super) fn check(policy: &Object<'_>, sink: &mut Sink) {
    let spec = policy.value.get("spec");
    wants(policy, spec, "type", sink);
    for target in policy.list("targetRefs") {
        let is = |group: &str, kind: &str| text(target, "group") == Some(group) && text(target, "kind") == Some(kind);
        if !is(OWN_GROUP, "AIServiceBackend") && !is(POOL_GROUP, "InferencePool") {
            let message =
                "credentials are for an AIServiceBackend or an InferencePool, and the API server refuses anything else";
            let help = "write `group: aigateway.envoyproxy.io` and `kind: AIServiceBackend`";
            sink.report(refused(get(target, "kind").unwrap_or(target), "not a backend", message, help));
        }
    }
    let Some(kind) = policy.spec("type") else { return };
    one_of(kind, "kind of credentials", CREDENTIALS.map(|(kind, _)| kind), sink);
    let Some((written, wanted)) = CREDENTIALS.iter().find(|(known, _)| kind.raw_text() == Some(known)) else { return };
    let other = CREDENTIALS.iter().find_map(|(_, field)| policy.spec_key(field).filter(|_| field != wanted));
    if let Some(other) = other {
        let message = format!(
            "the type is {}, and {} is not for it: the API server refuses both together",
            quote(written),
            quote(other.raw_text().unwrap_or_default())
        );
        let help = format!("write {} instead, or change `type`", quote(wanted));
        sink.report(refused(other, "not for this type", message, help).related(kind.span(), "says what is wanted"));
    } else {
        wants(policy, spec, wanted, sink);
    }
    parts(policy, sink);
}

/// The parts that exclude each other, or of which one is wanted.
fn parts(policy: &Object<'_>, sink: &mut Sink) {
    let azure = policy.spec_key("azureCredentials").zip(policy.spec("azureCredentials"));
    if let Some((key, azure)) = azure {
        either(key, azure, ("clientSecretRef", "oidcExchangeToken"), true, sink);
        for part in ["clientID", "tenantID"] {
            if let Some(value) = get(azure, part).filter(|value| value.raw_text() == Some("")) {
                let message = format!("{} is empty, and the API server refuses that", quote(part));
                sink.report(refused(value, "nothing here", message, "write the id that Azure shows"));
            } else {
                wants(policy, Some(azure), part, sink);
            }
        }
    }
    if let Some((key, gcp)) = policy.spec_key("gcpCredentials").zip(policy.spec("gcpCredentials")) {
        either(key, gcp, ("credentialsFile", "workloadIdentityFederationConfig"), false, sink);
    }
}

/// Two parts of which there may be one, and where it is wanted must be one.
fn either(key: Value<'_>, value: Value<'_>, (one, other): (&str, &str), is_wanted: bool, sink: &mut Sink) {
    let (first, second) = (get(value, one), get(value, other));
    let place = match (first, second) {
        (Some(_), Some(second)) => second,
        (None, None) if is_wanted => key,
        _ => return,
    };
    let count = if is_wanted { "exactly one" } else { "one at most" };
    let message = format!("{count} of {} and {} is taken by the API server", quote(one), quote(other));
    sink.report(refused(place, count, message, "keep the one by which the gateway is known there"));
}
