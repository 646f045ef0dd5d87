//! Reads what was typed: projects, folders, files, and what belongs to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use routec::artifact::json::sha256_hex;
use routec::diagnostic::Findings;
use routec::driver::{Lost, Pin, Role, project};
use routec::frontend::{self, Form};
use routec::model::{Date, Kind};
use routec::report::terminal;
use routec::source::{FileId, SourceMap};

use crate::Stop;
use crate::deployed::Placed;
use crate::includes::openclaw::{follow, refuse};
use crate::place::{normal, project_of};
use crate::project::{Described, default_globs, is_document, of_paths};
use crate::world::World;

use super::bases::extended_by;

/// Files as they are found, one after the other.
pub(super) struct Reader<'a> {
    pub(super) world: &'a World,
    pub(super) sources: SourceMap,
    pub(super) files: Vec<(FileId, Role)>,
    pub(super) inputs: Vec<(FileId, String)>,
    pub(super) compiled: Vec<String>,
    pub(super) as_of: Option<Date>,
    pub(super) root: Option<PathBuf>,
    pub(super) failed: Option<Findings>,
    /// Projects already read, by their whole paths.
    pub(super) projects: BTreeSet<PathBuf>,
    /// Files already read, by their whole paths.
    pub(super) read: BTreeSet<PathBuf>,
    /// The policies whose bases are being read, from the outermost.
    pub(super) open: Vec<PathBuf>,
    /// Policies that others extend.
    pub(super) pins: Vec<Pin>,
    /// Policies that others extend and that cannot be read.
    pub(super) lost: Vec<Lost>,
    /// Every policy file read so far: where it lies, and the digest of its bytes.
    pub(super) policies: Vec<(PathBuf, FileId, String)>,
    /// The folder of the project that is being read.
    pub(super) project: PathBuf,
    /// Where each file lies, and the folder of its project.
    pub(super) placed: BTreeMap<FileId, Placed>,
    /// Whether a folder without a table is a mistake.
    pub(super) needs_table: bool,
}

