//! Trees to documents: routec's own language and the gateways' formats, spans kept.

mod compiled;
mod embedded;
mod envoy;
pub(crate) mod litellm;
mod native;
mod openclaw;
mod portkey;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Level, Sink};
use crate::environment::Surroundings;
use crate::litellm::Release;
use crate::model::{Document, Name};
use crate::source::{FileId, SourceMap, Span, Spanned};
use crate::syntax::{self, Masked, Value};

use self::embedded::Embedded;

pub use compiled::{Form, UnpackError, Unpacked, unpack};

/// The catalogue that is used where a project brings none.
pub const BUILT_IN_CATALOGUE: &str = include_str!("../../examples/acme/catalog/models.yaml");

/// The name under which reports show it.
pub const BUILT_IN_CATALOGUE_NAME: &str = "(built-in catalogue)";

/// What a document turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Native,
    LiteLlm,
    OpenClaw,
    Portkey,
    /// A resource of Envoy AI Gateway.
    Envoy,
    /// Something that holds a gateway's configuration, such as a Kubernetes `ConfigMap`.
    Carrier,
    Unknown,
}

/// How many configurations of one file are read each by itself, so that an error in one says nothing about another.
const READ_ALONE: usize = 32;

/// The files that a gateway's configuration includes, as it names them.
pub fn includes(sources: &SourceMap, file: FileId) -> Vec<String> {
    let tree = syntax::parse(sources, file, &mut Sink::new());
    let roots = tree.roots().iter().map(|root| Value::new(&tree, *root));
    roots.filter(|root| detect(*root) != Format::Native).flat_map(litellm::includes).collect()
}

/// Joins files with resources of Envoy AI Gateway, in their order, so that the first stands for all: resources refer to
/// each other wherever they lie. Files that define the same resource, such as those of two environments, stay apart.
pub fn join(sources: &mut SourceMap, files: &[FileId]) {
    let mut named = BTreeSet::new();
    let mut joined = Vec::new();
    for file in files.iter().filter(|file| sources.file(**file).text().contains("envoyproxy.io/")) {
        let Some(own) = envoy::defined(sources, *file) else { continue };
        if own.iter().any(|name| named.contains(name)) {
            return;
        }
        joined.push(*file);
        named.extend(own);
    }
    if let Some((first, others)) = joined.split_first().filter(|(_, others)| !others.is_empty()) {
        sources.join(*first, others.to_vec());
    }
}

/// What files of gateways are read with.
#[derive(Clone, Copy, Debug)]
pub struct With<'a> {
    /// The release of LiteLLM that reads a file of LiteLLM's.
    pub litellm: Release,
    /// The variables that are known to a file of OpenClaw's.
    pub surroundings: &'a Surroundings,
}

