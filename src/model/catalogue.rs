//! All catalogues of a run as one: models by id and alias, and classes of equivalents.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::source::{Span, Spanned, to_u32, to_usize};

use super::{Catalog, Date, Equivalence, Model, ModelId};

/// The number of a model in the [`Catalogue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelIndex(u32);

/// Where a catalogue came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user's own: what it lacks is worth a word.
    Project,
    /// The one that comes with routec: it cannot know every model.
    BuiltIn,
}

/// A model of the catalogue.
#[derive(Clone, Debug)]
pub struct ModelEntry {
    /// Its id, with the place where it is defined.
    pub id: Spanned<ModelId>,
    /// What is known of it.
    pub model: Model,
}

/// Every model known to a run.
#[derive(Clone, Debug)]
pub struct Catalogue {
    models: Vec<ModelEntry>,
    by_name: BTreeMap<String, ModelIndex>,
    equivalences: Vec<Spanned<Equivalence>>,
    dates: Vec<Spanned<Date>>,
    origin: Origin,
}

impl Catalogue {
    /// Joins catalogues; ids and aliases that stand for two models are reported.
    pub fn new(catalogs: Vec<Catalog>, origin: Origin, sink: &mut Sink) -> Self {
        let mut catalogue =
            Self { models: Vec::new(), by_name: BTreeMap::new(), equivalences: Vec::new(), dates: Vec::new(), origin };
        let mut named: BTreeMap<String, Span> = BTreeMap::new();
        for catalog in catalogs {
            catalogue.dates.push(catalog.metadata.as_of);
            catalogue.equivalences.extend(catalog.equivalences);
            for entry in catalog.models {
                let index = ModelIndex(to_u32(catalogue.models.len()));
                let names = std::iter::once(&entry.name).chain(&entry.value.aliases);
                for name in names {
                    let text = name.value.as_str().to_owned();
                    if let Some(first) = named.get(&text) {
                        let message = format!("the catalogue defines {} twice", quote(&text));
                        sink.report(
                            Diagnostic::new("ambiguous-name", name.place, "again here", message)
                                .related(*first, "first here")
                                .help("keep one definition; the first one is used"),
                        );
                        continue;
                    }
                    named.insert(text.clone(), name.span());
                    catalogue.by_name.insert(text, index);
                }
                catalogue.models.push(ModelEntry { id: entry.name, model: entry.value });
            }
        }
        for class in &catalogue.equivalences {
            for model in &class.value.models {
                if catalogue.find(model.value.as_str()).is_none() {
                    let message = format!(
                        "the equivalence {} names a model the catalogue lacks",
                        quote(class.value.id.value.as_str())
                    );
                    sink.report(Diagnostic::new("unknown-reference", model.place, "no such model", message));
                }
            }
        }
        catalogue
    }

    /// The model of an id or alias.
    pub fn find(&self, name: &str) -> Option<ModelIndex> {
        self.by_name.get(name).copied()
    }

    /// A model.
    #[expect(
        clippy::indexing_slicing,
        reason = "INVARIANT: indexes come from this catalogue and models are never removed"
    )]
    pub fn model(&self, index: ModelIndex) -> &ModelEntry {
        &self.models[to_usize(index.0)]
    }

    /// Every model, in source order.
    pub fn models(&self) -> impl Iterator<Item = (ModelIndex, &ModelEntry)> {
        (0u32..).map(ModelIndex).zip(&self.models)
    }

    /// Every id and alias.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The classes of equivalents.
    pub fn equivalences(&self) -> &[Spanned<Equivalence>] {
        &self.equivalences
    }

    /// The class that names both models.
    pub fn equivalence(&self, a: ModelIndex, b: ModelIndex) -> Option<&Spanned<Equivalence>> {
        let holds = |class: &Equivalence, wanted: ModelIndex| {
            class.models.iter().any(|model| self.find(model.value.as_str()) == Some(wanted))
        };
        self.equivalences.iter().find(|class| holds(&class.value, a) && holds(&class.value, b))
    }

    /// The day of each catalogue.
    pub fn dates(&self) -> &[Spanned<Date>] {
        &self.dates
    }

    /// Where it came from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Whether it knows no model at all.
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// How many models it knows.
    pub fn len(&self) -> usize {
        self.models.len()
    }
}