impl Reader<'_> {
    pub(super) fn path(&mut self, path: &str, stdin_name: &str) -> Result<(), Stop> {
        if path == "-" {
            let bytes = self
                .world
                .read_stdin()
                .map_err(|error| Stop::unreadable(format!("standard input cannot be read: {error}")))?;
            let file = self.source(stdin_name, bytes)?;
            refuse(&mut self.sources, file);
            self.files.push((file, Role::Any));
            self.inputs.push((file, stdin_name.to_owned()));
            return Ok(());
        }
        let place = Path::new(path);
        if self.world.is_folder(place) {
            return self.folder(place, path);
        }
        let is_project = place.file_name().is_some_and(|name| name == "routec.yaml");
        if is_project {
            let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            return self.folder(folder, &folder.to_string_lossy());
        }
        if let Some(folder) = project_of(place, self.world) {
            let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
            return self.folder(&folder, &folder.to_string_lossy());
        }
        self.root.get_or_insert_with(|| {
            place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
        });
        self.project = place.parent().unwrap_or(Path::new("")).to_path_buf();
        self.file(place, path, Role::Any)
    }

    /// A folder is a project: its `routec.yaml` says what belongs to it, else the usual folders do.
    fn folder(&mut self, folder: &Path, shown: &str) -> Result<(), Stop> {
        if !self.projects.insert(self.whole(folder)) {
            return Ok(());
        }
        self.root.get_or_insert_with(|| folder.to_path_buf());
        self.project = folder.to_path_buf();
        let shown = shown.trim_end_matches('/');
        let prefix = if shown == "." || shown.is_empty() { String::new() } else { format!("{shown}/") };
        let project_file = folder.join("routec.yaml");
        let described = if self.world.exists(&project_file) {
            Some(self.project(&project_file, &format!("{prefix}routec.yaml"))?)
        } else {
            None
        };
        let Some(described) = described.unwrap_or_else(|| Some(Described::default())) else { return Ok(()) };
        let below = self.world.files_below(folder).map_err(|error| Stop::unreadable(format!("{shown}: {error}")))?;
        let lists = [
            (Kind::RouteTable, "tables", described.tables),
            (Kind::Catalog, "catalogs", described.catalogs),
            (Kind::Policy, "policies", described.policies),
            (Kind::Expectations, "expectations", described.expectations),
        ];
        let mut taken = BTreeSet::new();
        for (kind, key, globs) in lists {
            let is_explicit = globs.is_some();
            for glob in globs.unwrap_or_else(|| default_globs(kind)) {
                let pattern = of_paths(&glob)?;
                let names: Vec<&String> =
                    below.iter().filter(|name| pattern.matches(name) && is_document(name)).collect();
                if names.is_empty() && is_explicit {
                    return Err(Stop::unreadable(format!(
                        "{prefix}routec.yaml: nothing matches `{glob}` of `{key}`, so it was not checked"
                    )));
                }
                for name in names {
                    if taken.insert(name.clone()) {
                        self.listed(&folder.join(name), &format!("{prefix}{name}"), name, kind)?;
                    }
                }
            }
        }
        let has_table = |files: &[(FileId, Role)]| {
            files.iter().any(|(_, role)| matches!(role, Role::Kind(Kind::RouteTable) | Role::Any))
        };
        if !has_table(&self.files) {
            self.loose_tables(folder, &prefix, &below)?;
        }
        if self.needs_table && !has_table(&self.files) {
            let hint = "give a file, write `routec.yaml`, or put tables into `routes/`";
            return Err(Stop::unreadable(format!(
                "nothing to check in `{}`: no route table found; {hint}",
                if shown.is_empty() { "." } else { shown }
            )));
        }
        Ok(())
    }

    /// Without a project, the tables that lie in the folder itself, such as a gateway's `litellm_config.yaml`.
    fn loose_tables(&mut self, folder: &Path, prefix: &str, below: &[String]) -> Result<(), Stop> {
        for name in below.iter().filter(|name| !name.contains('/') && is_document(name) && *name != "routec.yaml") {
            let bytes = self
                .world
                .read(&folder.join(name))
                .map_err(|error| Stop::unreadable(format!("{prefix}{name}: {error}")))?;
            let starts = |key: &[u8]| {
                bytes.starts_with(key)
                    || bytes
                        .windows(key.len() + 1)
                        .any(|window| window.first() == Some(&b'\n') && window.ends_with(key))
            };
            let is_openclaw = matches!(name.as_str(), "openclaw.json" | "openclaw.json5");
            let is_envoy =
                || starts(b"apiVersion: aigateway.envoyproxy.io/") || starts(b"apiVersion: gateway.envoyproxy.io/");
            if is_openclaw || starts(b"model_list:") || starts(b"kind: RouteTable") || is_envoy() {
                self.file(&folder.join(name), &format!("{prefix}{name}"), Role::Any)?;
            }
        }
        Ok(())
    }

    /// Reads a project file; `None` where it has findings of its own.
    fn project(&mut self, path: &Path, shown: &str) -> Result<Option<Described>, Stop> {
        let bytes = self.world.read(path).map_err(|error| Stop::unreadable(format!("{shown}: {error}")))?;
        self.read.insert(self.whole(path));
        let file = self.sources.add(self.world.shown(shown), bytes);
        self.files.push((file, Role::Kind(Kind::Project)));
        self.inputs.push((file, "routec.yaml".to_owned()));
        let (found, findings) = project(&self.sources, file);
        if let Some(project) = found.filter(|_| findings.is_empty()) {
            self.as_of = self.as_of.or(project.as_of);
            Ok(Some(Described::new(project)))
        } else {
            self.failed = Some(findings);
            Ok(None)
        }
    }

    pub(super) fn file(&mut self, path: &Path, shown: &str, role: Role) -> Result<(), Stop> {
        let name = path.file_name().map_or_else(|| shown.to_owned(), |name| name.to_string_lossy().into_owned());
        self.add(path, &shown.replace('\\', "/"), name, role)
    }

    fn listed(&mut self, path: &Path, shown: &str, name: &str, kind: Kind) -> Result<(), Stop> {
        self.add(path, shown, name.to_owned(), Role::Kind(kind))
    }

    /// Reads a file; a policy brings those it extends with it, in front of it.
    pub(super) fn add(&mut self, path: &Path, shown: &str, name: String, role: Role) -> Result<(), Stop> {
        let place = self.whole(path);
        if self.read.contains(&place) {
            return Ok(());
        }
        let bytes = self.world.read(path).map_err(|error| Stop::unreadable(format!("{shown}: {error}")))?;
        self.read.insert(place.clone());
        let may_be_policy = match role {
            Role::Kind(kind) => kind == Kind::Policy,
            Role::Any => std::str::from_utf8(&bytes).is_ok_and(|text| text.contains("Policy")),
            Role::BuiltInCatalogue => false,
        };
        let digest = may_be_policy.then(|| sha256_hex(&bytes));
        let file = self.source(shown, bytes)?;
        self.placed.insert(file, Placed { path: path.to_path_buf(), project: self.project.clone() });
        let extended = match digest {
            Some(digest) => {
                self.policies.push((place.clone(), file, digest));
                extended_by(&self.sources, file)
            }
            None => Vec::new(),
        };
        if matches!(role, Role::Any | Role::Kind(Kind::RouteTable)) {
            self.inputs.extend(follow(self.world, &mut self.sources, file, path, shown));
        }
        self.open.push(place);
        for base in extended {
            self.base(path, &base);
        }
        self.open.pop();
        self.files.push((file, role));
        self.inputs.push((file, name));
        Ok(())
    }

    /// Keeps the text of a file; that of an artifact or a compiled table is the documents it was compiled from, merged.
    fn source(&mut self, shown: &str, bytes: Vec<u8>) -> Result<FileId, Stop> {
        let shown = self.world.shown(shown);
        let unpacked = match frontend::unpack(&bytes) {
            None => return Ok(self.sources.add(shown, bytes)),
            Some(Err(error)) => {
                let why = terminal(&error.to_string());
                return Err(Stop::unreadable(format!("{shown}: is no artifact that can be read: {why}")));
            }
            Some(Ok(unpacked)) => unpacked,
        };
        self.world.say(&terminal(&match unpacked.form {
            Form::Artifact => format!("note: {shown}: not verified; run `routec verify`\n"),
            Form::Table => {
                format!("note: {shown}: a plain table, which nobody has signed; its artifact can be verified\n")
            }
        }));
        self.compiled.push(shown.clone());
        Ok(self.sources.add(format!("{shown}#table"), unpacked.text.into_bytes()))
    }

    /// A path from the root, by which a file is known however it was named.
    pub(super) fn whole(&self, path: &Path) -> PathBuf {
        normal(&self.world.here().unwrap_or_default().join(path))
    }
}
