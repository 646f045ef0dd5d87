//! Finds gateway configurations within other documents: in a block scalar of a Kubernetes `ConfigMap`, or as a part of the
//! values of a Helm chart.

use crate::source::Span;
use crate::syntax::{NodeId, Value};

/// How deep a configuration may stand within a document: a `List` of objects, their data, their keys.
const DEEPEST: usize = 8;

/// A configuration within a document.
pub(super) enum Embedded {
    /// As the text of a block scalar.
    Text(Span, String),
    /// As a mapping of the document itself.
    Mapping(NodeId, String),
}

/// Every configuration within a document, in the order of the text, with the name of what holds it.
pub(super) fn find(root: Value<'_>, file: &str) -> Vec<Embedded> {
    let mut found = Vec::new();
    look(root, file, 0, &mut found);
    found
}

fn look(value: Value<'_>, name: &str, depth: usize, found: &mut Vec<Embedded>) {
    if depth > DEEPEST {
        return;
    }
    for item in value.items() {
        look(item, name, depth + 1, found);
    }
    let own = value.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Value::raw_text);
    let name = own.unwrap_or(name);
    for (key, value) in value.entries() {
        if value.get("model_list").is_some_and(Value::is_sequence) {
            found.push(Embedded::Mapping(value.id(), name.to_owned()));
        } else if value.text().is_some_and(holds_model_list) && value.place().alias.is_none() {
            found.push(Embedded::Text(value.span(), name.to_owned()));
        } else if key.raw_text() != Some("<<") {
            look(value, name, depth + 1, found);
        }
    }
}

fn holds_model_list(text: &str) -> bool {
    text.contains("\nmodel_list:") || (text.starts_with("model_list:") && text.contains('\n'))
}
