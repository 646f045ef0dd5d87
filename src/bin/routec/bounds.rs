//! `routec bounds`.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};

use routec::claims::{ListsCase, bounds_of_lists};
use routec::contingency::Lists;
use routec::graph::{AtMost, Bound, Bounds as Limits, Case, Open};
use routec::litellm::{Spaces, waits};
use routec::model::{Symptom, Table, TargetId};
use routec::policy::{Pico, per_request};
use routec::report::{self, folded};

use crate::args::{Answer, Bounds};
use crate::ask::{Subject, names_like, routes_like};
use crate::world::World;
use crate::{Exit, Stop};

/// The case in which each call may fail as it likes.
const ANY: &str = "any symptom at each call";

/// The same where failures are those LiteLLM knows.
const ANY_FAILURE: &str = "any failure at each call";

/// The calls, time and money at most.
pub(crate) fn run(args: &Bounds, world: &World) -> Result<Exit, Stop> {
    let subject = Subject::read(&args.question, world)?;
    let said = match subject.lists() {
        Some(lists) => through_lists(&lists, args)?,
        None => along_ladders(&subject, args)?,
    };
    match args.question.format {
        Answer::Text => world.print(&report::terminal(&said.text)),
        Answer::Json => world.print(&format!("{:#}\n", json!({"routes": said.json}))),
    }
    subject.warn_of_gaps(world);
    subject.warn(world);
    Ok(Exit::Clean)
}

/// What is said of all routes.
#[derive(Default)]
struct Said {
    text: String,
    json: Vec<Value>,
}

impl Said {
    /// Says what the cases of a route can cause; nothing is known where there is no bound.
    fn route(&mut self, table: &Table, name: &str, cases: impl Iterator<Item = (String, Option<Bound>)>) {
        let _ =
            writeln!(self.text, "{name}\n  {:<25}{:>7}{:>14}{:>14}  costs", "", "calls", "last starts", "ends within");
        let mut said = Vec::new();
        let mut notes = BTreeSet::new();
        for (word, bound) in cases {
            let line = match &bound {
                Some(bound) => row(table, &word, bound, &mut notes),
                None => format!("{word:<25}{:>7}: more can happen than is searched", "not decided"),
            };
            let _ = writeln!(self.text, "  {line}");
            said.push(json!({
                "case": word,
                "attempts": bound.as_ref().and_then(|bound| bound.attempts.ok()),
                "lastStartMs": bound.as_ref().and_then(|bound| bound.last_start.ok()),
                "timeMs": bound.as_ref().and_then(|bound| bound.time.ok()),
                "money": bound.as_ref().and_then(|bound| bound.money.ok()).map(|money| Pico(money).to_string()),
            }));
        }
        for note in notes {
            let _ = writeln!(self.text, "  {note}");
        }
        self.json.push(json!({"route": name, "bounds": said}));
    }
}

fn along_ladders(subject: &Subject, args: &Bounds) -> Result<Said, Stop> {
    let (table, graph) = subject.table()?;
    let mut said = Said::default();
    for route in routes_like(table, &args.route)? {
        let traffic = table.routes[route].doc.traffic.as_ref().map(|traffic| &traffic.value);
        let price = |target: TargetId| per_request(&table.targets[target], traffic?).map(|cost| cost.0);
        let cases = Symptom::CONCRETE.into_iter().map(|symptom| (symptom.as_str(), Case::Persistent(symptom)));
        let bounds = cases.chain([(ANY, Case::Adversarial)]).filter_map(|(word, case)| {
            let limits = Limits::of(table, graph, case, &price, [route]);
            Some((word.to_owned(), Some(*limits.get(route)?)))
        });
        said.route(table, table.routes[route].name.value.as_str(), bounds);
    }
    Ok(said)
}

fn through_lists(lists: &Lists<'_>, args: &Bounds) -> Result<Said, Stop> {
    let spaces = Spaces::new(&lists.router);
    let mut said = Said::default();
    for name in names_like(lists, &args.route)? {
        let cases = spaces.kinds().iter().map(|kind| (kind.to_string(), ListsCase::Persistent(*kind)));
        let all = cases.chain([(ANY_FAILURE.to_owned(), ListsCase::Adversarial)]);
        said.route(lists.table, name, all.map(|(word, case)| (word, bounds_of_lists(lists, &spaces, name, case))));
    }
    said.text.push_str(&folded(&format!(
        "note: LiteLLM waits for as long as a provider says, up to {} s, after each failure that it tries again; a call without a timeout of its own may take its {} s",
        waits::LONGEST_ASKED / 1_000,
        waits::FOR_AN_ANSWER / 1_000,
    )));
    Ok(said)
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
        Err(Open::NoTokens) => "?: nothing says how long prompts and answers are".to_owned(),
        Err(Open::NoPrice(target)) => format!("?: what {} costs is not known", name(target)),
    };
    notes.insert(note);
    "?".to_owned()
}
