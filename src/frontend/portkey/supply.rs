//! Providers and targets: who is called, with which model, and for how long.

use std::collections::BTreeMap;

use crate::frontend::litellm::hosts::{host_of, is_private, is_public};
use crate::model::{Duration, Hosting, ModelId, Name, Provider, Target};
use crate::source::{Entries, Place, Spanned};
use crate::syntax::Value;

use super::tree::{Node, entry, get};

/// How reports call the provider of a target that leaves it to the request.
const ANYBODY: &str = "(any)";

/// Who a target calls: a provider of the gateway's list, or a slug of an account at Portkey's.
pub(super) fn provider_of<'t>(node: &Node<'t>) -> Option<Spanned<&'t str>> {
    let written = ["provider", "virtual_key"].iter().find_map(|key| entry(node.value, key));
    written.and_then(|(_, value)| Some(Spanned::new(value.text()?, value.place())))
}

/// The slug and the model of `@slug/model`, which tells the provider too.
fn slug(model: &str) -> Option<(&str, &str)> {
    model.starts_with('@').then(|| model.split_once('/')).flatten()
}

/// The targets of a config in the order of the text, and their providers.
pub(super) fn targets(root: &Node<'_>) -> (Entries<Name, Provider>, Entries<Name, Target>) {
    let mut targets = Entries::default();
    let mut providers: BTreeMap<String, Place> = BTreeMap::new();
    for leaf in root.leaves() {
        let target = target(leaf);
        providers.entry(target.provider.value.to_string()).or_insert(target.provider.place);
        targets.push(Spanned::new(Name::verbatim(leaf.label.as_str()), leaf.place()), target);
    }
    let mut known = Entries::default();
    for (name, place) in providers {
        let provider = Provider { vendor: Some(name.clone()), terms: None, hosting: None, regions: Entries::default() };
        known.push(Spanned::new(Name::verbatim(name), place), provider);
    }
    (known, targets)
}

fn target(leaf: &Node<'_>) -> Target {
    let written = provider_of(leaf);
    let model = leaf.model.as_ref();
    let by_model = model.and_then(|model| slug(&model.value)).map(|(slug, _)| slug);
    let provider = by_model.or(written.as_ref().map(|provider| provider.value)).unwrap_or(ANYBODY);
    let place = match (&written, model) {
        (Some(written), _) if by_model.is_none() => written.place,
        (_, Some(model)) => model.place,
        (Some(written), None) => written.place,
        (None, None) => leaf.place(),
    };
    let bare =
        model.map_or(ModelId::AS_REQUESTED, |model| slug(&model.value).map_or(model.value.as_str(), |(_, bare)| bare));
    let host = leaf.host.as_ref().map(|host| (host_of(&host.value), host.place));
    let is_local = provider == "ollama" && host.is_none();
    let own_host = host.filter(|(host, _)| !host.is_empty() && !is_public(host));
    let is_own = is_local || own_host.as_ref().is_some_and(|(host, _)| is_private(host));
    Target {
        model: Spanned::new(ModelId::verbatim(format!("{provider}/{bare}")), model.map_or(place, |model| model.place)),
        provider: Spanned::new(Name::verbatim(provider), place),
        region: None,
        keys: None,
        egress: None,
        timeout: leaf.timeout.as_ref().map(|timeout| Spanned::new(Duration(timeout.value), timeout.place)),
        concurrency: None,
        tools: Vec::new(),
        own_facts: None,
        also_named: vendors(provider).map(|vendor| format!("{vendor}/{bare}")).chain([bare.to_owned()]).collect(),
        // Nothing is known of a model that each request names, nor of one behind a host of the user's own.
        self_hosted: model.is_none() || is_local || own_host.is_some(),
        hosting: is_own.then(|| Spanned::new(Hosting::Own, place)),
    }
}

/// The names under which catalogues know what a provider serves.
fn vendors(provider: &str) -> impl Iterator<Item = &str> {
    let other = match provider {
        "azure-openai" | "azure-ai" => Some("azure"),
        "vertex-ai" => Some("google"),
        "mistral-ai" => Some("mistral"),
        "x-ai" => Some("xai"),
        "together-ai" => Some("together"),
        "fireworks-ai" => Some("fireworks"),
        _ => None,
    };
    std::iter::once(provider).chain(other)
}

/// Whether a target says nowhere whom it calls.
pub(super) fn is_anonymous(node: &Node<'_>) -> bool {
    let says = |key: &str| get(node.value, key).is_some();
    let is_slug = node.model.as_ref().is_some_and(|model| model.value.starts_with('@'));
    let passes = get(node.value, "passthrough").and_then(Value::raw_text) == Some("true");
    !is_slug && !passes && !["provider", "virtual_key", "prompt_id"].iter().any(|key| says(key))
}
