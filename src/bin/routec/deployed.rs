//! Fetches the files from which paths fill the environment: those below the project's folder, and no others.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use routec::driver::deployed;
use routec::environment::{Files, Got, Named};
use routec::source::{FileId, SourceMap};

use crate::place::normal;
use crate::world::World;

/// Where a file lies, and the folder of its project.
#[derive(Clone)]
pub(crate) struct Placed {
    pub(crate) path: PathBuf,
    pub(crate) project: PathBuf,
}

/// The files that the paths of some tables name. What lies outside the project is not even looked for, so that what is
/// found is the same on every machine.
pub(crate) fn fetch(sources: &mut SourceMap, mut placed: BTreeMap<FileId, Placed>, world: &World) -> Files {
    let tables: Vec<FileId> = placed.keys().copied().collect();
    let mut read: BTreeMap<PathBuf, FileId> = BTreeMap::new();
    deployed(sources, &tables, |sources, from, named| {
        let Some(Placed { path, project }) = placed.get(&from).cloned() else { return Got::Outside };
        let Some(path) = inside(&path, &project, named, world) else { return Got::Outside };
        if let Some(file) = read.get(&path) {
            return Got::Read(*file);
        }
        let bytes = match world.is_below(&project, &path) {
            Ok(true) => world.read(&path),
            Ok(false) => return Got::Outside,
            Err(error) => Err(error),
        };
        match bytes {
            Ok(bytes) => {
                let file = sources.add(path.to_string_lossy().replace('\\', "/"), bytes);
                read.insert(path.clone(), file);
                placed.insert(file, Placed { path, project });
                Got::Read(file)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_optional => Got::Absent,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Got::Failed("there is no such file".to_owned()),
            Err(error) => Got::Failed(error.kind().to_string()),
        }
    })
}

/// The path of a file that is named, by its letters alone; none where it leaves the project.
fn inside(from: &Path, project: &Path, named: &Named, world: &World) -> Option<PathBuf> {
    let leaves = named.path.starts_with(['~', '/', '\\']) || Path::new(&named.path).is_absolute();
    if leaves || named.path.contains('$') {
        return None;
    }
    let path = normal(&from.parent()?.join(&named.path));
    let whole = |path: &Path| Some(normal(&world.here()?.join(path)));
    whole(&path)?.starts_with(whole(project)?).then_some(path)
}
