//! Trust: whose signatures an artifact needs, and what it must say of itself. Only a valid one can be made.

mod assign;
mod check;
mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU16;

use crate::model::Moment;
use crate::policy::Pattern;

use super::keys::{KeyId, VerifyingKey};
use super::read::Verdict;

pub(super) use assign::shortfalls;
pub use file::TrustFile;

/// Whose signatures an artifact needs, table by table.
#[derive(Debug, Clone)]
pub struct Trust {
    file: Option<TrustVersion>,
    expires: Option<Moment>,
    keys: BTreeMap<KeyId, TrustedKey>,
    revoked: BTreeSet<String>,
    allow_payloads: BTreeSet<String>,
    roles: BTreeMap<String, Role>,
    rules: Vec<Rule>,
}

/// Which trust file it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustVersion {
    /// The name the file gives itself.
    pub name: String,
    /// The version of its contents.
    pub version: u32,
    /// The SHA-256 of its bytes, as hex.
    pub sha256: String,
}

/// A key with its owner and the time in which it counts.
#[derive(Debug, Clone)]
pub(super) struct TrustedKey {
    pub(super) key: VerifyingKey,
    pub(super) owner: Option<String>,
    pub(super) not_before: Option<Moment>,
    pub(super) not_after: Option<Moment>,
}

/// Keys of which some must sign.
#[derive(Debug, Clone)]
pub(super) struct Role {
    pub(super) keys: BTreeSet<KeyId>,
    pub(super) threshold: usize,
}

/// What some tables need.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) tables: Vec<Pattern>,
    pub(super) roles: BTreeSet<String>,
    pub(super) predicate_types: BTreeSet<String>,
    pub(super) verdicts: BTreeSet<Verdict>,
    pub(super) allow_dirty: bool,
    pub(super) max_age_days: Option<NonZeroU16>,
    pub(super) max_catalogue_age_days: Option<NonZeroU16>,
}

/// What is wrong with a trust file, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustError {
    pointer: String,
    message: String,
    help: String,
}

impl Trust {
    /// Which trust file it was; nothing for keys that were given one by one.
    pub fn file(&self) -> Option<&TrustVersion> {
        self.file.as_ref()
    }

    /// The moment from which it is no longer used.
    pub fn expires(&self) -> Option<Moment> {
        self.expires
    }

    /// The same trust, which also accepts tables built from files that are in no commit.
    #[must_use]
    pub fn accepting_dirty(mut self) -> Self {
        for rule in &mut self.rules {
            rule.allow_dirty = true;
        }
        self
    }

    pub(super) fn key(&self, key_id: &str) -> Option<&TrustedKey> {
        self.keys.get(key_id)
    }

    /// Whether signatures of the key do not count for this payload.
    pub(super) fn is_revoked(&self, key_id: &str, payload_sha256: &str) -> bool {
        self.revoked.contains(key_id) && !self.allow_payloads.contains(payload_sha256)
    }

    /// The first rule that names the table.
    pub(super) fn rule(&self, table: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.tables.iter().any(|glob| glob.matches(table)))
    }

    /// The roles that a rule requires, with their names.
    pub(super) fn roles_of<'t>(&'t self, rule: &'t Rule) -> Vec<(&'t str, &'t Role)> {
        self.roles
            .iter()
            .filter(|(name, _)| rule.roles.contains(*name))
            .map(|(name, role)| (name.as_str(), role))
            .collect()
    }
}

impl TrustError {
    pub(super) fn new(pointer: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into(), help: help.into() }
    }

    /// The JSON pointer to what is wrong; empty for the whole file.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What to write instead.
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl fmt::Display for TrustError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "`{}` {}", self.pointer, self.message)
        }
    }
}

impl std::error::Error for TrustError {}
