//! An artifact as its readers see it: which table, until when, judged how, and the table itself.

mod statement;

use semver::Version;
use serde_json::Value;

use crate::model::{Date, Moment};

/// What an artifact says, read from a payload whose parts agree with each other.
///
/// Nobody gets one outside [`Verified`](super::verify::Verified): what is read here is also proven.
#[derive(Debug, Clone)]
pub struct Artifact {
    payload: Value,
    payload_sha256: String,
    table_bytes: Vec<u8>,
    table_sha256: String,
    name: String,
    version: Version,
    sequence: u64,
    replaces: Option<Replaced>,
    created_at: Moment,
    not_after: Moment,
    catalogue_as_of: Option<Date>,
    source: SourceTree,
    verdict: Verdict,
    policies: Vec<PolicyVerdict>,
    waivers: Vec<WaiverInForce>,
    requires: Vec<String>,
}

/// The artifact that another one replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its version.
    pub version: Version,
    /// Its sequence, one below that of the artifact that replaces it.
    pub sequence: u64,
    /// The SHA-256 of its payload, as hex.
    pub payload_sha256: String,
}

/// The files an artifact was built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTree {
    /// The commit, as hex; nothing outside git.
    pub commit: Option<String>,
    /// Whether files differ from it.
    pub dirty: bool,
}

/// What the rules and policies said of the table when it was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing was denied.
    Pass,
    /// Something was denied and a waiver covers it.
    PassWithWaivers,
    /// Something was denied. No trust file can accept it.
    #[serde(skip)]
    Fail,
}

/// What a policy said of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVerdict {
    /// The name of the policy.
    pub id: String,
    /// Its version, if it has one.
    pub version: Option<String>,
    /// `pass`, `warn`, `waived` or another word of the builder's.
    pub verdict: String,
    /// How many findings it has.
    pub findings: u64,
}

/// A waiver that the artifact relies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverInForce {
    /// Its name.
    pub id: String,
    /// The rule it covers.
    pub policy: String,
    /// What it covers.
    pub scope: String,
    /// Who agreed.
    pub approver: Option<String>,
    /// The change or incident.
    pub ticket: Option<String>,
    /// Its last day.
    pub expires: Date,
}

impl Artifact {
    /// The identity that logs and tickets carry: name, version and the first twelve digits of the table's digest.
    pub fn identity(&self) -> String {
        let digest: String = self.table_sha256.chars().take(12).collect();
        format!("{}@{}+{digest}", self.name, self.version)
    }

    /// The name of the table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version of the table.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Which artifact of the table it is, from 1; a later one has a higher number.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The artifact it replaces; nothing for the first.
    pub fn replaces(&self) -> Option<&Replaced> {
        self.replaces.as_ref()
    }

    /// The SHA-256 of the payload as hex, which identifies the evidence.
    pub fn payload_sha256(&self) -> &str {
        &self.payload_sha256
    }

    /// The SHA-256 of the table as hex, which identifies the routing behaviour.
    pub fn table_sha256(&self) -> &str {
        &self.table_sha256
    }

    /// When it was created, as its signers say.
    pub fn created_at(&self) -> Moment {
        self.created_at
    }

    /// The first moment at which it may no longer be loaded.
    pub fn not_after(&self) -> Moment {
        self.not_after
    }

    /// The day on which the facts of its catalogue were true; nothing if the catalogue does not say.
    pub fn catalogue_as_of(&self) -> Option<Date> {
        self.catalogue_as_of
    }

    /// The files it was built from.
    pub fn source(&self) -> &SourceTree {
        &self.source
    }

    /// What the rules and policies said of it.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What each policy said of it.
    pub fn policies(&self) -> &[PolicyVerdict] {
        &self.policies
    }

    /// The waivers it relies on.
    pub fn waivers(&self) -> &[WaiverInForce] {
        &self.waivers
    }

    /// The features a reader must know; none is known yet, so an accepted artifact has none.
    pub fn requires(&self) -> &[String] {
        &self.requires
    }

    /// The table as canonical JSON, the bytes whose digest is [`Artifact::table_sha256`].
    pub fn table_bytes(&self) -> &[u8] {
        &self.table_bytes
    }

    /// The table, parsed.
    pub fn table(&self) -> &Value {
        self.payload.pointer("/predicate/table").unwrap_or(&Value::Null)
    }

    /// The whole payload, parsed: the statement with everything the builder wrote into it.
    pub fn payload(&self) -> &Value {
        &self.payload
    }
}

impl Verdict {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::PassWithWaivers => "pass-with-waivers",
            Self::Fail => "fail",
        }
    }
}
