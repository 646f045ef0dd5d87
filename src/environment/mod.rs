//! What each way of deploying puts into the environment of the gateway: layers of names and values, the values never shown.

mod compose;
mod dotenv;
mod files;
mod surroundings;

use std::fmt;

use crate::diagnostic::Sink;
use crate::model::{DeployPath, Name, PathKind, Table};
use crate::source::{Entry, FileId, SourceMap, Span, Spanned};

use dotenv::Dialect;

pub use files::{FileKind, Files, Got, Named, named_by, named_in};
pub use surroundings::{LayersAround, Surroundings, VariablesOf, Winner};

/// A value of the environment, which can be compared and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// The value, for a place where it is no secret: which model is asked, and where.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(a value, not shown)")
    }
}

/// What a layer makes of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A value that is not empty.
    Value(Hidden),
    /// Nothing: the name is there, and its value is empty.
    Empty,
    /// Empty wherever a variable of the machine that deploys is not set.
    EmptyUnless(String),
    /// A value that only the machine that deploys knows.
    Unknown,
}

impl Setting {
    /// What a text is that stands for itself.
    pub(crate) fn of(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Value(Hidden(text)) }
    }

    /// What stands for a text in which variables are replaced.
    fn replaced(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once('$')?;
        // `${NAME}` and `${NAME:-}` alone are empty where the machine has no such variable.
        let inner = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
        let name = inner.strip_suffix(":-").or_else(|| inner.strip_suffix('-')).unwrap_or(inner);
        let is_alone = text.starts_with('$') && !name.is_empty() && name.chars().all(dotenv::is_of_name);
        Some(if is_alone { Self::EmptyUnless(name.to_owned()) } else { Self::Unknown })
    }

    /// Whether it is or may be empty.
    pub fn may_be_empty(&self) -> bool {
        matches!(self, Self::Empty | Self::EmptyUnless(_))
    }
}

/// A name that a layer sets.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// What it is set to.
    pub setting: Setting,
}

/// One source of variables of a path.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// What it is called: a file, or a part of one.
    pub what: String,
    /// What it sets; of a name that stands twice the last.
    pub variables: Vec<Variable>,
}

impl Layer {
    /// What it makes of a name.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().rev().find(|variable| variable.name == name)
    }
}

/// What one path puts into the environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The path.
    pub name: Spanned<Name>,
    /// Its layers, the one that wins first; none where the path says nothing of its environment, or not all of it is known.
    pub layers: Vec<Layer>,
    /// Why not all of it is known, where it is not.
    pub unknown: Option<String>,
}

impl Environment {
    /// The settings of a name, the one that wins first.
    pub fn of<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Variable> {
        self.layers.iter().filter_map(move |layer| layer.get(name))
    }

    /// What the paths of a table put into the environment, if the table reads anything from there. What cannot be read
    /// is reported.
    pub fn of_table(table: &Table, sources: &SourceMap, files: &Files, sink: &mut Sink) -> Vec<Self> {
        let is_variable = |text: &str| text.starts_with("env:");
        let by_key = table.keys.values().filter_map(|key| key.doc.secret.value.reference()).any(is_variable);
        let proxies = table.egress.values().filter_map(|egress| egress.value.proxy.as_ref());
        if !by_key && !proxies.map(|proxy| proxy.value.as_str()).any(is_variable) {
            return Vec::new();
        }
        table.paths.iter().map(|path| Self::new(path, sources, files, sink)).collect()
    }

    fn new(path: &Entry<Name, DeployPath>, sources: &SourceMap, files: &Files, sink: &mut Sink) -> Self {
        let mut gathered = Gathered { sources, files, layers: Vec::new(), unknown: None };
        if path.value.kind == PathKind::Compose
            && let (Some(file), Some(service)) = (&path.value.file, &path.value.service)
            && let Some(id) = gathered.file(file.span(), &file.value, sink)
        {
            match compose::read(sources, id, service) {
                Ok(of_service) => {
                    let what = format!("`environment` of {}", sources.file(id).name());
                    gathered.layers.push(Layer { what, variables: of_service.variables });
                    // The last file of the list wins.
                    for named in of_service.files.iter().rev() {
                        gathered.dotenv(named.span, &named.path, sink);
                    }
                }
                Err(compose::Trouble::Unknown(why)) => gathered.unknown = Some(why),
                Err(compose::Trouble::Wrong(finding)) => {
                    sink.report(finding.about(format!("paths.{}", path.name.value)));
                    gathered.unknown = Some("its service is not in the file".to_owned());
                }
            }
        }
        for file in &path.value.env {
            gathered.dotenv(file.span(), &file.value, sink);
        }
        let Gathered { mut layers, unknown, .. } = gathered;
        if unknown.is_some() {
            layers.clear();
        }
        Self { name: path.name.clone(), layers, unknown }
    }
}

struct Gathered<'s> {
    sources: &'s SourceMap,
    files: &'s Files,
    layers: Vec<Layer>,
    unknown: Option<String>,
}

impl Gathered<'_> {
    /// The file that is named at a place; what was not read leaves the whole path unknown.
    fn file(&mut self, span: Span, name: &str, sink: &mut Sink) -> Option<FileId> {
        match self.files.get(span) {
            Some(Got::Read(id)) => return Some(*id),
            Some(Got::Absent) => {}
            Some(Got::Failed(why)) => {
                sink.report(files::unreadable(span, name, why));
                self.unknown = Some(format!("`{name}` cannot be read"));
            }
            Some(Got::Outside) | None => {
                self.unknown
                    .get_or_insert_with(|| format!("`{name}` is not read: only files below the project's folder are"));
            }
        }
        None
    }

    fn dotenv(&mut self, span: Span, name: &str, sink: &mut Sink) {
        if let Some(id) = self.file(span, name, sink) {
            let file = self.sources.file(id);
            self.layers.push(Layer {
                what: file.name().to_owned(),
                variables: dotenv::read(id, file.text(), Dialect::Compose),
            });
        }
    }
}
