//! Which files the environment of a path comes from, and what became of each.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level, quote};
use crate::model::{DeployPath, PathKind};
use crate::source::{FileId, SourceMap, Span, to_u32, to_usize};

use super::dotenv::Dialect;
use super::{compose, dotenv};

/// A file that something names.
#[derive(Clone, Debug)]
pub struct Named {
    /// Where it is named.
    pub span: Span,
    /// As it is named, relative to the file that names it.
    pub path: String,
    /// Whether it need not exist.
    pub is_optional: bool,
    /// What is read of it.
    pub kind: FileKind,
}

/// What is read of a file.
#[derive(Clone, Debug)]
pub enum FileKind {
    /// Its variables.
    Variables,
    /// A service of a Compose file.
    Service(crate::source::Spanned<String>),
}

/// What became of a file that is named.
#[derive(Clone, Debug)]
pub enum Got {
    /// It was read.
    Read(FileId),
    /// It need not exist, and does not.
    Absent,
    /// It lies outside the project's folder, so it is not read.
    Outside,
    /// It cannot be read; why.
    Failed(String),
}

/// The files that were named, by the place that names them.
#[derive(Clone, Debug, Default)]
pub struct Files {
    by_place: BTreeMap<Span, (Got, bool)>,
}

impl Files {
    /// Notes what became of a file.
    pub fn note(&mut self, named: &Named, got: Got) {
        self.by_place.insert(named.span, (got, matches!(named.kind, FileKind::Service(_))));
    }

    /// What became of the file named at a place.
    pub fn get(&self, span: Span) -> Option<&Got> {
        self.by_place.get(&span).map(|(got, _)| got)
    }

    /// Everything in these files that may be a value, for reports to mask: of a file of variables all but the names.
    pub fn values(&self, sources: &SourceMap) -> Vec<Span> {
        let mut values = Vec::new();
        for (got, is_compose) in self.by_place.values() {
            let Got::Read(file) = got else { continue };
            if *is_compose {
                values.extend(compose::values(sources, *file));
                continue;
            }
            values.extend(all_but_names(sources, *file, Dialect::Compose));
        }
        values
    }
}

/// Everything in a file of variables but their names.
pub(super) fn all_but_names(sources: &SourceMap, file: FileId, dialect: Dialect) -> Vec<Span> {
    let mut values = Vec::new();
    let text = sources.file(file).text();
    let mut from = 0;
    for variable in dotenv::read(file, text, dialect) {
        values.push(Span::new(file, from, variable.span.start));
        let is_set = text.get(to_usize(variable.span.end)..).is_some_and(|rest| rest.starts_with('='));
        from = variable.span.end.saturating_add(u32::from(is_set));
    }
    values.push(Span::new(file, from, to_u32(text.len())));
    values
}

/// The files that a path names.
pub fn named_by(path: &DeployPath) -> Vec<Named> {
    let mut named = Vec::new();
    if path.kind == PathKind::Compose
        && let (Some(file), Some(service)) = (&path.file, &path.service)
    {
        let kind = FileKind::Service(service.clone());
        named.push(Named { span: file.span(), path: file.value.clone(), is_optional: false, kind });
    }
    named.extend(path.env.iter().map(|file| Named {
        span: file.span(),
        path: file.value.clone(),
        is_optional: false,
        kind: FileKind::Variables,
    }));
    named
}

/// The files that a file which was read names in turn.
pub fn named_in(sources: &SourceMap, file: FileId, kind: &FileKind) -> Vec<Named> {
    match kind {
        FileKind::Variables => Vec::new(),
        FileKind::Service(service) => {
            compose::read(sources, file, service).map_or_else(|_| Vec::new(), |of_service| of_service.files)
        }
    }
}

/// A file that cannot be read. It may lie on the machine that deploys only, so this closes no gate.
pub(super) fn unreadable(span: Span, name: &str, why: &str) -> Diagnostic {
    let message = format!("{} cannot be read, so nobody can tell what this path injects: {why}", quote(name));
    Diagnostic::new("missing-env", span, "cannot be read", message)
        .at_most(Level::Warn)
        .help("paths are relative to the file that names them; one that only the machine that deploys has is written with `~` or from the root")
}
