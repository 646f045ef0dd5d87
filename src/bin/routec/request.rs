//! What was typed, understood: which files to read, under which names, and as of which day.

use std::path::{Component, Path, PathBuf};

use routec::artifact::json::sha256_hex;
use routec::diagnostic::{Findings, Sink};
use routec::driver::{Job, Pin, Role, project};
use routec::frontend;
use routec::model::{Date, Document, Extends, Kind, Moment};
use routec::source::{FileId, SourceMap};

use crate::Stop;
use crate::args::Input;
use crate::project::{Described, default_globs, is_document, of_paths};
use crate::world::World;

/// Everything a check needs, read.
pub(crate) struct Request {
    pub(crate) sources: SourceMap,
    pub(crate) job: Job,
    /// The folder of the first project or file, for git.
    pub(crate) root: PathBuf,
    /// What is wrong with a project file, if that kept the check from going on.
    pub(crate) project_findings: Option<Findings>,
    /// The files by their names within the project, for artifacts.
    pub(crate) inputs: Vec<(FileId, String)>,
}

/// Reads what was asked for, which must hold a table.
pub(crate) fn read(input: &Input, world: &World) -> Result<Request, Stop> {
    collect(input, world, true)
}

/// Reads what was asked for; a folder of policies and expectations need not hold a table.
pub(crate) fn for_test(input: &Input, world: &World) -> Result<Request, Stop> {
    collect(input, world, false)
}

fn collect(input: &Input, world: &World, needs_table: bool) -> Result<Request, Stop> {
    let mut reader = Reader {
        world,
        sources: SourceMap::new(),
        files: Vec::new(),
        inputs: Vec::new(),
        as_of: None,
        root: None,
        failed: None,
        projects: Vec::new(),
        pins: Vec::new(),
        policies: Vec::new(),
        needs_table,
    };
    for path in &input.paths {
        reader.path(path, &input.stdin_name)?;
    }
    for path in &input.catalog {
        reader.file(Path::new(path), path, Role::Kind(Kind::Catalog))?;
    }
    for path in &input.policy {
        reader.file(Path::new(path), path, Role::Kind(Kind::Policy))?;
    }
    let as_of = reader.judged_on(input.as_of.as_deref())?;
    if !reader.has_catalogue() {
        let file =
            reader.sources.add(frontend::BUILT_IN_CATALOGUE_NAME, frontend::BUILT_IN_CATALOGUE.as_bytes().to_vec());
        reader.files.push((file, Role::BuiltInCatalogue));
    }
    Ok(Request {
        sources: reader.sources,
        job: Job { files: reader.files, pins: reader.pins, as_of },
        root: reader.root.unwrap_or_else(|| PathBuf::from(".")),
        project_findings: reader.failed,
        inputs: reader.inputs,
    })
}

struct Reader<'a> {
    world: &'a World,
    sources: SourceMap,
    files: Vec<(FileId, Role)>,
    inputs: Vec<(FileId, String)>,
    as_of: Option<Date>,
    root: Option<PathBuf>,
    failed: Option<Findings>,
    /// Projects already read because a file of theirs was given.
    projects: Vec<PathBuf>,
    /// Policies that others extend.
    pins: Vec<Pin>,
    /// Every policy file read so far: where it lies, and the digest of its bytes.
    policies: Vec<(PathBuf, FileId, String)>,
    /// Whether a folder without a table is a mistake.
    needs_table: bool,
}

