//! References between objects. What no given file defines may stand in another one or in the cluster, so that nothing here
//! is more than a warning.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, Sink, nearest, quote};
use crate::syntax::Value;

use super::objects::{ENVOY_GROUP, Objects, Sort, get, text};
use super::rules::Rule;

/// What to do about a name that may be defined elsewhere.
const ELSEWHERE: &str = "check the file that defines it together with this one, or correct the name";

/// Reports references that lead to nothing in the given files. Whether the files say all that decides where requests go.
pub(super) fn check(objects: &Objects<'_>, rules: &[Rule<'_, '_>], sink: &mut Sink) -> bool {
    let mut lost = Lost { objects, sink, is_whole: true, seen: BTreeSet::new() };
    for backend in rules.iter().flat_map(|rule| &rule.refs).filter(|backend| !backend.is_pool) {
        lost.find(Sort::AiServiceBackend, backend.namespace, backend.name.1);
    }
    for service in objects.of(Sort::AiServiceBackend) {
        let Some(reference) = service.spec("backendRef") else { continue };
        let is_address = text(reference, "kind") == Some("Backend") && text(reference, "group") == Some(ENVOY_GROUP);
        if let Some(name) = get(reference, "name").filter(|_| is_address) {
            lost.find(Sort::Backend, text(reference, "namespace").or(service.namespace), name);
        }
    }
    for policy in objects.of(Sort::BackendSecurityPolicy).chain(objects.of(Sort::QuotaPolicy)) {
        for target in policy.list("targetRefs") {
            let is_backend = text(target, "kind") == Some(Sort::AiServiceBackend.as_str());
            if let Some(name) = get(target, "name").filter(|_| is_backend) {
                lost.find(Sort::AiServiceBackend, policy.namespace, name);
            }
        }
    }
    for policy in objects.of(Sort::BackendTrafficPolicy) {
        for target in super::policies::targets(policy) {
            if let Some(name) = get(target, "name").filter(|_| text(target, "kind") == Some("HTTPRoute")) {
                lost.route(policy.namespace, name);
            }
        }
    }
    lost.is_whole
}

struct Lost<'o, 't> {
    objects: &'o Objects<'t>,
    sink: &'o mut Sink,
    is_whole: bool,
    seen: BTreeSet<(Sort, String)>,
}

impl Lost<'_, '_> {
    fn find(&mut self, sort: Sort, namespace: Option<&str>, name: Value<'_>) {
        let Some(written) = name.raw_text() else { return };
        if self.objects.find(sort, namespace, written).is_some() {
            return;
        }
        self.is_whole = false;
        let names: Vec<&str> = self.objects.of(sort).map(|object| object.name.0).collect();
        // Files without any object of the kind are a part of something, and each reference would be reported.
        if !names.is_empty() {
            self.report(sort, namespace, name, written, &names);
        }
    }

    /// The route that a policy is for, which the gateway makes of an `AIGatewayRoute` of the same name.
    fn route(&mut self, namespace: Option<&str>, name: Value<'_>) {
        let Some(written) = name.raw_text() else { return };
        let is_there = |sort: Sort| self.objects.find(sort, namespace, written).is_some();
        if is_there(Sort::AiGatewayRoute) || is_there(Sort::HttpRoute) {
            return;
        }
        let names: Vec<&str> = self.objects.of(Sort::AiGatewayRoute).map(|object| object.name.0).collect();
        if !names.is_empty() {
            self.report(Sort::AiGatewayRoute, namespace, name, written, &names);
        }
    }

    fn report(&mut self, sort: Sort, namespace: Option<&str>, name: Value<'_>, written: &str, names: &[&str]) {
        if !self.seen.insert((sort, written.to_owned())) {
            return;
        }
        let elsewhere = self.objects.of(sort).find(|object| object.name.0 == written);
        let (message, help) = if let Some(object) = elsewhere {
            let message = format!(
                "the {} {} is in the namespace {}, and this refers to one in {}",
                sort.as_str(),
                quote(written),
                quote(object.namespace.unwrap_or_default()),
                quote(namespace.unwrap_or_default())
            );
            let help =
                "a policy reaches its own namespace only, and a `backendRefs` entry names another one by `namespace`";
            (message, help.to_owned())
        } else {
            let near =
                nearest(written, names.iter().copied()).map(|near| format!("did you mean {}? else ", quote(near)));
            let message = format!("none of these files defines the {} {}", sort.as_str(), quote(written));
            (message, format!("{}{ELSEWHERE}", near.unwrap_or_default()))
        };
        let label = if elsewhere.is_some() { "another namespace" } else { "not in these files" };
        self.sink
            .report(Diagnostic::new("unknown-reference", name.place(), label, message).at_most(Level::Warn).help(help));
    }
}
