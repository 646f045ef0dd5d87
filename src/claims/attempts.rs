//! How the calls of a request to LiteLLM end, as a person says it, and the request that comes of it.

use std::collections::BTreeMap;

use crate::contingency::{Failure as Fails, Lists, failure_of};
use crate::litellm::{Failure, LONGEST_REQUEST, Request};
use crate::model::Symptom;

use super::weather::{ANSWER, Weather};

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

impl From<&Weather> for Fates {
    fn from(weather: &Weather) -> Self {
        match weather {
            Weather::InTurn(all) => Self::InTurn(all.iter().map(|symptom| symptom.map(failure_of)).collect()),
            Weather::Failing(elements) => Self::Named { deployments: BTreeMap::new(), elements: elements.clone() },
        }
    }
}

/// A way for a call to end: `answer`, a status such as `429`, `timeout`, `context-window`, `content-policy`, or a symptom.
pub fn fate(text: &str) -> Option<Option<Failure>> {
    if text == ANSWER {
        return Some(None);
    }
    let symptom = Symptom::CONCRETE.into_iter().find(|symptom| symptom.as_str() == text);
    symptom.map(failure_of).or_else(|| Failure::parse(text)).map(Some)
}

/// Follows a request for a name. Of several equal deployments the next of `picks` that is among them is called; a pick
/// that is not among them is given back as the error, with those that are.
pub fn follow_litellm(
    lists: &Lists<'_>,
    name: &str,
    fates: &Fates,
    picks: &[usize],
) -> Result<Request, (usize, Vec<usize>)> {
    let mut fate = fates_of(lists, fates);
    let mut left = picks.iter().copied();
    let mut wrong = None;
    let mut pick = |among: &[usize]| {
        let picked = left.next()?;
        if !among.contains(&picked) && wrong.is_none() {
            wrong = Some((picked, among.to_vec()));
        }
        Some(picked)
    };
    let request = lists.router.follow(name, LONGEST_REQUEST, &mut fate, &mut pick);
    match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(request),
    }
}

fn in_turn(all: &[Option<Failure>], number: usize) -> Option<Failure> {
    all.get(number).or(all.last()).copied().flatten()
}

/// How each call ends, by its number and its deployment.
pub(super) fn fates_of<'f>(
    lists: &'f Lists<'_>,
    fates: &'f Fates,
) -> impl FnMut(usize, usize) -> Option<Failure> + use<'f> {
    let mut hits: BTreeMap<usize, usize> = BTreeMap::new();
    move |number: usize, deployment: usize| {
        let hit = hits.entry(deployment).or_insert(0);
        *hit += 1;
        match fates {
            Fates::InTurn(all) => in_turn(all, number),
            Fates::Named { deployments, elements } => {
                if let Some(all) = deployments.get(&deployment) {
                    return in_turn(all, *hit - 1);
                }
                lists.shows(elements, deployment)
            }
        }
    }
}
