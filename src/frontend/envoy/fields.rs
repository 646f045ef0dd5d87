//! Keys that no definition of a resource has: the API server drops them, or the tool that applies the file refuses it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::diagnostic::{Diagnostic, Level, Sink, nearest, quote};
use crate::syntax::Value;

use super::objects::{Object, Objects, Sort};

/// The paths of a kind, one a line behind a line that says what they are: `[]` stands for the items of a list and `.*`
/// for keys of one's own.
struct Known(LazyLock<BTreeSet<&'static str>>);

fn paths(text: &'static str) -> BTreeSet<&'static str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

static ROUTE: Known = Known(LazyLock::new(|| paths(include_str!("known/ai_gateway_route.txt"))));
static SERVICE: Known = Known(LazyLock::new(|| paths(include_str!("known/ai_service_backend.txt"))));
static SECURITY: Known = Known(LazyLock::new(|| paths(include_str!("known/backend_security_policy.txt"))));
static QUOTA: Known = Known(LazyLock::new(|| paths(include_str!("known/quota_policy.txt"))));
static TRAFFIC: Known = Known(LazyLock::new(|| paths(include_str!("known/backend_traffic_policy.txt"))));
static BACKEND: Known = Known(LazyLock::new(|| paths(include_str!("known/backend.txt"))));

/// Fields that earlier releases had: the kind, the field of its `spec`, and what is written today.
const REMOVED: [(Sort, &str, &str); 3] = [
    (Sort::AiServiceBackend, "timeouts", "write `timeouts` into the rules of the AIGatewayRoute"),
    (
        Sort::AiServiceBackend,
        "backendSecurityPolicyRef",
        "name the backend in `targetRefs` of the BackendSecurityPolicy",
    ),
    (Sort::AiGatewayRoute, "filterConfig", "write a GatewayConfig for the gateway"),
];

/// What an object holds beside its `spec`.
const TOP: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "status"];

fn known(sort: Sort) -> Option<&'static Known> {
    match sort {
        Sort::AiGatewayRoute => Some(&ROUTE),
        Sort::AiServiceBackend => Some(&SERVICE),
        Sort::BackendSecurityPolicy => Some(&SECURITY),
        Sort::QuotaPolicy => Some(&QUOTA),
        Sort::BackendTrafficPolicy => Some(&TRAFFIC),
        Sort::Backend => Some(&BACKEND),
        Sort::Gateway | Sort::HttpRoute => None,
    }
}

/// Reports the keys that no definition has.
pub(super) fn check(objects: &Objects<'_>, sink: &mut Sink) {
    for object in objects.iter() {
        let Some(known) = known(object.sort) else { continue };
        for (key, _) in object.value.entries() {
            if let Some(name) = key.raw_text().filter(|name| !TOP.contains(name)) {
                let inner = known.0.contains(name).then(|| format!("it belongs below `spec`: `spec.{name}`"));
                sink.report(finding(object, key, name, inner.or_else(|| meant(name, TOP))));
            }
        }
        if let Some(spec) = object.value.get("spec") {
            walk(object, known, spec, "", sink);
        }
    }
}

fn walk(object: &Object<'_>, known: &Known, value: Value<'_>, path: &str, sink: &mut Sink) {
    if known.0.contains(format!("{path}.*").as_str()) {
        return;
    }
    if value.is_sequence() {
        let path = format!("{path}[]");
        for item in value.items() {
            walk(object, known, item, &path, sink);
        }
        return;
    }
    for (key, inner) in value.entries() {
        let Some(name) = key.raw_text() else { continue };
        let below = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let removed = REMOVED.iter().find(|(sort, field, _)| *sort == object.sort && *field == below);
        if let Some((_, _, today)) = removed {
            let message = format!(
                "{} of {} was taken out of the definition: newer releases drop it without a word",
                quote(name),
                object.sort.as_str()
            );
            let found = Diagnostic::new("unknown-key", key.place(), "no longer a field", message);
            sink.report(found.at_most(Level::Warn).help(*today));
        } else if known.0.contains(below.as_str()) {
            walk(object, known, inner, &below, sink);
        } else {
            sink.report(finding(object, key, name, elsewhere(known, path, name)));
        }
    }
}

/// What was meant by a key: one of its place that is spelt alike, or the place where it belongs.
fn elsewhere(known: &Known, path: &str, name: &str) -> Option<String> {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
    let beside = known.0.iter().filter_map(|known| known.strip_prefix(prefix.as_str()));
    let beside: Vec<&str> = beside.filter(|rest| !rest.contains(['.', '[', '*'])).collect();
    let ending = format!(".{name}");
    let places: Vec<&&str> =
        known.0.iter().filter(|known| **known == name || known.ends_with(ending.as_str())).collect();
    meant(name, beside).or_else(|| match places.as_slice() {
        [place] => Some(format!("it belongs at `spec.{place}`")),
        _ => None,
    })
}

fn meant<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let near = nearest(name, names)?;
    (near != name).then(|| format!("did you mean {}?", quote(near)))
}

fn finding(object: &Object<'_>, key: Value<'_>, name: &str, help: Option<String>) -> Diagnostic {
    let message = format!(
        "{} has no field {} here: the API server drops it without a word, unless the file is validated strictly and refused",
        object.sort.as_str(),
        quote(name)
    );
    let help = help.unwrap_or_else(|| "remove it, or look up where the field belongs".to_owned());
    Diagnostic::new("unknown-key", key.place(), "no such field", message).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_in_order_and_reach_down() {
        for text in [
            include_str!("known/ai_gateway_route.txt"),
            include_str!("known/ai_service_backend.txt"),
            include_str!("known/backend_security_policy.txt"),
            include_str!("known/quota_policy.txt"),
            include_str!("known/backend_traffic_policy.txt"),
            include_str!("known/backend.txt"),
        ] {
            let lines: Vec<&str> = text.lines().skip(1).collect();
            assert!(lines.is_sorted(), "{:?}", lines.first());
        }
        assert!(ROUTE.0.contains("rules[].backendRefs[].modelNameOverride"));
        assert!(TRAFFIC.0.contains("retry.numAttemptsPerPriority"));
    }
}
