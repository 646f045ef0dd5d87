//! `models.providers`: one entry for each combination of provider, region and key, with the models used through it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::{Capabilities, Catalogue, KeyId, Model, Price, SecretRef, Table, TargetId, TargetNode, Tokens};

use super::super::loss::Losses;
use super::super::variable_for;

/// What tells one entry from another: provider, region, first key.
type Access<'t> = (&'t str, Option<&'t str>, Option<KeyId>);

/// The entries in use, in the order in which chains name them.
pub(super) struct Providers<'t> {
    table: &'t Table,
    names: BTreeMap<Access<'t>, String>,
    used: Vec<(Access<'t>, Vec<TargetId>)>,
}

impl<'t> Providers<'t> {
    pub(super) fn new(table: &'t Table) -> Self {
        let mut names = BTreeMap::new();
        for target in table.targets.values() {
            let own = access(target);
            let others = || table.targets.values().map(access).filter(|other| other.0 == own.0 && *other != own);
            let mut name = own.0.to_ascii_lowercase();
            if others().next().is_some() {
                if let Some(region) = own.1 {
                    name = format!("{name}-{}", region.to_ascii_lowercase());
                }
                if others().any(|other| other.1 == own.1)
                    && let Some(key) = own.2
                {
                    name = format!("{name}-{}", table.keys[key].name.value.as_str().to_ascii_lowercase());
                }
            }
            names.entry(own).or_insert(name);
        }
        Self { table, names, used: Vec::new() }
    }

    /// The reference of a target: provider and model.
    pub(super) fn reference(&mut self, target: TargetId) -> String {
        let node = &self.table.targets[target];
        let own = access(node);
        match self.used.iter_mut().find(|(known, _)| *known == own) {
            Some((_, targets)) if targets.contains(&target) => {}
            Some((_, targets)) => targets.push(target),
            None => self.used.push((own, vec![target])),
        }
        format!("{}/{}", self.names.get(&own).map_or(own.0, String::as_str), vendors_id(node))
    }

    /// The entries, sorted by name: their order means nothing then.
    pub(super) fn written(&self, catalogue: &Catalogue, losses: &mut Losses) -> Value {
        let mut entries: Vec<(String, Value)> = self
            .used
            .iter()
            .map(|(own, targets)| {
                let name = self.names.get(own).map_or_else(|| own.0.to_owned(), Clone::clone);
                (name, self.entry(*own, targets, catalogue, losses))
            })
            .collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Value::Object(entries.into_iter().collect())
    }

    fn entry(&self, own: Access<'t>, targets: &[TargetId], catalogue: &Catalogue, losses: &mut Losses) -> Value {
        let nodes: Vec<&TargetNode> = targets.iter().map(|target| &self.table.targets[*target]).collect();
        let mut entry = Map::new();
        let provider = nodes.first().and_then(|node| node.provider).map(|id| &self.table.providers[id]);
        let region = provider.and_then(|provider| {
            provider.value.regions.iter().find(|region| Some(region.name.value.as_str()) == own.1)
        });
        match region.and_then(|region| region.value.endpoint.as_ref()) {
            Some(endpoint) => {
                entry.insert("baseUrl".into(), json!(endpoint.value));
            }
            None => {
                if let Some(node) = nodes.first() {
                    let message = "the table gives no endpoint for this provider's region, and OpenClaw refuses a provider of its own without `baseUrl`";
                    losses.unsupported(&format!("providers.{}", own.0), node.doc.provider.span(), message);
                }
            }
        }
        let vendor = provider.and_then(|provider| provider.value.vendor.as_deref()).unwrap_or(own.0);
        entry.insert("api".into(), json!(api(vendor)));
        if let Some(key) = own.2 {
            entry.insert("apiKey".into(), self.secret(key, losses));
        }
        Self::timeout(&nodes, &mut entry, losses);
        let mut rows: BTreeMap<String, Value> = BTreeMap::new();
        for node in &nodes {
            rows.entry(vendors_id(node).to_owned()).or_insert_with(|| row(node, catalogue, losses));
            for key in node.keys.iter().skip(1) {
                let message = "OpenClaw keeps one key of a provider in its file: spare keys belong into its own store of credentials";
                losses.unsupported(
                    &format!("keys.{}", self.table.keys[*key].name.value),
                    self.table.keys[*key].name.span(),
                    message,
                );
            }
        }
        entry.insert("models".into(), Value::Array(rows.into_values().collect()));
        Value::Object(entry)
    }

