//! `routec build`: a checked table becomes an unsigned artifact.

use std::path::{Path, PathBuf};

use routec::artifact::envelope::Envelope;
use routec::artifact::json::{parse_strict, sha256_hex};
use routec::artifact::{InputFile, Previous, Provenance, build as build_artifact};
use routec::driver::{Outcome, Role};
use routec::model::{Kind, Moment, Table};

use crate::args::Build;
use crate::request::{self, Request};
use crate::world::World;
use crate::{Exit, Stop, check};

use super::files::{moment, read, write};

/// Compiles a checked table into an unsigned artifact.
pub(crate) fn build(args: &Build, world: &World) -> Result<Exit, Stop> {
    let request = request::for_report(&args.input, world)?;
    if let Some(name) = request.compiled.first() {
        return Err(Stop::usage(format!(
            "{name} is compiled already; an artifact is built from the documents that people review"
        )));
    }
    let outcome = match check::gate(&request, world) {
        Ok(outcome) => outcome,
        Err(exit) => {
            world.say("error: no artifact was built: the table is not clean\n");
            return Ok(exit);
        }
    };
    let table = choose(&outcome, args.table.as_deref())?;
    let checked = routec::gate::pass(table, &outcome.catalogue, &outcome.law, &outcome.findings)
        .ok_or_else(|| Stop::unreadable("no artifact was built: the table was not read completely"))?;
    let provenance = provenance(args, &request, world)?;
    let artifact = build_artifact(&checked, &outcome.policies, provenance)
        .map_err(|error| Stop::usage(format!("no artifact was built: {error}")))?;
    let path = match &args.output {
        None => PathBuf::from(&artifact.file_name),
        Some(path) if world.is_folder(path) => path.join(&artifact.file_name),
        Some(path) => path.clone(),
    };
    write(world, &path, &artifact.envelope.to_bytes())?;
    world.print(&format!(
        "built {}\n  payload sha256 {}\n  table sha256   {}\n  unsigned: `routec sign --key KEY {0}` is next\n",
        path.display(),
        artifact.payload_sha256,
        artifact.table_sha256
    ));
    Ok(Exit::Clean)
}

fn choose<'a>(outcome: &'a Outcome, name: Option<&str>) -> Result<&'a Table, Stop> {
    let known = || outcome.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
    match (outcome.tables.as_slice(), name) {
        ([only], None) => Ok(only),
        (tables, Some(name)) => tables
            .iter()
            .find(|table| table.name.as_str() == name)
            .ok_or_else(|| Stop::usage(format!("there is no table `{name}`; known: {}", known()))),
        (_, None) => Err(Stop::usage(format!("there are several tables ({}); choose one with --table", known()))),
    }
}

fn provenance(args: &Build, request: &Request, world: &World) -> Result<Provenance, Stop> {
    let commit = world.commit(&request.root);
    let of_seconds =
        |seconds: i64| Moment::of_seconds(seconds).ok_or_else(|| Stop::usage("the time of creation is out of range"));
    let clean_time = commit.time.filter(|_| !commit.dirty);
    let (created_at, created_at_source) = match (&args.created_at, world.source_date_epoch(), clean_time) {
        (Some(time), ..) => (moment("--created-at", time)?, "flag"),
        (None, Some(seconds), _) => (of_seconds(seconds)?, "SOURCE_DATE_EPOCH"),
        (None, None, Some(seconds)) => (of_seconds(seconds)?, "git-commit"),
        (None, None, None) => {
            return Err(Stop::usage(
                "the tree is not a clean commit, so nothing says when the artifact was created: commit, or give --created-at 2026-11-22T09:00:00Z",
            ));
        }
    };
    let previous = args.previous.as_ref().map(|path| read_previous(path, world)).transpose()?;
    let role = |id| request.job.files.iter().find(|(file, _)| *file == id).map_or(Role::Any, |(_, role)| *role);
    let mut inputs: Vec<InputFile> = request
        .inputs
        .iter()
        .map(|(id, name)| InputFile {
            role: match role(*id) {
                Role::Kind(Kind::Catalog) => "catalogue",
                Role::Kind(Kind::Policy) => "policy",
                Role::Kind(Kind::Project | Kind::Expectations) => "config",
                Role::Kind(Kind::RouteTable) | Role::Any | Role::BuiltInCatalogue => "routes",
            },
            name: name.clone(),
            bytes: request.sources.file(*id).text().as_bytes().to_vec(),
        })
        .collect();
    for (id, _) in request.job.files.iter().filter(|(_, role)| *role == Role::BuiltInCatalogue) {
        let file = request.sources.file(*id);
        inputs.push(InputFile {
            role: "catalogue",
            name: file.name().to_owned(),
            bytes: file.text().as_bytes().to_vec(),
        });
    }
    Ok(Provenance {
        inputs,
        source_uri: None,
        commit: commit.id,
        dirty: commit.dirty,
        created_at,
        created_at_source,
        max_age_days: args.max_age_days,
        previous,
    })
}

/// What a new artifact needs to know of the one it replaces.
fn read_previous(path: &Path, world: &World) -> Result<Previous, Stop> {
    let bytes = read(world, path)?;
    let bad = |what: &str| Stop::unreadable(format!("{}: {what}", path.display()));
    let envelope = Envelope::from_bytes(&bytes).map_err(|error| bad(&error.to_string()))?;
    let payload = parse_strict(envelope.payload()).map_err(|error| bad(&error.to_string()))?;
    let reference = payload.pointer("/predicate/routeTable").ok_or_else(|| bad("is no artifact of a route table"))?;
    let version = reference.get("version").and_then(|version| version.as_str());
    let sequence = reference.get("sequence").and_then(serde_json::Value::as_u64);
    let (version, sequence) = version.zip(sequence).ok_or_else(|| bad("carries no version and sequence"))?;
    Ok(Previous { version: version.to_owned(), sequence, payload_sha256: sha256_hex(envelope.payload()) })
}
