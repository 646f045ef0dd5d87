//! The published schemas: documents and outputs, for editors and scripts.

use serde_json::Value as Json;

use crate::model::Kind;
use crate::shape;

/// The names of the published schemas.
pub const NAMES: [&str; 10] = [
    "project",
    "route-table",
    "catalog",
    "policy",
    "expectations",
    "report",
    "graph",
    "artifact",
    "compiled-table",
    "trust",
];

/// The schema of a name: a kind of document, or an output.
pub fn by_name(name: &str) -> Option<Json> {
    let output = |mut schema: Json| {
        if let Some(object) = schema.as_object_mut() {
            object.insert("$id".to_owned(), format!("{}{name}", shape::BASE).into());
        }
        Some(schema)
    };
    match name {
        "report" => output(shape::generate::<crate::report::JsonReport>()),
        "graph" => output(shape::generate::<crate::report::JsonGraph>()),
        "trust" => output(shape::generate::<crate::artifact::trust::TrustFile>()),
        "artifact" => output(shape::generate::<crate::artifact::Predicate>()),
        "compiled-table" => output(shape::generate::<crate::artifact::compiled::CompiledTable>()),
        _ => Kind::ALL.into_iter().find(|kind| kind.slug() == name || kind.as_str() == name).map(shape::of),
    }
}

/// A schema as the published files hold it.
pub fn to_text(schema: &Json) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}
