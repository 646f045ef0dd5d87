//! `routec trace`.

use std::fmt::Write;

use serde_json::json;

use routec::claims::{ANSWER, Journey, Weather, follow};
use routec::model::{RouteId, Symptom, Table, TargetId};
use routec::report::{self, journey_json, journey_text};

use crate::args::{Answer, Trace};
use crate::ask::{Subject, failures, route_named, symptom, times};
use crate::attempts;
use crate::world::World;
use crate::{Exit, Stop};

/// Follows one request.
pub(crate) fn run(args: &Trace, world: &World) -> Result<Exit, Stop> {
    let subject = Subject::read(&args.question, world)?;
    if let Some(mut lists) = subject.lists() {
        lists.router = lists.router.tagged(args.tag.iter().cloned());
        let release = subject.request.job.litellm;
        attempts::run(args, &lists, release, subject.places(), world)?;
        subject.warn(world);
        return Ok(Exit::Clean);
    }
    if !args.tag.is_empty() {
        return Err(Stop::usage("--tag: only LiteLLM chooses deployments by the tags of a request"));
    }
    let (table, _) = subject.table()?;
    let route = route_named(table, &args.route)?;
    let (weather, note) = if let Some(text) = &args.on {
        (Weather::InTurn(in_turn(text)?), None)
    } else {
        let (failing, note) = failures(table, &args.fail)?;
        (Weather::Failing(failing), note)
    };
    let journey = followed(table, route, &args.from, &weather)?;
    let mut places = subject.places();
    match args.question.format {
        Answer::Text => {
            let mut text = journey_text(table, &journey, &mut places);
            others(table, args, &journey, &mut text);
            world.print(&report::terminal(&text));
        }
        Answer::Json => {
            let mut answer = journey_json(table, &journey, &mut places);
            if let Some(fields) = answer.as_object_mut() {
                let names: Vec<&str> = elsewhere(table, &journey).iter().map(|(name, _)| *name).collect();
                fields.insert("otherEntries".to_owned(), json!(names));
            }
            world.print(&format!("{answer:#}\n"));
        }
    }
    if let Some(note) = note {
        world.say(&note);
    }
    subject.warn(world);
    Ok(Exit::Clean)
}

/// Symptoms in turn, as typed.
fn in_turn(text: &str) -> Result<Vec<Option<Symptom>>, Stop> {
    let mut symptoms = Vec::new();
    for part in text.split(',') {
        let (name, times) = times("--on", part)?;
        let shown = if name == ANSWER { None } else { Some(symptom(name)?) };
        symptoms.extend(std::iter::repeat_n(shown, times));
    }
    Ok(symptoms)
}

/// The request that goes as `--from` says: each name is a target of the pool of the next route visited.
fn followed(table: &Table, route: RouteId, from: &[String], weather: &Weather) -> Result<Journey, Stop> {
    let no_pool = || Stop::unreadable("the route has no pool");
    let mut chosen: Vec<TargetId> = Vec::new();
    let mut journey = follow(table, route, &chosen, weather).ok_or_else(no_pool)?;
    for name in from {
        let Some((visited, _)) = journey.chosen.get(chosen.len()) else {
            let visits = report::count(journey.chosen.len(), "route");
            return Err(Stop::usage(format!("--from: `{name}` is one too many; the request visits {visits}")));
        };
        chosen.push(pool_target(table, *visited, name)?);
        journey = follow(table, route, &chosen, weather).ok_or_else(no_pool)?;
    }
    Ok(journey)
}

/// A target of a route's pool by its name.
fn pool_target(table: &Table, route: RouteId, name: &str) -> Result<TargetId, Stop> {
    let node = &table.routes[route];
    let found = node.pool.iter().find(|member| table.targets[member.target].name.value.as_str() == name);
    found.map(|member| member.target).ok_or_else(|| {
        let known = node.pool.iter().map(|member| table.targets[member.target].name.value.as_str());
        let known: Vec<&str> = known.collect();
        let route = &node.name.value;
        Stop::usage(format!("--from: `{name}` is not in the pool of `{route}`; it has {}", known.join(", ")))
    })
}

/// The targets at which other requests of the route begin, and which requests those are.
fn elsewhere<'t>(table: &'t Table, journey: &Journey) -> Vec<(&'t str, String)> {
    let node = &table.routes[journey.route];
    let first = journey.chosen.first().map(|(_, target)| *target);
    let name = |target: TargetId| table.targets[target].name.value.as_str();
    let shares = routec::graph::shares(node).map(|(member, weight, total)| {
        let share = u128::from(weight) * 100 / u128::from(total.max(1));
        (member.target, format!("{share}% of the requests"))
    });
    let lowest = node.preferred().map(|member| member.order).next();
    let standing_in = node
        .pool
        .iter()
        .filter(|member| Some(member.order) != lowest)
        .map(|member| (member.target, format!("stands in, order {}", member.order)));
    let all = shares.chain(standing_in).filter(|(target, _)| Some(*target) != first);
    all.map(|(target, which)| (name(target), which)).collect()
}

/// Says that other requests of the route begin elsewhere, and how to follow them.
fn others(table: &Table, args: &Trace, journey: &Journey, text: &mut String) {
    let others = elsewhere(table, journey);
    if others.is_empty() || !args.from.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nother requests begin elsewhere; to follow them add");
    for (name, which) in others {
        let _ = writeln!(text, "  --from {name} ({which})");
    }
}
