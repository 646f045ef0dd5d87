//! What an artifact attests: which table, from which inputs, judged how.

use schemars::JsonSchema;
use serde::Serialize;

use super::compiled::CompiledTable;

/// The predicate of the Statement, of type `urn:routec:attestation:route-table:v1`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Predicate {
    /// The version of this format.
    pub(super) schema_version: &'static str,
    /// Features a verifier must know, or refuse.
    pub(super) requires: Vec<String>,
    /// Which table it is.
    pub(super) route_table: RouteTableRef,
    /// What compiled it.
    pub(super) compiler: Compiler,
    /// Where the inputs came from.
    pub(super) source: Source,
    /// When it was created, in UTC.
    pub(super) created_at: String,
    /// Where that time comes from: `SOURCE_DATE_EPOCH`, `git-commit` or `flag`.
    pub(super) created_at_source: &'static str,
    /// The moment from which it may no longer be loaded, in UTC.
    pub(super) not_after: String,
    /// Every file it was made from, sorted by role and name.
    pub(super) inputs: Vec<Input>,
    /// The models it was checked against.
    pub(super) catalogue: CatalogueRef,
    /// What the rules found.
    pub(super) lint: Lint,
    /// The policies in force.
    pub(super) policies: Vec<PolicyRef>,
    /// The waivers in force.
    pub(super) waivers: Vec<WaiverRef>,
    /// `pass` or `pass-with-waivers`.
    pub(super) verdict: &'static str,
    /// The table itself.
    pub(super) table: CompiledTable,
}

/// Which table it is.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RouteTableRef {
    /// The name.
    pub(super) name: String,
    /// The version, by semver.
    pub(super) version: String,
    /// One more than the artifact it replaces.
    pub(super) sequence: u64,
    /// The artifact it replaces; nothing for the first.
    pub(super) previous: Option<PreviousRef>,
}

/// The artifact that is replaced.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PreviousRef {
    /// The version, by semver.
    pub(super) version: String,
    /// The number of the artifact.
    pub(super) sequence: u64,
    /// The digest of its payload.
    pub(super) payload_sha256: String,
}

/// What compiled it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Compiler {
    /// The name.
    pub(super) name: &'static str,
    /// The version, by semver.
    pub(super) version: &'static str,
}

/// Where the inputs came from.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Source {
    /// The commit, as hex; nothing outside git.
    pub(super) commit: Option<String>,
    /// Whether files differ from it.
    pub(super) dirty: bool,
}

/// A file it was made from.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Input {
    /// What it was read as: `routes`, `catalogue`, `policy` or `config`.
    pub(super) role: &'static str,
    /// The name.
    pub(super) name: String,
    /// The digest of its bytes.
    pub(super) digest: Digest,
    /// Its size, in bytes.
    pub(super) size: u64,
}

/// A digest.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Digest {
    /// SHA-256, as hex.
    pub(super) sha256: String,
}

/// The models it was checked against.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CatalogueRef {
    /// The day its facts were true.
    pub(super) as_of: String,
    /// The currency of its prices.
    pub(super) currency: &'static str,
    /// The digest of its bytes.
    pub(super) digest: Digest,
}

/// What the rules found.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Lint {
    /// `pass`, since nothing else becomes an artifact.
    pub(super) verdict: &'static str,
    /// Findings that deny.
    pub(super) errors: u64,
    /// Findings that warn.
    pub(super) warnings: u64,
}

/// A policy in force.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PolicyRef {
    /// The name.
    pub(super) id: String,
    /// The version, by semver.
    pub(super) version: Option<String>,
    /// `pass`, `warn` or `waived`; what fails is never built.
    pub(super) verdict: &'static str,
    /// How many findings it has.
    pub(super) findings: u64,
}

/// A waiver in force.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WaiverRef {
    /// The name.
    pub(super) id: String,
    /// The rule it covers.
    pub(super) policy: String,
    /// What it covers.
    pub(super) scope: String,
    /// Who agreed.
    pub(super) approver: Option<String>,
    /// The change or incident.
    pub(super) ticket: Option<String>,
    /// Its last day.
    pub(super) expires: String,
}
