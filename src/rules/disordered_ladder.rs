//! Ranks the measures of each ladder by how much they change, and looks for one that stands before a lesser one.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Move;
use crate::model::{ResolvedStep, RouteId, Rung, Step, Symptom};

use super::Context;
use super::ladder::way_to;
use super::model_before_key::keeps_model;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("disordered-ladder"),
    group: Group::Ladder,
    level: Level::Warn,
    locked: false,
    page: include_str!("disordered_ladder.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (id, route) in context.table.routes.iter() {
        for rung in &route.rungs {
            let ranked: Vec<(u8, &ResolvedStep)> =
                rung.taken().filter_map(|step| Some((rank(context, id, rung.symptom, step)?, step))).collect();
            let out_of_order = ranked.iter().enumerate().find_map(|(at, (lesser, step))| {
                let mut before = ranked.iter().take(at);
                // A measure that was tried already may be tried again on what a hop has led to.
                let tried = ranked.iter().take(at).any(|(_, known)| known.step.word() == step.step.word());
                before
                    .find(|(rank, _)| rank > lesser && rank / 10 == lesser / 10)
                    .filter(|_| !tried && helps_pool(context, id, rung, step))
                    .map(|(_, greater)| (*greater, *step))
            });
            let Some((greater, lesser)) = out_of_order else { continue };
            let message = format!(
                "on {} {} takes {} before {}",
                rung.symptom.as_str(),
                quote(route.name.value.as_str()),
                quote(greater.step.word()),
                quote(lesser.step.word())
            );
            sink.report(
                Diagnostic::new("disordered-ladder", greater.place, "the greater measure", message)
                    .related(lesser.place.span(), "the lesser one stands behind it")
                    .help(order(rung.symptom))
                    .trace(way_to(context.table, id, rung, lesser.place))
                    .shared_by(route.name.value.as_str(), "")
                    .about(route.subject()),
            );
        }
    }
}

/// Whether a measure could have helped the pool. Behind a hop it acts on what the hop leads to, and may only be meant for
/// that.
fn helps_pool(context: &Context<'_>, route: RouteId, rung: &Rung, step: &ResolvedStep) -> bool {
    let mut before = rung.taken().take_while(|other| other.place.span() != step.place.span());
    let is_behind = before.any(|other| matches!(Move::of(other), Move::Hop(_)));
    let mut pool = context.table.pool_of(route);
    !is_behind
        || match Move::of(step) {
            Move::NextKeys(_) => pool.any(|target| target.keys.len() > 1),
            Move::Through(_) => pool.any(|target| target.egress.len() > 1),
            Move::Repeat(_) | Move::Again | Move::Longer(_) | Move::Hop(_) | Move::Control | Move::Stop => true,
        }
}

/// How much a measure changes, where the order is agreed; what other rules put in order has no rank here.
fn rank(context: &Context<'_>, route: RouteId, symptom: Symptom, step: &ResolvedStep) -> Option<u8> {
    match (symptom, Move::of(step)) {
        (Symptom::RateLimit, Move::Repeat(_) | Move::NextKeys(_)) | (Symptom::Timeout, Move::Longer(_)) => Some(0),
        (Symptom::RateLimit, Move::Again) | (Symptom::Timeout, Move::Through(_)) => Some(1),
        (Symptom::Timeout, Move::Hop(_)) if keeps_model(context, route, step) => Some(2),
        (Symptom::Partial, Move::Control) => match &step.step {
            Step::CountPerKey(_) => Some(0),
            Step::OpenCircuit { .. } => Some(1),
            // Whether these stand behind those is `unguarded-partial`'s to say.
            Step::PinSession(_) => Some(10),
            Step::ShardGateway(_) => Some(11),
            Step::Backoff(_)
            | Step::NextKey(_)
            | Step::LowerConcurrency(_)
            | Step::RaiseTimeout(_)
            | Step::SwitchEgress(_)
            | Step::Fallback(_)
            | Step::Check { .. }
            | Step::Stop => None,
        },
        (_, _) => None,
    }
}

/// The order of measures for a symptom.
fn order(symptom: Symptom) -> &'static str {
    if symptom == Symptom::RateLimit {
        "the order that changes least: `backoff` and `next-key`, then `lower-concurrency`, then `fallback`"
    } else if symptom == Symptom::Timeout {
        "the order that changes least: `raise-timeout`, then `switch-egress`, then another region, then another model"
    } else {
        "first find the bad key, then cut it off, then tie sessions down: `count-per-key`, `open-circuit`, `pin-session`, `shard-gateway`"
    }
}
