//! What was typed, understood: which files to read, under which names, and as of which day.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use routec::artifact::json::sha256_hex;
use routec::diagnostic::{Findings, Sink};
use routec::driver::{Job, Lost, Pin, Role, project};
use routec::frontend::{self, Form};
use routec::litellm::{Era, Release};
use routec::model::{Date, Document, Extends, Kind, Moment};
use routec::report::{Places, terminal};
use routec::source::{FileId, SourceMap};

use crate::Stop;
use crate::args::Input;
use crate::confined::{follow, refuse};
use crate::deployed::{self, Placed};
use crate::includes;
use crate::place::{normal, project_of};
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
    /// Where they lie, as paths from the folder of the first project or file, or from the root; and whether all of them
    /// are files.
    pub(crate) places: (Vec<PathBuf>, bool),
    /// Whether the day on which dates are judged was typed or stands in the project.
    pub(crate) is_dated: bool,
    /// The artifacts and compiled tables among them, by their names.
    pub(crate) compiled: Vec<String>,
}

/// Reads what was asked for, which must hold a table.
pub(crate) fn read(input: &Input, world: &World) -> Result<Request, Stop> {
    whole(collect(input, world, true)?)
}

/// Reads what was asked for, for a report that shows what of it could not be read.
pub(crate) fn for_report(input: &Input, world: &World) -> Result<Request, Stop> {
    collect(input, world, true)
}

/// Reads what was asked for; a folder of policies and expectations need not hold a table.
pub(crate) fn for_test(input: &Input, world: &World) -> Result<Request, Stop> {
    whole(collect(input, world, false)?)
}

/// A request of which everything could be read.
fn whole(request: Request) -> Result<Request, Stop> {
    let Some(lost) = request.job.lost.first() else { return Ok(request) };
    let region = Places::new(&request.sources).region(lost.span);
    Err(Stop::unreadable(format!(
        "{}:{}: the policy that this one extends cannot be read: {}",
        region.file, region.line, lost.why
    )))
}

