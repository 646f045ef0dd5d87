//! Which kind of change counts as what: the one table, which `kinds.md` documents and the tests compare.

use std::fmt;

/// How far the version of a table must be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bump {
    /// No change in behaviour, or only text.
    Patch,
    /// A new ability within what was promised.
    Minor,
    /// Someone may lose access, a promise is weakened, or a new party may receive data.
    Major,
}

impl fmt::Display for Bump {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// What a fact about a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each row of `ROWS` says what its aspect means, in words that users read")]
pub enum Aspect {
    Route,
    Audience,
    Data,
    Provider,
    Model,
    Account,
    Region,
    Deployment,
    Jurisdiction,
    Endpoint,
    Hosting,
    Training,
    Retention,
    Tool,
    Deadline,
    Tier,
    Need,
    Boundary,
    Mix,
    Gap,
    Announcement,
    Waiver,
    Policy,
    Clause,
    ClauseText,
    Grant,
    Limit,
    Level,
    Control,
    Attempts,
    Time,
    Expected,
    Contingency,
    Request,
    Plan,
    Pool,
    Setting,
    Text,
}

/// In which direction a fact changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It holds now and did not, or there is more of it.
    More,
    /// It held and does not now, or there is less of it.
    Less,
    /// It is another one, and nothing says which of the two is more.
    Other,
}

impl Way {
    /// The direction of the same change, read from the new table to the old one.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::More => Self::Less,
            Self::Less => Self::More,
            Self::Other => Self::Other,
        }
    }
}

/// A kind of change: an aspect and a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// What changed.
    pub aspect: Aspect,
    /// Which way.
    pub way: Way,
}

/// What a kind of change is called, what it counts as, and why.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// Its name in reports.
    pub word: &'static str,
    /// What it counts as.
    pub bump: Bump,
    /// Why, as half a sentence.
    pub why: &'static str,
}

impl Kind {
    /// The kind of the same change, read from the new table to the old one.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self { way: self.way.turned(), ..self }
    }

    /// Its row of the table.
    pub fn row(self) -> Row {
        // A test holds that every kind that can come about has a row of its own.
        ROWS.into_iter().find(|row| row.kind == self).unwrap_or(Row {
            kind: self,
            word: "changed",
            bump: Bump::Major,
            why: "nobody can say what it means",
        })
    }
}

impl Aspect {
    /// Whether its facts are compared as texts, of which neither is more than the other.
    pub fn is_text(self) -> bool {
        ROWS.iter().any(|row| row.kind == Kind { aspect: self, way: Way::Other })
    }
}

const fn row(aspect: Aspect, way: Way, word: &'static str, bump: Bump, why: &'static str) -> Row {
    Row { kind: Kind { aspect, way }, word, bump, why }
}

const ABILITY: &str = "a new ability";
const ACCESS: &str = "someone may lose access";
const PARTY: &str = "a new party may receive data";
const PROMISE: &str = "a promise is weakened";
const FEWER: &str = "fewer parties may receive data";
const STRICTER: &str = "a promise is stronger";
const UNSEEN: &str = "no caller notices";
const BEHAVES: &str = "requests behave otherwise";

