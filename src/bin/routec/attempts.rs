//! `routec trace` of a LiteLLM file: what was typed becomes fates and picks.

use std::collections::BTreeMap;

use routec::claims::{Fates, fate, follow_litellm};
use routec::contingency::{Element, Failure as Fails, Lists};
use routec::litellm::{Failure, Release, Resolved, Router};
use routec::model::Table;
use routec::report::{self, Attempts, Places, attempts_json, attempts_text};

use crate::Stop;
use crate::args::{Answer, Trace};
use crate::ask::{symptom, times};
use crate::world::World;

/// Follows one request to LiteLLM.
pub(crate) fn run(
    args: &Trace,
    lists: &Lists<'_>,
    release: Release,
    mut places: Places<'_>,
    world: &World,
) -> Result<(), Stop> {
    let (table, routing, router) = (lists.table, lists.routing(), &lists.router);
    let name = args.route.as_str();
    if matches!(router.directory().resolve(name), Resolved::Nobody | Resolved::Default(_)) {
        let known = routing.deployments.iter().map(|one| one.group.value.as_str());
        let hint = routec::diagnostic::nearest(name, known.chain(routing.aliases.keys().map(String::as_str)))
            .map_or_else(|| "`routec graph` shows them".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Stop::usage(format!("no group, alias, wildcard or id answers to `{name}`; {hint}")));
    }
    let fates = match &args.on {
        Some(text) => Fates::InTurn(in_turn("--on", text, ',')?),
        None => named(args, table, router)?,
    };
    let picks = picks(args, lists)?;
    let request = follow_litellm(lists, name, &fates, &picks).map_err(|(picked, among)| {
        let label = |at: &usize| label(lists, *at);
        let known: Vec<String> = among.iter().map(label).collect();
        let picked = label(&picked);
        Stop::usage(format!("--from: `{picked}` is not among those LiteLLM picks from then: {}", known.join(", ")))
    })?;
    let attempts = Attempts { lists, release, name, request: &request };
    match args.question.format {
        Answer::Text => world.print(&report::terminal(&attempts_text(&attempts, &mut places))),
        Answer::Json => world.print(&format!("{:#}\n", attempts_json(&attempts, &mut places))),
    }
    Ok(())
}

/// Ways to end in turn, as typed.
fn in_turn(option: &str, text: &str, between: char) -> Result<Vec<Option<Failure>>, Stop> {
    let mut all = Vec::new();
    for part in text.split(between) {
        let (word, number) = times(option, part)?;
        let end = fate(word).ok_or_else(|| {
            let why = "is no way for a call to end; write `429`, `500`, `timeout`, `context-window`, `content-policy`, a symptom such as `rate-limit`, or `answer`";
            Stop::usage(format!("{option}: `{word}` {why}"))
        })?;
        all.extend(std::iter::repeat_n(end, number));
    }
    Ok(all)
}

/// What fails, as typed: groups and deployments with how their calls end in turn, or elements of the table.
fn named(args: &Trace, table: &Table, router: &Router<'_>) -> Result<Fates, Stop> {
    let mut deployments: BTreeMap<usize, Vec<Option<Failure>>> = BTreeMap::new();
    let mut elements = Vec::new();
    for text in &args.fail.fail {
        // A name may hold `=`, the ways to end do not.
        let (name, ends) = text.rsplit_once('=').map_or((text.as_str(), None), |(name, ends)| (name, Some(ends)));
        let hit = hit(router, name);
        if hit.is_empty() {
            let element = Element::parse(table, name)
                .map_err(|why| Stop::usage(format!("--fail: no group or deployment is called `{name}`, and {why}")))?;
            let own = ends.or(args.fail.with.as_deref()).map(symptom).transpose()?;
            let symptom = own.or_else(|| element.causes().first().copied());
            elements.extend(symptom.map(|symptom| Fails { element, symptom }));
            continue;
        }
        let ends = ends.or(args.fail.with.as_deref()).unwrap_or("500");
        let ends = in_turn("--fail", ends, '|')?;
        for at in hit {
            deployments.entry(at).or_insert_with(|| ends.clone());
        }
    }
    if args.fail.fail.is_empty() && args.fail.with.is_some() {
        return Err(Stop::usage("--with says how something fails; --fail says what"));
    }
    Ok(Fates::Named { deployments, elements })
}

/// The deployments a name stands for: an id, else a group.
fn hit(router: &Router<'_>, name: &str) -> Vec<usize> {
    let all = router.directory().routing().deployments.iter().enumerate();
    let by_id: Vec<usize> = all.clone().filter(|(_, one)| one.id.as_deref() == Some(name)).map(|(at, _)| at).collect();
    if !by_id.is_empty() {
        return by_id;
    }
    all.filter(|(_, one)| one.group.value == name).map(|(at, _)| at).collect()
}

/// The deployments that are picked in turn, by their ids or by the names that are printed.
fn picks(args: &Trace, lists: &Lists<'_>) -> Result<Vec<usize>, Stop> {
    let all = || lists.routing().deployments.iter().enumerate();
    let found = args.from.iter().map(|name| {
        let by_id = all().find(|(_, one)| one.id.as_deref() == Some(name));
        let found = by_id.or_else(|| all().find(|(at, _)| label(lists, *at) == *name)).map(|(at, _)| at);
        found.ok_or_else(|| Stop::usage(format!("--from: no deployment is called `{name}`")))
    });
    found.collect()
}

/// The name of a deployment, as it is printed.
fn label(lists: &Lists<'_>, at: usize) -> String {
    lists.target(at).map(|target| lists.table.targets[target].name.value.to_string()).unwrap_or_default()
}
