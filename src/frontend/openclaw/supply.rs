//! Providers and models: where each runs, and what the file itself says of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::frontend::litellm::hosts::{host_of, is_private, is_public};
use crate::model::{
    Capabilities, Duration, Hosting, Mode, Model, ModelId, ModelLimits, Name, Price, Prices, Provider, Target, Tokens,
};
use crate::source::{Entries, Place, Spanned};

use super::bundled;
use super::chains::{Chains, Link};
use super::env::is_template;
use super::merged::{Kind, Node};
use super::profiles::Keys;
use super::refs::{Configured, Ref, Refs};
use super::tools::Tools;

/// The targets of all chains, in the order in which the file first names them, and their providers.
pub(super) fn targets(
    chains: &Chains,
    refs: &Refs,
    keys: &Keys,
    tools: &Tools,
) -> (Entries<Name, Provider>, Entries<Name, Target>) {
    let mut targets = Entries::default();
    let mut providers: BTreeMap<String, Place> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for link in chains.chains.iter().flat_map(super::chains::Chain::links) {
        if !is_reachable(link, refs) || !seen.insert(link.model.name()) {
            continue;
        }
        let configured = refs.provider(&link.model.provider);
        let place = configured.map_or(link.written.place, |provider| provider.span.into());
        providers.entry(link.model.provider.clone()).or_insert(place);
        let row = refs.row(&link.model);
        let name =
            Spanned::new(Name::verbatim(link.model.name()), row.map_or(link.written.place, |row| row.span.into()));
        let names = keys.of(&link.model.provider).iter();
        let names: Vec<_> = names.map(|key| Spanned::new(Name::verbatim(key.name.as_str()), key.span)).collect();
        let target = target(&link.model, link.written.place, configured, row.map(|row| &row.node), tools);
        targets.push(name, Target { keys: names.try_into().ok(), ..target });
    }
    let mut known = Entries::default();
    for (name, place) in providers {
        let provider = Provider { vendor: None, terms: None, hosting: None, regions: Entries::default() };
        known.push(Spanned::new(Name::verbatim(name), place), provider);
    }
    (known, targets)
}

/// Whether a model has a target: what no provider answers to has none, and the hop that leads there is reported.
pub(super) fn is_reachable(link: &Link, refs: &Refs) -> bool {
    refs.knows(&link.model.provider) || is_template(&link.written.value)
}

fn target(model: &Ref, place: Place, provider: Option<&Configured>, row: Option<&Node>, tools: &Tools) -> Target {
    let home = Home::of(model, provider, row);
    Target {
        tools: tools.of(model),
        model: Spanned::new(ModelId::verbatim(model.name()), place),
        provider: Spanned::new(Name::verbatim(model.provider.as_str()), place),
        region: None,
        keys: None,
        egress: None,
        timeout: provider.and_then(|provider| provider.node.get("timeoutSeconds")).and_then(seconds),
        concurrency: None,
        own_facts: row.map(|row| Box::new(own_facts(row))),
        also_named: bundled::catalogue_names(&model.provider, &model.model),
        self_hosted: home.is_own_server,
        hosting: home.is_own_machine.then(|| Spanned::new(Hosting::Own, place)),
    }
}

/// Where a model runs.
pub(super) struct Home {
    /// The host of its address, where the file gives one that is no vendor's.
    pub(super) host: Option<String>,
    /// Whether no vendor's public endpoint answers.
    pub(super) is_own_server: bool,
    /// Whether it can only be a machine of the user's own.
    pub(super) is_own_machine: bool,
}

impl Home {
    pub(super) fn of(model: &Ref, provider: Option<&Configured>, row: Option<&Node>) -> Self {
        let url = row
            .and_then(|row| row.get("baseUrl"))
            .or_else(|| provider.and_then(|provider| provider.node.get("baseUrl")))
            .and_then(Node::text);
        let is_cloud =
            model.provider == "ollama" && (model.model.ends_with("-cloud") || model.model.ends_with(":cloud"));
        let host = url.map(host_of).filter(|host| !host.is_empty());
        let is_public = host.as_deref().is_some_and(is_public);
        let is_local = bundled::is_local(&model.provider);
        Self {
            is_own_server: !is_cloud && (is_local || host.is_some()) && !is_public,
            is_own_machine: !is_cloud && host.as_deref().map_or(is_local && url.is_none(), is_private),
            // Behind a port there can be another server.
            host: url.filter(|_| !is_public).map(|url| {
                let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
                let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
                // A user and a password are nobody's business.
                host.rsplit_once('@').map_or(host, |(_, host)| host).to_ascii_lowercase()
            }),
        }
    }

    /// What goes down together: a server of the user's own, else the provider.
    pub(super) fn domain<'a>(&'a self, model: &'a Ref) -> &'a str {
        self.host.as_deref().unwrap_or(&model.provider)
    }
}

/// A number of seconds.
fn seconds(node: &Node) -> Option<Spanned<Duration>> {
    let seconds: u64 = node.number()?.split('.').next()?.parse().ok().filter(|seconds| *seconds < 10_000_000)?;
    Some(Spanned::new(Duration(seconds * 1000), node.span))
}

/// What a row of `models` says.
fn own_facts(row: &Node) -> Model {
    let tokens = |key: &str| {
        let digits = row.get(key)?.number()?.split('.').next()?;
        Tokens::try_from(digits.parse::<u64>().ok()?).ok()
    };
    let price = |key: &str| price(row.get("cost")?.get(key)?.number()?);
    let inputs: Option<Vec<&str>> = row
        .get("input")
        .filter(|input| input.is_list())
        .map(|input| input.items().iter().filter_map(Node::text).collect());
    let takes = |kind: &str| inputs.as_ref().map(|inputs| inputs.contains(&kind));
    let reasoning =
        row.get("reasoning").and_then(|value| if let Kind::Bool(truth) = value.kind { Some(truth) } else { None });
    Model {
        mode: Some(Mode::Chat),
        limits: ModelLimits {
            context_tokens: tokens("contextWindow"),
            output_tokens: tokens("maxTokens"),
            dimensions: None,
        },
        capabilities: Capabilities {
            vision: takes("image"),
            audio: takes("audio"),
            reasoning,
            ..Capabilities::default()
        },
        price: Prices {
            input: price("input"),
            output: price("output"),
            cache_read: price("cacheRead"),
            cache_write: price("cacheWrite"),
        },
        ..Model::default()
    }
}

/// Dollars for a million tokens, exactly.
fn price(digits: &str) -> Option<Price> {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = format!("{part:0<6}");
    let micros: u64 = part.get(..6)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(micros).map(Price)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        for (digits, shown) in [("3", "3 USD/MTok"), ("0.25", "0.25 USD/MTok"), ("0", "0 USD/MTok")] {
            assert_eq!(price(digits).map(|price| price.to_string()).as_deref(), Some(shown), "{digits}");
        }
        assert_eq!(price("-1"), None);
    }
}
