//! A run of OpenClaw in words: further calls of one model told together, and for each next model why it comes next.

use std::fmt::Write;

use crate::claims::{Entry, Journey, Stop, step_of};
use crate::diagnostic::quote;
use crate::graph::StepAt;
use crate::model::{Hop, HopKind, Leg, Step, Symptom, Table, Via};
use crate::openclaw::NEWEST;

use super::fold::folded;
use super::journey::{at, ending, runs_out};
use super::summary::time;
use super::{Places, escape};

/// A run for people, in lines of at most 80 columns as far as names allow.
pub(super) fn run_text(table: &Table, journey: &Journey, places: &mut Places<'_>) -> String {
    let mut out = String::new();
    let mut say = |line: String| out.push_str(&folded(&line));
    let mut number = 0;
    let mut entries = journey.entries.iter().peekable();
    while let Some(entry) = entries.next() {
        match entry {
            Entry::Visits(route, span) => {
                say(format!("enters {} ({})", table.routes[*route].name.value, at(places, *span)));
            }
            Entry::Calls(stop) => {
                number += 1;
                let first = number;
                let mut last = stop;
                while let Some(next) = entries.next_if(|next| is_same_retry(table, stop, next)) {
                    if let Entry::Calls(next) = next {
                        number += 1;
                        last = next;
                    }
                }
                let numbers = if number > first { format!("{first}-{number}") } else { first.to_string() };
                say(format!("  {numbers}. {}", called(table, stop, number + 1 - first)));
                say(format!("     {}", how_it_went(stop, last)));
                if !is_retry(table, stop) {
                    say(format!("     {}", at(places, stop.span)));
                }
            }
            Entry::Passes(step, span) => {
                say(format!("  -  {} ({})", passed_over(table, *step), at(places, *span)));
            }
            Entry::Stops(step, _) => {
                let rung = table.routes[step.route].rungs.get(step.rung);
                say(format!("  -  {}", why_it_ends(rung.map_or(Symptom::Any, |rung| rung.symptom))));
            }
            Entry::NoKeyLeft(..) => {}
            Entry::Leaves(_, symptom) => say(format!("  -  {}", why_it_ends(*symptom))),
            Entry::RunsOut(after, span) => say(format!("  -  {}", runs_out(*after, *span, places))),
        }
    }
    say(ending(table, journey));
    say(format!("as OpenClaw {NEWEST} walks; its waits are drawn by lot around these"));
    out
}

fn is_retry(table: &Table, stop: &Stop) -> bool {
    stop.by.and_then(|by| step_of(table, by)).is_some_and(|step| matches!(step, Step::Backoff(_)))
}

/// Whether an entry is the next of several calls of one model that end alike.
fn is_same_retry(table: &Table, stop: &Stop, next: &Entry) -> bool {
    matches!(next, Entry::Calls(next) if is_retry(table, stop) && next.by == stop.by && next.fails == stop.fails)
}

fn called(table: &Table, stop: &Stop, calls: usize) -> String {
    let mut text = table.targets[stop.target].name.value.to_string();
    // A key that stands alone is no choice.
    if let Some(key) = stop.key.filter(|_| table.targets[stop.target].keys.len() > 1) {
        let _ = write!(text, ", key {}", table.keys[key].name.value);
    }
    match stop.by.and_then(|by| step_of(table, by)) {
        None => format!("{text}, the first model"),
        Some(Step::Backoff(_)) if calls == 1 => format!("{text}, once again"),
        Some(Step::Backoff(_)) => format!("{text}, {calls} times again"),
        Some(Step::NextKey(_)) => format!("{text}, the next profile"),
        Some(Step::Fallback(fallback)) => format!("{text}, the next model{}", found(&fallback.kind)),
        Some(step) => format!("{text}, {}", step.word()),
    }
}

/// How a model is found by what is written.
fn found(kind: &HopKind) -> String {
    let HopKind::Listed { written, via, .. } = kind else { return String::new() };
    let written = quote(&escape::line(written));
    match via {
        Via::Alias => format!(", by its alias {written}"),
        Via::Bare => format!(", written {written}: at the provider of the first model"),
        Via::Group | Via::ModelId | Via::Wildcard | Via::ModelString | Via::Again | Via::Nowhere => String::new(),
    }
}

fn how_it_went(stop: &Stop, last: &Stop) -> String {
    let mut text = match (stop.wait, last.wait) {
        (0, _) => format!("starts {}", after(stop)),
        (first, longest) if first == longest => format!("waits {}, starts {}", time(first), after(stop)),
        (first, longest) => {
            let (first, longest) = (time(first), time(longest));
            format!("waits {first} to {longest}, the last starts {}", after(last))
        }
    };
    match stop.fails {
        None => text.push_str(", answers"),
        Some(symptom) => {
            let _ = write!(text, ", fails with {}", symptom.as_str());
        }
    }
    match (stop.timeout, stop.fails) {
        (Some(timeout), Some(Symptom::Timeout)) => {
            let _ = write!(text, " after {}", time(timeout));
        }
        (Some(timeout), _) => {
            let _ = write!(text, " within {}", time(timeout));
        }
        (None, _) => {}
    }
    text
}

/// When a call starts, if those before it failed at once.
fn after(stop: &Stop) -> String {
    if stop.starts.least == 0 { "at once".to_owned() } else { format!("after {}", time(stop.starts.least)) }
}

fn passed_over(table: &Table, at: StepAt) -> String {
    let Some(Step::Fallback(fallback)) = step_of(table, at) else { return "passed over".to_owned() };
    let (Hop::Target(name) | Hop::Route(name)) = &fallback.hop.value;
    let is_nowhere = matches!(leg_of(table, at), Some(Leg::Nowhere(_)));
    let why = match (fallback.is_passed_over(), is_nowhere) {
        (true, _) => "which was asked already",
        (false, true) => "whose provider nothing defines",
        (false, false) => "whose keys were refused just now",
    };
    format!("passes over {name}, {why}: no call")
}

fn leg_of(table: &Table, at: StepAt) -> Option<&Leg> {
    let step = table.routes[at.route].rungs.get(at.rung)?.steps.get(at.step)?;
    step.leg.as_ref().map(|(leg, _)| leg)
}

fn why_it_ends(symptom: Symptom) -> String {
    match symptom {
        Symptom::ContextOverflow => "a prompt that is too long never goes to another model: the turn ends".to_owned(),
        Symptom::ContentPolicy => "what a provider refuses never goes to another model: the turn ends".to_owned(),
        Symptom::RateLimit
        | Symptom::Overloaded
        | Symptom::Timeout
        | Symptom::Auth
        | Symptom::Billing
        | Symptom::NotEntitled
        | Symptom::Partial
        | Symptom::Any => format!("no model is left after {}", symptom.as_str()),
    }
}
