//! A request in words and as JSON: every call with its step, key, network path, time and money.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::claims::{Ending, Entry, Journey, Stop, When, step_of};
use crate::graph::StepAt;
use crate::model::{Step, Table};
use crate::source::Span;

use super::Places;
use super::fold::folded;
use super::run::run_text;
use super::summary::time;

/// A request for people, in lines of at most 80 columns as far as names allow.
pub fn journey_text(table: &Table, journey: &Journey, places: &mut Places<'_>) -> String {
    if table.gateway.is_one_run() {
        return run_text(table, journey, places);
    }
    let mut out = String::new();
    let mut say = |line: String| out.push_str(&folded(&line));
    let mut number = 0;
    let mut depth = 0usize;
    for entry in &journey.entries {
        let pad = "  ".repeat(depth.min(8));
        match entry {
            Entry::Visits(route, span) if number == 0 => {
                say(format!("{pad}enters {} ({})", table.routes[*route].name.value, at(places, *span)));
                depth += 1;
            }
            Entry::Visits(route, span) => {
                say(format!("{pad}falls back to route {} ({})", table.routes[*route].name.value, at(places, *span)));
                depth += 1;
            }
            Entry::Calls(stop) => {
                number += 1;
                say(format!("{pad}{number}. {}", called(table, stop)));
                say(format!("{pad}   {}", how_it_went(stop)));
                say(format!("{pad}   {}", at(places, stop.span)));
            }
            Entry::Passes(step, span) => {
                say(format!("{pad}-  {} ({})", passed(table, *step), at(places, *span)));
            }
            Entry::NoKeyLeft(_, span) => {
                say(format!("{pad}-  next-key: no key is left ({})", at(places, *span)));
            }
            Entry::Stops(_, span) => {
                say(format!("{pad}-  stop ({})", at(places, *span)));
            }
            Entry::Leaves(route, symptom) => {
                let name = &table.routes[*route].name.value;
                say(format!("{pad}-  {name} has no further step for {}", symptom.as_str()));
                depth = depth.saturating_sub(1);
            }
            Entry::RunsOut(after, span) => say(format!("{pad}-  {}", runs_out(*after, *span, places))),
        }
    }
    say(ending(table, journey));
    out
}

/// The point at which the gateway ends a request.
pub(super) fn runs_out(after: u64, span: Span, places: &mut Places<'_>) -> String {
    format!("{} have passed, so the run ends here ({})", time(after), at(places, span))
}

pub(super) fn at(places: &mut Places<'_>, span: Span) -> String {
    let region = places.region(span);
    format!("{}:{}", region.file, region.line)
}

fn called(table: &Table, stop: &Stop) -> String {
    let mut text = match stop.by.and_then(|by| Some((by, step_of(table, by)?))) {
        Some((by, step)) => {
            let symptom = table.routes[by.route].rungs.get(by.rung).map_or("", |rung| rung.symptom.as_str());
            format!("{} ({symptom}, step {}): ", step.word(), by.step + 1)
        }
        None => String::new(),
    };
    text.push_str(table.targets[stop.target].name.value.as_str());
    if let Some(key) = stop.key {
        let _ = write!(text, ", key {}", table.keys[key].name.value);
    }
    if let Some(egress) = stop.egress {
        let _ = write!(text, ", egress {}", table.egress[egress].name.value);
    }
    text
}

fn how_it_went(stop: &Stop) -> String {
    let mut text = String::new();
    if stop.wait > 0 {
        let _ = write!(text, "waits {}, ", time(stop.wait));
    }
    let _ = write!(text, "starts {}", after(stop.starts));
    match (stop.fails, stop.timeout) {
        (None, Some(timeout)) => {
            let _ = write!(text, ", answers within {}", time(timeout));
        }
        (None, None) => text.push_str(", answers, whenever it likes: no timeout"),
        (Some(symptom), Some(timeout)) => {
            let _ = write!(text, ", fails with {} ", symptom.as_str());
            let exact = symptom == crate::model::Symptom::Timeout;
            let _ = write!(text, "{} {}", if exact { "after" } else { "within" }, time(timeout));
        }
        (Some(symptom), None) => {
            let _ = write!(text, ", fails with {}, whenever it likes: no timeout", symptom.as_str());
        }
    }
    if let Some(money) = stop.money {
        let _ = write!(text, "; {money} so far");
    }
    text
}

