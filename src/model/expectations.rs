//! The kind `Expectations`: executable assertions about failover and about what policies find.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::Spanned;

use super::document::ApiVersion;
use super::{
    Catalog, Count, Duration, ForeignName, LevelWord, NonEmpty, RouteSelector, RouteTable, Survive, Symptom, Usd,
};

/// Executable assertions: when this fails, that answers; and on such a table, these rules speak up.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Expectations {
    /// The version of the language.
    pub api_version: ApiVersion,
    /// Says that this document holds expectations.
    pub kind: ExpectationsKind,
    /// What happens to requests when something fails.
    #[serde(default)]
    pub cases: Vec<Spanned<Case>>,
    /// What the policies in force find in a table.
    #[serde(default)]
    pub checks: Vec<Spanned<Check>>,
}

/// The name of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ExpectationsKind {
    /// Expectations.
    Expectations,
}

/// One assertion about failover.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "CaseAsWritten")]
#[schemars(with = "CaseAsWritten")]
pub struct Case {
    /// What it shows.
    pub name: Spanned<String>,
    /// What fails.
    pub fail: Spanned<FailureCase>,
    /// The table that is asked; the one that has the route if not given.
    pub table: Option<Spanned<ForeignName>>,
    /// The routes that are asked.
    pub subject: Subject,
    /// What must then hold.
    pub expect: Spanned<Expectation>,
}

/// The routes an assertion is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// One route.
    Route(Spanned<ForeignName>),
    /// Every route of a selection.
    Routes(Spanned<RouteSelector>),
}

/// One assertion about failover: about exactly one of `route` and `routes`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(rename = "Case", extend("oneOf" = [{"required": ["route"]}, {"required": ["routes"]}]))]
struct CaseAsWritten {
    /// What it shows.
    name: Spanned<String>,
    /// What fails.
    fail: Spanned<FailureCase>,
    /// The table that is asked, where a project holds several; the one that has the route if not given.
    table: Option<Spanned<ForeignName>>,
    /// The route that is asked.
    route: Option<Spanned<ForeignName>>,
    /// The routes that are asked, every one of them.
    routes: Option<Spanned<RouteSelector>>,
    /// What must then hold.
    expect: Spanned<Expectation>,
}

impl TryFrom<CaseAsWritten> for Case {
    type Error = &'static str;

    fn try_from(written: CaseAsWritten) -> Result<Self, Self::Error> {
        let subject = match (written.route, written.routes) {
            (Some(route), None) => Subject::Route(route),
            (None, Some(routes)) => Subject::Routes(routes),
            (Some(_), Some(_)) | (None, None) => return Err("a case is about either a route or routes"),
        };
        Ok(Self { name: written.name, fail: written.fail, table: written.table, subject, expect: written.expect })
    }
}

/// What fails, and how. Nothing named: every call fails with the symptom of `with`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FailureCase {
    /// Providers.
    pub providers: Option<NonEmpty<Spanned<ForeignName>>>,
    /// Regions.
    pub regions: Option<NonEmpty<Spanned<ForeignName>>>,
    /// Accounts.
    pub accounts: Option<NonEmpty<Spanned<ForeignName>>>,
    /// Keys.
    pub keys: Option<NonEmpty<Spanned<ForeignName>>>,
    /// Quotas.
    pub quotas: Option<NonEmpty<Spanned<ForeignName>>>,
    /// Network paths.
    pub egress: Option<NonEmpty<Spanned<ForeignName>>>,
    /// Models.
    pub models: Option<NonEmpty<Spanned<String>>>,
    /// Targets.
    pub targets: Option<NonEmpty<Spanned<ForeignName>>>,
    /// Every single element of these kinds, one after the other.
    pub each: Option<NonEmpty<Survive>>,
    /// The symptom it shows; those that this kind of failure causes if not given.
    pub with: Option<Symptom>,
}

/// What must hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Expectation {
    /// The target that answers.
    pub answers: Option<Spanned<ForeignName>>,
    /// Whether anybody answers.
    pub answered: Option<bool>,
    /// The time within which it answers or fails.
    pub within: Option<Duration>,
    /// The number of calls, at most.
    pub attempts_at_most: Option<Count>,
    /// The money one request costs, at most.
    pub costs_at_most: Option<Usd>,
    /// What is never called.
    pub never: Option<Never>,
}

/// What must never be called.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Never {
    /// Providers, as globs.
    pub providers: Option<NonEmpty<Spanned<String>>>,
    /// Regions, as globs.
    pub regions: Option<NonEmpty<Spanned<String>>>,
    /// Accounts, as globs.
    pub accounts: Option<NonEmpty<Spanned<String>>>,
    /// Models, as globs.
    pub models: Option<NonEmpty<Spanned<String>>>,
    /// Targets, as globs.
    pub targets: Option<NonEmpty<Spanned<String>>>,
}

/// One assertion about what the policies in force find.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Check {
    /// What it shows.
    pub name: Spanned<String>,
    /// The table that is checked.
    pub table: Box<RouteTable>,
    /// The models it is checked against; the catalogue of the project if not given.
    pub catalog: Option<Box<Catalog>>,
    /// Every finding, and no other; none if the list is empty.
    pub finds: Vec<Spanned<Finds>>,
}

/// A finding that is expected.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Finds {
    /// The rule, or the custom rule of a policy.
    pub rule: Spanned<String>,
    /// What it is about, such as `routes.support-chat`; anything if not given. Of a finding that several routes share, each
    /// route is one.
    pub at: Option<Spanned<String>>,
    /// How grave it is; however grave if not given.
    pub level: Option<LevelWord>,
}
