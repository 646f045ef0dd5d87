//! Finds the files that the paths of tables name, lets somebody fetch them, and goes on with those that they name in turn.

use crate::diagnostic::Sink;
use crate::environment::{Files, Got, Named, named_by, named_in};
use crate::frontend;
use crate::model::Document;
use crate::source::{FileId, SourceMap};

/// The files of the paths of some tables; `fetch` adds the one that a file names, if it may be read.
pub fn deployed(
    sources: &mut SourceMap,
    files: &[FileId],
    mut fetch: impl FnMut(&mut SourceMap, FileId, &Named) -> Got,
) -> Files {
    let mut found = Files::default();
    for file in files {
        for named in of_tables(sources, *file) {
            let got = fetch(sources, *file, &named);
            if let Got::Read(read) = got {
                for inner in named_in(sources, read, &named.kind) {
                    // What is replaced by variables of a machine is known there only.
                    let got = if inner.path.contains('$') { Got::Outside } else { fetch(sources, read, &inner) };
                    found.note(&inner, got);
                }
            }
            found.note(&named, got);
        }
    }
    found
}

/// What the paths in a file name, by a reading that reports nothing.
fn of_tables(sources: &SourceMap, file: FileId) -> Vec<Named> {
    if !sources.file(file).text().contains("paths") {
        return Vec::new();
    }
    let documents = frontend::read(sources, file, &mut Sink::new());
    let paths = documents.iter().flat_map(|document| match document {
        Document::RouteTable(part) => part.table.paths.iter().collect(),
        Document::Project(_) | Document::Catalog(_) | Document::Policy(_) | Document::Expectations(_) => Vec::new(),
    });
    paths.flat_map(|path| named_by(&path.value)).collect()
}
