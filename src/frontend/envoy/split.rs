//! Rules whose backends Envoy Gateway keeps apart: each gets its share of the requests, and no retry leads to another.
//!
//! Facts are those of Envoy Gateway (`internal/ir/xds.go`, `internal/gatewayapi/route.go`): backends with names and backends with
//! numbers for their addresses cannot be one cluster of Envoy's, nor can several with a preference for the local zone.
//! Envoy then chooses a cluster by weight, once for a request, and
//! priorities hold within a cluster only.

use super::objects::{ENVOY_GROUP, Objects, Sort, get, text};
use super::policies::InForce;
use super::rules::{Ref, Rule};

/// How the address of a backend is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    /// As a name that is looked up.
    Name,
    /// As a number, or as a socket.
    Number,
    /// Some of its endpoints each way.
    Mixed,
}

/// Why the backends of a rule are kept apart.
#[derive(Clone, Copy, Debug)]
pub(super) enum Split<'r, 't> {
    /// One is called by its name and the other is not.
    Addresses(&'r Ref<'t>, &'r Ref<'t>),
    /// The policy in force prefers the local zone.
    Zones,
}

/// Whether the backends of a rule are kept apart.
pub(super) fn split<'r, 't>(
    objects: &Objects<'t>,
    rule: &'r Rule<'_, 't>,
    force: &InForce<'_, 't>,
) -> Option<Split<'r, 't>> {
    let used: Vec<&Ref<'t>> = rule.refs.iter().filter(|backend| backend.weight > 0 && !backend.is_pool).collect();
    let (first, others) = used.split_first().filter(|(_, others)| !others.is_empty())?;
    let zoned = force.policy.and_then(|policy| get(get(policy.spec("loadBalancer")?, "zoneAware")?, "preferLocal"));
    if zoned.is_some() {
        return Some(Split::Zones);
    }
    let of_first = address(objects, first)?;
    let other = others.iter().find(|other| address(objects, other).is_some_and(|own| own != of_first))?;
    Some(Split::Addresses(first, other))
}

/// How the address of a backend is written; `None` where no file says it.
fn address(objects: &Objects<'_>, backend: &Ref<'_>) -> Option<Address> {
    let service = objects.find(Sort::AiServiceBackend, backend.namespace, backend.name.0)?;
    let reference = service.spec("backendRef")?;
    if text(reference, "group") != Some(ENVOY_GROUP) {
        return None;
    }
    let namespace = text(reference, "namespace").or(service.namespace);
    let named = objects.find(Sort::Backend, namespace, text(reference, "name")?)?;
    let endpoints = named.list("endpoints");
    let with_name = endpoints.iter().filter(|endpoint| get(**endpoint, "fqdn").is_some()).count();
    match with_name {
        0 if endpoints.is_empty() => None,
        0 => Some(Address::Number),
        _ if with_name == endpoints.len() => Some(Address::Name),
        _ => Some(Address::Mixed),
    }
}
