//! Secrets that stand in the files themselves: in a `Secret` written out, and in headers that a route compares or sets.

use crate::diagnostic::{Diagnostic, Level, Sink};
use crate::frontend::secrets::looks_real;
use crate::syntax::Value;

use super::objects::{Objects, Sort, get, text};
use super::rules::{MODEL_HEADER, matches};

/// What to do about a secret that others can read.
const HELP: &str = "let a secrets operator fill the Secret, and change the key: whoever has read the file knows it";

/// Reports the texts of a `Secret` that look like real keys; what is encoded is left alone.
pub(super) fn check_secret(root: Value<'_>, sink: &mut Sink) {
    let is_secret = text(root, "kind") == Some("Secret") && text(root, "apiVersion") == Some("v1");
    let entries = get(root, "stringData").filter(|_| is_secret).map(Value::entries).unwrap_or_default();
    for (_, value) in entries {
        let text = value.text().unwrap_or_default();
        // A file has its keys behind `=`; other files may hold long words of any kind.
        let of_line = |line: &str| line.rsplit_once('=').is_some_and(|(_, value)| looks_real(value.trim()));
        if if text.trim().contains('\n') { text.lines().any(of_line) } else { looks_real(text.trim()) } {
            let message = "a Secret holds a real key in plain text";
            sink.report(
                Diagnostic::new("literal-secret", value.place(), "a secret, not a reference", message).help(HELP),
            );
        }
    }
}

/// Reports headers of routes and backends that hold what looks like a real key. Resources are read by many who may not
/// read a `Secret`.
pub(super) fn check_headers(objects: &Objects<'_>, sink: &mut Sink) {
    for route in objects.of(Sort::AiGatewayRoute) {
        for rule in route.list("rules") {
            for header in matches(rule).into_iter().flatten() {
                let is_model = text(header, "name").is_some_and(|name| name.eq_ignore_ascii_case(MODEL_HEADER));
                // What callers send is compared here, so that it may be no more than their name.
                if let Some(value) = get(header, "value").filter(|value| !is_model && is_key(*value)) {
                    let help = "check callers' keys with a SecurityPolicy, which takes them from a Secret";
                    sink.report(
                        found(value, "a route compares a header with a key in plain text")
                            .at_most(Level::Warn)
                            .help(help),
                    );
                }
            }
            for backend in get(rule, "backendRefs").into_iter().flat_map(Value::items) {
                set_headers(get(backend, "headerMutation"), sink);
            }
        }
    }
    for service in objects.of(Sort::AiServiceBackend) {
        set_headers(service.spec("headerMutation"), sink);
    }
}

fn set_headers(mutation: Option<Value<'_>>, sink: &mut Sink) {
    let set = mutation.and_then(|mutation| get(mutation, "set")).into_iter().flat_map(Value::items);
    for value in set.filter_map(|header| get(header, "value")).filter(|value| is_key(*value)) {
        let help = "give the key with a BackendSecurityPolicy, which takes it from a Secret, and change it";
        sink.report(found(value, "a header is set to a key in plain text").help(help));
    }
}

fn is_key(value: Value<'_>) -> bool {
    value.text().is_some_and(|text| text.split_whitespace().any(looks_real))
}

fn found(value: Value<'_>, message: &str) -> Diagnostic {
    Diagnostic::new("literal-secret", value.place(), "a secret, not a reference", message)
}
