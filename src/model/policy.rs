//! The kind `Policy`: grants, denials, budgets, resilience, levels, waiver terms and rules of the organisation.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::{Entries, Spanned};

use super::document::{ApiVersion, TableVersion};
use super::{Count, Duration, Name, NonEmpty, Percent, Sha256, SloTier, Tokens, Usd};

/// What a table may do.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Policy {
    /// The version of the language.
    pub api_version: ApiVersion,
    /// Says that this document is a policy.
    pub kind: PolicyKind,
    /// What it is called.
    pub metadata: PolicyMetadata,
    /// Policies whose clauses hold as well, each pinned.
    #[serde(default)]
    pub extends: Vec<Spanned<Extends>>,
    /// Who may reach what. With any grant in force, what no grant allows is refused.
    #[serde(default)]
    pub grants: Vec<Spanned<Grant>>,
    /// What nobody may do. A denial beats every grant.
    #[serde(default)]
    pub denials: Vec<Spanned<Denial>>,
    /// What may be spent.
    #[serde(default)]
    pub budgets: Vec<Spanned<Budget>>,
    /// Which failures routes must survive.
    #[serde(default)]
    pub resilience: Vec<Spanned<Resilience>>,
    /// Levels of rules.
    #[serde(default)]
    pub levels: Entries<String, Spanned<LevelWord>>,
    /// What a waiver must have.
    pub waiver_terms: Option<WaiverTerms>,
    /// How old the catalogue may be, and how long before its end a model is reported.
    pub catalog: Option<CatalogTerms>,
    /// The most calls one request may cause; 20 if not given.
    pub attempts_at_most: Option<Spanned<Count>>,
    /// Rules of the organisation.
    #[serde(default)]
    pub rules: Vec<Spanned<CustomRule>>,
}

/// The name of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum PolicyKind {
    /// A policy.
    Policy,
}

/// What a policy is called.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PolicyMetadata {
    /// The name of the policy.
    pub name: Spanned<Name>,
    /// The version of the policy, by semver.
    pub version: Option<TableVersion>,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// Another policy file whose clauses hold as well.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Extends {
    /// The file, relative to this one; an absolute path is not read.
    pub file: Spanned<String>,
    /// The SHA-256 of its bytes, as 64 hexadecimal digits: what was reviewed is what holds.
    pub sha256: Spanned<Sha256>,
}

/// How grave a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LevelWord {
    /// Closes the gate.
    Deny,
    /// Is shown.
    Warn,
    /// Is silent.
    Allow,
}

/// Who may reach what.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Grant {
    /// The name of the clause.
    pub id: Spanned<Name>,
    /// Who.
    pub to: Principals,
    /// What.
    pub allow: Allow,
}

/// Callers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Principals {
    /// Teams, as globs.
    #[serde(default)]
    pub teams: Vec<Spanned<String>>,
    /// Single users or service accounts, as globs.
    #[serde(default)]
    pub users: Vec<Spanned<String>>,
    /// Environments, as globs.
    #[serde(default)]
    pub environments: Vec<Spanned<String>>,
}

/// What a grant allows; a list that is not given allows everything of its kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Allow {
    /// Models, as globs.
    pub models: Option<Vec<Spanned<String>>>,
    /// Providers, as globs.
    pub providers: Option<Vec<Spanned<String>>>,
    /// Regions, as globs.
    pub regions: Option<Vec<Spanned<String>>>,
    /// Accounts, as globs.
    pub accounts: Option<Vec<Spanned<String>>>,
    /// Classes of data, as globs.
    pub data: Option<Vec<Spanned<String>>>,
    /// Tools that targets run for the caller, as globs.
    pub tools: Option<Vec<Spanned<String>>>,
}

/// What nobody may do.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Denial {
    /// The name of the clause.
    pub id: Spanned<Name>,
    /// The classes of data it protects; all if not given.
    pub data: Option<NonEmpty<Spanned<Name>>>,
    /// What it forbids.
    pub forbid: Option<Forbid>,
    /// Where it does not hold.
    pub unless: Option<Unless>,
    /// Why.
    pub reason: String,
}

/// What a denial forbids.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Forbid {
    /// Providers that train on what they are sent.
    pub trains_on_data: Option<Spanned<bool>>,
    /// Providers that keep data longer than this many days; 0 for any that keep it at all.
    pub retention_days_over: Option<Tokens>,
    /// Models, as globs.
    #[serde(default)]
    pub models: Vec<Spanned<String>>,
    /// Providers, as globs.
    #[serde(default)]
    pub providers: Vec<Spanned<String>>,
    /// Regions, as globs.
    #[serde(default)]
    pub regions: Vec<Spanned<String>>,
}

