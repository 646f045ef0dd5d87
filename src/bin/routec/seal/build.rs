//! `routec build`: a checked table becomes an unsigned artifact.

use std::path::{Path, PathBuf};

use routec::artifact::envelope::Envelope;
use routec::artifact::{Built, Provenance, build as build_artifact};
use routec::driver::Outcome;
use routec::model::Table;
use routec::report::terminal;

use crate::args::Build;
use crate::request::{self, Request};
use crate::world::World;
use crate::{Exit, Stop, check};

use super::files::{moment, read, write};
use super::provenance::{commit, inputs, of_seconds, previous, source_uri};

/// Compiles a checked table into an unsigned artifact.
pub(crate) fn build(args: &Build, world: &World) -> Result<Exit, Stop> {
    let mut request = request::for_report(&args.input, world)?;
    if let Some(name) = request.compiled.first() {
        return Err(Stop::usage(format!(
            "{name} is compiled already; an artifact is built from the documents that people review"
        )));
    }
    let provenance = provenance(args, &request, world)?;
    request.job.as_of = provenance.as_of;
    let mut outcome = match check::gate(&request, world) {
        Ok(outcome) => outcome,
        Err(exit) => {
            world.say("error: no artifact was built: the table is not clean\n");
            return Ok(exit);
        }
    };
    let table = choose(&outcome, args.table.as_deref())?;
    let checked = routec::gate::pass(table, &outcome.catalogue, &outcome.law, &outcome.findings)
        .ok_or_else(|| Stop::unreadable("no artifact was built: the table was not read completely"))?;
    let artifact = build_artifact(&checked, &outcome.policies, provenance)
        .map_err(|error| Stop::usage(format!("no artifact was built: {}", terminal(&error.to_string()))))?;
    if let Some(previous) = &args.previous {
        let found = crate::diff::versions(&previous.to_string_lossy(), &args.input, &outcome, world)?;
        if !found.is_empty() {
            outcome.add(found);
            check::show(&request, &outcome, world);
            world.say("error: no artifact was built: the version does not say how much has changed\n");
            return Ok(Exit::NotBumped);
        }
    }
    let path = match &args.output {
        None => PathBuf::from(&artifact.file_name),
        Some(path) if world.is_folder(path) => path.join(&artifact.file_name),
        Some(path) => path.clone(),
    };
    let is_new = put(&path, &artifact, args.force, world)?;
    let shown = path.display();
    let done = if is_new {
        format!("built {shown}")
    } else {
        format!("{shown} holds this already, signed, and was left alone")
    };
    let next = if is_new { format!("  unsigned: `routec sign --key KEY {shown}` is next\n") } else { String::new() };
    world.print(&format!(
        "{done}\n  payload sha256 {}\n  table sha256   {}\n{next}",
        artifact.payload_sha256, artifact.table_sha256
    ));
    Ok(Exit::Clean)
}

/// The table of a project that is asked for.
pub(crate) fn choose<'a>(outcome: &'a Outcome, name: Option<&str>) -> Result<&'a Table, Stop> {
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
    let commit = commit(request, world);
    let clean_time = commit.time.filter(|_| !commit.dirty);
    let (created_at, created_at_source) = match (&args.created_at, world.source_date_epoch()?, clean_time) {
        (Some(time), ..) => (moment("--created-at", time)?, "flag"),
        (None, Some(seconds), _) => (of_seconds(seconds)?, "SOURCE_DATE_EPOCH"),
        (None, None, Some(seconds)) => (of_seconds(seconds)?, "git-commit"),
        (None, None, None) => {
            return Err(Stop::usage(
                "the tree is not a clean commit, so nothing says when the artifact was created: commit, or give --created-at 2026-11-22T09:00:00Z",
            ));
        }
    };
    Ok(Provenance {
        inputs: inputs(request),
        source_uri: args.source_uri.as_deref().map(source_uri).transpose()?,
        commit: commit.id,
        dirty: commit.dirty,
        // Never the clock: the same files must give the same bytes tomorrow.
        as_of: if request.is_dated { request.job.as_of } else { created_at.day() },
        created_at,
        created_at_source,
        max_age_days: args.max_age_days,
        previous: args.previous.as_ref().map(|path| previous(path, world)).transpose()?,
    })
}

/// Writes the artifact; over another payload only if told to, and never over signatures of the same one. Gives whether
/// it was written.
fn put(path: &Path, artifact: &Built, force: bool, world: &World) -> Result<bool, Stop> {
    if world.exists(path) && !force {
        let held = Envelope::from_bytes(&read(world, path)?).ok();
        let Some(held) = held.filter(|held| held.payload() == artifact.envelope.payload()) else {
            return Err(Stop::usage(format!(
                "{} exists and holds something else; raise the version, write elsewhere, or replace it with --force",
                path.display()
            )));
        };
        if held.signatures().next().is_some() {
            return Ok(false);
        }
    }
    write(world, path, &artifact.envelope.to_bytes())?;
    Ok(true)
}
