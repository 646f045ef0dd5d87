//! Why an artifact is not accepted: a cause, the reason it belongs to, and what to do about it.

use std::fmt;

/// Why an artifact is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    cause: Cause,
    message: String,
}

/// The kinds of not being accepted, for whoever acts on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is authentic, but says of itself that it must not be used here.
    Refused,
    /// It is not what a trusted key has signed.
    Unauthentic,
    /// It is authentic, but not everybody who must has signed it.
    Threshold,
    /// It is authentic, but too old, from the future or replaced already.
    Stale,
}

/// What was found, in the order in which it is looked for; the table in the documentation of [`verify`](super::verify) has a row
/// for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The trust file ended, or is older than one that was used before.
    Trust,
    /// The file is no sealed envelope.
    Envelope,
    /// Nobody has signed.
    Unsigned,
    /// A trusted key has not made the signature under its name.
    Signature,
    /// No trusted key has signed.
    UnknownKeys,
    /// A key that signed is revoked.
    Revoked,
    /// A key that signed is not valid now.
    KeyWindow,
    /// The payload is no statement about a route table, or its parts disagree.
    Statement,
    /// The statement is of another type than the rule accepts.
    PredicateType,
    /// The format is newer than this routec.
    SchemaVersion,
    /// No rule of the trust file is about this table.
    NoRule,
    /// Too few have signed.
    Signers,
    /// It ends before it begins.
    Lifetime,
    /// It ends after one of its waivers.
    WaiverOutlived,
    /// It holds another table than the one wanted.
    WrongTable,
    /// It was created later than now.
    Future,
    /// It ended.
    Expired,
    /// It is older than the rule allows.
    OverAge,
    /// Its catalogue is older than the rule allows.
    CatalogueAge,
    /// A later artifact of the table was accepted before.
    Rollback,
    /// Another artifact of the same sequence was accepted before.
    Equivocation,
    /// It needs something that this routec does not know.
    Requires,
    /// The rule does not accept its verdict.
    Verdict,
    /// It was built from files that are in no commit.
    Dirty,
    /// The table has a member that this routec does not know.
    TableMember,
}

impl Cause {
    /// Every cause, in the order in which it is looked for.
    pub const ALL: [Self; 25] = [
        Self::Trust,
        Self::Envelope,
        Self::Unsigned,
        Self::Signature,
        Self::UnknownKeys,
        Self::Revoked,
        Self::KeyWindow,
        Self::Statement,
        Self::PredicateType,
        Self::SchemaVersion,
        Self::NoRule,
        Self::Signers,
        Self::Lifetime,
        Self::WaiverOutlived,
        Self::WrongTable,
        Self::Future,
        Self::Expired,
        Self::OverAge,
        Self::CatalogueAge,
        Self::Rollback,
        Self::Equivocation,
        Self::Requires,
        Self::Verdict,
        Self::Dirty,
        Self::TableMember,
    ];

    /// The name of the cause, as `--json` shows it.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The reason the cause belongs to.
    pub fn reason(self) -> Reason {
        self.row().1
    }

    /// What to do about it.
    pub fn help(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> (&'static str, Reason, &'static str) {
        use Reason::{Refused, Stale, Threshold, Unauthentic};
        match self {
            Self::Trust => ("trust", Stale, "install the current trust file and load it again"),
            Self::Envelope => ("envelope", Unauthentic, "get the file again from where it was built, byte for byte"),
            Self::Unsigned => ("unsigned", Unauthentic, "sign it: `routec sign ARTIFACT --key KEY`"),
            Self::Signature => {
                ("signature", Unauthentic, "do not use the file; get it again, and ask who changed this copy")
            }
            Self::UnknownKeys => (
                "unknown-keys",
                Unauthentic,
                "have a trusted key sign it, or add the key to the trust file if it is yours",
            ),
            Self::Revoked => ("revoked", Threshold, "sign it again with a key that replaces the revoked one"),
            Self::KeyWindow => ("key-window", Threshold, "sign it again with a key that is valid now"),
            Self::Statement => ("statement", Unauthentic, "build it again with `routec build`, and sign that"),
            Self::PredicateType => {
                ("predicate-type", Unauthentic, "build it with `routec build`, and list its type in `predicateTypes`")
            }
            Self::SchemaVersion => {
                ("schema-version", Refused, "verify it with the routec that built it, or a later one")
            }
            Self::NoRule => ("no-rule", Refused, "add a rule for the table to the trust file"),
            Self::Signers => ("signers", Threshold, "have them sign it: `routec sign ARTIFACT --key KEY`"),
            Self::Lifetime => ("lifetime", Refused, "build it again with a time of creation before its end"),
            Self::WaiverOutlived => {
                ("waiver-outlived", Refused, "build it again with `routec build`, which ends it with its first waiver")
            }
            Self::WrongTable => ("wrong-table", Refused, "deploy the artifact of the table that is wanted"),
            Self::Future => ("future", Stale, "compare the clock of this machine with that of the builder"),
            Self::Expired => ("expired", Stale, "build it again, or start once with `--allow-expired`"),
            Self::OverAge => ("over-age", Stale, "build it again, or start once with `--allow-expired`"),
            Self::CatalogueAge => {
                ("catalogue-age", Stale, "update the catalogue and build again, or start once with `--allow-expired`")
            }
            Self::Rollback => {
                ("rollback", Stale, "to go back on purpose, build the old content again with `--previous CURRENT`")
            }
            Self::Equivocation => {
                ("equivocation", Stale, "find out who built the other one, and build again with `--previous CURRENT`")
            }
            Self::Requires => ("requires", Refused, "verify it with the routec that built it, or a later one"),
            Self::Verdict => {
                ("verdict", Refused, "resolve what was found, or list the verdict in the rule's `verdicts`")
            }
            Self::Dirty => ("dirty", Refused, "commit, and build from the clean commit"),
            Self::TableMember => ("table-member", Refused, "verify it with the routec that built it, or a later one"),
        }
    }
}

impl Reason {
    /// The name of the reason, as text and `--json` show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unauthentic => "unauthentic",
            Self::Threshold => "threshold",
            Self::Stale => "stale",
        }
    }
}

impl VerifyError {
    pub(super) fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self { cause, message: message.into() }
    }

    /// The kind of refusal.
    pub fn reason(&self) -> Reason {
        self.cause.reason()
    }

    /// What was found.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        self.cause.help()
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for VerifyError {}
