//! Files that are written whole or not at all: beside their place first, synced, then renamed.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How old a temporary file must be for its writer to be certainly gone.
const LEFT_BEHIND: Duration = Duration::from_hours(1);

/// A file that is complete and synced, and not yet in its place. Dropped, it is removed.
#[derive(Debug)]
pub(crate) struct Staged {
    temporary: PathBuf,
    place: PathBuf,
    folder: PathBuf,
    is_placed: bool,
}

impl Staged {
    pub(crate) fn new(place: &Path, bytes: &[u8], secret: bool) -> io::Result<Self> {
        let (folder, name) = parts(place)?;
        sweep(&folder, &name);
        let (mut file, temporary) = create(&folder, &name, secret)?;
        let staged = Self { temporary, place: place.to_path_buf(), folder, is_placed: false };
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(staged)
    }

    /// Puts the file in its place: whoever reads there sees the old one or this one.
    pub(crate) fn rename(mut self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.place)?;
        self.is_placed = true;
        // A folder that cannot be synced has still been renamed into.
        let _ = fs::File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_placed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// The folder and the name of a file.
pub(crate) fn parts(path: &Path) -> io::Result<(PathBuf, String)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "is no file name"))?;
    Ok((folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf), name.to_string_lossy().into_owned()))
}

/// A new file under a name that nobody else has: a container gives every run the same process id, and two of them may
/// share a folder.
fn create(folder: &Path, name: &str, secret: bool) -> io::Result<(fs::File, PathBuf)> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let _ = secret;
    let mut attempt = 0_u32;
    loop {
        let temporary = folder.join(format!(".{name}.{}-{attempt}.tmp", std::process::id()));
        match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 10_000 => attempt += 1,
            opened => return opened.map(|file| (file, temporary)),
        }
    }
}

/// Removes what runs have left behind that were killed while they wrote this file.
fn sweep(folder: &Path, name: &str) {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_ours = |found: &str| {
        let middle = found.strip_prefix(&format!(".{name}.")).and_then(|rest| rest.strip_suffix(".tmp"));
        middle
            .and_then(|middle| middle.split_once('-'))
            .is_some_and(|(id, attempt)| is_number(id) && is_number(attempt))
    };
    let is_old = |entry: &fs::DirEntry| {
        let written = entry.metadata().and_then(|about| about.modified());
        written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > LEFT_BEHIND))
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_ours) && is_old(&entry) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
