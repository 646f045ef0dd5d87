//! What a reference to a model stands for at run time: provider, model, and why.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::model::Via;
use crate::source::{Span, Spanned};

use super::bundled;
use super::merged::Node;

/// The provider of a primary model without one, if no single configured provider has it.
const DEFAULT_PROVIDER: &str = "openai";

/// A model of a provider, as OpenClaw calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ref {
    pub(super) provider: String,
    pub(super) model: String,
    pub(super) via: Via,
    /// The profile that the reference asks for.
    pub(super) profile: Option<String>,
}

impl Ref {
    /// The name of the target.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.provider, self.model)
    }

    /// Whether no provider is written.
    pub(super) fn is_bare(&self) -> bool {
        self.via == Via::Bare
    }
}

/// A model that the file itself describes.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) span: Span,
    pub(super) node: Node,
}

/// A provider of `models.providers`.
#[derive(Clone, Debug)]
pub(super) struct Configured {
    /// Its name in lower case.
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) node: Node,
    pub(super) rows: Vec<Row>,
    /// Where the row of an id stands, by the id as it is written and in lower case.
    by_id: BTreeMap<String, usize>,
}

impl Configured {
    /// The row of an id: the one written so, else one that differs in case.
    pub(super) fn row(&self, id: &str) -> Option<&Row> {
        let at = self.by_id.get(id).or_else(|| self.by_id.get(&id.to_lowercase()))?;
        self.rows.get(*at)
    }
}

/// An alias of a model.
struct Alias {
    model: Ref,
    span: Span,
}

/// Everything that a reference may mean.
pub(super) struct Refs {
    pub(super) providers: Vec<Configured>,
    /// Aliases by their names in lower case.
    aliases: BTreeMap<String, Alias>,
    /// The keys of the map of models, as (provider, model).
    listed: BTreeSet<(String, String)>,
    /// The providers that have a model of an id in lower case, by the map of models and by their rows.
    having: BTreeMap<String, BTreeSet<String>>,
    /// Where providers stand, by their names.
    by_name: BTreeMap<String, usize>,
    /// Rows by their ids in lower case, as (provider, row).
    rows: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Refs {
    pub(super) fn read(root: &Node, sink: &mut Sink) -> Self {
        let providers = root.at(&["models", "providers"]).map(Node::entries).unwrap_or_default();
        let providers =
            providers.iter().filter(|(_, node)| node.is_map()).map(|(name, node)| configured(name, node, sink));
        let mut refs = Self {
            providers: providers.collect(),
            aliases: BTreeMap::new(),
            listed: BTreeSet::new(),
            having: BTreeMap::new(),
            by_name: BTreeMap::new(),
            rows: BTreeMap::new(),
        };
        for (at, provider) in refs.providers.iter().enumerate() {
            refs.by_name.entry(provider.name.clone()).or_insert(at);
            for (row_at, row) in provider.rows.iter().enumerate() {
                let id = row.id.to_lowercase();
                refs.having.entry(id.clone()).or_default().insert(provider.name.clone());
                refs.rows.entry(id).or_default().push((at, row_at));
            }
        }
        let maps = [&["agents", "defaults", "models"][..], &["agent", "models"]];
        for (key, node) in maps.iter().filter_map(|path| root.at(path)).flat_map(Node::entries) {
            if key.value.ends_with("/*") {
                continue;
            }
            let Some(model) = parse(&key.value, DEFAULT_PROVIDER) else { continue };
            refs.listed.insert((model.provider.clone(), model.model.clone()));
            refs.having.entry(model.model.to_lowercase()).or_default().insert(model.provider.clone());
            let Some(alias) = node.get("alias").and_then(Node::spanned) else { continue };
            let name = alias.value.trim().to_lowercase();
            if !name.is_empty() {
                refs.alias(name, Alias { model, span: alias.span() }, sink);
            }
        }
        refs.shadowing(sink);
        refs
    }

    fn alias(&mut self, name: String, alias: Alias, sink: &mut Sink) {
        if let Some(earlier) = self.aliases.get_mut(&name) {
            if earlier.model.name() != alias.model.name() {
                let message = format!(
                    "the alias {} stands for {} and for {}; OpenClaw takes the last without a word",
                    quote(&name),
                    quote(&earlier.model.name()),
                    quote(&alias.model.name())
                );
                sink.report(
                    Diagnostic::new("ambiguous-name", alias.span, "this one is used", message)
                        .related(earlier.span, "this one never is")
                        .help("give one of the two another alias; upper and lower case make no difference"),
                );
            }
            *earlier = alias;
        } else {
            self.aliases.insert(name, alias);
        }
    }

    /// Aliases that are the name of another model, so that the name leads elsewhere than it says.
    fn shadowing(&self, sink: &mut Sink) {
        for (name, alias) in &self.aliases {
            let target = alias.model.name().to_lowercase();
            let other = |(provider, row): &(&Configured, &Row)| {
                format!("{}/{}", provider.name, row.id).to_lowercase() != target
            };
            let full = name.split_once('/').and_then(|(provider, id)| {
                let provider = self.provider(provider)?;
                Some((provider, provider.row(id)?))
            });
            let hit = self.with_id(name).chain(full).find(other);
            let Some((provider, row)) = hit else { continue };
            let message = format!(
                "the alias {} is also the name of a model of {}, and stands for {}",
                quote(name),
                quote(&provider.name),
                quote(&alias.model.name())
            );
            sink.report(
                Diagnostic::new("ambiguous-name", alias.span, "leads elsewhere than the name says", message)
                    .related(row.span, "this model has the name")
                    .help("give the alias a name that no model has"),
            );
        }
    }

    /// The provider of this name.
    pub(super) fn provider(&self, name: &str) -> Option<&Configured> {
        self.providers.get(*self.by_name.get(name)?)
    }

    /// The row that describes a model.
    pub(super) fn row(&self, model: &Ref) -> Option<&Row> {
        self.provider(&model.provider)?.row(&model.model)
    }

    /// Every row of an id, whatever its case, with its provider.
    pub(super) fn with_id(&self, id: &str) -> impl Iterator<Item = (&Configured, &Row)> {
        let places = self.rows.get(&id.to_lowercase()).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|(provider, row)| {
            let provider = self.providers.get(*provider)?;
            Some((provider, provider.rows.get(*row)?))
        })
    }