/// Every kind of change.
pub const ROWS: [Row; 71] = {
    use Aspect as A;
    use Bump::{Major, Minor, Patch};
    use Way::{Less, More, Other};
    [
        row(A::Route, More, "route-added", Minor, ABILITY),
        row(A::Route, Less, "route-removed", Major, ACCESS),
        row(A::Audience, More, "audience-widened", Minor, "more callers have the ability"),
        row(A::Audience, Less, "audience-narrowed", Major, ACCESS),
        row(A::Data, More, "data-added", Major, "its providers may receive data of another class"),
        row(A::Data, Less, "data-removed", Major, ACCESS),
        row(A::Provider, More, "provider-reachable", Major, PARTY),
        row(A::Provider, Less, "provider-unreachable", Major, ACCESS),
        row(A::Model, More, "model-reachable", Minor, ABILITY),
        row(A::Model, Less, "model-unreachable", Major, ACCESS),
        row(A::Account, More, "account-reachable", Minor, "another account may pay"),
        row(A::Account, Less, "account-unreachable", Major, ACCESS),
        row(A::Region, More, "region-reachable", Minor, ABILITY),
        row(A::Region, Less, "region-unreachable", Major, ACCESS),
        row(A::Deployment, More, "target-reachable", Minor, ABILITY),
        row(A::Deployment, Less, "target-unreachable", Major, ACCESS),
        row(A::Jurisdiction, More, "jurisdiction-added", Major, "data may come under another law"),
        row(A::Jurisdiction, Less, "jurisdiction-left", Minor, FEWER),
        row(A::Endpoint, More, "endpoint-added", Major, PARTY),
        row(A::Endpoint, Less, "endpoint-left", Minor, FEWER),
        row(A::Hosting, More, "hosting-added", Major, PARTY),
        row(A::Hosting, Less, "hosting-left", Minor, FEWER),
        row(A::Training, More, "training-possible", Major, PROMISE),
        row(A::Training, Less, "training-excluded", Minor, STRICTER),
        row(A::Retention, More, "retention-longer", Major, PROMISE),
        row(A::Retention, Less, "retention-shorter", Minor, STRICTER),
        row(A::Tool, More, "tool-added", Major, "a tool may send data on"),
        row(A::Tool, Less, "tool-removed", Major, ACCESS),
        row(A::Deadline, More, "deadline-longer", Major, PROMISE),
        row(A::Deadline, Less, "deadline-shorter", Minor, STRICTER),
        row(A::Tier, More, "tier-lowered", Major, PROMISE),
        row(A::Tier, Less, "tier-raised", Minor, STRICTER),
        row(A::Need, More, "need-added", Minor, STRICTER),
        row(A::Need, Less, "need-dropped", Major, PROMISE),
        row(A::Boundary, More, "boundary-added", Minor, STRICTER),
        row(A::Boundary, Less, "boundary-dropped", Major, PROMISE),
        row(A::Mix, More, "mix-allowed", Major, PROMISE),
        row(A::Mix, Less, "mix-ended", Minor, STRICTER),
        row(A::Gap, More, "gap-admitted", Major, PROMISE),
        row(A::Gap, Less, "gap-closed", Minor, STRICTER),
        row(A::Announcement, More, "announced-less", Major, PROMISE),
        row(A::Announcement, Less, "announced-more", Minor, STRICTER),
        row(A::Waiver, More, "waiver-added", Major, PROMISE),
        row(A::Waiver, Less, "waiver-ended", Minor, STRICTER),
        row(A::Policy, More, "policy-added", Minor, STRICTER),
        row(A::Policy, Less, "policy-dropped", Major, PROMISE),
        row(A::Clause, More, "clause-added", Minor, STRICTER),
        row(A::Clause, Less, "clause-dropped", Major, PROMISE),
        row(A::ClauseText, Other, "clause-changed", Major, "nobody can say that it is not weaker"),
        row(A::Grant, More, "grant-widened", Major, PROMISE),
        row(A::Grant, Less, "grant-narrowed", Minor, STRICTER),
        row(A::Limit, More, "limit-raised", Major, PROMISE),
        row(A::Limit, Less, "limit-lowered", Minor, STRICTER),
        row(A::Level, More, "level-raised", Minor, STRICTER),
        row(A::Level, Less, "level-lowered", Major, PROMISE),
        row(A::Control, More, "control-added", Minor, STRICTER),
        row(A::Control, Less, "control-dropped", Major, PROMISE),
        row(A::Attempts, More, "more-attempts", Minor, BEHAVES),
        row(A::Attempts, Less, "fewer-attempts", Minor, BEHAVES),
        row(A::Time, More, "longer", Minor, BEHAVES),
        row(A::Time, Less, "shorter", Patch, UNSEEN),
        row(A::Expected, More, "expected-dearer", Minor, "planned traffic costs more"),
        row(A::Expected, Less, "expected-cheaper", Patch, UNSEEN),
        row(A::Contingency, More, "contingency-dearer", Minor, "the worst failure costs more"),
        row(A::Contingency, Less, "contingency-cheaper", Patch, UNSEEN),
        row(A::Request, More, "request-dearer", Minor, "the worst request costs more"),
        row(A::Request, Less, "request-cheaper", Patch, UNSEEN),
        row(A::Plan, Other, "plan-changed", Minor, BEHAVES),
        row(A::Pool, Other, "pool-changed", Minor, BEHAVES),
        row(A::Setting, Other, "setting-changed", Minor, BEHAVES),
        row(A::Text, Other, "text-changed", Patch, "only text"),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_row_and_its_inverse_another() {
        for (at, row) in ROWS.iter().enumerate() {
            let same = |other: &&Row| other.kind == row.kind || other.word == row.word;
            assert_eq!(ROWS.iter().filter(same).count(), 1, "{}", row.word);
            assert!(ROWS.iter().any(|other| other.kind == row.kind.inverse()), "{} has no inverse", row.word);
            let mixes = ROWS.iter().any(|other| {
                other.kind.aspect == row.kind.aspect && (other.kind.way == Way::Other) != (row.kind.way == Way::Other)
            });
            assert!(!mixes, "row {at}: {} is a text and a measure", row.word);
        }
    }
}