/// Reads every document of a file: as the newest known releases do, and without surroundings.
pub fn read(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Vec<Document> {
    let with = With { litellm: Release::default(), surroundings: &Surroundings::default() };
    read_with(sources, file, with, sink)
}

/// Reads every document of a file.
pub fn read_with(sources: &SourceMap, file: FileId, with: With<'_>, sink: &mut Sink) -> Vec<Document> {
    let release = with.litellm;
    let before = sink.len();
    let mut tree = syntax::parse(sources, file, sink);
    let mut documents = Vec::new();
    let roots = tree.roots().to_vec();
    let formats: Vec<Format> = roots.iter().map(|root| detect(Value::new(&tree, *root))).collect();
    // A manifest holds other objects too.
    let carries = formats.iter().any(|format| matches!(format, Format::Carrier | Format::Envoy));
    let mut names = TableNames::new(sources, file);
    let mut texts = Vec::new();
    let mut has_gateway = false;
    for (root, format) in roots.into_iter().zip(&formats) {
        match format {
            Format::Native if carries && !is_ours(Value::new(&tree, root)) => {}
            Format::Native => documents.extend(native::read(&mut tree, root, sink)),
            Format::LiteLlm => {
                if has_gateway {
                    sink.report(second_document(Value::new(&tree, root)));
                }
                has_gateway = true;
                documents.push(litellm::read((sources, &tree, root), names.of_file(), release, sink));
            }
            Format::OpenClaw => {
                documents.push(openclaw::read(sources, with.surroundings, &tree, root, names.of_file(), sink));
            }
            Format::Portkey => {
                let stem = names.stem;
                let name_of = |name: Option<&str>| names.unique(name.unwrap_or(stem));
                documents.extend(portkey::read(&tree, root, name_of, sink));
            }
            Format::Carrier => {
                for found in embedded::find(Value::new(&tree, root), names.stem) {
                    match found {
                        Embedded::Mapping(id, name) => {
                            documents.push(litellm::read((sources, &tree, id), names.unique(&name), release, sink));
                        }
                        Embedded::Text(span, name) if Masked::can_read(sources.file(file).text(), span) => {
                            texts.push((span, names.unique(&name)));
                        }
                        Embedded::Text(span, _) => sink.report(unreadable_text(span)),
                    }
                }
            }
            Format::Envoy | Format::Unknown => {}
        }
    }
    // All resources of a file are one table, that of the first of some files which were given together.
    if formats.contains(&Format::Envoy) && !sources.is_companion(file) {
        documents.push(envoy::read(sources, &tree, names.of_file(), sink));
    }
    texts.sort_by_key(|(span, _)| span.start);
    let alone = if texts.len() > READ_ALONE { texts.len() } else { 1 };
    for texts in texts.chunks(alone) {
        documents.extend(read_texts((sources, file), texts, release, sink));
    }
    let is_silent = sink.len() == before && !tree.is_broken();
    if is_silent && documents.is_empty() && formats.iter().all(|format| *format == Format::Unknown) {
        let message = "this is neither a routec document nor a gateway configuration that routec reads";
        sink.report(
            Diagnostic::new("missing-key", tree.span(0, 0), "expected `apiVersion`, `model_list`, `agents` or `strategy`", message)
                .help("begin with `apiVersion: routec/v1` and a `kind`, or give LiteLLM's `config.yaml`, OpenClaw's `openclaw.json`, a config of Portkey's or the resources of Envoy AI Gateway"),
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

/// Reads the configurations that block scalars hold.
fn read_texts(
    (sources, file): (&SourceMap, FileId),
    texts: &[(Span, Name)],
    release: Release,
    sink: &mut Sink,
) -> Vec<Document> {
    let spans: Vec<Span> = texts.iter().map(|(span, _)| *span).collect();
    let masked = Masked::new(sources.file(file).text(), &spans);
    let tree = syntax::parse_embedded(file, &masked, sink);
    let roots = tree.roots().iter().map(|root| (*root, Value::new(&tree, *root)));
    let gateways = roots.filter(|(_, root)| detect(*root) == Format::LiteLlm);
    let named = gateways.filter_map(|(id, root)| {
        let holder = texts.iter().rev().find(|(span, _)| span.start <= root.span().start);
        Some((id, holder?.1.clone()))
    });
    named.map(|(id, name)| litellm::read((sources, &tree, id), name, release, sink)).collect()
}

/// The paths of other files that a file of OpenClaw's includes, each with its place; also of such a file itself.
pub fn included_by(sources: &SourceMap, file: FileId) -> Vec<Spanned<String>> {
    let mut paths = Vec::new();
    if sources.file(file).text().contains("$include") {
        let tree = syntax::parse(sources, file, &mut Sink::new());
        for root in tree.roots() {
            openclaw::paths(Value::new(&tree, *root), &mut paths);
        }
    }
    paths
}

fn detect(root: Value<'_>) -> Format {
    let has = |key: &str| root.get(key).is_some();
    let is_native = has("apiVersion") || (has("kind") && has("metadata"));
    if is_native && is_ours(root) {
        Format::Native
    } else if !is_native && litellm::is_configuration(root) {
        Format::LiteLlm
    } else if openclaw::is_openclaw(root) {
        Format::OpenClaw
    } else if envoy::is_envoy(root) {
        Format::Envoy
    } else if !embedded::find(root, "").is_empty() {
        Format::Carrier
    } else if !is_native && portkey::is_portkey(root) {
        Format::Portkey
    } else if is_native {
        Format::Native
    } else {
        Format::Unknown
    }
}

/// Whether a document says that it is routec's.
fn is_ours(root: Value<'_>) -> bool {
    let said = root.get("apiVersion").and_then(Value::raw_text);
    said.is_some_and(|version| version.starts_with("routec"))
}

/// A configuration in a scalar of which the characters do not stand for themselves.
fn unreadable_text(span: Span) -> Diagnostic {
    let message = "a gateway's configuration stands here in quotes or folded, and was not checked";
    Diagnostic::new("syntax-error", span, "not read", message)
        .at_most(Level::Warn)
        .help("write it as a block, behind `|`, or check the configuration by itself")
}

/// LiteLLM reads files of one document.
fn second_document(root: Value<'_>) -> Diagnostic {
    let place = root.entries().first().map_or_else(|| root.place(), |(key, _)| key.place());
    let message = "a second document in one file; LiteLLM refuses to start";
    Diagnostic::new("bad-value", place, "one document is wanted", message)
        .help("remove the `---`, or give each document a file of its own and start LiteLLM with one of them")
}

/// The names of the tables of a file whose format has none.
struct TableNames<'s> {
    stem: &'s str,
    taken: BTreeMap<String, usize>,
}

impl<'s> TableNames<'s> {
    fn new(sources: &'s SourceMap, file: FileId) -> Self {
        let name = sources.file(file).name();
        let stem = name.rsplit('/').next().unwrap_or(name);
        let stem = stem.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("table");
        Self { stem, taken: BTreeMap::new() }
    }

    /// That of the file.
    fn of_file(&mut self) -> Name {
        self.unique(self.stem)
    }

    /// A name, or, where an earlier table of the file has it, the name with a number.
    fn unique(&mut self, name: &str) -> Name {
        let times = self.taken.entry(name.to_owned()).or_insert(0);
        *times += 1;
        Name::verbatim(if *times == 1 { name.to_owned() } else { format!("{name} ({times})") })
    }
}
