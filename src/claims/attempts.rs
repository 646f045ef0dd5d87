//! How the calls of a request to LiteLLM end, as a person says it, and the request that comes of it.

use std::collections::BTreeMap;

use crate::contingency::{Failure as Fails, shown};
use crate::graph::Call;
use crate::litellm::{Failure, Request, Router, Routing};
use crate::model::{Symptom, Table, TargetId};

use super::weather::ANSWER;

/// The calls after which a request is no longer followed.
pub const LONGEST_REQUEST: usize = 1_000;

/// How the calls end.
#[derive(Clone, Debug)]
pub enum Fates {
    /// They end so in turn, and as the last one for ever.
    InTurn(Vec<Option<Failure>>),
    /// What is named ends so; every other call answers.
    Named {
        /// For each deployment how its calls end in turn, the last for ever.
        deployments: BTreeMap<usize, Vec<Option<Failure>>>,
        /// What else fails: providers, regions, models, targets.
        elements: Vec<Fails>,
    },
}

/// A way for a call to end: `answer`, a status such as `429`, `timeout`, `context-window`, `content-policy`, or a symptom.
pub fn fate(text: &str) -> Option<Option<Failure>> {
    if text == ANSWER {
        return Some(None);
    }
    let symptom = Symptom::CONCRETE.into_iter().find(|symptom| symptom.as_str() == text);
    symptom.map(failure_of).or_else(|| Failure::parse(text)).map(Some)
}

/// What LiteLLM sees of a symptom.
pub fn failure_of(symptom: Symptom) -> Failure {
    match symptom {
        Symptom::RateLimit => Failure::Status(429),
        Symptom::Timeout => Failure::Status(408),
        Symptom::Auth => Failure::Status(401),
        Symptom::Billing => Failure::Status(402),
        Symptom::NotEntitled => Failure::Status(404),
        Symptom::ContextOverflow => Failure::ContextWindow,
        Symptom::ContentPolicy => Failure::ContentPolicy,
        Symptom::Overloaded | Symptom::Partial | Symptom::Any => Failure::Status(500),
    }
}

/// The target of the table that a deployment of its file became.
pub fn target_of(table: &Table, routing: &Routing, deployment: usize) -> Option<TargetId> {
    let written = routing.deployments.get(deployment)?.model.span();
    // Where an anchor gives several deployments one place, they became targets in the same order.
    let before = routing.deployments.iter().take(deployment).filter(|one| one.model.span() == written).count();
    let same = table.targets.iter().filter(|(_, target)| target.name.span() == written);
    same.map(|(id, _)| id).nth(before)
}

/// Follows a request for a name. Of several equal deployments the next of `picks` that is among them is called; a pick
/// that is not among them is given back as the error, with those that are.
pub fn follow_litellm(
    table: &Table,
    router: &Router<'_>,
    name: &str,
    fates: &Fates,
    picks: &[usize],
) -> Result<Request, (usize, Vec<usize>)> {
    let routing = router.directory().routing();
    let mut hits: BTreeMap<usize, usize> = BTreeMap::new();
    let mut fate = |number: usize, deployment: usize| {
        let hit = hits.entry(deployment).or_insert(0);
        *hit += 1;
        match fates {
            Fates::InTurn(all) => in_turn(all, number),
            Fates::Named { deployments, elements } => {
                if let Some(all) = deployments.get(&deployment) {
                    return in_turn(all, *hit - 1);
                }
                let target = target_of(table, routing, deployment)?;
                shown(table, elements, &Call::first(table, target)).map(failure_of)
            }
        }
    };
    let mut left = picks.iter().copied();
    let mut wrong = None;
    let mut pick = |among: &[usize]| {
        let picked = left.next()?;
        if !among.contains(&picked) && wrong.is_none() {
            wrong = Some((picked, among.to_vec()));
        }
        Some(picked)
    };
    let request = router.follow(name, LONGEST_REQUEST, &mut fate, &mut pick);
    match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(request),
    }
}

fn in_turn(all: &[Option<Failure>], number: usize) -> Option<Failure> {
    all.get(number).or(all.last()).copied().flatten()
}