fn collect(input: &Input, world: &World, needs_table: bool) -> Result<Request, Stop> {
    let mut reader = Reader {
        world,
        sources: SourceMap::new(),
        files: Vec::new(),
        inputs: Vec::new(),
        compiled: Vec::new(),
        as_of: None,
        root: None,
        failed: None,
        projects: BTreeSet::new(),
        read: BTreeSet::new(),
        paths: BTreeMap::new(),
        open: Vec::new(),
        pins: Vec::new(),
        lost: Vec::new(),
        policies: Vec::new(),
        project: PathBuf::from("."),
        placed: BTreeMap::new(),
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
    let mut files = includes::Files {
        sources: &mut reader.sources,
        roles: &mut reader.files,
        inputs: &mut reader.inputs,
        paths: &reader.paths,
    };
    files.follow(world);
    let as_of = reader.judged_on(input.as_of.as_deref())?;
    let is_dated = input.as_of.is_some() || reader.as_of.is_some();
    let litellm = input.gateway.as_deref().map(release).transpose()?.unwrap_or_default();
    if !reader.has_catalogue() {
        let file =
            reader.sources.add(frontend::BUILT_IN_CATALOGUE_NAME, frontend::BUILT_IN_CATALOGUE.as_bytes().to_vec());
        reader.files.push((file, Role::BuiltInCatalogue));
    }
    let places = (reader.places(), !input.paths.iter().any(|path| path == "-"));
    let deployed = deployed::fetch(&mut reader.sources, reader.placed, world);
    Ok(Request {
        places,
        is_dated,
        sources: reader.sources,
        job: Job { files: reader.files, pins: reader.pins, lost: reader.lost, deployed, as_of, litellm },
        root: reader.root.unwrap_or_else(|| PathBuf::from(".")),
        project_findings: reader.failed,
        inputs: reader.inputs,
        compiled: reader.compiled,
    })
}

/// The release that `--gateway` names.
fn release(text: &str) -> Result<Release, Stop> {
    let found = text.strip_prefix("litellm@").and_then(Release::parse);
    found.ok_or_else(|| {
        let eras: Vec<String> = Era::ALL.iter().map(|era| format!("LiteLLM {}", era.releases())).collect();
        let known = eras.join(", ");
        Stop::usage(format!("--gateway: `{text}` is not known; write for example `litellm@1.109`; known are {known}"))
    })
}

struct Reader<'a> {
    world: &'a World,
    sources: SourceMap,
    files: Vec<(FileId, Role)>,
    inputs: Vec<(FileId, String)>,
    compiled: Vec<String>,
    as_of: Option<Date>,
    root: Option<PathBuf>,
    failed: Option<Findings>,
    /// Projects already read, by their whole paths.
    projects: BTreeSet<PathBuf>,
    /// Files already read, by their whole paths.
    read: BTreeSet<PathBuf>,
    /// Where each file lies.
    paths: BTreeMap<FileId, PathBuf>,
    /// The policies whose bases are being read, from the outermost.
    open: Vec<PathBuf>,
    /// Policies that others extend.
    pins: Vec<Pin>,
    /// Policies that others extend and that cannot be read.
    lost: Vec<Lost>,
    /// Every policy file read so far: where it lies, and the digest of its bytes.
    policies: Vec<(PathBuf, FileId, String)>,
    /// The folder of the project that is being read.
    project: PathBuf,
    /// Where each file lies, and the folder of its project.
    placed: BTreeMap<FileId, Placed>,
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
            if is_openclaw || starts(b"model_list:") || starts(b"kind: RouteTable") {
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

    fn file(&mut self, path: &Path, shown: &str, role: Role) -> Result<(), Stop> {
        let name = path.file_name().map_or_else(|| shown.to_owned(), |name| name.to_string_lossy().into_owned());
        self.add(path, &shown.replace('\\', "/"), name, role)
    }

    fn listed(&mut self, path: &Path, shown: &str, name: &str, kind: Kind) -> Result<(), Stop> {
        self.add(path, shown, name.to_owned(), Role::Kind(kind))
    }

    /// Reads a file; a policy brings those it extends with it, in front of it.
    fn add(&mut self, path: &Path, shown: &str, name: String, role: Role) -> Result<(), Stop> {
        let place = self.whole(path);
        if self.read.contains(&place) {
            return Ok(());
        }
        let bytes = self.world.read(path).map_err(|error| Stop::unreadable(format!("{shown}: {error}")))?;
        self.read.insert(place.clone());
        let digest = matches!(role, Role::Kind(Kind::Policy) | Role::Any).then(|| sha256_hex(&bytes));
        let file = self.source(shown, bytes)?;
        self.placed.insert(file, Placed { path: path.to_path_buf(), project: self.project.clone() });
        self.paths.insert(file, path.to_path_buf());
        let extended = match digest {
            Some(digest) if role == Role::Kind(Kind::Policy) || self.sources.file(file).text().contains("Policy") => {
                self.policies.push((place.clone(), file, digest));
                extended_by(&self.sources, file)
            }
            Some(_) | None => Vec::new(),
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

    /// A policy that another one extends.
    fn base(&mut self, from: &Path, base: &Extends) {
        if is_absolute(&base.file.value) {
            let written = routec::diagnostic::quote(&base.file.value);
            let why = format!("{written} is an absolute path, which other machines do not have");
            self.lost.push(Lost { span: base.file.span(), why });
            return;
        }
        let folder = from.parent().unwrap_or(Path::new(""));
        let path = folder.join(&base.file.value);
        let text = normal(&path).to_string_lossy().replace('\\', "/");
        if let Err(stop) = self.add(&path, &text, base.file.value.clone(), Role::Kind(Kind::Policy)) {
            self.lost.push(Lost { span: base.file.span(), why: stop.message });
            return;
        }
        let place = self.whole(&path);
        if let Some((_, file, found)) = self.policies.iter().find(|(known, _, _)| *known == place) {
            self.pins.push(Pin {
                file: *file,
                span: base.sha256.span(),
                expected: base.sha256.value.as_str().to_owned(),
                found: found.clone(),
                is_circular: self.open.contains(&place),
            });
        }
    }

    /// A path from the root, by which a file is known however it was named.
    fn whole(&self, path: &Path) -> PathBuf {
        normal(&self.world.here().unwrap_or_default().join(path))
    }

    /// Every file read, as a path from the folder of the first project or file where it lies below that.
    fn places(&self) -> Vec<PathBuf> {
        let root = self.whole(self.root.as_deref().unwrap_or(Path::new("")));
        let below = |path: &PathBuf| path.strip_prefix(&root).map_or_else(|_| path.clone(), Path::to_path_buf);
        self.read.iter().map(below).collect()
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
            None => date_of(self.world.source_date_epoch()?.unwrap_or_else(|| self.world.now())),
        }
    }
}

/// Whether a path begins at a root of some system, of this one or of another.
fn is_absolute(path: &str) -> bool {
    let drive = path.split_once(':').is_some_and(|(drive, _)| drive.len() == 1);
    drive || path.starts_with(['/', '\\'])
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

/// The day, in UTC, of a number of seconds since 1970.
fn date_of(seconds: i64) -> Result<Date, Stop> {
    let moment = Moment::of_seconds(seconds).ok_or_else(|| Stop::usage("SOURCE_DATE_EPOCH is out of range"))?;
    Ok(moment.day())
}
