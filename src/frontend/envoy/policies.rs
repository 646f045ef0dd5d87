//! Which `BackendTrafficPolicy` is in force for a rule.
//!
//! Facts are those of Envoy Gateway (`internal/gatewayapi/backendtrafficpolicy.go`): a policy reaches what it names in its
//! own namespace; that of a rule wins over that of its route, and this over that of its gateway, each as a whole unless
//! `mergeType` says otherwise; of two for the same thing the older one wins.

use crate::syntax::Value;

use super::objects::{Object, Objects, Sort, get, may_be_same, text};
use super::retry::Retry;
use super::rules::Rule;

/// What a policy is attached to, from the closest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// One rule of the route.
    Rule,
    /// The route.
    Route,
    /// A gateway that the route belongs to.
    Gateway,
}

/// The policies that a rule is under.
#[derive(Debug)]
pub(super) struct InForce<'o, 't> {
    /// The one that says what happens.
    pub(super) policy: Option<&'o Object<'t>>,
    /// The policy whose `retry` holds, and that section.
    pub(super) retry: Option<Retry<'t>>,
    /// A policy farther off whose `retry` is replaced by the one that says what happens.
    pub(super) replaced: Option<&'o Object<'t>>,
    /// Whether that one is for a whole gateway, so that another file may have one that is closer.
    pub(super) is_far: bool,
    /// Whether hosts that fail are taken out for later requests.
    pub(super) checks_health: bool,
}

/// The targets that a policy names.
pub(super) fn targets<'t>(policy: &Object<'t>) -> Vec<Value<'t>> {
    policy.spec("targetRef").into_iter().chain(policy.list("targetRefs")).collect()
}

/// The policies that a rule is under.
pub(super) fn in_force<'o, 't>(objects: &'o Objects<'t>, rule: &Rule<'_, 't>) -> InForce<'o, 't> {
    let mut found: Vec<(Reach, &Object<'t>)> =
        objects.of(Sort::BackendTrafficPolicy).filter_map(|policy| Some((reach(policy, rule)?, policy))).collect();
    // The sort is stable: of two alike the first in the text stays in front.
    found.sort_by_key(|(reach, _)| *reach);
    let policy = found.first().map(|(_, policy)| *policy);
    let merges = policy.is_some_and(|policy| policy.spec("mergeType").is_some());
    let retry_of = |policy: &Object<'t>| {
        let (key, value) = policy.value.get("spec")?.get_entry("retry")?;
        (!value.is_null()).then(|| Retry::new(key, value))
    };
    let mut others = found.iter().skip(1).map(|(_, policy)| *policy);
    let parent = others.find(|policy| retry_of(policy).is_some());
    let own = policy.and_then(retry_of);
    let (retry, replaced) = match own {
        Some(retry) => (Some(retry), None),
        None if merges => (parent.and_then(retry_of), None),
        None => (None, parent),
    };
    let checks_health = policy.is_some_and(|policy| policy.spec("healthCheck").is_some());
    let is_far = found.first().is_some_and(|(reach, _)| *reach == Reach::Gateway);
    InForce { policy, retry, replaced, is_far, checks_health }
}

/// How closely a policy is attached to a rule, if it is.
fn reach<'t>(policy: &Object<'t>, rule: &Rule<'_, 't>) -> Option<Reach> {
    let named = targets(policy).into_iter().filter_map(|target| {
        let section = text(target, "sectionName");
        match text(target, "kind")? {
            "HTTPRoute" if text(target, "name") == Some(rule.route.name.0) && policy.is_in(rule.route.namespace) => {
                match section {
                    None => Some(Reach::Route),
                    Some(section) => (rule.name == Some(section)).then_some(Reach::Rule),
                }
            }
            "Gateway" => {
                let mut parents = rule.route.list("parentRefs").into_iter();
                let is_parent = parents.any(|parent| {
                    text(parent, "name") == text(target, "name")
                        && may_be_same(text(parent, "namespace").or(rule.route.namespace), policy.namespace)
                });
                is_parent.then_some(Reach::Gateway)
            }
            _ => None,
        }
    });
    named.chain(selected(policy, rule)).min()
}

/// Whether a policy selects the route by its labels, which the gateway copies to the HTTP route it makes.
fn selected<'t>(policy: &Object<'t>, rule: &Rule<'_, 't>) -> Option<Reach> {
    let labels = rule.route.value.get("metadata").and_then(|metadata| get(metadata, "labels"));
    let holds = |selector: &Value<'t>| {
        let wanted = get(*selector, "matchLabels").map(Value::entries).unwrap_or_default();
        let is_route = text(*selector, "kind") == Some("HTTPRoute");
        is_route
            && policy.is_in(rule.route.namespace)
            && get(*selector, "matchExpressions").is_none()
            && wanted.iter().all(|(key, value)| {
                let own = key.raw_text().and_then(|key| get(labels?, key)).and_then(Value::raw_text);
                own.is_some() && own == value.raw_text()
            })
    };
    policy.list("targetSelectors").iter().any(holds).then_some(Reach::Route)
}