    /// Whether OpenClaw can call a provider at all, as far as this file says.
    pub(super) fn knows(&self, provider: &str) -> bool {
        bundled::is_known(provider) || self.provider(provider).is_some()
    }

    /// Whether the map of models names a model.
    pub(super) fn lists(&self, model: &Ref) -> bool {
        self.listed.contains(&(model.provider.clone(), model.model.clone()))
    }

    /// A primary model. Without a provider it is that of the one configured provider that has it, else `openai`.
    pub(super) fn primary(&self, text: &str) -> Option<Ref> {
        let (bare, _) = split_profile(text.trim());
        let unique = if bare.contains('/') { None } else { self.only_provider(bare) };
        self.resolve(text, unique.as_deref().unwrap_or(DEFAULT_PROVIDER))
    }

    /// A reference where those without a provider take this one.
    pub(super) fn resolve(&self, text: &str, default_provider: &str) -> Option<Ref> {
        let text = text.trim();
        let is_exact = parse(text, default_provider)
            .is_some_and(|model| text.contains('/') && (self.row(&model).is_some() || self.lists(&model)));
        let (bare, profile) = split_profile(text);
        let alias = self.aliases.get(&bare.to_lowercase()).filter(|_| !is_exact);
        match alias {
            Some(alias) => Some(Ref { via: Via::Alias, profile: profile.map(str::to_owned), ..alias.model.clone() }),
            None => parse(text, default_provider),
        }
    }

    /// The one provider of the file that has a model of this id.
    pub(super) fn only_provider(&self, id: &str) -> Option<String> {
        let found = self.having.get(&id.to_lowercase())?;
        let mut found = found.iter();
        found.next().filter(|_| found.next().is_none()).cloned()
    }
}

