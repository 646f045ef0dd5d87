//! What the API server refuses: missing fields, values that are no choice, and limits of the definitions.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink, nearest, or_list, quote};
use crate::syntax::Value;

use super::objects::{ENVOY_GROUP, OWN_GROUP, Object, Objects, Sort, get, text};
use super::retry::TRIGGERS;
use super::rules::Rule;
use super::{credentials, duration};

/// The APIs that a backend may speak.
const SCHEMAS: [&str; 8] =
    ["OpenAI", "Cohere", "AWSBedrock", "AzureOpenAI", "GCPVertexAI", "GCPAnthropic", "Anthropic", "AWSAnthropic"];

/// The windows of a quota.
const WINDOWS: [&str; 4] = ["1s", "1m", "1h", "1d"];

/// The most rules of a route; the sixteenth of an HTTP route is the gateway's own.
const MOST_RULES: usize = 15;

/// The most backends and the most matches of a rule.
const MOST_PARTS: usize = 128;

/// The API group of pools of model servers.
pub(super) const POOL_GROUP: &str = "inference.networking.k8s.io";

/// The name that the gateway keeps for itself.
const RESERVED: &str = "route-not-found";

/// Reports what the API server refuses.
pub(super) fn check(objects: &Objects<'_>, rules: &[Rule<'_, '_>], sink: &mut Sink) {
    let mut seen: BTreeMap<_, Value<'_>> = BTreeMap::new();
    for object in objects.iter() {
        if let Some(first) = seen.insert((object.sort, object.namespace, object.name.0), object.name.1) {
            let message = format!(
                "the {} {} is defined twice, and the one that is applied last replaces the other",
                object.sort.as_str(),
                quote(object.name.0)
            );
            sink.report(
                Diagnostic::new("duplicate-key", object.name.1.place(), "again here", message)
                    .related(first.span(), "first here")
                    .help("give one of them another name; what is said here is said of the first"),
            );
        }
        match object.sort {
            Sort::AiGatewayRoute => route(object, sink),
            Sort::AiServiceBackend => service(object, sink),
            Sort::BackendSecurityPolicy => credentials::check(object, sink),
            Sort::QuotaPolicy => windows(object, sink),
            Sort::BackendTrafficPolicy => triggers(object, sink),
            Sort::Backend | Sort::Gateway | Sort::HttpRoute => {}
        }
    }
    for rule in rules {
        backends(rule, sink);
    }
}

pub(super) fn refused(
    place: Value<'_>,
    label: impl Into<String>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new("bad-value", place.place(), label, message).help(help)
}

/// A field that an object must have.
pub(super) fn wants(object: &Object<'_>, holder: Option<Value<'_>>, key: &str, sink: &mut Sink) {
    if holder.is_some_and(|holder| get(holder, key).is_some()) {
        return;
    }
    let place = holder.and_then(|holder| holder.entries().first().map(|(key, _)| *key)).unwrap_or(object.name.1);
    let message = format!("{} lacks {}, and the API server refuses it", object.sort.as_str(), quote(key));
    let label = format!("{} is missing here", quote(key));
    let help = format!("write {} here, or nothing of this object reaches the gateway", quote(key));
    sink.report(Diagnostic::new("missing-key", place.place(), label, message).help(help));
}

/// A value that must be one of some words.
pub(super) fn one_of<'n>(value: Value<'_>, what: &str, words: impl IntoIterator<Item = &'n str>, sink: &mut Sink) {
    let Some(written) = value.raw_text() else { return };
    let words: Vec<&str> = words.into_iter().collect();
    if words.contains(&written) {
        return;
    }
    let message = format!("{} is no {what}, and the API server refuses it", quote(written));
    let help = nearest(written, words.iter().copied()).map_or_else(
        || format!("one of {}", or_list(words.iter().copied(), 13)),
        |near| format!("did you mean {}?", quote(near)),
    );
    sink.report(refused(value, "not a choice", message, help));
}

