//! The effective chain of every entry point: which model is asked first, which after it, and why each.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::model::Via;
use crate::source::{Span, Spanned};

use super::env::is_template;
use super::refs::{Ref, Refs};
use super::slots::{Choice, Slot};

/// A model of a chain: what is written, where, and what it stands for.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) written: Spanned<String>,
    pub(super) model: Ref,
}

/// What a request of one entry point goes through, in order.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) slot: Slot,
    pub(super) first: Link,
    pub(super) rest: Vec<Link>,
    /// Whether the slot names a first model, and inherits the others from nowhere.
    pub(super) is_strict: bool,
}

impl Chain {
    pub(super) fn links(&self) -> impl Iterator<Item = &Link> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// The candidates as they are called: each model once.
    pub(super) fn candidates(&self) -> Vec<&Link> {
        let mut seen = std::collections::BTreeSet::new();
        self.links().filter(|link| seen.insert(link.model.name())).collect()
    }
}

/// The chains of all slots, and the defaults that agents share.
pub(super) struct Chains {
    pub(super) chains: Vec<Chain>,
    /// The list that agents inherit which choose no model of their own.
    pub(super) shared: Option<(Span, Vec<Spanned<String>>)>,
}

impl Chains {
    pub(super) fn new(slots: Vec<Slot>, refs: &Refs, sink: &mut Sink) -> Self {
        let choices: BTreeMap<String, Choice> =
            slots.iter().map(|slot| (slot.name.clone(), slot.choice.clone())).collect();
        let mut builder = Builder { choices, refs, sink, chains: Vec::new() };
        builder.unchosen(&slots);
        for slot in slots {
            builder.chain(slot);
        }
        let shared =
            builder.defaults().and_then(|choice| choice.fallbacks.clone()).filter(|(_, list)| !list.is_empty());
        Self { chains: builder.chains, shared }
    }
}

struct Builder<'a> {
    choices: BTreeMap<String, Choice>,
    refs: &'a Refs,
    sink: &'a mut Sink,
    chains: Vec<Chain>,
}

