//! How calls end while a request is followed.

use crate::contingency::{Failure, shown};
use crate::graph::Call;
use crate::model::{Symptom, Table};

/// What makes calls fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weather {
    /// The calls show these symptoms in turn, and the last one for ever.
    InTurn(Vec<Symptom>),
    /// What these hit fails; every other call answers.
    Failing(Vec<Failure>),
}

impl Weather {
    /// How a call ends: with a symptom, or with an answer.
    pub fn fate(&self, table: &Table, number: usize, call: &Call) -> Option<Symptom> {
        match self {
            Self::InTurn(symptoms) => symptoms.get(number).or(symptoms.last()).copied(),
            Self::Failing(failures) => shown(table, failures, call),
        }
    }

    /// The options of `routec trace` that make this weather.
    pub fn typed(&self, table: &Table) -> String {
        match self {
            Self::InTurn(symptoms) => {
                let mut parts: Vec<(Symptom, usize)> = Vec::new();
                for symptom in symptoms {
                    match parts.last_mut() {
                        Some((last, times)) if last == symptom => *times += 1,
                        _ => parts.push((*symptom, 1)),
                    }
                }
                // The last one goes on for ever, so once is enough.
                if let Some((_, times)) = parts.last_mut() {
                    *times = 1;
                }
                let words = parts.iter().map(|(symptom, times)| match times {
                    1 => symptom.as_str().to_owned(),
                    times => format!("{}*{times}", symptom.as_str()),
                });
                format!("--on {}", words.collect::<Vec<_>>().join(","))
            }
            Self::Failing(failures) if failures.is_empty() => String::new(),
            Self::Failing(failures) => {
                let words = failures
                    .iter()
                    .map(|failure| format!("--fail {}={}", failure.element.typed(table), failure.symptom.as_str()));
                words.collect::<Vec<_>>().join(" ")
            }
        }
    }
}
