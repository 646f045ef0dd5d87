//! The policies that a policy extends: read with it, in front of it.

use std::path::Path;

use routec::diagnostic::Sink;
use routec::driver::{Lost, Pin, Role};
use routec::frontend;
use routec::model::{Document, Extends, Kind};
use routec::source::{FileId, SourceMap};

use crate::place::normal;

use super::reader::Reader;

impl Reader<'_> {
    /// A policy that another one extends.
    pub(super) fn base(&mut self, from: &Path, base: &Extends) {
        if is_absolute(&base.file.value) {
            let written = routec::diagnostic::quote(&base.file.value);
            let why = format!("{written} is an absolute path, which other machines do not have");
            self.lost.push(Lost { span: base.file.span(), why });
            return;
        }
        let folder = from.parent().unwrap_or(Path::new(""));
        let path = folder.join(&base.file.value);
        let text = normal(&path).to_string_lossy().replace('\\', "/");
        if let Err(stop) = self.add(&path, &text, base.file.value.clone(), Role::Kind(Kind::Policy)) {
            self.lost.push(Lost { span: base.file.span(), why: stop.message });
            return;
        }
        let place = self.whole(&path);
        if let Some((_, file, found)) = self.policies.iter().find(|(known, _, _)| *known == place) {
            self.pins.push(Pin {
                file: *file,
                span: base.sha256.span(),
                expected: base.sha256.value.as_str().to_owned(),
                found: found.clone(),
                is_circular: self.open.contains(&place),
            });
        }
    }
}

/// Whether a path begins at a root of some system, of this one or of another.
fn is_absolute(path: &str) -> bool {
    let drive = path.split_once(':').is_some_and(|(drive, _)| drive.len() == 1);
    drive || path.starts_with(['/', '\\'])
}

/// The policies that a policy extends, by a reading that reports nothing.
pub(super) fn extended_by(sources: &SourceMap, file: FileId) -> Vec<Extends> {
    let documents = frontend::read(sources, file, &mut Sink::new());
    let policies = documents.into_iter().filter_map(|document| match document {
        Document::Policy(policy) => Some(policy.extends),
        Document::Project(_) | Document::RouteTable(_) | Document::Catalog(_) | Document::Expectations(_) => None,
    });
    policies.flatten().map(|extends| extends.value).collect()
}