impl Reader<'_> {
    fn path(&mut self, path: &str, stdin_name: &str) -> Result<(), Stop> {
        if path == "-" {
            let bytes = self
                .world
                .read_stdin()
                .map_err(|error| Stop::unreadable(format!("standard input cannot be read: {error}")))?;
            let file = self.sources.add(stdin_name, bytes);
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
        if let Some((folder, shown)) = self.project_of(place) {
            if !self.projects.contains(&folder) {
                self.projects.push(folder.clone());
                return self.folder(&folder, &shown);
            }
            return Ok(());
        }
        self.root.get_or_insert_with(|| {
            place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
        });
        self.file(place, path, Role::Any)
    }

    /// The project that lists a file: the nearest `routec.yaml` above it, if its globs match.
    fn project_of(&self, file: &Path) -> Option<(PathBuf, String)> {
        let mut name = file.file_name()?.to_str()?.to_owned();
        let mut folder = file.parent()?.to_path_buf();
        for _ in 0..16 {
            let described = folder.join("routec.yaml");
            if self.world.exists(&described) {
                let bytes = self.world.read(&described).ok()?;
                let mut sources = SourceMap::new();
                let id = sources.add("routec.yaml", bytes);
                let globs = Described::new(project(&sources, id).0?);
                let is_listed = [globs.tables, globs.catalogs, globs.policies, globs.expectations]
                    .into_iter()
                    .zip([Kind::RouteTable, Kind::Catalog, Kind::Policy, Kind::Expectations])
                    .flat_map(|(globs, kind)| globs.unwrap_or_else(|| default_globs(kind)))
                    .any(|glob| of_paths(&glob).is_ok_and(|pattern| pattern.matches(&name)));
                let shown =
                    if folder.as_os_str().is_empty() { ".".to_owned() } else { folder.to_string_lossy().into_owned() };
                let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
                return is_listed.then_some((folder, shown));
            }
            // A relative path ends where the user stands: nothing outside is read.
            name = format!("{}/{name}", folder.file_name()?.to_str()?);
            folder = folder.parent()?.to_path_buf();
        }
        None
    }

    /// A folder is a project: its `routec.yaml` says what belongs to it, else the usual folders do.
    fn folder(&mut self, folder: &Path, shown: &str) -> Result<(), Stop> {
        self.root.get_or_insert_with(|| folder.to_path_buf());
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
        let mut taken = std::collections::BTreeSet::new();
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
            if starts(b"model_list:") || starts(b"kind: RouteTable") {
                self.file(&folder.join(name), &format!("{prefix}{name}"), Role::Any)?;
            }
        }
        Ok(())
    }

    /// Reads a project file; `None` where it has findings of its own.
    fn project(&mut self, path: &Path, shown: &str) -> Result<Option<Described>, Stop> {
        let bytes = self.world.read(path).map_err(|error| Stop::unreadable(format!("{shown}: {error}")))?;
        let file = self.sources.add(shown, bytes);
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

    fn file(&mut self, path: &Path, shown: &str, role: Role) -> Result<(), Stop> {
        let name = path.file_name().map_or_else(|| shown.to_owned(), |name| name.to_string_lossy().into_owned());
        self.add(path, &shown.replace('\\', "/"), name, role)
    }

    fn listed(&mut self, path: &Path, shown: &str, name: &str, kind: Kind) -> Result<(), Stop> {
        self.add(path, shown, name.to_owned(), Role::Kind(kind))
    }

    /// Reads a file; a policy brings those it extends with it, in front of it.
    fn add(&mut self, path: &Path, shown: &str, name: String, role: Role) -> Result<(), Stop> {
        let place = normal(path);
        if self.policies.iter().any(|(known, _, _)| *known == place) {
            return Ok(());
        }
        let bytes = self.world.read(path).map_err(|error| Stop::unreadable(format!("{shown}: {error}")))?;
        let digest = matches!(role, Role::Kind(Kind::Policy) | Role::Any).then(|| sha256_hex(&bytes));
        let file = self.sources.add(shown, bytes);
        let extended = match digest {
            Some(digest) if role == Role::Kind(Kind::Policy) || self.sources.file(file).text().contains("Policy") => {
                self.policies.push((place, file, digest));
                extended_by(&self.sources, file)
            }
            Some(_) | None => Vec::new(),
        };
        for base in extended {
            self.base(path, shown, &base)?;
        }
        self.files.push((file, role));
        self.inputs.push((file, name));
        Ok(())
    }

    /// A policy that another one extends.
    fn base(&mut self, from: &Path, shown: &str, base: &Extends) -> Result<(), Stop> {
        let folder = from.parent().unwrap_or(Path::new(""));
        let path = folder.join(&base.file.value);
        let name = normal(&path);
        let text = name.to_string_lossy().replace('\\', "/");
        self.add(&path, &text, base.file.value.clone(), Role::Kind(Kind::Policy))
            .map_err(|stop| Stop::unreadable(format!("{}, which {shown} extends", stop.message)))?;
        let known = self.policies.iter().find(|(place, _, _)| *place == name);
        if let Some((_, file, found)) = known {
            self.pins.push(Pin {
                file: *file,
                span: base.sha256.span(),
                expected: base.sha256.value.as_str().to_owned(),
                found: found.clone(),
            });
        }
        Ok(())
    }

    /// Whether any file read is a catalogue, by a reading that reports nothing.
    fn has_catalogue(&self) -> bool {
        self.files.iter().any(|(file, role)| match role {
            Role::Kind(kind) => *kind == Kind::Catalog,
            Role::Any => {
                let text = self.sources.file(*file).text();
                text.contains("Catalog")
                    && frontend::read(&self.sources, *file, &mut Sink::new())
                        .iter()
                        .any(|document| matches!(document, Document::Catalog(_)))
            }
            Role::BuiltInCatalogue => true,
        })
    }

    /// The day: as typed, else the project's, else that of `SOURCE_DATE_EPOCH`, else today.
    fn judged_on(&self, typed: Option<&str>) -> Result<Date, Stop> {
        if let Some(typed) = typed {
            return typed
                .parse()
                .map_err(|_| Stop::usage(format!("--as-of: `{typed}` is not a date such as 2026-11-22")));
        }
        match self.as_of {
            Some(date) => Ok(date),
            None => date_of(self.world.source_date_epoch().unwrap_or_else(|| self.world.now())),
        }
    }
}

/// The policies that a policy extends, by a reading that reports nothing.
fn extended_by(sources: &SourceMap, file: FileId) -> Vec<Extends> {
    let documents = frontend::read(sources, file, &mut Sink::new());
    let policies = documents.into_iter().filter_map(|document| match document {
        Document::Policy(policy) => Some(policy.extends),
        Document::Project(_) | Document::RouteTable(_) | Document::Catalog(_) | Document::Expectations(_) => None,
    });
    policies.flatten().map(|extends| extends.value).collect()
}

/// A path without `.` and, where it can be seen, without `..`.
fn normal(path: &Path) -> PathBuf {
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

/// The day, in UTC, of a number of seconds since 1970.
fn date_of(seconds: i64) -> Result<Date, Stop> {
    let moment = Moment::of_seconds(seconds).ok_or_else(|| Stop::usage("SOURCE_DATE_EPOCH is out of range"))?;
    Ok(moment.day())
}
