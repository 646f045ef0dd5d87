//! The way of a request through the steps of one rung, told step by step up to the one that a finding is about.

use crate::diagnostic::{Label, quote};
use crate::graph::{HopEdge, describe_hop};
use crate::model::{ResolvedStep, RouteId, Rung, Step, Table};
use crate::source::Place;

use super::found::enters;

/// Where a request enters, and each step that it takes up to one of them, that one included.
pub(super) fn way_to(table: &Table, route: RouteId, rung: &Rung, last: Place) -> Vec<Label> {
    let mut labels = vec![enters(table, route)];
    for (at, step) in rung.steps.iter().enumerate() {
        labels.push(told(table, route, rung, at, step));
        let leads_to = step.leg.as_ref().map_or(step.place, |(_, place)| *place);
        if [step.place.span(), leads_to.span()].contains(&last.span()) {
            break;
        }
    }
    labels
}

/// One step in words, where it is written.
fn told(table: &Table, from: RouteId, rung: &Rung, at: usize, step: &ResolvedStep) -> Label {
    let node = &table.routes[from];
    if let Some((leg, place)) = &step.leg {
        let in_route = node.rungs.iter().position(|other| other.symptom == rung.symptom).unwrap_or_default();
        let hop = HopEdge { from, symptom: rung.symptom, at: (in_route, at), to: leg.clone(), place: *place };
        return describe_hop(table, &hop);
    }
    let ends = matches!(step.step, Step::Stop);
    let what = if ends { "the request ends".to_owned() } else { quote(step.step.word()) };
    let (name, symptom) = (quote(node.name.value.as_str()), rung.symptom.as_str());
    Label { span: step.place.span(), text: format!("{name} on {symptom}, step {}: {what}", at + 1) }
}
