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

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RouteTableRef {
    pub(super) name: String,
    pub(super) version: String,
    /// One more than the artifact it replaces.
    pub(super) sequence: u64,
    pub(super) previous: Option<PreviousRef>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PreviousRef {
    pub(super) version: String,
    pub(super) sequence: u64,
    pub(super) payload_sha256: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Compiler {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Source {
    /// The commit, as hex; nothing outside git.
    pub(super) commit: Option<String>,
    /// Whether files differ from it.
    pub(super) dirty: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Input {
    pub(super) role: &'static str,
    pub(super) name: String,
    pub(super) digest: Digest,
    pub(super) size: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Digest {
    pub(super) sha256: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CatalogueRef {
    pub(super) as_of: String,
    pub(super) currency: &'static str,
    pub(super) digest: Digest,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Lint {
    pub(super) verdict: &'static str,
    pub(super) errors: u64,
    pub(super) warnings: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PolicyRef {
    pub(super) id: String,
    pub(super) version: Option<String>,
    /// `not-applicable` as long as its clauses are read and not judged.
    pub(super) verdict: &'static str,
    pub(super) findings: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WaiverRef {
    pub(super) id: String,
    /// The rule it covers.
    pub(super) policy: String,
    pub(super) scope: String,
    pub(super) approver: Option<String>,
    pub(super) ticket: Option<String>,
    pub(super) expires: String,
}
