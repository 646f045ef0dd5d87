//! Paths by their letters alone, and which project a file belongs to.

use std::path::{Component, Path, PathBuf};

use routec::driver::project;
use routec::model::Kind;
use routec::source::SourceMap;

use crate::project::{Described, default_globs, of_paths};
use crate::world::World;

/// The folders that make a project where no `routec.yaml` does.
const USUAL: [&str; 4] = ["routes", "catalog", "policies", "expectations"];

/// The project that a file belongs to, as a path from where the user stands: the nearest folder with a `routec.yaml`, if
/// that lists the file; where there is none, the folder in which one of the usual folders holds the file and another lies
/// beside it. Nothing above the root of a repository is looked at.
pub(crate) fn project_of(file: &Path, world: &World) -> Option<PathBuf> {
    let mut name = file.file_name()?.to_str()?.to_owned();
    let mut folder = normal(file.parent()?);
    let mut whole = normal(&world.here()?.join(&folder));
    let mut usual = None;
    for _ in 0..32 {
        let described = folder.join("routec.yaml");
        if world.exists(&described) {
            return is_listed(&described, &name, world).then_some(folder);
        }
        let first = name.split_once('/').map(|(first, _)| first).filter(|first| USUAL.contains(first));
        let has_other = |first: &str| USUAL.iter().any(|other| *other != first && world.is_folder(&folder.join(other)));
        if usual.is_none() && first.is_some_and(has_other) {
            usual = Some(folder.clone());
        }
        if world.exists(&folder.join(".git")) {
            break;
        }
        let Some(last) = whole.file_name().and_then(|last| last.to_str()) else { break };
        name = format!("{last}/{name}");
        whole.pop();
        folder = above(&folder);
    }
    usual
}

fn is_listed(described: &Path, name: &str, world: &World) -> bool {
    let Ok(bytes) = world.read(described) else { return false };
    let mut sources = SourceMap::new();
    let id = sources.add("routec.yaml", bytes);
    let Some(found) = project(&sources, id).0 else { return false };
    let globs = Described::new(found);
    [globs.tables, globs.catalogs, globs.policies, globs.expectations]
        .into_iter()
        .zip([Kind::RouteTable, Kind::Catalog, Kind::Policy, Kind::Expectations])
        .flat_map(|(globs, kind)| globs.unwrap_or_else(|| default_globs(kind)))
        .any(|glob| of_paths(&glob).is_ok_and(|pattern| pattern.matches(name)))
}

/// The folder above; from where the user stands upwards it is `..`.
fn above(folder: &Path) -> PathBuf {
    match folder.components().next_back() {
        Some(Component::Normal(_)) => folder.parent().map_or_else(PathBuf::new, Path::to_path_buf),
        Some(Component::ParentDir | Component::CurDir | Component::RootDir | Component::Prefix(_)) | None => {
            folder.join("..")
        }
    }
}

/// A path without `.` and, where it can be seen, without `..`.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(parts.components().next_back(), Some(Component::Normal(_))) => {
                parts.pop();
            }
            Component::ParentDir | Component::Prefix(_) | Component::RootDir | Component::Normal(_) => parts.push(part),
        }
    }
    parts
}