impl Builder<'_> {
    fn defaults(&self) -> Option<&Choice> {
        self.choices.get("agents.defaults.model").or_else(|| self.choices.get("agent.model"))
    }

    /// The model that answers where none is chosen: the first of the first provider.
    fn implicit(&self) -> Option<Link> {
        let provider = self.refs.providers.iter().find(|provider| !provider.rows.is_empty())?;
        let row = provider.rows.first()?;
        let name = format!("{}/{}", provider.name, row.id);
        let model = super::refs::parse(&name, &provider.name)?;
        Some(Link { written: Spanned::new(name, row.span), model })
    }

    /// Agents without a model where the defaults have none either.
    fn unchosen(&mut self, slots: &[Slot]) {
        let has_default = self.defaults().is_some_and(|choice| choice.primary.is_some());
        let rows: usize = self.refs.providers.iter().map(|provider| provider.rows.len()).sum();
        let named = slots.iter().any(|slot| slot.list == "general" && slot.choice.primary.is_some());
        let Some(link) = self.implicit().filter(|_| !has_default && !named && rows > 1) else { return };
        let message = format!(
            "no agent has a model, so {} answers: the first model of the first provider in the file",
            quote(&link.written.value)
        );
        let place = self.defaults().map_or(link.written.span(), |choice| choice.span);
        self.sink.report(
            Diagnostic::new("implicit-default", place, "nothing is chosen", message)
                .related(link.written.span(), "answers because it comes first")
                .help(format!(
                    "say so: `agents.defaults.model: {{primary: \"{}\", fallbacks: [\u{2026}]}}`",
                    link.written.value
                )),
        );
    }

    /// The first model of a slot, by what the slot itself says, else by what it inherits.
    fn primary(&self, slot: &Slot) -> Option<Link> {
        let own = slot.choice.primary.clone();
        let inherited = || match slot.list {
            "general" => self.defaults().and_then(|choice| choice.primary.clone()),
            "subagent" => {
                let agent = slot.name.trim_end_matches(".subagents.model");
                let names = ["agents.defaults.subagents.model".to_owned(), format!("{agent}.model")];
                let found = names.iter().find_map(|name| self.choices.get(name)?.primary.clone());
                found.or_else(|| self.defaults().and_then(|choice| choice.primary.clone()))
            }
            _ => None,
        };
        match own.or_else(inherited) {
            Some(written) => Some(Link { model: self.refs.primary(&written.value)?, written }),
            None if matches!(slot.list, "general" | "subagent") => self.implicit(),
            None => None,
        }
    }

    fn chain(&mut self, slot: Slot) {
        let is_strict = slot.choice.primary.is_some() && slot.choice.fallbacks.is_none();
        let inherits = matches!(slot.list, "general" | "subagent") && slot.choice.primary.is_none();
        let list = match &slot.choice.fallbacks {
            Some((_, list)) => list.clone(),
            None if inherits => {
                self.defaults().and_then(|choice| choice.fallbacks.clone()).map(|(_, list)| list).unwrap_or_default()
            }
            None => Vec::new(),
        };
        let mut list = list.into_iter();
        let first = self.primary(&slot).or_else(|| {
            let written = list.next()?;
            Some(Link { model: self.refs.primary(&written.value)?, written })
        });
        let Some(first) = first else { return };
        if slot.choice.primary.is_some() {
            self.bare_primary(&first);
            self.lost_prefix(&first);
        }
        let mut rest = Vec::new();
        for written in list {
            let Some(model) = self.refs.resolve(&written.value, &first.model.provider) else { continue };
            let link = Link { written, model };
            self.bare_fallback(&first, &link);
            self.lost_prefix(&link);
            if let Some(profile) = &link.model.profile {
                let message = format!(
                    "OpenClaw drops {} from a fallback without a word, and calls it with whatever key it has",
                    quote(&format!("@{profile}"))
                );
                self.sink.report(
                    Diagnostic::new("dead-setting", link.written.place, "the profile has no effect", message)
                        .help("order the profiles of the provider in `auth.order`"),
                );
            }
            rest.push(link);
        }
        self.chains.push(Chain { slot, first, rest, is_strict });
    }

    fn bare_primary(&mut self, link: &Link) {
        if !link.model.is_bare() || is_template(&link.written.value) {
            return;
        }
        let written = link.written.value.trim();
        let is_found = self.refs.only_provider(written).is_some();
        let called = quote(&link.model.name());
        let message = if is_found {
            format!(
                "{} names no provider; it is {called} only while no other provider has a model of this name",
                quote(written)
            )
        } else {
            format!("{} names no provider, so OpenClaw calls {called}", quote(written))
        };
        let finding =
            Diagnostic::new("openclaw-unqualified-ref", link.written.place, "no `provider/` before it", message);
        let is_meant = is_found || written.starts_with("gpt-") || is_placeholder(written);
        let finding = if is_meant { finding.at_most(crate::diagnostic::Level::Warn) } else { finding };
        self.sink.report(finding.help(format!("write the provider, as in {called}")));
    }

    /// A reference that is the whole id of a model at another provider, whose name is missing before it.
    fn lost_prefix(&mut self, link: &Link) {
        let Ref { provider, via, .. } = &link.model;
        if *via != Via::ModelString || self.refs.provider(provider).is_some() {
            return;
        }
        let name = link.model.name();
        let Some((other, row)) = self.refs.with_id(&name).next() else { return };
        let (other, span) = (&other.name, row.span);
        let message = format!(
            "{} is a model of {}, and without that name before it OpenClaw asks the provider {}",
            quote(&name),
            quote(other),
            quote(provider)
        );
        self.sink.report(
            Diagnostic::new("openclaw-unqualified-ref", link.written.place, "another provider is asked", message)
                .related(span, "the model that is meant")
                .help(format!("write {}", quote(&format!("{other}/{name}")))),
        );
    }

    fn bare_fallback(&mut self, first: &Link, link: &Link) {
        if !link.model.is_bare() || is_template(&link.written.value) {
            return;
        }
        let written = link.written.value.trim();
        let called = link.model.name();
        let has_row = self.refs.row(&link.model).is_some();
        let meant = self.refs.only_provider(written).filter(|provider| *provider != link.model.provider && !has_row);
        let mut message = format!(
            "{} names no provider, so OpenClaw calls {}, the provider of the first model",
            quote(written),
            quote(&called)
        );
        if let Some(provider) = &meant {
            message = format!(
                "{message}, and not {}, the only provider that has it",
                quote(&format!("{provider}/{written}"))
            );
        }
        let likely = meant.map_or(called, |provider| format!("{provider}/{written}"));
        let kin =
            |id: &str| id.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default().to_lowercase();
        let is_meant = has_row || kin(written) == kin(&first.model.model) || is_placeholder(written);
        let finding =
            Diagnostic::new("openclaw-unqualified-ref", link.written.place, "no `provider/` before it", message)
                .related(first.written.span(), "the provider is taken from here");
        let finding = if is_meant && !likely_elsewhere(&likely, &link.model) {
            finding.at_most(crate::diagnostic::Level::Warn)
        } else {
            finding
        };
        self.sink.report(finding.help(format!(
            "write {}; `openclaw models status` and `models list` show other models for it than the one that is called",
            quote(&likely)
        )));
    }
}

fn likely_elsewhere(likely: &str, called: &Ref) -> bool {
    likely != called.name()
}

/// Whether a text waits to be replaced by whoever copies the file.
pub(super) fn is_placeholder(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    ["YOUR_", "YOUR-", "REPLACE", "CHANGE_ME", "CHANGEME", "XXX"].iter().any(|start| upper.starts_with(start))
        || is_template(text)
}