fn route(route: &Object<'_>, sink: &mut Sink) {
    wants(route, route.value.get("spec"), "rules", sink);
    let rules = route.list("rules");
    if let Some(beyond) = rules.get(MOST_RULES) {
        let message =
            format!("{} has {} rules, and the API server takes {MOST_RULES}", quote(route.name.0), rules.len());
        let help = "move rules to another AIGatewayRoute of the same gateway";
        sink.report(refused(*beyond, "one too many", message, help));
    }
    let mut seen: BTreeMap<&str, Value<'_>> = BTreeMap::new();
    for name in rules.iter().filter_map(|rule| get(*rule, "name")) {
        let Some(written) = name.raw_text() else { continue };
        if written == RESERVED {
            let message =
                format!("{} is the name of the gateway's own last rule, and the API server refuses it", quote(written));
            sink.report(refused(name, "a reserved name", message, "give the rule another name"));
        }
        if let Some(first) = seen.insert(written, name) {
            let message = format!("two rules are called {}, and the API server refuses that", quote(written));
            sink.report(
                refused(name, "again here", message, "give each rule a name of its own, or none")
                    .related(first.span(), "first here"),
            );
        }
    }
    for parent in route.list("parentRefs") {
        if let Some(kind) = get(parent, "kind").filter(|kind| kind.raw_text().is_some_and(|kind| kind != "Gateway")) {
            let message = "an AIGatewayRoute belongs to a Gateway only, and the API server refuses another parent";
            sink.report(refused(kind, "not a Gateway", message, "write `kind: Gateway`"));
        }
    }
}

fn backends(rule: &Rule<'_, '_>, sink: &mut Sink) {
    for key in ["backendRefs", "matches"] {
        let items: Vec<Value<'_>> = get(rule.value, key).into_iter().flat_map(Value::items).collect();
        if let Some(beyond) = items.get(MOST_PARTS) {
            let message =
                format!("a rule has {} entries in {}, and the API server takes {MOST_PARTS}", items.len(), quote(key));
            sink.report(refused(*beyond, "one too many", message, "move some to another rule"));
        }
    }
    for item in get(rule.value, "backendRefs").into_iter().flat_map(Value::items) {
        wants(rule.route, Some(item), "name", sink);
        for key in ["weight", "priority"] {
            let Some(value) = get(item, key) else { continue };
            if value.text().is_some() || value.raw_text().is_some_and(|text| text.parse::<u32>().is_err()) {
                let message = format!("{} is no whole number from 0 on, and the API server refuses it", quote(key));
                sink.report(refused(value, "not a number", message, "write a whole number, without quotes"));
            }
        }
        let said = |key: &str| item.get_entry(key).filter(|(_, value)| !value.is_null()).map(|(key, _)| key);
        if let (None, Some(key)) | (Some(key), None) = (said("group"), said("kind")) {
            let message = "`group` and `kind` belong together, and the API server refuses one without the other";
            let help = "leave both out for an AIServiceBackend; a pool is `group: inference.networking.k8s.io` and `kind: InferencePool`";
            sink.report(refused(key, "alone here", message, help));
        } else if let Some(kind) = get(item, "kind")
            .filter(|kind| kind.raw_text() != Some("InferencePool") || text(item, "group") != Some(POOL_GROUP))
        {
            let message =
                "a rule names an AIServiceBackend or an InferencePool, and the API server refuses any other kind";
            sink.report(refused(kind, "not a backend", message, "name an AIServiceBackend by its `name` alone"));
        }
    }
    timeouts(rule, sink);
    if let Some(pool) = rule.refs.iter().find(|backend| backend.is_pool).filter(|_| rule.refs.len() > 1) {
        let message = "an InferencePool beside another backend, and the API server refuses such a rule";
        let help = "give the pool a rule of its own; it has no priorities and fails over within itself only";
        sink.report(refused(pool.name.1, "must be the only one", message, help));
    }
    let first = rule.refs.first();
    if let Some(first) = first.filter(|_| rule.refs.iter().all(|backend| backend.weight == 0)) {
        let place = get(first.value, "weight").unwrap_or(first.name.1);
        let message = "every backend of the rule has the weight 0, so each request is answered with 500";
        sink.report(refused(place, "no traffic", message, "give at least one of them a weight"));
    }
}