fn after(when: When) -> String {
    match when.most {
        Some(0) => "at once".to_owned(),
        Some(most) if most == when.least => format!("after {}", time(most)),
        Some(most) => format!("after {} to {}", time(when.least), time(most)),
        None => format!("after {} or later", time(when.least)),
    }
}

fn passed(table: &Table, at: StepAt) -> String {
    match step_of(table, at) {
        Some(Step::Check { runbook, owner }) => format!("check: {owner} looks, by {runbook}"),
        Some(step) => format!("{}: for later requests", step.word()),
        None => String::new(),
    }
}

/// How a request ends, in one line.
pub fn ending(table: &Table, journey: &Journey) -> String {
    let calls = journey.calls().count();
    let calls = super::summary::count(calls, "call");
    let ends = match journey.ended.most {
        Some(most) => format!("at most {}", time(most)),
        None => "no limit of time".to_owned(),
    };
    let money = journey.money().map_or_else(|| "cost unknown".to_owned(), |money| format!("at most {money}"));
    let how = match journey.ending {
        Ending::Answered(target) => format!("answered by {}", table.targets[target].name.value),
        Ending::Failed(symptom) => format!("fails: the caller gets {}", symptom.as_str()),
        Ending::Endless => "never ends: the table has a cycle".to_owned(),
    };
    format!("{how}; {calls}, {ends}, {money}")
}

/// A request for scripts.
pub fn journey_json(table: &Table, journey: &Journey, places: &mut Places<'_>) -> Value {
    let mut steps = Vec::new();
    for entry in &journey.entries {
        steps.push(match entry {
            Entry::Visits(route, span) => {
                json!({"visits": table.routes[*route].name.value.as_str(), "at": place(places, *span)})
            }
            Entry::Calls(stop) => call_json(table, stop, places),
            Entry::Passes(step, span) => {
                json!({"passes": step_of(table, *step).map(Step::word), "at": place(places, *span)})
            }
            Entry::NoKeyLeft(_, span) => json!({"passes": "next-key", "noKeyLeft": true, "at": place(places, *span)}),
            Entry::Stops(_, span) => json!({"passes": "stop", "at": place(places, *span)}),
            Entry::Leaves(route, symptom) => {
                json!({"leaves": table.routes[*route].name.value.as_str(), "symptom": symptom.as_str()})
            }
            Entry::RunsOut(after, span) => json!({"runsOutMs": after, "at": place(places, *span)}),
        });
    }
    let (ends, by) = match journey.ending {
        Ending::Answered(target) => ("answered", Some(table.targets[target].name.value.as_str())),
        Ending::Failed(symptom) => ("failed", Some(symptom.as_str())),
        Ending::Endless => ("endless", None),
    };
    json!({
        "route": table.routes[journey.route].name.value.as_str(),
        "steps": steps,
        "ends": ends,
        "by": by,
        "attempts": journey.calls().count(),
        "leastMs": journey.ended.least,
        "mostMs": journey.ended.most,
        "mostMoney": journey.money().map(|money| money.to_string()),
    })
}

fn call_json(table: &Table, stop: &Stop, places: &mut Places<'_>) -> Value {
    let step = stop.by.map(|by| {
        let symptom = table.routes[by.route].rungs.get(by.rung).map(|rung| rung.symptom.as_str());
        json!({"symptom": symptom, "number": by.step + 1, "does": step_of(table, by).map(Step::word)})
    });
    json!({
        "calls": table.targets[stop.target].name.value.as_str(),
        "route": table.routes[stop.route].name.value.as_str(),
        "step": step,
        "key": stop.key.map(|key| table.keys[key].name.value.as_str()),
        "egress": stop.egress.map(|egress| table.egress[egress].name.value.as_str()),
        "waitMs": stop.wait,
        "timeoutMs": stop.timeout,
        "startsLeastMs": stop.starts.least,
        "startsMostMs": stop.starts.most,
        "fails": stop.fails.map(crate::model::Symptom::as_str),
        "moneySoFar": stop.money.map(|money| money.to_string()),
        "at": place(places, stop.span),
    })
}

/// A place for scripts.
pub(super) fn place(places: &mut Places<'_>, span: Span) -> Value {
    let region = places.region(span);
    json!({"file": region.file, "line": region.line, "column": region.column})
}
