//! `routec bounds`.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::json;

use routec::graph::{AtMost, Bound, Bounds as Limits, Case, Open};
use routec::model::{Symptom, Table, TargetId};
use routec::policy::{Pico, per_request};
use routec::report;

use crate::args::{Answer, Bounds};
use crate::ask::{Subject, routes_like};
use crate::world::World;
use crate::{Exit, Stop};

/// The calls, time and money at most.
pub(crate) fn run(args: &Bounds, world: &World) -> Result<Exit, Stop> {
    let subject = Subject::read(&args.question, world)?;
    let (table, graph) = subject.table()?;
    let mut text = String::new();
    let mut answers = Vec::new();
    for route in routes_like(table, &args.route)? {
        let traffic = table.routes[route].doc.traffic.as_ref().map(|traffic| &traffic.value);
        let price = |target: TargetId| per_request(&table.targets[target], traffic?).map(|cost| cost.0);
        let name = &table.routes[route].name.value;
        let _ = writeln!(text, "{name}\n  {:<25}{:>7}{:>14}{:>14}  costs", "", "calls", "last starts", "ends within");
        let cases = Symptom::CONCRETE.into_iter().map(|symptom| (symptom.as_str(), Case::Persistent(symptom)));
        let mut said = Vec::new();
        let mut notes = BTreeSet::new();
        for (word, case) in cases.chain([("any symptom at each call", Case::Adversarial)]) {
            let limits = Limits::of(table, graph, case, &price, [route]);
            let Some(bound) = limits.get(route) else { continue };
            let _ = writeln!(text, "  {}", row(table, word, bound, &mut notes));
            said.push(json!({
                "case": word,
                "attempts": bound.attempts.ok(),
                "lastStartMs": bound.last_start.ok(),
                "timeMs": bound.time.ok(),
                "money": bound.money.ok().map(|money| Pico(money).to_string()),
            }));
        }
        for note in notes {
            let _ = writeln!(text, "  {note}");
        }
        answers.push(json!({"route": name.as_str(), "bounds": said}));
    }
    match args.question.format {
        Answer::Text => world.print(&report::terminal(&text)),
        Answer::Json => world.print(&format!("{:#}\n", json!({"routes": answers}))),
    }
    subject.warn(world);
    Ok(Exit::Clean)
}

/// What one case can cause, in one line; why something is not known goes into a note.
fn row(table: &Table, word: &str, bound: &Bound, notes: &mut BTreeSet<String>) -> String {
    if bound.attempts == Err(Open::Cycle) {
        return format!("{word:<25}{:>7}: the routes fall back to each other", "no end");
    }
    let calls = cell(table, bound.attempts, notes, |calls| calls.to_string());
    let last = cell(table, bound.last_start, notes, report::time);
    let ends = cell(table, bound.time, notes, report::time);
    let money = cell(table, bound.money, notes, |money| Pico(money).to_string());
    format!("{word:<25}{calls:>7}{last:>14}{ends:>14}  {money}")
}

fn cell<T>(table: &Table, bound: AtMost<T>, notes: &mut BTreeSet<String>, show: impl Fn(T) -> String) -> String {
    let name = |target: TargetId| &table.targets[target].name.value;
    let note = match bound {
        Ok(value) => return show(value),
        Err(Open::Cycle) => return "no end".to_owned(),
        Err(Open::NoTimeout(target)) => format!("?: {} has no timeout", name(target)),
        Err(Open::NoPrice(target)) => format!("?: what {} costs is not known", name(target)),
    };
    notes.insert(note);
    "?".to_owned()
}
