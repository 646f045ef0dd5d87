//! What holds of one side, as facts that can be compared: each has a place, an order or a text, and words.
//!
//! Every fact is ordered or a text, and a fact that is missing stands lowest. So whatever differs between the first and
//! the last of three tables differs already between two neighbours, in the same direction; from this follows that no
//! chain of small versions hides a large change.

use std::collections::{BTreeMap, BTreeSet};

pub(super) use crate::diagnostic::quote_whole as whole;
use crate::model::Symptom;
use crate::policy::Exact;
use crate::source::Span;

use super::kind::Aspect;

/// What a fact or a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The table as a whole.
    Table,
    /// A route, by its name.
    Route(String),
    /// A policy, by its name.
    Policy(String),
    /// The levels of rules.
    Levels,
    /// What can be seen of requests.
    Observability,
    /// A way of deploying the gateway, by its name.
    Path(String),
    /// The waivers.
    Waivers,
}

impl Subject {
    /// The path that `--intent` globs are held against, such as `routes.support-chat`.
    pub fn path(&self) -> String {
        match self {
            Self::Table => "table".to_owned(),
            Self::Route(name) => format!("routes.{name}"),
            Self::Policy(name) => format!("policies.{name}"),
            Self::Levels => "levels".to_owned(),
            Self::Observability => "observability".to_owned(),
            Self::Path(name) => format!("paths.{name}"),
            Self::Waivers => "waivers".to_owned(),
        }
    }
}

/// How much of something there is: the larger, the more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// So much; what is missing counts as nothing.
    Known(Exact),
    /// No end to it, or nobody can say.
    Open,
}

impl Rank {
    pub(super) const NONE: Self = Self::Known(Exact::NOTHING);

    pub(super) fn of(number: u64) -> Self {
        Self::Known(Exact::from(crate::policy::Pico(u128::from(number))))
    }
}

/// A fact: how much, in which words, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) rank: Rank,
    /// What is compared of a text.
    pub(super) text: String,
    /// How reports show the value; nothing where holding is all there is to say.
    pub(super) shown: Option<String>,
    pub(super) span: Option<Span>,
}

/// Where a fact belongs: what it is about, which of its aspects, and which thing or symptom of that.
pub(super) type Key = (Subject, Aspect, Item);

/// Which thing of an aspect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// A thing in the words of reports, such as "provider `acme`".
    Named(String),
    /// What happens when every call shows one symptom.
    On(Symptom),
}

impl Item {
    pub(super) fn named(text: impl Into<String>) -> Self {
        Self::Named(text.into())
    }
}

/// Everything that holds of one side.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) all: BTreeMap<Key, Fact>,
    /// What there is to have facts about: of what only one side has, only the coming or going is a change.
    pub(super) subjects: BTreeSet<Subject>,
    /// Which provider may receive which class of data, by any route.
    pub(super) parties: BTreeSet<(String, String)>,
    /// The same by route, with the place of the hop that leads there.
    pub(super) through: BTreeMap<Subject, BTreeMap<(String, String), Span>>,
    /// What could not be looked at, in words.
    pub(super) unknown: BTreeSet<String>,
}

impl Facts {
    /// Something that holds.
    pub(super) fn holds(&mut self, subject: &Subject, aspect: Aspect, item: Item, span: Option<Span>) {
        self.put(subject, aspect, item, Fact { rank: Rank::of(1), text: String::new(), shown: None, span });
    }

    /// Something of which there can be more or less.
    pub(super) fn measures(
        &mut self,
        subject: &Subject,
        aspect: Aspect,
        item: Item,
        (rank, shown): (Rank, String),
        span: Option<Span>,
    ) {
        self.put(subject, aspect, item, Fact { rank, text: String::new(), shown: Some(shown), span });
    }

    /// Something that is what its text says.
    pub(super) fn says(&mut self, subject: &Subject, aspect: Aspect, item: Item, text: String, span: Option<Span>) {
        let shown = Some(text.clone());
        self.put(subject, aspect, item, Fact { rank: Rank::of(1), text, shown, span });
    }

    /// The first place of a fact that holds in several is the one that is shown; of measures the largest counts.
    fn put(&mut self, subject: &Subject, aspect: Aspect, item: Item, fact: Fact) {
        self.subjects.insert(subject.clone());
        let key = (subject.clone(), aspect, item);
        match self.all.get_mut(&key) {
            Some(known) if aspect.is_text() => {
                if known.text != fact.text {
                    known.text.push_str("; ");
                    known.text.push_str(&fact.text);
                    known.shown = Some(known.text.clone());
                }
            }
            Some(known) if known.rank >= fact.rank => {}
            Some(known) => *known = fact,
            None => {
                self.all.insert(key, fact);
            }
        }
    }
}
