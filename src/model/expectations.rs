//! The kind `Expectations`: executable assertions about failover.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::Spanned;

use super::document::ApiVersion;
use super::{Count, Duration, Name, Symptom};

/// Executable assertions about failover: when this fails, that answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Expectations {
    /// The version of the language.
    pub api_version: ApiVersion,
    /// Says that this document holds expectations.
    pub kind: ExpectationsKind,
    /// The cases.
    #[serde(default)]
    pub cases: Vec<Spanned<Case>>,
}

/// The name of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ExpectationsKind {
    /// Expectations.
    Expectations,
}

/// One assertion.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Case {
    /// What it shows.
    pub name: Spanned<String>,
    /// What fails.
    pub fail: Failure,
    /// The route that is asked.
    pub route: Spanned<Name>,
    /// What must then hold.
    pub expect: Expectation,
}

/// What fails, and how.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Failure {
    /// Providers.
    #[serde(default)]
    pub providers: Vec<Spanned<Name>>,
    /// Regions.
    #[serde(default)]
    pub regions: Vec<Spanned<Name>>,
    /// Accounts.
    #[serde(default)]
    pub accounts: Vec<Spanned<Name>>,
    /// Keys.
    #[serde(default)]
    pub keys: Vec<Spanned<Name>>,
    /// Targets.
    #[serde(default)]
    pub targets: Vec<Spanned<Name>>,
    /// The symptom it shows; the one that kind of failure causes if not given.
    pub with: Option<Symptom>,
}

/// What must hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Expectation {
    /// The target that answers.
    pub answers: Option<Spanned<Name>>,
    /// The time within which it answers.
    pub within: Option<Duration>,
    /// The number of calls, at most.
    pub attempts_at_most: Option<Count>,
    /// What is never reached.
    pub never: Option<Never>,
}

/// What must never be reached.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Never {
    /// Providers.
    #[serde(default)]
    pub providers: Vec<Spanned<Name>>,
    /// Regions.
    #[serde(default)]
    pub regions: Vec<Spanned<Name>>,
    /// Targets.
    #[serde(default)]
    pub targets: Vec<Spanned<Name>>,
}
