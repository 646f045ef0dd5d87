//! How calls end while a request is followed.

use crate::contingency::{Failure, shown};
use crate::graph::Call;
use crate::model::{Symptom, Table};

/// The word for a call that shows no symptom.
pub const ANSWER: &str = "answer";

/// What makes calls fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weather {
    /// The calls show these symptoms in turn, and the last one for ever; one that shows none answers.
    InTurn(Vec<Option<Symptom>>),
    /// What these hit fails; every other call answers.
    Failing(Vec<Failure>),
}

impl Weather {
    /// How a call ends: with a symptom, or with an answer.
    pub fn fate(&self, table: &Table, number: usize, call: &Call) -> Option<Symptom> {
        match self {
            Self::InTurn(symptoms) => symptoms.get(number).or(symptoms.last()).copied().flatten(),
            Self::Failing(failures) => shown(table, failures, call),
        }
    }

    /// A weather in which every call shows the same symptom.
    pub fn always(symptom: Symptom) -> Self {
        Self::InTurn(vec![Some(symptom)])
    }

    /// The words of `routec trace` that make this weather.
    pub fn typed(&self, table: &Table) -> Vec<String> {
        match self {
            Self::InTurn(shown) => {
                let mut parts: Vec<(&str, usize)> = Vec::new();
                for word in shown.iter().map(|symptom| symptom.map_or(ANSWER, Symptom::as_str)) {
                    match parts.last_mut() {
                        Some((last, times)) if *last == word => *times += 1,
                        _ => parts.push((word, 1)),
                    }
                }
                // The last one goes on for ever, so once is enough.
                if let Some((_, times)) = parts.last_mut() {
                    *times = 1;
                }
                let words = parts.iter().map(|(word, times)| match times {
                    1 => (*word).to_owned(),
                    times => format!("{word}*{times}"),
                });
                vec!["--on".to_owned(), words.collect::<Vec<_>>().join(",")]
            }
            Self::Failing(failures) => {
                let typed =
                    |failure: &Failure| format!("{}={}", failure.element.typed(table), failure.symptom.as_str());
                failures.iter().flat_map(|failure| ["--fail".to_owned(), typed(failure)]).collect()
            }
        }
    }
}