    fn secret(&self, key: KeyId, losses: &mut Losses) -> Value {
        let key = &self.table.keys[key];
        let subject = format!("keys.{}", key.name.value);
        if let Some(limits) = &key.doc.limits
            && (limits.requests_per_minute.is_some()
                || limits.tokens_per_minute.is_some()
                || limits.concurrency.is_some())
        {
            losses.unsupported(
                &subject,
                key.name.span(),
                "OpenClaw's file has no rate limits: the provider's own answer ends a burst",
            );
        }
        let named = match &key.doc.secret.value {
            SecretRef::Reference(reference) => reference.strip_prefix("env:").filter(|name| is_variable(name)),
            SecretRef::Literal(_) => None,
        };
        let name = named.map_or_else(
            || {
                let name = variable_for(&key.name.value);
                let message = format!("this secret is read from the environment: put it into `{name}`");
                losses.approximate(&subject, key.doc.secret.span(), message);
                name
            },
            str::to_owned,
        );
        json!({"source": "env", "provider": "default", "id": name})
    }

    fn timeout(nodes: &[&TargetNode], entry: &mut Map<String, Value>, losses: &mut Losses) {
        let Some(longest) = nodes.iter().filter_map(|node| node.doc.timeout.as_ref()).map(|time| time.value.0).max()
        else {
            return;
        };
        let seconds = longest.div_ceil(1000);
        entry.insert("timeoutSeconds".into(), json!(seconds));
        for node in nodes {
            let Some(timeout) = node.doc.timeout.as_ref().filter(|time| time.value.0 != seconds * 1000) else {
                continue;
            };
            let message = format!("OpenClaw has one timeout for a provider, in whole seconds: {seconds}s");
            losses.approximate(&format!("targets.{}", node.name.value), timeout.span(), message);
        }
    }
}

fn access(node: &TargetNode) -> Access<'_> {
    let region = node.doc.region.as_ref().map(|region| region.value.as_str());
    (node.doc.provider.value.as_str(), region, node.keys.first().copied())
}

/// The vendor's own id of a model: what follows the vendor's name.
fn vendors_id(node: &TargetNode) -> &str {
    let id = node.doc.model.value.as_str();
    id.split_once('/').map_or(id, |(_, rest)| rest)
}

/// The protocol that a vendor speaks, by OpenClaw's names; most speak that of `openai`.
fn api(vendor: &str) -> &'static str {
    match vendor {
        "anthropic" => "anthropic-messages",
        "google" | "gemini" => "google-generative-ai",
        "vertex" | "vertex_ai" => "google-vertex",
        "bedrock" | "aws" => "bedrock-converse-stream",
        "azure" => "azure-openai-responses",
        "ollama" => "ollama",
        _ => "openai-completions",
    }
}

/// A name that OpenClaw takes for an environment variable.
fn is_variable(name: &str) -> bool {
    let is_rest = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    name.len() <= 128 && name.starts_with(|letter: char| letter.is_ascii_uppercase()) && name.chars().all(is_rest)
}

fn row(node: &TargetNode, catalogue: &Catalogue, losses: &mut Losses) -> Value {
    let id = vendors_id(node);
    let mut row = Map::new();
    row.insert("id".into(), json!(id));
    row.insert("name".into(), json!(id));
    let subject = format!("targets.{}", node.name.value);
    let facts = node.model.map_or(&*node.facts, |index| &catalogue.model(index).model);
    let Model { limits, capabilities, price, .. } = facts;
    row.insert("reasoning".into(), json!(capabilities.reasoning.unwrap_or(false)));
    row.insert("input".into(), json!(inputs(capabilities)));
    if let (Some(input), Some(output)) = (price.input, price.output) {
        let or_nothing = |price: Option<Price>| price.map_or_else(|| json!(0), number);
        let cost = json!({
            "input": number(input),
            "output": number(output),
            "cacheRead": or_nothing(price.cache_read),
            "cacheWrite": or_nothing(price.cache_write),
        });
        row.insert("cost".into(), cost);
    } else {
        let message = "the catalogue knows no price for this model, and OpenClaw counts such a model as free";
        losses.unsupported(&subject, node.doc.model.span(), message);
    }
    for (key, tokens) in [("contextWindow", limits.context_tokens), ("maxTokens", limits.output_tokens)] {
        if let Some(tokens) = tokens.map(Tokens::get).filter(|tokens| *tokens > 0) {
            row.insert(key.into(), json!(tokens));
        } else {
            let message = format!("the catalogue does not know `{key}` of this model, so OpenClaw assumes one");
            losses.approximate(&subject, node.doc.model.span(), message);
        }
    }
    Value::Object(row)
}

fn inputs(capabilities: &Capabilities) -> Vec<&'static str> {
    let known = [("image", capabilities.vision), ("audio", capabilities.audio)];
    std::iter::once("text")
        .chain(known.into_iter().filter(|(_, can)| *can == Some(true)).map(|(word, _)| word))
        .collect()
}

/// A price as the number of dollars per million tokens that OpenClaw wants.
fn number(price: Price) -> Value {
    let text = price.to_string();
    let digits: String = text.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    serde_json::from_str(&digits).unwrap_or(Value::Null)
}
