//! Looks, in the steps for `rate-limit`, for a measure that keeps the model and stands behind a hop that does not.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Move;
use crate::model::{Leg, Relation, ResolvedStep, RouteId, Symptom, TargetNode};
use crate::source::Place;

use super::Context;
use super::ladder::way_to;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("model-before-key"),
    group: Group::Ladder,
    level: Level::Warn,
    locked: false,
    page: include_str!("model_before_key.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (id, route) in context.table.routes.iter() {
        let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == Symptom::RateLimit) else { continue };
        let taken: Vec<&ResolvedStep> = rung.taken().collect();
        let Some(swap) = taken.iter().position(|step| swaps_model(context, id, step)) else { continue };
        let Some(at) = taken.get(swap) else { continue };
        let tried = |step: &ResolvedStep| taken.iter().take(swap).any(|known| known.step.word() == step.step.word());
        let keeps = |step: &ResolvedStep| matches!(Move::of(step), Move::Repeat(_) | Move::NextKeys(_) | Move::Again);
        let later = taken.iter().skip(swap + 1).find(|step| keeps(step) && !tried(step)).copied();
        let tries_keys = taken.iter().any(|step| matches!(Move::of(step), Move::NextKeys(_)));
        let spare = context.table.pool_of(id).find(|target| has_spare_key(context, target)).filter(|_| !tries_keys);
        let (measure, place): (String, Place) = match (later, spare) {
            (Some(step), _) => (quote(step.step.word()), step.place),
            (None, Some(target)) => {
                let name = quote(target.name.value.as_str());
                (format!("`next-key`, for which {name} has a key to spare,"), target.name.place)
            }
            (None, None) => continue,
        };
        let name = quote(route.name.value.as_str());
        let message = format!("on rate-limit {name} changes the model before {measure} was tried");
        sink.report(
            Diagnostic::new("model-before-key", at.place, "another model", message)
                .related(place.span(), "keeps the model")
                .help("the order that changes least: `backoff`, `next-key`, `lower-concurrency`, and only then a temporary `fallback`")
                .trace(way_to(context.table, id, rung, at.place))
                .shared_by(route.name.value.as_str(), "")
                .about(route.subject()),
        );
    }
}

/// Whether a step hops to a model that is not the one of the pool.
pub(super) fn swaps_model(context: &Context<'_>, route: RouteId, step: &ResolvedStep) -> bool {
    let table = context.table;
    // Of a model that the catalogue does not know nobody can say that it is another one.
    let differs =
        |target| !matches!(context.relations.to_pool(table.pool_of(route), target), Relation::Same | Relation::Unknown);
    match Move::of(step) {
        Move::Hop(Leg::Target(target)) => differs(&table.targets[*target]),
        Move::Hop(Leg::Route(to)) => table.pool_of(*to).any(differs),
        Move::Hop(Leg::Nowhere(_))
        | Move::Repeat(_)
        | Move::NextKeys(_)
        | Move::Again
        | Move::Longer(_)
        | Move::Through(_)
        | Move::Control
        | Move::Stop => false,
    }
}

/// Whether a step hops to the very model of the pool.
pub(super) fn keeps_model(context: &Context<'_>, route: RouteId, step: &ResolvedStep) -> bool {
    let table = context.table;
    let same = |target| context.relations.to_pool(table.pool_of(route), target) == Relation::Same;
    match &step.leg {
        Some((Leg::Target(target), _)) => same(&table.targets[*target]),
        Some((Leg::Route(to), _)) => table.pool_of(*to).all(same),
        Some((Leg::Nowhere(_), _)) | None => false,
    }
}

/// Whether a target has a second key that does not draw on the quota of the first.
fn has_spare_key(context: &Context<'_>, target: &TargetNode) -> bool {
    let mut quotas =
        target.keys.iter().map(|key| context.table.keys[*key].doc.quota.as_ref().map(|quota| quota.value.as_str()));
    let first = quotas.next().flatten();
    quotas.any(|quota| quota.is_none() || quota != first)
}
