//! The facts an expression is judged by, and the verdict.

use std::collections::BTreeMap;

/// A fact, or the lack of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nobody stated it.
    Unknown,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// Several values of one type.
    List(Vec<Value>),
    /// Facts that belong together; a field that is absent is not known.
    Object(BTreeMap<&'static str, Value>),
}

impl Value {
    /// Whether two values are the same; `None` where an unknown part decides it.
    pub(super) fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => None,
            (Self::List(left), Self::List(right)) => {
                if left.len() != right.len() {
                    return Some(false);
                }
                let different = left.iter().zip(right).map(|(a, b)| a.same(b).map(|same| !same));
                any(different).map(|different| !different)
            }
            (left, right) => Some(left == right),
        }
    }

    /// How much work it is to copy or to compare the value, in steps of a judgement.
    pub(super) fn weight(&self) -> u32 {
        let of_text = |text: &str| u32::try_from(text.len() / 32).unwrap_or(u32::MAX);
        match self {
            Self::Unknown | Self::Bool(_) | Self::Int(_) => 1,
            Self::Text(text) => of_text(text).saturating_add(1),
            Self::List(items) => items.iter().fold(1, |sum, item| item.weight().saturating_add(sum)),
            Self::Object(fields) => fields.values().fold(1, |sum, item| item.weight().saturating_add(sum)),
        }
    }
}

/// Whether any is true; `None` where an unknown one may be.
pub(super) fn any(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut answer = Some(false);
    for truth in truths {
        match truth {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

/// What came of judging an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is true of the facts.
    Holds,
    /// It is false of the facts.
    Fails,
    /// The facts do not settle it: which fact is not known (`hop.model.tier`), or why there is no answer.
    Unknown(String),
    /// It took more steps than a judgement may: nothing is known, although every fact may be.
    Exhausted,
}
