//! Trees to documents: routec's own language and the gateways' formats, spans kept.

mod compiled;
mod litellm;
mod native;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Document, Name};
use crate::source::{FileId, SourceMap};
use crate::syntax::{self, Value};

pub use compiled::{Form, UnpackError, Unpacked, unpack};

/// The catalogue that is used where a project brings none.
pub const BUILT_IN_CATALOGUE: &str = include_str!("../../examples/acme/catalog/models.yaml");

/// The name under which reports show it.
pub const BUILT_IN_CATALOGUE_NAME: &str = "(built-in catalogue)";

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Native,
    LiteLlm,
    Unknown,
}

/// Reads every document of a file.
pub fn read(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Vec<Document> {
    let before = sink.len();
    let mut tree = syntax::parse(sources, file, sink);
    let mut documents = Vec::new();
    let mut formats = Vec::new();
    for root in tree.roots().to_vec() {
        let format = detect(Value::new(&tree, root));
        formats.push(format);
        match format {
            Format::Native => documents.extend(native::read(&mut tree, root, sink)),
            Format::LiteLlm => documents.push(litellm::read(&tree, root, table_name(sources, file), sink)),
            Format::Unknown => {}
        }
    }
    let is_silent = sink.len() == before && !tree.is_broken();
    if is_silent && documents.is_empty() && formats.iter().all(|format| *format == Format::Unknown) {
        let message = "this is neither a routec document nor a gateway configuration that routec reads";
        sink.report(
            Diagnostic::new("missing-key", tree.span(0, 0), "expected `apiVersion` or `model_list`", message)
                .help("begin with `apiVersion: routec/v1` and a `kind`, or give LiteLLM's `config.yaml`"),
        );
    }
    if tree.is_overdrawn() {
        let message = "aliases stand for far more than the file holds, so it was not read to the end";
        sink.report(
            Diagnostic::new("syntax-error", tree.span(0, 0), "aliases within aliases", message)
                .help("write out what the aliases stand for"),
        );
    }
    documents
}

fn detect(root: Value<'_>) -> Format {
    let has = |key: &str| root.get(key).is_some();
    if has("apiVersion") || (has("kind") && has("metadata")) {
        Format::Native
    } else if has("model_list") || has("litellm_settings") || has("router_settings") {
        Format::LiteLlm
    } else {
        Format::Unknown
    }
}

/// The name of a table whose format has none: that of its file.
fn table_name(sources: &SourceMap, file: FileId) -> Name {
    let name = sources.file(file).name();
    let stem = name.rsplit('/').next().unwrap_or(name);
    let stem = stem.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("table");
    Name::verbatim(stem)
}
