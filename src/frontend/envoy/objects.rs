//! The Kubernetes objects of the files, and how they refer to each other: by kind, namespace and name.

use std::collections::BTreeSet;

use crate::syntax::Value;

/// The API group of the gateway's own kinds.
pub(super) const OWN_GROUP: &str = "aigateway.envoyproxy.io";

/// The API group of Envoy Gateway, which the gateway is built on.
pub(super) const ENVOY_GROUP: &str = "gateway.envoyproxy.io";

/// The API group of HTTP routes and of gateways.
const NETWORKING_GROUP: &str = "gateway.networking.k8s.io";

/// The kinds that say where requests go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// Rules that send requests to backends.
    AiGatewayRoute,
    /// The API that a backend speaks, and where it is.
    AiServiceBackend,
    /// The credentials for backends.
    BackendSecurityPolicy,
    /// Token quotas of backends.
    QuotaPolicy,
    /// Retries, timeouts and health checks of routes.
    BackendTrafficPolicy,
    /// Addresses.
    Backend,
    /// Where requests come in.
    Gateway,
    /// A route of the Gateway API that somebody wrote by hand.
    HttpRoute,
}

impl Sort {
    /// The kind of an object, where it is one of these.
    fn of(group: &str, kind: &str) -> Option<Self> {
        Some(match (group, kind) {
            (OWN_GROUP, "AIGatewayRoute") => Self::AiGatewayRoute,
            (OWN_GROUP, "AIServiceBackend") => Self::AiServiceBackend,
            (OWN_GROUP, "BackendSecurityPolicy") => Self::BackendSecurityPolicy,
            (OWN_GROUP, "QuotaPolicy") => Self::QuotaPolicy,
            (ENVOY_GROUP, "BackendTrafficPolicy") => Self::BackendTrafficPolicy,
            (ENVOY_GROUP, "Backend") => Self::Backend,
            (NETWORKING_GROUP, "Gateway") => Self::Gateway,
            (NETWORKING_GROUP, "HTTPRoute") => Self::HttpRoute,
            _ => return None,
        })
    }

    /// The kind as manifests write it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::AiGatewayRoute => "AIGatewayRoute",
            Self::AiServiceBackend => "AIServiceBackend",
            Self::BackendSecurityPolicy => "BackendSecurityPolicy",
            Self::QuotaPolicy => "QuotaPolicy",
            Self::BackendTrafficPolicy => "BackendTrafficPolicy",
            Self::Backend => "Backend",
            Self::Gateway => "Gateway",
            Self::HttpRoute => "HTTPRoute",
        }
    }
}

/// One object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'t> {
    pub(super) sort: Sort,
    pub(super) value: Value<'t>,
    /// Its name, and where that stands.
    pub(super) name: (&'t str, Value<'t>),
    /// Its namespace; without one it is whichever the file is applied to.
    pub(super) namespace: Option<&'t str>,
}

impl<'t> Object<'t> {
    fn new(value: Value<'t>) -> Option<Self> {
        let sort = sort_of(value)?;
        let metadata = value.get("metadata")?;
        let name = metadata.get("name")?;
        let namespace = metadata.get("namespace").and_then(Value::raw_text);
        Some(Self { sort, value, name: (name.raw_text()?, name), namespace })
    }

    /// A part of its `spec`.
    pub(super) fn spec(&self, key: &str) -> Option<Value<'t>> {
        get(self.value.get("spec")?, key)
    }

    /// The items of a list of its `spec`.
    pub(super) fn list(&self, key: &str) -> Vec<Value<'t>> {
        self.spec(key).into_iter().flat_map(Value::items).collect()
    }

    /// The key of a part of its `spec`.
    pub(super) fn spec_key(&self, key: &str) -> Option<Value<'t>> {
        let (place, value) = self.value.get("spec")?.get_entry(key)?;
        (!value.is_null()).then_some(place)
    }

    /// Whether it can lie in a namespace.
    pub(super) fn is_in(&self, namespace: Option<&str>) -> bool {
        may_be_same(self.namespace, namespace)
    }
}

/// A part that is there and not `null`.
pub(super) fn get<'t>(value: Value<'t>, key: &str) -> Option<Value<'t>> {
    value.get(key).filter(|value| !value.is_null())
}

/// The text of a part.
pub(super) fn text<'t>(value: Value<'t>, key: &str) -> Option<&'t str> {
    get(value, key).and_then(Value::raw_text).filter(|text| !text.is_empty())
}

/// Whether two namespaces can be the same one: where none is said, it is decided when the file is applied.
pub(super) fn may_be_same(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// Whether a document is about the gateway: one of its own kinds, or one of Envoy Gateway's, or a list of such.
pub(in crate::frontend) fn is_envoy(root: Value<'_>) -> bool {
    let group = root.get("apiVersion").and_then(Value::raw_text).and_then(|version| version.split_once('/'));
    group.is_some_and(|(group, _)| group == OWN_GROUP || group == ENVOY_GROUP)
        || (is_list(root) && root.get("items").into_iter().flat_map(Value::items).any(is_envoy))
}

fn is_list(root: Value<'_>) -> bool {
    root.get("kind").and_then(Value::raw_text).is_some_and(|kind| kind.ends_with("List"))
}

fn sort_of(value: Value<'_>) -> Option<Sort> {
    let (group, _) = value.get("apiVersion")?.raw_text()?.split_once('/')?;
    Sort::of(group, value.get("kind")?.raw_text()?)
}

/// Every object of some files.
#[derive(Debug, Default)]
pub(super) struct Objects<'t> {
    all: Vec<Object<'t>>,
}

impl<'t> Objects<'t> {
    /// Adds a document: an object, or a list of objects.
    pub(super) fn add(&mut self, root: Value<'t>) {
        if is_list(root) {
            let items = root.get("items").into_iter().flat_map(Value::items);
            self.all.extend(items.filter_map(Object::new));
        } else {
            self.all.extend(Object::new(root));
        }
    }

    /// Every object.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Object<'t>> {
        self.all.iter()
    }

    /// The objects of a kind, in the order of the text.
    pub(super) fn of(&self, sort: Sort) -> impl Iterator<Item = &Object<'t>> {
        self.all.iter().filter(move |object| object.sort == sort)
    }

    /// The object of a kind, namespace and name.
    pub(super) fn find(&self, sort: Sort, namespace: Option<&str>, name: &str) -> Option<&Object<'t>> {
        let named = || self.of(sort).filter(|object| object.name.0 == name);
        named().find(|object| object.namespace == namespace).or_else(|| named().find(|object| object.is_in(namespace)))
    }

    /// What the objects are called, to tell whether two files define the same one.
    pub(super) fn names(&self) -> BTreeSet<(Sort, Option<&'t str>, &'t str)> {
        self.all.iter().map(|object| (object.sort, object.namespace, object.name.0)).collect()
    }
}
