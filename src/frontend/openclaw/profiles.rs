//! The keys of each provider: its profiles in the order of `auth.order`, else the key beside it in the file.

use std::collections::BTreeMap;

use crate::model::{Account, Key, Name, SecretRef};
use crate::openclaw::{NEVER_COOLED_DOWN, inline_key};
use crate::source::{Entries, Span, Spanned};

use super::env::is_name;
use super::merged::Node;
use super::refs::Refs;

/// A key of a provider.
#[derive(Clone, Debug)]
pub(super) struct OfProvider {
    /// The profile's id, or OpenClaw's own name of a key in the file.
    pub(super) name: String,
    pub(super) span: Span,
    secret: SecretRef,
}

/// The keys of every provider that the file shows any of.
pub(super) struct Keys {
    by_provider: BTreeMap<String, Vec<OfProvider>>,
}

impl Keys {
    /// The keys as OpenClaw tries them: `auth.order` as it is written, else the profiles of the provider, else its
    /// `apiKey`. What only its own store knows stays unknown.
    pub(super) fn read(root: &Node, refs: &Refs) -> Self {
        let mut by_provider: BTreeMap<String, Vec<OfProvider>> = BTreeMap::new();
        let stored = |id: &str, span: Span| OfProvider {
            name: id.to_owned(),
            span,
            // The secret lies in OpenClaw's own store, under the id of the profile.
            secret: SecretRef::Reference(format!("profile:{id}")),
        };
        for (id, profile) in root.at(&["auth", "profiles"]).map(Node::entries).unwrap_or_default() {
            if let Some(provider) = profile.get("provider").and_then(Node::text) {
                by_provider.entry(provider.trim().to_lowercase()).or_default().push(stored(&id.value, id.span()));
            }
        }
        for (provider, order) in root.at(&["auth", "order"]).map(Node::entries).unwrap_or_default() {
            let mut keys: Vec<OfProvider> = Vec::new();
            for id in order.items().iter().filter_map(Node::spanned) {
                if keys.iter().all(|key| key.name != id.value) {
                    keys.push(stored(&id.value, id.span()));
                }
            }
            if !keys.is_empty() {
                by_provider.insert(provider.value.trim().to_lowercase(), keys);
            }
        }
        for provider in &refs.providers {
            let Some(key) = provider.node.get("apiKey") else { continue };
            by_provider.entry(provider.name.clone()).or_insert_with(|| {
                vec![OfProvider { name: inline_key(&provider.name), span: key.span, secret: secret(key) }]
            });
        }
        // A walk keeps a refused key out, which OpenClaw does not do with these: rather no key than one too few calls.
        by_provider.retain(|provider, _| !NEVER_COOLED_DOWN.contains(&provider.as_str()));
        Self { by_provider }
    }

    /// The keys of a provider, in order.
    pub(super) fn of(&self, provider: &str) -> &[OfProvider] {
        self.by_provider.get(provider).map(Vec::as_slice).unwrap_or_default()
    }

    /// The accounts and keys of some providers. Nothing in the file tells who pays, so each provider is one account.
    pub(super) fn entries<'p>(
        &self,
        providers: impl Iterator<Item = &'p Spanned<Name>>,
    ) -> (Entries<Name, Account>, Entries<Name, Key>) {
        let (mut accounts, mut all) = (Entries::default(), Entries::default());
        for provider in providers {
            let keys = self.of(provider.value.as_str());
            if keys.is_empty() {
                continue;
            }
            accounts
                .push(provider.clone(), Account { provider: provider.clone(), cost_center: None, environment: None });
            for key in keys {
                let doc = Key {
                    account: provider.clone(),
                    secret: Spanned::new(key.secret.clone(), key.span),
                    owner: None,
                    expires: None,
                    limits: None,
                    quota: None,
                };
                all.push(Spanned::new(Name::verbatim(key.name.as_str()), key.span), doc);
            }
        }
        (accounts, all)
    }
}

/// Where the key beside a provider is kept, and never the key.
fn secret(node: &Node) -> SecretRef {
    let by_source = node.get("source").and_then(Node::text).zip(node.get("id").and_then(Node::text));
    match (by_source, node.text()) {
        (Some((source, id)), _) => SecretRef::Reference(format!("{source}:{id}")),
        (None, Some(text)) => {
            let inner = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            match inner.filter(|name| is_name(name)) {
                Some(name) => SecretRef::Reference(format!("env:{name}")),
                None => SecretRef::literal(text),
            }
        }
        (None, None) => SecretRef::literal(""),
    }
}
