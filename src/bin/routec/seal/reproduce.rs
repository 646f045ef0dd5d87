//! `routec sign --reproduce`: a second signature is worth something when its owner has compiled the same bytes.

use routec::artifact::envelope::Envelope;
use routec::artifact::json::first_difference;
use routec::artifact::{Built, Previous, Provenance, Unverified, build};
use routec::model::{Date, Moment};
use routec::report::terminal;
use serde_json::Value;

use crate::args::{Input, Reproduce};
use crate::request::{self, Request};
use crate::world::World;
use crate::{Exit, Stop, check};

use super::provenance::{commit, inputs, of_seconds};

/// The ways in which the time of creation is found; what an artifact says otherwise was not written by routec.
const TIMES: [&str; 3] = ["flag", "SOURCE_DATE_EPOCH", "git-commit"];

/// Compiles the artifact again, if that is asked for; gives the exit if it must not be signed.
pub(super) fn refuses(args: &Reproduce, envelope: &Envelope, world: &World) -> Result<Option<Exit>, Stop> {
    let Some(paths) = &args.from else { return Ok(None) };
    let stated = Unverified::read(envelope).map_err(|error| Stop::unreadable(terminal(&error.to_string())))?;
    let input = Input {
        paths: paths.clone(),
        catalog: args.catalog.clone(),
        policy: args.policy.clone(),
        stdin_name: "stdin".to_owned(),
        as_of: Some(stated.predicate.lint.as_of.clone()),
        gateway: None,
        env: Vec::new(),
    };
    let request = request::for_report(&input, world)?;
    let Ok(outcome) = check::gate(&request, world) else {
        return Ok(Some(refused("the table is not clean", world)));
    };
    let name = stated.predicate.route_table.name.as_str();
    let Some(table) = outcome.tables.iter().find(|table| table.name.as_str() == name) else {
        return Ok(Some(refused(&format!("there is no table `{name}` in what was compiled again"), world)));
    };
    let Some(checked) = routec::gate::pass(table, &outcome.catalogue, &outcome.law, &outcome.findings) else {
        return Ok(Some(refused("the table was not read completely", world)));
    };
    let provenance = match provenance(&stated, &request, outcome.as_of, world)? {
        Ok(provenance) => provenance,
        Err(why) => return Ok(Some(refused(&why, world))),
    };
    match build(&checked, &outcome.policies, provenance) {
        Err(error) => Ok(Some(refused(&error.to_string(), world))),
        Ok(again) if again.envelope.payload() == envelope.payload() => {
            let (sha256, end) = (&again.payload_sha256, &stated.predicate.not_after);
            world.print(&terminal(&format!("reproduced: payload sha256 {sha256}, valid until {end}\n")));
            Ok(None)
        }
        Ok(again) => Ok(Some(refused(&difference(&stated, &again)?, world))),
    }
}

fn refused(why: &str, world: &World) -> Exit {
    world.say(&terminal(&format!("error: not signed: {why}\n")));
    Exit::Refused
}

/// What differs first, and both digests.
fn difference(stated: &Unverified, again: &Built) -> Result<String, Stop> {
    let compiled = Unverified::read(&again.envelope).map_err(|error| Stop::unreadable(error.to_string()))?;
    let Some(pointer) = first_difference(&stated.payload, &compiled.payload) else {
        return Ok("the artifact is not written as routec writes it".to_owned());
    };
    let show = |payload: &Value| {
        let value = payload.pointer(&pointer).map(ToString::to_string);
        value.map_or_else(|| "nothing".to_owned(), |value| value.chars().take(68).collect())
    };
    // A number of an input says little to people; its name does.
    let of_input = pointer.strip_prefix("/predicate/inputs/").and_then(|rest| rest.split('/').next());
    let input = of_input.and_then(|number| compiled.predicate.inputs.get(number.parse::<usize>().ok()?));
    let input = input.map_or_else(String::new, |input| format!(", an input: {}", input.name));
    Ok(format!(
        "what was compiled again is not what the artifact holds\n  first at  {pointer}{input}\n  artifact  {}\n  again     {}\n  payload sha256 of the artifact  {}\n  payload sha256 compiled again   {}",
        show(&stated.payload),
        show(&compiled.payload),
        stated.payload_sha256,
        again.payload_sha256,
    ))
}

/// What the artifact states of its making, and where the tree can tell, what the tree says; or why it cannot be that.
fn provenance(
    stated: &Unverified,
    request: &Request,
    as_of: Date,
    world: &World,
) -> Result<Result<Provenance, String>, Stop> {
    let said = &stated.predicate;
    let (Ok(created_at), Ok(not_after)) = (said.created_at.parse::<Moment>(), said.not_after.parse::<Moment>()) else {
        return Ok(Err("its times are none that routec writes".to_owned()));
    };
    let Some(created_at_source) = TIMES.into_iter().find(|known| *known == said.created_at_source) else {
        return Ok(Err("it does not say where its time of creation comes from".to_owned()));
    };
    let tree = commit(request, world);
    let created_at = match (created_at_source, tree.time) {
        ("git-commit", Some(seconds)) => of_seconds(seconds)?,
        _ => created_at,
    };
    let (commit, dirty) = match tree.id {
        Some(id) => (Some(id), tree.dirty),
        None => (said.source.commit.clone(), said.source.dirty),
    };
    Ok(Ok(Provenance {
        inputs: inputs(request),
        source_uri: said.source.uri.clone(),
        commit,
        dirty,
        as_of,
        created_at,
        created_at_source,
        // Where a waiver ends it earlier, any age at all gives the same end.
        max_age_days: created_at.whole_days_until(not_after).unwrap_or(u16::MAX),
        previous: said.route_table.previous.as_ref().map(|previous| Previous {
            table: said.route_table.name.clone(),
            version: previous.version.clone(),
            sequence: previous.sequence,
            payload_sha256: previous.payload_sha256.clone(),
        }),
    }))
}
