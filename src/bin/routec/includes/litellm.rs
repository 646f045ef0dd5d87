//! The files that a configuration of LiteLLM's includes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use routec::driver::Role;
use routec::frontend;
use routec::source::{FileId, Link, SourceMap};

use crate::deployed::Placed;
use crate::place::normal;
use crate::world::World;

/// The files of a run, and where they lie.
pub(crate) struct Files<'r> {
    pub(crate) sources: &'r mut SourceMap,
    pub(crate) roles: &'r mut Vec<(FileId, Role)>,
    pub(crate) inputs: &'r mut Vec<(FileId, String)>,
    pub(crate) placed: &'r BTreeMap<FileId, Placed>,
}

impl Files<'_> {
    /// Adds what the tables include, as often as that leads to another file. A file that is only a part of another one is
    /// no table of its own.
    pub(crate) fn follow(&mut self, world: &World) {
        let tables = self.roles.iter().filter(|(_, role)| may_include(*role));
        let with_path = tables.filter_map(|(file, _)| Some((*file, self.placed.get(file)?.path.clone())));
        let roots: Vec<(FileId, PathBuf)> = with_path.collect();
        let mut known: BTreeMap<PathBuf, FileId> =
            self.placed.iter().map(|(file, placed)| (whole(world, &placed.path), *file)).collect();
        let mut parts = BTreeSet::new();
        for (root, root_path) in roots {
            let mut pending = VecDeque::from([(root, root_path.clone())]);
            let mut seen = BTreeSet::from([root]);
            while let Some((from, path)) = pending.pop_front() {
                if !self.sources.file(from).text().contains("include") {
                    continue;
                }
                for written in frontend::includes(self.sources, from) {
                    let found = beside(world, &path, &written).or_else(|| beside(world, &root_path, &written));
                    let place = found.unwrap_or_else(|| path.with_file_name(&written));
                    let link = self.open(world, &place, &written, &mut known);
                    if let Link::File(file) = link {
                        if file != root {
                            parts.insert(file);
                        }
                        if seen.insert(file) {
                            pending.push_back((file, place));
                        }
                    }
                    self.sources.link(from, written, link);
                }
            }
        }
        self.roles.retain(|(file, _)| !parts.contains(file));
    }

    fn open(&mut self, world: &World, path: &Path, written: &str, known: &mut BTreeMap<PathBuf, FileId>) -> Link {
        let place = whole(world, path);
        if let Some(file) = known.get(&place) {
            return Link::File(*file);
        }
        match world.read(path) {
            Ok(bytes) => {
                let shown = normal(path).to_string_lossy().replace('\\', "/");
                let file = self.sources.add(shown, bytes);
                self.inputs.push((file, written.to_owned()));
                known.insert(place, file);
                Link::File(file)
            }
            Err(error) => Link::Lost(reason(&error)),
        }
    }
}

/// Why a file cannot be read, in words that are the same on every machine.
fn reason(error: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "it does not exist"),
        (io::ErrorKind::PermissionDenied, "it may not be read"),
        (io::ErrorKind::IsADirectory, "it is a folder"),
    ];
    let found = known.iter().find(|(kind, _)| *kind == error.kind());
    found.map_or_else(|| error.kind().to_string(), |(_, words)| (*words).to_owned())
}

fn may_include(role: Role) -> bool {
    matches!(role, Role::Any | Role::Kind(routec::model::Kind::RouteTable))
}

/// The path of a file that lies beside another one, if there is such a file.
fn beside(world: &World, path: &Path, name: &str) -> Option<PathBuf> {
    let found = path.with_file_name("").join(name);
    world.exists(&found).then_some(found)
}

fn whole(world: &World, path: &Path) -> PathBuf {
    normal(&world.here().unwrap_or_default().join(path))
}
