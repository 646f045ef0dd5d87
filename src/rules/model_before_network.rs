//! Looks, in the steps for `timeout`, for a measure that keeps the model and stands behind a hop that does not.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Move;
use crate::model::{ResolvedStep, Symptom};
use crate::source::Place;

use super::Context;
use super::ladder::way_to;
use super::model_before_key::{keeps_model, swaps_model};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("model-before-network"),
    group: Group::Ladder,
    level: Level::Warn,
    locked: false,
    page: include_str!("model_before_network.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (id, route) in context.table.routes.iter() {
        let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == Symptom::Timeout) else { continue };
        let taken: Vec<&ResolvedStep> = rung.taken().collect();
        let Some(swap) = taken.iter().position(|step| swaps_model(context, id, step)) else { continue };
        let Some(at) = taken.get(swap) else { continue };
        // Another region of the same model is a hop, and one that keeps the model.
        let tried = |step: &ResolvedStep| taken.iter().take(swap).any(|known| known.step.word() == step.step.word());
        let keeps = |step: &ResolvedStep| match Move::of(step) {
            Move::Longer(_) | Move::Through(_) => true,
            Move::Hop(_) => keeps_model(context, id, step),
            Move::Repeat(_) | Move::NextKeys(_) | Move::Again | Move::Control | Move::Stop => false,
        };
        let later = taken.iter().skip(swap + 1).find(|step| keeps(step) && !tried(step)).copied();
        let switches = taken.iter().any(|step| matches!(Move::of(step), Move::Through(_)));
        let spare = context.table.pool_of(id).find(|target| target.egress.len() > 1).filter(|_| !switches);
        let (measure, place): (String, Place) = match (later, spare) {
            (Some(step), _) if step.leg.is_some() => ("the same model in another place".to_owned(), step.place),
            (Some(step), _) => (quote(step.step.word()), step.place),
            (None, Some(target)) => {
                let name = quote(target.name.value.as_str());
                (format!("`switch-egress`, for which {name} has another network path,"), target.name.place)
            }
            (None, None) => continue,
        };
        let name = quote(route.name.value.as_str());
        let message = format!("on timeout {name} changes the model before {measure} was tried");
        sink.report(
            Diagnostic::new("model-before-network", at.place, "another model", message)
                .related(place.span(), "keeps the model")
                .help("the order that changes least: `raise-timeout`, `switch-egress`, a closer region of the same model, and only then another model")
                .trace(way_to(context.table, id, rung, at.place))
                .shared_by(route.name.value.as_str(), "")
                .about(route.subject()),
        );
    }
}
