//! What an artifact attests: which table, from which inputs, judged how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compiled::CompiledTable;

/// The predicate of the Statement, of type `urn:routec:attestation:route-table:v1`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Predicate {
    /// The version of this format.
    pub schema_version: String,
    /// Features a verifier must know, or refuse.
    pub requires: Vec<String>,
    /// Which table it is.
    pub route_table: RouteTableRef,
    /// What compiled it.
    pub compiler: Compiler,
    /// Where the inputs came from.
    pub source: Source,
    /// When it was created, in UTC.
    pub created_at: String,
    /// Where that time comes from: `SOURCE_DATE_EPOCH`, `git-commit` or `flag`.
    pub created_at_source: String,
    /// The moment from which it may no longer be loaded, in UTC.
    pub not_after: String,
    /// Every file it was made from, sorted by role and name.
    pub inputs: Vec<Input>,
    /// The models it was checked against.
    pub catalogue: CatalogueRef,
    /// What the rules found.
    pub lint: Lint,
    /// The policies in force.
    pub policies: Vec<PolicyRef>,
    /// The waivers in force.
    pub waivers: Vec<WaiverRef>,
    /// `pass` or `pass-with-waivers`.
    pub verdict: String,
    /// The table itself.
    pub table: CompiledTable,
}

/// Which table it is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RouteTableRef {
    /// The name.
    pub name: String,
    /// The version, by semver.
    pub version: String,
    /// One more than the artifact it replaces.
    pub sequence: u64,
    /// The artifact it replaces; nothing for the first.
    pub previous: Option<PreviousRef>,
}

/// The artifact that is replaced.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviousRef {
    /// The version, by semver.
    pub version: String,
    /// The number of the artifact.
    pub sequence: u64,
    /// The digest of its payload.
    pub payload_sha256: String,
}

/// What compiled it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Compiler {
    /// The name.
    pub name: String,
    /// The version, by semver.
    pub version: String,
}

/// Where the inputs came from.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The repository, if the builder was told; never with a user or a password in it.
    pub uri: Option<String>,
    /// The commit, as hex; nothing outside git.
    pub commit: Option<String>,
    /// Whether files differ from it.
    pub dirty: bool,
}

/// A file it was made from.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// What it was read as: `routes`, `catalogue`, `policy` or `config`.
    pub role: String,
    /// The name.
    pub name: String,
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its size, in bytes.
    pub size: u64,
}

/// A digest.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Digest {
    /// SHA-256, as hex.
    pub sha256: String,
}

/// The models it was checked against.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueRef {
    /// The day its facts were true.
    pub as_of: String,
    /// The currency of its prices.
    pub currency: String,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// What the rules found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lint {
    /// `pass`, since nothing else becomes an artifact.
    pub verdict: String,
    /// Findings that deny.
    pub errors: u64,
    /// Findings that warn.
    pub warnings: u64,
    /// The day on which dates were judged.
    pub as_of: String,
}

/// A policy in force.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PolicyRef {
    /// The name.
    pub id: String,
    /// The version, by semver.
    pub version: Option<String>,
    /// `pass`, `warn` or `waived`; what fails is never built.
    pub verdict: String,
    /// How many findings it has.
    pub findings: u64,
}

/// A waiver in force.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WaiverRef {
    /// The name.
    pub id: String,
    /// The rule it covers.
    pub policy: String,
    /// What it covers.
    pub scope: String,
    /// Why it is acceptable.
    pub reason: String,
    /// Who agreed.
    pub approver: Option<String>,
    /// The change or incident.
    pub ticket: Option<String>,
    /// Its last day.
    pub expires: String,
}
