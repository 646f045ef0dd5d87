//! The only file that touches files, the environment, the clock, the terminal and other programs.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Stop;
use crate::args::Color;
use crate::staged::{self, Staged};

/// The world outside.
#[derive(Debug)]
pub(crate) struct World {
    color: Color,
}

/// The largest file that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// The largest file with a secret that is read, in bytes.
const LARGEST_SECRET: u16 = 32 << 10;

/// What git says of a folder.
#[derive(Debug, Default)]
pub(crate) struct Commit {
    /// The commit, as hex.
    pub(crate) id: Option<String>,
    /// Whether files differ from it.
    pub(crate) dirty: bool,
    /// When it was made, in seconds since 1970.
    pub(crate) time: Option<i64>,
}

#[expect(clippy::unused_self, reason = "the world is the only way out, whatever it needs to know")]
impl World {
    pub(crate) fn new(color: Color) -> Self {
        Self { color }
    }

    /// Prints to standard output. A closed pipe is no error: nobody reads on.
    pub(crate) fn print(&self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Writes bytes to standard output; whoever reads them needs all of them.
    pub(crate) fn print_bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush())
    }

    /// Prints to standard error.
    pub(crate) fn say(&self, text: &str) {
        let _ = io::stderr().lock().write_all(routec::report::terminal(text).as_bytes());
    }

    /// Whether to use colour on standard output.
    #[expect(clippy::disallowed_methods, reason = "NO_COLOR and CLICOLOR_FORCE are conventions of the environment")]
    pub(crate) fn uses_color(&self) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => set("CLICOLOR_FORCE") || (!set("NO_COLOR") && io::stdout().is_terminal()),
        }
    }

    /// The columns of the terminal: 80 unless the environment says otherwise on a terminal.
    #[expect(clippy::disallowed_methods, reason = "COLUMNS is how shells hand down the width")]
    pub(crate) fn width(&self) -> usize {
        let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        told.filter(|_| io::stdout().is_terminal()).map_or(80, |columns: usize| columns.clamp(60, 160))
    }

    /// Reads a file.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let file = fs::File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder"));
        }
        self.read_all(file)
    }

    /// Reads a file that holds a secret into one piece of memory, so that no copy stays behind when it is wiped.
    pub(crate) fn read_secret(&self, path: &Path) -> io::Result<Vec<u8>> {
        // Room for one byte too many, and more, for `read_to_end` not to move.
        let mut bytes = Vec::with_capacity(2 * usize::from(LARGEST_SECRET));
        let read = fs::File::open(path)?.take(u64::from(LARGEST_SECRET) + 1).read_to_end(&mut bytes)?;
        if read > usize::from(LARGEST_SECRET) {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "is larger than 32 KiB"));
        }
        Ok(bytes)
    }

    /// The secret in an environment variable.
    #[expect(clippy::disallowed_methods, reason = "the command line names the variable")]
    pub(crate) fn secret_of_environment(&self, name: &str) -> Option<Vec<u8>> {
        std::env::var_os(name).map(std::ffi::OsString::into_encoded_bytes)
    }

    /// Asks the terminal for a secret, without showing what is typed, whatever standard input and output are.
    pub(crate) fn ask_secret(&self, question: &str) -> io::Result<Vec<u8>> {
        rpassword::prompt_password(routec::report::terminal(question)).map(String::into_bytes)
    }

    /// Reads standard input.
    pub(crate) fn read_stdin(&self) -> io::Result<Vec<u8>> {
        self.read_all(io::stdin().lock())
    }

    fn read_all(&self, from: impl Read) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = from.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if u64::try_from(read).unwrap_or(u64::MAX) > LARGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "is larger than 256 MiB"));
        }
        Ok(bytes)
    }

    /// Where the user stands.
    pub(crate) fn here(&self) -> Option<PathBuf> {
        std::env::current_dir().ok()
    }

    pub(crate) fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    pub(crate) fn exists(&self, path: &Path) -> bool {
        path.symlink_metadata().is_ok()
    }

    /// Every file below a folder, as paths relative to it with `/`, sorted; hidden folders and build output left out.
    pub(crate) fn files_below(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        let mut open = vec![(folder.to_path_buf(), String::new(), 0)];
        while let Some((path, name, depth)) = open.pop() {
            for entry in fs::read_dir(&path)? {
                let entry = entry?;
                let Ok(file_name) = entry.file_name().into_string() else { continue };
                if file_name.starts_with('.') || matches!(file_name.as_str(), "target" | "node_modules") {
                    continue;
                }
                let name = if name.is_empty() { file_name } else { format!("{name}/{file_name}") };
                // Links to folders are not followed, so that no walk goes round in circles.
                let kind = entry.file_type()?;
                if kind.is_dir() && depth < 32 {
                    open.push((entry.path(), name, depth + 1));
                } else if kind.is_file() || (kind.is_symlink() && entry.path().is_file()) {
                    found.push(name);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Writes a file whole or not at all: to a temporary file beside it, synced, then renamed.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        Staged::new(path, bytes, false)?.rename()
    }

    /// Prepares a file beside its place, synced; [`Staged::rename`] puts it there.
    pub(crate) fn stage(&self, path: &Path, bytes: &[u8]) -> io::Result<Staged> {
        Staged::new(path, bytes, false)
    }

    /// Writes a file that only its owner may read, and none over an existing one.
    pub(crate) fn write_secret(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if self.exists(path) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "exists already"));
        }
        Staged::new(path, bytes, true)?.rename()
    }

    /// Waits until no other run holds the lock beside a file; it is let go when dropped, and by the system when killed.
    pub(crate) fn lock(&self, path: &Path) -> io::Result<fs::File> {
        let (folder, name) = staged::parts(path)?;
        let lock = folder.join(format!(".{name}.lock"));
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(lock)?;
        file.lock()?;
        Ok(file)
    }

    /// Whether two paths name one file, by their text once they are absolute.
    pub(crate) fn is_same(&self, one: &Path, other: &Path) -> bool {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        absolute(one) == absolute(other)
    }

    /// The seconds since 1970 that `SOURCE_DATE_EPOCH` names (reproducible-builds.org).
    #[expect(clippy::disallowed_methods, reason = "SOURCE_DATE_EPOCH is how builds are told the time")]
    pub(crate) fn source_date_epoch(&self) -> Result<Option<i64>, Stop> {
        let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
        let seconds = text.to_str().and_then(|text| text.parse().ok());
        seconds.map(Some).ok_or_else(|| Stop::usage("SOURCE_DATE_EPOCH is no number of seconds since 1970"))
    }

    /// The seconds since 1970, by the clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the clock")]
    pub(crate) fn now(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }

    /// What git says of the files of a project: those listed, and whatever else lies in its folder. Artifacts are made from
    /// these and never count. Where there is no git or no commit, nothing is known and all of it may differ.
    pub(crate) fn commit(&self, folder: &Path, files: &[PathBuf]) -> Commit {
        let run = |args: &[&OsStr]| {
            let options = ["-C".as_ref(), folder.as_os_str()];
            let output = Command::new("git").args(options).args(args).output().ok()?;
            let text = String::from_utf8(output.stdout).ok()?;
            output.status.success().then(|| text.trim().to_owned())
        };
        let git = |args: &[&str]| run(&args.iter().map(OsStr::new).collect::<Vec<_>>());
        let Some(id) = git(&["rev-parse", "--verify", "HEAD"]) else {
            return Commit { dirty: true, ..Commit::default() };
        };
        let changed = |args: &[&str]| git(args).is_none_or(|changed| !changed.is_empty());
        let in_folder = changed(&["status", "--porcelain", "--", ".", ":(exclude,glob)**/*.routec.json"]);
        // A file may lie elsewhere, or be ignored; each must be as the commit has it.
        let of_files = |args: &[&str]| {
            let files = files.iter().map(|file| file.as_os_str());
            run(&args.iter().map(OsStr::new).chain(files).collect::<Vec<_>>())
        };
        let is_known = files.is_empty()
            || (of_files(&["--literal-pathspecs", "ls-files", "--error-unmatch", "--"]).is_some()
                && of_files(&["--literal-pathspecs", "status", "--porcelain", "--"])
                    .is_some_and(|text| text.is_empty()));
        let time = git(&["show", "-s", "--format=%ct", "HEAD"]).and_then(|time| time.parse().ok());
        Commit { id: Some(id), dirty: in_folder || !is_known, time }
    }
}
