//! The plans of a route: symptoms that take the same steps together, each step in a few words.

use crate::artifact::compiled::{CompiledRoute, CompiledStep, StepWord};
use crate::model::{Duration, Percent, Symptom};

use super::super::summary::{count, time};
use super::word;

/// The symptoms with their steps, in the order of the language; those that take the same steps stand together.
pub(super) fn grouped(route: &CompiledRoute) -> Vec<(String, String)> {
    let mut groups: Vec<(Vec<&str>, &[CompiledStep])> = Vec::new();
    for plan in &route.plans {
        match groups.iter_mut().find(|(_, steps)| *steps == plan.steps.as_slice()) {
            Some((symptoms, _)) => symptoms.push(plan.symptom.as_str()),
            None => groups.push((vec![plan.symptom.as_str()], plan.steps.as_slice())),
        }
    }
    let planned = |symptom: &Symptom| route.plans.iter().any(|plan| plan.symptom == *symptom);
    let rest: Vec<&str> =
        Symptom::CONCRETE.iter().filter(|symptom| !planned(symptom)).map(|symptom| symptom.as_str()).collect();
    let mut lines: Vec<(String, String)> = groups
        .into_iter()
        .map(|(symptoms, steps)| {
            let steps: Vec<String> = steps.iter().map(step).collect();
            (together(&symptoms), steps.join(" > "))
        })
        .collect();
    if !rest.is_empty() {
        lines.push((together(&rest), "no plan: fails at once".to_owned()));
    }
    lines
}

fn together(symptoms: &[&str]) -> String {
    if symptoms.len() == Symptom::CONCRETE.len() { "every symptom".to_owned() } else { symptoms.join(", ") }
}

fn step(step: &CompiledStep) -> String {
    let lasts = |milliseconds: Option<u64>| milliseconds.map_or_else(String::new, |ms| Duration(ms).to_string());
    let named = |name: &Option<String>| name.clone().unwrap_or_default();
    let what = word(step.step);
    let parameters = match step.step {
        StepWord::Backoff => backoff(step),
        StepWord::NextKey => step.times.map_or_else(|| "every other".to_owned(), |times| format!("{times} at most")),
        StepWord::LowerConcurrency => {
            format!("to {}", step.share_basis_points.map_or_else(String::new, |share| Percent(share).to_string()))
        }
        StepWord::RaiseTimeout => step.to_ms.map_or_else(String::new, |to| format!("to {}", time(to))),
        StepWord::SwitchEgress => named(&step.egress),
        StepWord::Fallback => fallback(step),
        StepWord::CountPerKey => lasts(step.window_ms),
        StepWord::OpenCircuit => format!(
            "per {} after {} for {}",
            step.per.map(word).unwrap_or_default(),
            step.after.unwrap_or_default(),
            lasts(step.for_ms)
        ),
        StepWord::PinSession => step.pin_to.map(word).unwrap_or_default(),
        StepWord::ShardGateway => step.shard_by.map(word).unwrap_or_default(),
        StepWord::Check => format!("{}, {}", named(&step.owner), named(&step.runbook)),
        StepWord::Stop => String::new(),
    };
    if parameters.is_empty() { what } else { format!("{what} ({parameters})") }
}

fn backoff(step: &CompiledStep) -> String {
    let (calls, first) = (step.times.unwrap_or_default(), step.initial_ms.map(time).unwrap_or_default());
    let grows = step.factor.filter(|factor| calls > 1 && *factor > 1);
    let growth = grows.map_or_else(String::new, |factor| {
        let cap = step.max_ms.map_or_else(String::new, |max| format!(", at most {}", time(max)));
        format!(", each wait {factor} times the last{cap}")
    });
    let calls = count(usize::try_from(calls).unwrap_or(usize::MAX), "call");
    format!("{calls} after {first}{growth}")
}

fn fallback(step: &CompiledStep) -> String {
    let to = match (&step.target, &step.route) {
        (Some(target), _) => target.clone(),
        (None, Some(route)) => format!("route {route}"),
        (None, None) => String::new(),
    };
    let lasting = step.for_ms.map_or_else(String::new, |ms| format!(" for {}", Duration(ms)));
    let label = step.label.as_ref().map_or_else(String::new, |label| {
        let relation = label.relation.map(|relation| format!(", {}", word(relation))).unwrap_or_default();
        let gaps: Vec<&str> = label.gaps.iter().map(|gap| gap.as_str()).collect();
        let gaps = if gaps.is_empty() { String::new() } else { format!(", loses {}", gaps.join(" and ")) };
        let announce = label.announce.map(|announce| format!(", announced by {}", word(announce))).unwrap_or_default();
        format!("{relation}{gaps}{announce}")
    });
    format!("{to}{lasting}{label}")
}
