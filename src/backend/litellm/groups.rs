//! `model_list`: a group for every route, and one for every target that is only a fallback.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::model::{KeyId, PoolMember, RouteId, RouteNode, SecretRef, Step, Symptom, Table, TargetId, TargetNode};

use super::super::loss::Losses;
use super::super::variable_for;
use super::super::walk::{Tried, measures};
use super::Release;

/// The groups that are written, in order.
pub(super) struct Groups<'t> {
    table: &'t Table,
    /// Groups that are only fallbacks, in the order in which lists name them.
    extra: Vec<(Tried, String)>,
    taken: BTreeSet<String>,
    is_limited: bool,
}

impl<'t> Groups<'t> {
    pub(super) fn new(table: &'t Table) -> Self {
        let taken = table.routes.values().map(|route| route.name.value.to_string()).collect();
        Self { table, extra: Vec::new(), taken, is_limited: false }
    }

    /// The group of a route that callers name, with its own list.
    pub(super) fn of_route(&self, route: RouteId) -> String {
        self.table.routes[route].name.value.to_string()
    }

    /// A group that has no list: that of a target, or a second one of a route's pool.
    pub(super) fn without_list(&mut self, tried: Tried) -> String {
        if let Some((_, name)) = self.extra.iter().find(|(known, _)| *known == tried) {
            return name.clone();
        }
        let wanted = match tried {
            Tried::Target(target) => self.table.targets[target].name.value.to_string(),
            Tried::Pool(route) => format!("{}--pool", self.table.routes[route].name.value),
        };
        let mut name = wanted.clone();
        let mut number = 1;
        while self.taken.contains(&name) {
            name = format!("{wanted}--{number}");
            number += 1;
        }
        self.taken.insert(name.clone());
        self.extra.push((tried, name.clone()));
        name
    }

    /// Whether any deployment carries limits.
    pub(super) fn are_limited(&self) -> bool {
        self.is_limited
    }

    /// Every deployment, group by group.
    pub(super) fn deployments(&mut self, release: Release, losses: &mut Losses) -> Vec<Value> {
        let mut written = Vec::new();
        let table = self.table;
        for (id, route) in table.routes.iter() {
            let name = route.name.value.to_string();
            self.pool(&name, id, &mut written, losses);
        }
        for (tried, name) in self.extra.clone() {
            match tried {
                Tried::Pool(route) => self.pool(&name, route, &mut written, losses),
                Tried::Target(target) => {
                    let node = &table.targets[target];
                    let subject = format!("targets.{}", node.name.value);
                    // From 1.100 on, a key is asked for every group of a fallback list, not only for the first.
                    let keys = if release >= (1, 100) {
                        "and keys need it among their `models` to fall back to it"
                    } else {
                        "unless it is missing among the `models` of their keys"
                    };
                    let message =
                        format!("LiteLLM falls back to groups only, so callers can also ask for `{name}`, {keys}");
                    losses.approximate(&subject, node.name.span(), message);
                    let key = node.keys.first().copied();
                    written.push(self.deployment(&name, target, key, (1, None), losses));
                }
            }
        }
        written
    }

    fn pool(&mut self, name: &str, id: RouteId, written: &mut Vec<Value>, losses: &mut Losses) {
        let table = self.table;
        let route = &table.routes[id];
        let width = keys_in_use(table, route).unwrap_or(1);
        let orders: BTreeSet<u32> = route.pool.iter().map(|member| member.order).collect();
        let is_ordered = width > 1 || orders.len() > 1;
        if orders.len() > 1
            && let Some(member) = route.pool.iter().find(|member| member.order > 1)
        {
            let message = "LiteLLM tries the next order when a call fails, before any fallback";
            losses.approximate(&route.subject(), member.place.span(), message);
        }
        rotation(route, width, losses);
        for member in &route.pool {
            let keys = &table.targets[member.target].keys;
            let of = |at: usize, key: Option<KeyId>| (order_of(member, width, at, is_ordered), key);
            let used: Vec<(Option<u64>, Option<KeyId>)> = if keys.is_empty() {
                vec![of(0, None)]
            } else {
                keys.iter().take(width).enumerate().map(|(at, key)| of(at, Some(*key))).collect()
            };
            for (order, key) in used {
                written.push(self.deployment(name, member.target, key, (member.weight, order), losses));
            }
        }
    }

    fn deployment(
        &mut self,
        group: &str,
        target: TargetId,
        key: Option<KeyId>,
        (weight, order): (u64, Option<u64>),
        losses: &mut Losses,
    ) -> Value {
        let node = &self.table.targets[target];
        let mut params = Map::new();
        params.insert("model".into(), json!(self.model(node, losses)));
        if let Some(key) = key {
            params.insert("api_key".into(), json!(secret(self.table, key, losses)));
        }
        let region = node.provider.zip(node.doc.region.as_ref()).and_then(|(provider, wanted)| {
            self.table.providers[provider].value.regions.iter().find(|region| region.name.value == wanted.value)
        });
        if let Some(endpoint) = region.and_then(|region| region.value.endpoint.as_ref()) {
            params.insert("api_base".into(), json!(endpoint.value));
        }
        if let Some(timeout) = &node.doc.timeout {
            params.insert("timeout".into(), seconds(timeout.value.0));
        }
        params.insert("weight".into(), json!(weight));
        if let Some(order) = order {
            params.insert("order".into(), json!(order));
        }
        self.limits(node, key, &mut params, losses);
        let mut id = format!("{group}/{}", node.name.value);
        if let Some(key) = key {
            id = format!("{id}/{}", self.table.keys[key].name.value);
        }
        let mut info = json!({"id": id});
        if params.contains_key("api_base")
            && let Some(info) = info.as_object_mut()
        {
            // At an address of its own, LiteLLM knows price and limits of a model by this only.
            info.insert("base_model".into(), json!(node.doc.model.value.as_str()));
        }
        json!({"model_name": group, "litellm_params": params, "model_info": info})
    }

