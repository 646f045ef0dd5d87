//! What was typed, understood: which files to read, under which names, and as of which day.

mod bases;
mod reader;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use routec::diagnostic::{Findings, Sink};
use routec::driver::{Job, Role};
use routec::frontend;
use routec::litellm::{Era, Release};
use routec::model::{Date, Document, Kind, Moment};
use routec::report::Places;
use routec::source::{FileId, SourceMap};

use crate::Stop;
use crate::args::Input;
use crate::deployed;
use crate::includes::litellm;
use crate::surroundings;
use crate::world::World;

use reader::Reader;

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
    let mut files = litellm::Files {
        sources: &mut reader.sources,
        roles: &mut reader.files,
        inputs: &mut reader.inputs,
        placed: &reader.placed,
    };
    files.follow(world);
    let is_table = |role: &Role| matches!(role, Role::Any | Role::Kind(Kind::RouteTable));
    let tables: Vec<FileId> = reader.files.iter().filter(|(_, role)| is_table(role)).map(|(file, _)| *file).collect();
    frontend::join(&mut reader.sources, &tables);
    let as_of = reader.judged_on(input.as_of.as_deref())?;
    let is_dated = input.as_of.is_some() || reader.as_of.is_some();
    let litellm = input.gateway.as_deref().map(release).transpose()?.unwrap_or_default();
    if !reader.has_catalogue() {
        let file =
            reader.sources.add(frontend::BUILT_IN_CATALOGUE_NAME, frontend::BUILT_IN_CATALOGUE.as_bytes().to_vec());
        reader.files.push((file, Role::BuiltInCatalogue));
    }
    let places = (reader.places(), !input.paths.iter().any(|path| path == "-"));
    let surroundings = surroundings::fetch(&mut reader.sources, &reader.placed, &input.env, world)?;
    let deployed = deployed::fetch(&mut reader.sources, reader.placed, world);
    Ok(Request {
        places,
        is_dated,
        sources: reader.sources,
        job: Job { files: reader.files, pins: reader.pins, lost: reader.lost, deployed, surroundings, as_of, litellm },
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

impl Reader<'_> {
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

/// The day, in UTC, of a number of seconds since 1970.
fn date_of(seconds: i64) -> Result<Date, Stop> {
    let moment = Moment::of_seconds(seconds).ok_or_else(|| Stop::usage("SOURCE_DATE_EPOCH is out of range"))?;
    Ok(moment.day())
}
