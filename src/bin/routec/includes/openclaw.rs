//! The files that a configuration of OpenClaw's includes: from its own folder and below, and from nowhere else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use routec::frontend::included_by;
use routec::source::{FileId, Link, SourceMap};

use crate::place::normal;
use crate::world::World;

/// The largest file that OpenClaw includes, in bytes.
const LARGEST: usize = 2 << 20;

/// The longest path that OpenClaw includes, in characters.
const LONGEST: usize = 4096;

/// Reads every file that a file includes, by however many others, and notes what stands behind each place that names
/// one. Gives the files with their paths from the folder of the first.
pub(crate) fn follow(
    world: &World,
    sources: &mut SourceMap,
    file: FileId,
    path: &Path,
    shown: &str,
) -> Vec<(FileId, String)> {
    let root = Folder::of(path);
    let Ok(whole_root) = world.whole(&root.0) else { return Vec::new() };
    let mut known: BTreeMap<PathBuf, FileId> = world.whole(path).map(|whole| (whole, file)).into_iter().collect();
    let shown = shown.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut open = vec![(file, root.clone())];
    let mut found = Vec::new();
    while let Some((from, folder)) = open.pop() {
        for named in included_by(sources, from) {
            let target = normal(&folder.0.join(&named.value));
            let read = read(world, &whole_root, &target, &named.value);
            let included = match read {
                Err(why) => Link::Lost(why),
                Ok((whole, bytes)) => {
                    let id = known.get(&whole).copied().unwrap_or_else(|| {
                        let name = target.strip_prefix(normal(&root.0)).unwrap_or(&target);
                        let name = name.to_string_lossy().replace('\\', "/");
                        let shown = if shown.is_empty() { name.clone() } else { format!("{shown}/{name}") };
                        let id = sources.add(shown, bytes);
                        found.push((id, name));
                        open.push((id, Folder::of(&target)));
                        id
                    });
                    known.insert(whole, id);
                    Link::File(id)
                }
            };
            sources.link(from, named.value, included);
        }
    }
    found
}

/// Notes that nothing stands behind the places of a text that has no folder.
pub(crate) fn refuse(sources: &mut SourceMap, file: FileId) {
    for named in included_by(sources, file) {
        let why = "what comes from standard input has no folder to look in; give the file by its name";
        sources.link(file, named.value, Link::Lost(why.to_owned()));
    }
}

/// The folder that a file lies in; the one where the user stands is `.`.
#[derive(Clone)]
struct Folder(PathBuf);

impl Folder {
    fn of(path: &Path) -> Self {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self(parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf))
    }
}

/// A file below a folder, links followed, by its whole path; or why it is not read.
fn read(world: &World, root: &Path, target: &Path, written: &str) -> Result<(PathBuf, Vec<u8>), String> {
    if written.chars().count() >= LONGEST {
        return Err(format!("its path is longer than {LONGEST} characters"));
    }
    let missing = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    let say =
        |error: std::io::Error| if missing(&error) { "there is no such file".to_owned() } else { error.to_string() };
    let whole = world.whole(target).map_err(say)?;
    if !whole.starts_with(root) {
        return Err("it lies outside the folder of the configuration".to_owned());
    }
    let bytes = world.read(&whole).map_err(|error| error.to_string())?;
    if bytes.len() > LARGEST {
        return Err("it is larger than 2 MiB".to_owned());
    }
    Ok((whole, bytes))
}