/// A call cannot take longer than the request that it is made for.
fn timeouts(rule: &Rule<'_, '_>, sink: &mut Sink) {
    let said = |key: &str| get(rule.value, "timeouts").and_then(|timeouts| get(timeouts, key));
    let (Some(whole), Some(each)) = (said("request"), said("backendRequest")) else { return };
    let (Some(request), Some(call)) = (duration(whole), duration(each)) else { return };
    if request.value.0 > 0 && call.value > request.value {
        let message = format!(
            "`backendRequest` is {} and `request` {}, and the API server refuses the longer one",
            call.value, request.value
        );
        sink.report(
            refused(each, "longer than the request", message, "make it at most as long")
                .related(whole.span(), "ends before"),
        );
    }
}

fn service(service: &Object<'_>, sink: &mut Sink) {
    let spec = service.value.get("spec");
    wants(service, spec, "schema", sink);
    wants(service, spec, "backendRef", sink);
    if let Some(reference) = service.spec("backendRef") {
        let is_backend = text(reference, "kind") == Some("Backend") && text(reference, "group") == Some(ENVOY_GROUP);
        if !is_backend {
            let place = get(reference, "kind").unwrap_or(reference);
            let message = "`backendRef` of an AIServiceBackend takes a Backend of Envoy Gateway only, and the API server refuses anything else";
            let help = "write `group: gateway.envoyproxy.io` and `kind: Backend`; a Backend reaches a Service by `fqdn: {hostname: name.namespace.svc.cluster.local}`";
            sink.report(refused(place, "not a Backend", message, help));
        }
    }
    if let Some(name) = service.spec("schema").and_then(|schema| get(schema, "name")) {
        one_of(name, "API that a backend can speak", SCHEMAS, sink);
    }
}

fn windows(policy: &Object<'_>, sink: &mut Sink) {
    for target in policy.list("targetRefs") {
        let is_backend = text(target, "group") == Some(OWN_GROUP) && text(target, "kind") == Some("AIServiceBackend");
        if !is_backend {
            let message = "a QuotaPolicy is for an AIServiceBackend, and the API server refuses anything else";
            let help = "write `group: aigateway.envoyproxy.io` and `kind: AIServiceBackend`";
            sink.report(refused(get(target, "kind").unwrap_or(target), "not a backend", message, help));
        }
    }
    let service = policy.spec("serviceQuota").and_then(|service| get(service, "quota"));
    let models = policy.list("perModelQuotas").into_iter().filter_map(|model| get(model, "quota")).flat_map(|quota| {
        let rules = get(quota, "bucketRules").into_iter().flat_map(Value::items).filter_map(|rule| get(rule, "quota"));
        get(quota, "defaultBucket").into_iter().chain(rules).collect::<Vec<_>>()
    });
    for window in service.into_iter().chain(models).filter_map(|bucket| get(bucket, "duration")) {
        one_of(window, "window of a quota", WINDOWS, sink);
    }
}

fn triggers(policy: &Object<'_>, sink: &mut Sink) {
    let Some(on) = policy.spec("retry").and_then(|retry| get(retry, "retryOn")) else { return };
    for trigger in get(on, "triggers").into_iter().flat_map(Value::items) {
        one_of(trigger, "trigger of a retry", TRIGGERS.map(|(name, _)| name), sink);
    }
    for status in get(on, "httpStatusCodes").into_iter().flat_map(Value::items) {
        let is_status = |text: &str| text.parse::<u16>().is_ok_and(|status| (100..600).contains(&status));
        if status.raw_text().is_some_and(|text| !is_status(text)) {
            let message = "this is no HTTP status, and the API server refuses it";
            sink.report(refused(status, "not a status", message, "a status is a number from 100 to 599"));
        }
    }
    for target in super::policies::targets(policy) {
        if text(target, "kind").is_none() || text(target, "name").is_none() {
            let key = if text(target, "kind").is_none() { "kind" } else { "name" };
            wants(policy, Some(target), key, sink);
        }
    }
}
