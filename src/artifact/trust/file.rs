//! The trust file as it is written: whose signatures an artifact needs, table by table.

use std::collections::BTreeMap;
use std::num::{NonZeroU16, NonZeroU32};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::artifact::read::Verdict;

/// Whose signatures an artifact needs. Install it like a list of keys for logins: by another way than the artifacts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustFile {
    /// The version of this format: 1.
    pub(super) schema_version: u32,
    /// What the file is called, such as `example-prod`. A state file remembers the last version of each name.
    pub(super) name: String,
    /// The version of the contents, from 1. Raise it with each change; it never goes down.
    pub(super) version: NonZeroU32,
    /// The moment from which the file is no longer used, such as `2027-06-30T00:00:00Z`.
    pub(super) expires: String,
    /// The keys, each under its fingerprint as `ssh-keygen -l` prints it: `SHA256:` and 43 characters.
    #[schemars(extend("minProperties" = 1))]
    pub(super) keys: BTreeMap<String, KeyEntry>,
    /// Fingerprints of keys that no longer count, whenever they have signed.
    #[serde(default)]
    pub(super) revoked: Vec<String>,
    /// SHA-256 of payloads for which revoked keys still count: artifacts that were signed before the key was lost.
    #[serde(default)]
    pub(super) allow_payloads: Vec<String>,
    /// Groups of keys, by name.
    #[schemars(extend("minProperties" = 1))]
    pub(super) roles: BTreeMap<String, RoleEntry>,
    /// What each table needs. The first rule that names a table decides; a table that none names is refused.
    #[schemars(length(min = 1))]
    pub(super) rules: Vec<RuleEntry>,
}

/// A key that is trusted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeyEntry {
    /// How the key signs; a signature of another kind under this key is a forgery.
    #[schemars(extend("enum" = ["ed25519", "ecdsa-p256-sha256"]))]
    pub(super) algorithm: String,
    /// Whose key it is, such as `platform@example.com`.
    pub(super) owner: String,
    /// The public key, as SPKI PEM with `\n` for each end of line.
    pub(super) public_key_pem: String,
    /// The first moment at which the key counts, such as `2026-01-01T00:00:00Z`; always, if not given.
    pub(super) not_before: Option<String>,
    /// The first moment at which the key no longer counts; never, if not given.
    pub(super) not_after: Option<String>,
}

/// A group of keys.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RoleEntry {
    /// The fingerprints of its keys.
    #[schemars(length(min = 1))]
    pub(super) keyids: Vec<String>,
    /// How many of them must sign.
    pub(super) threshold: NonZeroU16,
}

/// What some tables need.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RuleEntry {
    /// Globs over names of tables: `*` stands for any text.
    #[schemars(length(min = 1))]
    pub(super) tables: Vec<String>,
    /// The roles that must sign, each with keys of its own: one key counts for one role.
    #[schemars(length(min = 1))]
    pub(super) require_roles: Vec<String>,
    /// The types of statements that are accepted; a route table's, if not given.
    #[serde(default = "route_tables")]
    #[schemars(length(min = 1))]
    pub(super) predicate_types: Vec<String>,
    /// The verdicts that are accepted.
    #[schemars(length(min = 1))]
    pub(super) verdicts: Vec<Verdict>,
    /// Whether a table built from files that are in no commit is accepted; not, if not given.
    #[serde(default)]
    pub(super) allow_dirty: bool,
    /// How many days after its creation an artifact is accepted, unless it ends before.
    pub(super) max_age_days: Option<NonZeroU16>,
    /// How many days old its catalogue may be.
    pub(super) max_catalogue_age_days: Option<NonZeroU16>,
}

fn route_tables() -> Vec<String> {
    vec![crate::artifact::sign::PREDICATE_TYPE.to_owned()]
}