/// Where a denial does not hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Unless {
    /// Jurisdictions.
    #[serde(default)]
    pub jurisdictions: Vec<Spanned<String>>,
    /// Providers, as globs.
    #[serde(default)]
    pub providers: Vec<Spanned<String>>,
}

/// What may be spent.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Budget {
    /// The name of the clause.
    pub id: Spanned<Name>,
    /// The account it counts.
    pub account: Option<Spanned<String>>,
    /// The cost centre it counts.
    pub cost_center: Option<Spanned<String>>,
    /// The team it counts.
    pub team: Option<Spanned<String>>,
    /// The routes it counts, as a glob.
    pub route: Option<Spanned<String>>,
    /// Over how long; a request if not given.
    pub per: Option<Period>,
    /// The most money.
    pub limit: Spanned<Usd>,
    /// What is counted.
    pub counting: Counting,
    /// How long the worst failure lasts, for `contingency`.
    pub outage: Option<Duration>,
}

/// Over how long a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// A day.
    Day,
    /// A month of 30 days.
    Month,
    /// One request.
    Request,
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counting {
    /// Planned traffic on the pools.
    Expected,
    /// The worst single failure.
    Contingency,
    /// The dearest request.
    WorstRequest,
}

/// Which failures routes must survive.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Resilience {
    /// The name of the clause.
    pub id: Spanned<Name>,
    /// Which routes.
    pub routes: RouteSelector,
    /// What may fail, one at a time.
    pub survive: NonEmpty<Survive>,
    /// What must remain free of every limit.
    pub headroom: Option<Percent>,
}

/// Which routes a clause is about.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RouteSelector {
    /// Routes of this tier.
    pub tier: Option<SloTier>,
    /// Routes by name, as globs.
    pub names: Option<NonEmpty<Spanned<String>>>,
    /// Routes that carry this class of data.
    pub data: Option<Spanned<Name>>,
}

/// A kind of element that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Survive {
    /// A whole provider.
    Provider,
    /// One region.
    Region,
    /// One account.
    Account,
    /// One key.
    Key,
    /// One quota.
    Quota,
    /// One network path.
    Egress,
    /// One model.
    Model,
}

impl Survive {
    /// Every kind, in the order reports name them.
    pub const ALL: [Self; 7] =
        [Self::Provider, Self::Region, Self::Account, Self::Key, Self::Quota, Self::Egress, Self::Model];

    /// The kind as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Region => "region",
            Self::Account => "account",
            Self::Key => "key",
            Self::Quota => "quota",
            Self::Egress => "egress",
            Self::Model => "model",
        }
    }
}

/// What a waiver must have.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct WaiverTerms {
    /// The most days it may last.
    pub max_days: Option<Spanned<Count>>,
    /// The keys it must have: `ticket`, `approvedBy`.
    #[serde(default)]
    pub require: Vec<Spanned<String>>,
    /// Rules no waiver can reach.
    #[serde(default)]
    pub never: Vec<Spanned<String>>,
}

/// How old the catalogue may be, and how long before its end a model is reported.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CatalogTerms {
    /// The most days since the catalogue's date; 30 if not given.
    pub max_age_days: Option<Spanned<Count>>,
    /// How many days before its retirement a model is reported; 60 if not given.
    pub retirement_notice_days: Option<Spanned<Count>>,
    /// How many days an equivalence may go without review; 180 if not given.
    pub equivalence_review_days: Option<Spanned<Count>>,
    /// How many days before its end a key is reported; 30 if not given.
    pub key_expiry_notice_days: Option<Spanned<Count>>,
}

/// A rule of the organisation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CustomRule {
    /// The name of the rule.
    pub id: Spanned<Name>,
    /// What it is asked for.
    pub each: Each,
    /// Where it applies, as a CEL expression; everywhere if not given.
    pub when: Option<Spanned<String>>,
    /// What must hold, as a CEL expression.
    pub require: Spanned<String>,
    /// What to say where it does not.
    pub message: String,
    /// How grave that is.
    pub level: LevelWord,
}

/// What a rule of the organisation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Each {
    /// Every route.
    Route,
    /// Every hop.
    Hop,
    /// Every target.
    Target,
    /// Every key.
    Key,
}
