//! A request to LiteLLM that was followed, and what it was followed with.

use crate::contingency::Lists;
use crate::graph::Call;
use crate::litellm::{Ending, Failure, Request};

use crate::claims::attempts::{Fates, follow_litellm};
use crate::claims::gist::{Came, Gist};
use crate::claims::weather::ANSWER;

/// A request to LiteLLM, so that anybody can repeat it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The name that was asked for.
    pub name: String,
    /// How its calls ended.
    pub fates: Fates,
    /// The deployments that were picked where there was a choice: none after the last that is not the first of its kind.
    pub picks: Vec<usize>,
    /// The request.
    pub request: Request,
}

impl Listed {
    /// Follows a request; `None` where a pick is none that LiteLLM could have made.
    pub(super) fn follow(lists: &Lists<'_>, name: &str, fates: &Fates, picks: &[usize]) -> Option<Self> {
        let request = follow_litellm(lists, name, fates, picks).ok()?;
        let mut picks = picks.to_vec();
        let called = |request: &Request| request.calls().map(|call| call.deployment).collect::<Vec<_>>();
        while let Some((_, fewer)) = picks.split_last() {
            let same = follow_litellm(lists, name, fates, fewer);
            if !same.is_ok_and(|same| called(&same) == called(&request)) {
                break;
            }
            picks.pop();
        }
        Some(Self { name: name.to_owned(), fates: fates.clone(), picks, request })
    }

    pub(in crate::claims) fn gist(&self, lists: &Lists<'_>) -> Gist {
        let targets = self.request.calls().filter_map(|call| lists.target(call.deployment));
        let calls = targets.map(|target| Call::first(lists.table, target)).collect();
        let came = match self.request.ending {
            Ending::Answered(deployment) => lists.target(deployment).map_or(Came::Endless, Came::Answered),
            Ending::Failed(fault) => Came::Failed(fault.seen()),
            Ending::Longer => Came::Endless,
        };
        // Nothing in a LiteLLM file says how long prompts and answers are.
        Gist { calls, came, most: Some(lists.most(&self.request)), money: None }
    }

    /// The words of `routec trace` that make it: how calls end, and who is picked.
    pub fn typed(&self, lists: &Lists<'_>) -> Vec<String> {
        let mut words = Vec::new();
        for picked in &self.picks {
            let target = lists.target(*picked).map(|target| lists.table.targets[target].name.value.to_string());
            words.extend(["--from".to_owned(), target.unwrap_or_default()]);
        }
        match &self.fates {
            Fates::InTurn(all) => words.extend(["--on".to_owned(), in_turn(all)]),
            Fates::Named { elements, .. } => words.extend(elements.iter().flat_map(|failure| {
                let typed = format!("{}={}", failure.element.typed(lists.table), failure.symptom.as_str());
                ["--fail".to_owned(), typed]
            })),
        }
        words
    }
}

/// Ways to end as they are typed: the last goes on for ever, so once is enough.
fn in_turn(all: &[Option<Failure>]) -> String {
    let mut parts: Vec<(String, usize)> = Vec::new();
    for word in all.iter().map(|fate| fate.map_or_else(|| ANSWER.to_owned(), |failure| failure.to_string())) {
        match parts.last_mut() {
            Some((last, times)) if *last == word => *times += 1,
            _ => parts.push((word, 1)),
        }
    }
    if let Some((_, times)) = parts.last_mut() {
        *times = 1;
    }
    let words = parts.into_iter().map(|(word, times)| if times == 1 { word } else { format!("{word}*{times}") });
    words.collect::<Vec<_>>().join(",")
}