/// A reference without aliases: the provider before the first slash, in lower case, and the model behind it.
pub(super) fn parse(text: &str, default_provider: &str) -> Option<Ref> {
    let (text, profile) = split_profile(text.trim());
    let profile = profile.map(str::to_owned);
    match text.split_once('/') {
        Some((provider, model)) => {
            let (provider, model) = (provider.trim().to_lowercase(), model.trim().to_owned());
            (!provider.is_empty() && !model.is_empty()).then_some(Ref {
                provider,
                model,
                via: Via::ModelString,
                profile,
            })
        }
        None if text.eq_ignore_ascii_case("openrouter:auto") => {
            Some(Ref { provider: "openrouter".to_owned(), model: "auto".to_owned(), via: Via::ModelString, profile })
        }
        None => (!text.is_empty()).then(|| Ref {
            provider: default_provider.to_owned(),
            model: text.to_owned(),
            via: Via::Bare,
            profile,
        }),
    }
}

/// A reference and the profile behind its last `@`. Dates and quantisations that begin with `@` are part of the model.
pub(super) fn split_profile(text: &str) -> (&str, Option<&str>) {
    let from = text.rfind('/').map_or(0, |at| at + 1);
    let Some(at) = text.get(from..).and_then(|last| last.find('@')).map(|at| from + at).filter(|at| *at > 0) else {
        return (text, None);
    };
    let (model, profile) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
    let is_date = profile.len() >= 8 && profile.bytes().take(8).all(|byte| byte.is_ascii_digit());
    let digits = profile.trim_start_matches('q');
    let is_size = (profile.starts_with('q') && digits.starts_with(|letter: char| letter.is_ascii_digit()))
        || profile.ends_with("bit");
    if profile.is_empty() || is_date || is_size { (text, None) } else { (model, Some(profile)) }
}

fn configured(name: &Spanned<String>, node: &Node, sink: &mut Sink) -> Configured {
    let mut rows: Vec<Row> = Vec::new();
    let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
    for row in node.get("models").map(Node::items).unwrap_or_default() {
        let Some(id) = row.get("id").and_then(Node::spanned) else { continue };
        if let Some(earlier) = by_id.get(&id.value).and_then(|at| rows.get(*at)).filter(|row| row.id == id.value) {
            let message = format!(
                "{} has two rows in {}; OpenClaw mixes their fields into one",
                quote(&id.value),
                quote(&name.value)
            );
            sink.report(
                Diagnostic::new("shadowed-setting", id.place, "mixed with the first", message)
                    .related(earlier.span, "the first")
                    .help("keep one row for each model; included files put their lists one behind the other"),
            );
        }
        by_id.entry(id.value.to_lowercase()).or_insert(rows.len());
        let is_known = by_id.get(&id.value).and_then(|at| rows.get(*at)).is_some_and(|row| row.id == id.value);
        if !is_known {
            by_id.insert(id.value.clone(), rows.len());
        }
        rows.push(Row { id: id.value.clone(), span: id.span(), node: row.clone() });
    }
    Configured { name: name.value.trim().to_lowercase(), span: name.span(), node: node.clone(), rows, by_id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart_at_the_first_slash() {
        for (text, provider, model, profile) in [
            ("Beta/B1", "beta", "B1", None),
            ("openrouter/qwen/qwen3:free", "openrouter", "qwen/qwen3:free", None),
            ("alpha/a1@work", "alpha", "a1", Some("work")),
            ("alpha/a1@20260301", "alpha", "a1@20260301", None),
            ("lmstudio/x@q4_k_m", "lmstudio", "x@q4_k_m", None),
            ("lmstudio/x@8bit", "lmstudio", "x@8bit", None),
            ("b1", "gamma", "b1", None),
        ] {
            let found = parse(text, "gamma").unwrap();
            assert_eq!(
                (found.provider.as_str(), found.model.as_str(), found.profile.as_deref()),
                (provider, model, profile),
                "{text}"
            );
        }
        assert_eq!(parse("/x", "gamma"), None);
    }
}