    fn limits(&mut self, node: &TargetNode, key: Option<KeyId>, params: &mut Map<String, Value>, losses: &mut Losses) {
        let limits = key.and_then(|key| self.table.keys[key].doc.limits.as_ref());
        if let Some(limits) = limits {
            for (name, limit) in [("rpm", limits.requests_per_minute), ("tpm", limits.tokens_per_minute)] {
                if let Some(limit) = limit {
                    params.insert(name.into(), json!(limit.get()));
                    self.is_limited = true;
                }
            }
        }
        let parallel = [
            limits.and_then(|limits| limits.concurrency).map(crate::model::Tokens::get),
            node.doc.concurrency.map(|count| u64::from(count.get())),
        ];
        if let Some(parallel) = parallel.into_iter().flatten().min() {
            params.insert("max_parallel_requests".into(), json!(parallel));
        }
        let Some(key) = key.map(|key| &self.table.keys[key]) else { return };
        let subject = format!("keys.{}", key.name.value);
        if let Some(quota) = &key.doc.quota {
            let message = "LiteLLM counts limits per deployment: keys of one quota are not counted together";
            losses.unsupported(&subject, quota.span(), message);
        } else if key.doc.limits.is_some() {
            let message = "LiteLLM counts limits per deployment, so a key that several groups use is counted in each";
            losses.approximate(&subject, key.name.span(), message);
        }
    }

    /// How LiteLLM names the model: its vendor's prefix and the vendor's own id.
    fn model(&self, node: &TargetNode, losses: &mut Losses) -> String {
        let id = node.doc.model.value.as_str();
        let provider = node.provider.map(|provider| &self.table.providers[provider]);
        let names =
            [Some(node.doc.provider.value.as_str()), provider.and_then(|provider| provider.value.vendor.as_deref())];
        let prefix = id.split_once('/').map_or("", |(prefix, _)| prefix);
        if !names.into_iter().flatten().any(|name| name == prefix) {
            let message = format!(
                "the table does not say how {} calls `{id}`, so LiteLLM is told its catalogue name: correct it if {} expects another",
                node.doc.provider.value, node.doc.provider.value
            );
            losses.approximate(&format!("targets.{}", node.name.value), node.doc.model.span(), message);
        }
        id.to_owned()
    }
}

/// How many keys of each target a route uses, where its walk goes on to the next key.
fn keys_in_use(table: &Table, route: &RouteNode) -> Option<usize> {
    let asked = Symptom::CONCRETE
        .into_iter()
        .flat_map(|symptom| measures(route, symptom))
        .filter_map(|step| if let Step::NextKey(times) = &step.step { Some(*times) } else { None })
        .map(|times| {
            times.and_then(|times| usize::try_from(times).ok()).map_or(usize::MAX, |times| times.saturating_add(1))
        })
        .max()?;
    let most = route.pool.iter().map(|member| table.targets[member.target].keys.len()).max()?;
    Some(asked.min(most).max(1))
}

/// Says how the rotation of keys differs: LiteLLM takes the next order on every failure.
fn rotation(route: &RouteNode, width: usize, losses: &mut Losses) {
    if width < 2 {
        return;
    }
    for symptom in Symptom::CONCRETE {
        for step in measures(route, symptom) {
            if matches!(step.step, Step::NextKey(_)) {
                let message = "the keys are orders of one group: LiteLLM goes on to the next one on any failure but an overlong prompt or refused content, after its retries";
                losses.approximate(&route.subject(), step.place.span(), message);
            }
        }
    }
}

fn order_of(member: &PoolMember, width: usize, at: usize, is_ordered: bool) -> Option<u64> {
    let (width, at) = (u64::try_from(width).ok()?, u64::try_from(at).ok()?);
    is_ordered.then(|| u64::from(member.order.saturating_sub(1)) * width + at + 1)
}

/// The reference that LiteLLM resolves: an environment variable.
fn secret(table: &Table, key: KeyId, losses: &mut Losses) -> String {
    let key = &table.keys[key];
    if let SecretRef::Reference(reference) = &key.doc.secret.value
        && let Some(name) = reference.strip_prefix("env:")
    {
        return format!("os.environ/{name}");
    }
    let name = variable_for(&key.name.value);
    let message = format!("LiteLLM reads secrets from its environment: put this one into `{name}`");
    losses.approximate(&format!("keys.{}", key.name.value), key.doc.secret.span(), message);
    format!("os.environ/{name}")
}

/// Milliseconds as the seconds that LiteLLM counts in: exact, since both are decimal.
pub(super) fn seconds(milliseconds: u64) -> Value {
    if milliseconds.is_multiple_of(1000) {
        return json!(milliseconds / 1000);
    }
    let text = format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
    serde_json::from_str(text.trim_end_matches('0')).unwrap_or(Value::Null)
}
