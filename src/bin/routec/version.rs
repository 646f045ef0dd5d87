//! One version of a project: what lies at a path, or what a git revision has there.

use std::path::{Path, PathBuf};

use routec::diagnostic::Level;
use routec::diff::{InForce, Side};
use routec::driver::{Job, Outcome, Role};
use routec::environment::{Files, Surroundings};
use routec::frontend;
use routec::litellm::Release;
use routec::model::Date;
use routec::source::SourceMap;

use crate::Stop;
use crate::args::Input;
use crate::request::{self, Request};
use crate::world::World;

/// A version, read and checked. What is wrong with it is `check`'s to report.
pub(crate) struct Version {
    /// As it was typed.
    pub(crate) name: String,
    pub(crate) request: Request,
    pub(crate) outcome: Outcome,
    levels: Vec<(String, Level)>,
}

impl Version {
    /// Reads what was typed; a revision alone means the place of the other side.
    pub(crate) fn read(typed: &str, other: &str, env: &[String], world: &World) -> Result<Self, Stop> {
        if typed == "-" || world.exists(Path::new(typed)) {
            return Self::at(typed, typed, env, world);
        }
        let beside = Path::new(other);
        let beside = if world.exists(beside) { beside } else { Path::new(".") };
        let (revision, place) =
            typed.split_once(':').map_or((typed, None), |(revision, place)| (revision, Some(place)));
        let then = world.at_revision(revision, beside).map_err(|why| {
            Stop::usage(format!("`{typed}` is neither a file, nor a folder, nor a git revision: {why}"))
        })?;
        let place = match place {
            None => then.beside().to_owned(),
            Some(place) => place.to_owned(),
        };
        let place = if place.is_empty() { ".".to_owned() } else { place };
        if !then.exists(Path::new(&place)) {
            return Err(Stop::usage(format!("revision `{revision}` has no `{place}`")));
        }
        Self::at(typed, &place, env, &then)
    }

    fn at(typed: &str, place: &str, env: &[String], world: &World) -> Result<Self, Stop> {
        let input = Input {
            paths: vec![place.to_owned()],
            catalog: Vec::new(),
            policy: Vec::new(),
            stdin_name: "stdin".to_owned(),
            as_of: None,
            gateway: None,
            env: env.to_vec(),
        };
        Self::of(typed, request::read(&input, world)?)
    }

    /// The table in the bytes of an artifact, whoever has signed it.
    pub(crate) fn sealed(typed: &str, bytes: &[u8], as_of: Date) -> Result<Self, Stop> {
        let unpacked = frontend::unpack(bytes)
            .ok_or_else(|| Stop::unreadable(format!("{typed}: is no artifact")))?
            .map_err(|error| Stop::unreadable(format!("{typed}: is no artifact that can be read: {error}")))?;
        let mut sources = SourceMap::new();
        let file = sources.add(format!("{typed}#table"), unpacked.text.into_bytes());
        let job = Job {
            files: vec![(file, Role::Any)],
            pins: Vec::new(),
            lost: Vec::new(),
            deployed: Files::default(),
            surroundings: Surroundings::default(),
            litellm: Release::default(),
            as_of,
        };
        let request = Request {
            sources,
            job,
            root: PathBuf::from("."),
            project_findings: None,
            inputs: Vec::new(),
            compiled: vec![typed.to_owned()],
            places: (Vec::new(), false),
            is_dated: false,
        };
        Self::of(typed, request)
    }

    fn of(typed: &str, request: Request) -> Result<Self, Stop> {
        if request.project_findings.is_some() {
            return Err(Stop::unreadable(format!("{typed}: `routec.yaml` cannot be read; `routec check` says why")));
        }
        let outcome = routec::driver::check(&request.sources, &request.job);
        let levels = outcome.levels();
        Ok(Self { name: typed.to_owned(), request, outcome, levels })
    }

    /// The tables in it.
    pub(crate) fn sides(&self) -> impl Iterator<Item = Side<'_>> {
        let is_compiled = !self.request.compiled.is_empty();
        sides(&self.outcome, (!is_compiled).then_some(self.levels.as_slice()))
    }

    /// The table that is meant: the one of a name, else the only one.
    pub(crate) fn side(&self, name: Option<&str>) -> Result<Side<'_>, Stop> {
        let typed = &self.name;
        let names = || self.sides().map(|side| side.table.name.as_str()).collect::<Vec<_>>().join(", ");
        let mut sides = self.sides();
        match (name, self.outcome.tables.len()) {
            (_, 0) => Err(Stop::unreadable(format!("{typed}: no route table could be read; `routec check` says why"))),
            (None, 1) => sides.next().ok_or_else(|| Stop::unreadable(format!("{typed}: no route table"))),
            (None, _) => {
                Err(Stop::usage(format!("{typed}: there are several tables; give one with --table: {}", names())))
            }
            (Some(name), _) => sides
                .find(|side| side.table.name.as_str() == name)
                .ok_or_else(|| Stop::usage(format!("{typed}: there is no table `{name}`; there is {}", names()))),
        }
    }
}

/// The tables of a run, each with everything it is judged by; without levels, as far as that is not known.
pub(crate) fn sides<'a>(outcome: &'a Outcome, levels: Option<&'a [(String, Level)]>) -> impl Iterator<Item = Side<'a>> {
    outcome.tables.iter().zip(&outcome.graphs).map(move |(table, graph)| Side {
        table,
        graph,
        catalogue: &outcome.catalogue,
        law: levels.map(|levels| InForce { policies: &outcome.policies, levels }),
    })
}
