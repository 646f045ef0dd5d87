//! Other projects' model data to a catalogue: LiteLLM's model map and the `api.json` of models.dev.
//!
//! What such files leave out stays unknown. What is known to mislead in them is left out and counted, never guessed.

mod doubt;
mod fields;
mod litellm;
mod models_dev;
mod settle;
mod write;

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::artifact::json::sha256_hex;
use crate::diagnostic::{Sink, quote};
use crate::model::{CatalogFormat, Date, Model, ModelId};
use crate::rules;
use crate::source::{FileId, SourceMap};
use crate::syntax::{self, Value};

pub use doubt::{Doubt, Fate, Note};

use self::doubt::Doubts;

/// A catalogue made from other data.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Whose data it was.
    pub format: CatalogFormat,
    /// How many entries there were, models or not.
    pub entries: usize,
    /// How many models the catalogue has.
    pub models: usize,
    /// The catalogue as YAML, models by id.
    pub text: String,
    /// What misleads in the data, gravest first.
    pub notes: Vec<Note>,
}

/// Why nothing was imported: one sentence that names the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

/// The models by id, and what is doubtful about them.
#[derive(Debug, Default)]
struct Found {
    models: BTreeMap<ModelId, Model>,
    doubts: Doubts,
    entries: usize,
}

/// Makes a catalogue of a file, whose facts are those of the day given.
///
/// Refused is what is not JSON, has a key twice, or is in neither format.
pub fn read(sources: &SourceMap, file: FileId, as_of: Date) -> Result<Imported, Refusal> {
    let source = sources.file(file);
    let name = source.name();
    if source.bad_utf8().is_none() {
        strict(name, source.text())?;
    }
    let mut sink = Sink::new();
    let tree = syntax::parse(sources, file, &mut sink);
    let findings = sink.finish(&rules::default_levels());
    if let Some(finding) = findings.iter().next() {
        let at = source.lines().locate(source.text(), finding.primary.span.start);
        return Err(Refusal(format!("{name}:{}:{}: {}", at.line, at.column, finding.message)));
    }
    let root = tree.roots().first().map(|root| Value::new(&tree, *root));
    let Some((root, format)) = root.and_then(|root| Some((root, detect(root)?))) else {
        let message = format!(
            "{name}: neither a model map of LiteLLM (no entry has {}) nor an `api.json` of models.dev (not every entry has {})",
            quote("litellm_provider"),
            quote("models")
        );
        return Err(Refusal(message));
    };
    let mut found = match format {
        CatalogFormat::Litellm => litellm::read(root),
        CatalogFormat::ModelsDev => models_dev::read(root),
    };
    settle::all(&mut found, as_of);
    let sha256 = sha256_hex(source.text().as_bytes());
    Ok(Imported {
        format,
        entries: found.entries,
        models: found.models.len(),
        text: write::catalog(&found.models, format, as_of, &sha256),
        notes: found.doubts.into_notes(),
    })
}

/// Whether a text is JSON, and nothing else that YAML would accept too.
fn strict(name: &str, text: &str) -> Result<(), Refusal> {
    let read: Result<IgnoredAny, _> = serde_json::from_str(text);
    read.map(|_| ()).map_err(|error| Refusal(format!("{name}: not JSON: {error}")))
}

fn detect(root: Value<'_>) -> Option<CatalogFormat> {
    let entries = root.entries();
    let is_provider = |value: Value<'_>| value.get("models").is_some_and(Value::is_mapping);
    if entries.iter().any(|(_, value)| value.get("litellm_provider").is_some()) {
        Some(CatalogFormat::Litellm)
    } else if !entries.is_empty() && entries.iter().all(|(_, value)| is_provider(*value)) {
        Some(CatalogFormat::ModelsDev)
    } else {
        None
    }
}
