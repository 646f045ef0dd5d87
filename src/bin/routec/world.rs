//! The only file that touches files, the environment, the clock, the terminal and other programs.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Stop;
use crate::args::Color;
use crate::staged::{self, Staged};

/// The world outside; at a revision, files are those that git has there, and nothing is written.
#[derive(Debug)]
pub(crate) struct World {
    color: Color,
    then: Option<Tree>,
}

/// The files of a git revision, by their paths from the root of the repository.
#[derive(Debug)]
struct Tree {
    revision: String,
    root: PathBuf,
    /// Where the other side of a comparison lies, from the root.
    beside: String,
    files: BTreeMap<String, Blob>,
}

/// A file of a revision.
#[derive(Clone, Debug)]
struct Blob {
    id: String,
    size: u64,
    is_link: bool,
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
        Self { color, then: None }
    }

    /// The same world with the files of a git revision, in the repository that a path lies in; else why not.
    pub(crate) fn at_revision(&self, revision: &str, beside: &Path) -> Result<Self, String> {
        if revision.is_empty() || revision.starts_with('-') {
            return Err("no revision is called so".to_owned());
        }
        let folder = if beside.is_dir() { beside } else { beside.parent().unwrap_or(Path::new("")) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let root = git(folder, &["rev-parse", "--show-toplevel"])?;
        let prefix = git(folder, &["rev-parse", "--show-prefix"])?;
        let wanted = format!("{revision}^{{tree}}");
        let tree = git(folder, &["rev-parse", "--quiet", "--verify", &wanted])
            .map_err(|_| format!("the repository has no revision `{revision}`"))?;
        let root = PathBuf::from(root.trim_end_matches('\n'));
        let listed = git(&root, &["ls-tree", "-r", "-z", "-l", "--full-tree", tree.trim()])?;
        let name = beside.file_name().filter(|_| !beside.is_dir()).map(|name| name.to_string_lossy().into_owned());
        let beside = format!("{}{}", prefix.trim_end_matches('\n'), name.unwrap_or_default());
        let files = listed.split('\0').filter_map(Blob::listed).collect();
        let then = Tree { revision: revision.to_owned(), root, beside: beside.trim_end_matches('/').to_owned(), files };
        Ok(Self { color: self.color, then: Some(then) })
    }

    /// Where the other side of a comparison lies, from the root of the repository.
    pub(crate) fn beside(&self) -> &str {
        self.then.as_ref().map_or("", |tree| tree.beside.as_str())
    }

    /// How reports name a file.
    pub(crate) fn shown(&self, name: &str) -> String {
        self.then.as_ref().map_or_else(|| name.to_owned(), |tree| format!("{}:{name}", tree.revision))
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
        if let Some(tree) = &self.then {
            return tree.read(path);
        }
        self.read_now(path)
    }

    /// Where a path lies on this machine, whatever the revision: files of variables are in none.
    pub(crate) fn now_at(&self, path: &Path) -> PathBuf {
        self.then.as_ref().map_or_else(|| path.to_path_buf(), |tree| tree.root.join(within(path)))
    }

    /// Reads a file as it lies on this machine.
    pub(crate) fn read_now(&self, path: &Path) -> io::Result<Vec<u8>> {
        let file = fs::File::open(path)?;
        let told = file.metadata()?;
        if told.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder"));
        }
        self.read_all(file, told.len())
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
        self.read_all(io::stdin().lock(), 0)
    }

    /// Reads everything, which is about so many bytes.
    fn read_all(&self, from: impl Read, about: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(about.min(LARGEST)).unwrap_or(0) + 1);
        let read = from.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if u64::try_from(read).unwrap_or(u64::MAX) > LARGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "is larger than 256 MiB"));
        }
        Ok(bytes)
    }

    /// Where the user stands.
    pub(crate) fn here(&self) -> Option<PathBuf> {
        if self.then.is_some() { Some(PathBuf::new()) } else { std::env::current_dir().ok() }
    }

    /// A path from the root, links followed.
    pub(crate) fn whole(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    pub(crate) fn is_folder(&self, path: &Path) -> bool {
        self.then.as_ref().map_or_else(|| path.is_dir(), |tree| tree.below(path).next().is_some())
    }

    pub(crate) fn exists(&self, path: &Path) -> bool {
        let Some(tree) = &self.then else { return path.symlink_metadata().is_ok() };
        tree.files.contains_key(&within(path)) || tree.below(path).next().is_some()
    }

    /// Whether a file lies below a folder, links followed.
    pub(crate) fn is_below(&self, folder: &Path, file: &Path) -> io::Result<bool> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Ok(file.canonicalize()?.starts_with(folder.canonicalize()?))
    }

    /// Every file below a folder, as paths relative to it with `/`, sorted; hidden folders and build output left out.
    pub(crate) fn files_below(&self, folder: &Path) -> io::Result<Vec<String>> {
        if let Some(tree) = &self.then {
            return Ok(tree.files_below(folder));
        }
        let mut found = Vec::new();
        let mut open = vec![(folder.to_path_buf(), String::new(), 0)];
        while let Some((path, name, depth)) = open.pop() {
            for entry in fs::read_dir(&path)? {
                let entry = entry?;
                let Ok(file_name) = entry.file_name().into_string() else { continue };
                if is_left_out(&file_name) {
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

    /// Adds to the summary of a step of a GitHub workflow; `false` outside of one.
    #[expect(clippy::disallowed_methods, reason = "GITHUB_STEP_SUMMARY is how a step is told where its summary goes")]
    pub(crate) fn summarise(&self, text: &str) -> io::Result<bool> {
        let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
            return Ok(false);
        };
        // The runner has made the file, and other steps of the job have written theirs.
        let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(text.as_bytes())?;
        Ok(true)
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

impl Tree {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut name = within(path);
        // A link leads to another file of the revision, if to any.
        for _ in 0..8 {
            let missing = || io::Error::new(io::ErrorKind::NotFound, "is not in this revision");
            let blob = self.files.get(&name).ok_or_else(missing)?;
            if blob.size > LARGEST {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "is larger than 256 MiB"));
            }
            let bytes = git_bytes(&self.root, &["cat-file", "blob", &blob.id]).map_err(io::Error::other)?;
            if !blob.is_link {
                return Ok(bytes);
            }
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            name = within(&Path::new(folder).join(String::from_utf8_lossy(&bytes).as_ref()));
        }
        Err(io::Error::other("is a link that leads nowhere"))
    }

    /// The files below a folder, with their names from there.
    fn below(&self, folder: &Path) -> impl Iterator<Item = &str> {
        let within = within(folder);
        let prefix = if within.is_empty() { within } else { format!("{within}/") };
        self.files.keys().filter_map(move |name| name.strip_prefix(prefix.as_str()))
    }

    fn files_below(&self, folder: &Path) -> Vec<String> {
        let is_seen = |name: &&str| !name.split('/').any(is_left_out);
        self.below(folder).filter(is_seen).map(str::to_owned).collect()
    }
}

impl Blob {
    /// A line of `git ls-tree -l`: mode, type, id and size, then the path behind a tab.
    fn listed(line: &str) -> Option<(String, Self)> {
        let (about, path) = line.split_once('\t')?;
        let mut about = about.split_ascii_whitespace();
        let (mode, kind, id, size) = (about.next()?, about.next()?, about.next()?, about.next()?);
        let blob = Self { id: id.to_owned(), size: size.parse().ok()?, is_link: mode == "120000" };
        (kind == "blob").then(|| (path.to_owned(), blob))
    }
}

/// A path within a revision, as git writes it.
fn within(path: &Path) -> String {
    let path = crate::place::normal(path).to_string_lossy().replace('\\', "/");
    if path == "." { String::new() } else { path }
}

/// Whether a file or folder of this name is none of a project.
fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || matches!(name, "target" | "node_modules")
}

fn git(folder: &Path, words: &[&str]) -> Result<String, String> {
    String::from_utf8(git_bytes(folder, words)?).map_err(|_| "git answers with something that is no text".to_owned())
}

/// What git prints; else its first line of complaint.
fn git_bytes(folder: &Path, words: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("git").arg("-C").arg(folder).args(words).output();
    let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned();
    Err(if said.is_empty() { "git says no".to_owned() } else { said })
}
