//! What a schema refuses in a JSON document, for files that have no places to point at.

use jsonschema::error::ValidationErrorKind;
use serde_json::Value as Json;

use crate::diagnostic::{nearest, or_list, quote};

use super::{compile, describe, known_keys, parent_schema};

/// The first thing that a schema refuses in a JSON document.
pub(crate) struct Refusal {
    /// The JSON pointer to it.
    pub(crate) pointer: String,
    /// What is wrong with it; the pointer is its subject.
    pub(crate) message: String,
    /// What to write.
    pub(crate) help: String,
}

/// The first thing that a schema refuses in a JSON document; nothing if the document has the shape.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other keyword says its own sentence")]
pub(crate) fn refusal(schema: &Json, json: &Json) -> Option<Refusal> {
    let validator = compile(schema).ok()?;
    let error = validator.iter_errors(json).next()?;
    let pointer = error.instance_path().to_string();
    let about = parent_schema(&error, schema).and_then(|parent| parent.get("description")).and_then(Json::as_str);
    let (message, help) = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = known_keys(&error, schema);
            let unknown = unexpected.first().map(String::as_str).unwrap_or_default();
            let near =
                nearest(unknown, known.iter().map(String::as_str)).map(|near| format!("did you mean {}?", quote(near)));
            let help =
                near.unwrap_or_else(|| format!("members here: {}", or_list(known.iter().map(String::as_str), 12)));
            (format!("has the unknown member {}", quote(unknown)), help)
        }
        ValidationErrorKind::Required { property } => {
            let missing = property.as_str().unwrap_or_default();
            (format!("lacks the member {}", quote(missing)), describe(&error, schema, missing).unwrap_or_default())
        }
        ValidationErrorKind::Enum { options } => {
            let words: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            (format!("cannot be {}", error.instance()), format!("one of {}", or_list(words, 16)))
        }
        _ => (format!("does not fit: {error}"), about.unwrap_or_default().to_owned()),
    };
    let help = if help.is_empty() { "write it as the published schema says".to_owned() } else { help };
    Some(Refusal { pointer, message, help })
}
