//! Routes: the names callers use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Spanned;

use super::{Count, Duration, Ladder, Name, NonEmpty, Tokens};

/// A name that callers use, with a pool of targets and ladders.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Route {
    /// Who may call it.
    pub audience: Option<Spanned<Audience>>,
    /// The classes of data it carries (`public`, `internal`, `customer-pii`, …).
    #[serde(default)]
    pub data: Vec<Spanned<Name>>,
    /// What its callers rely on.
    pub needs: Option<Spanned<Needs>>,
    /// The traffic it is planned for.
    pub traffic: Option<Spanned<Traffic>>,
    /// What it promises.
    pub slo: Option<Spanned<Slo>>,
    /// The targets that answer when nothing fails.
    pub pool: NonEmpty<Spanned<PoolEntry>>,
    /// The ladder it uses, by name.
    pub ladder: Option<Spanned<Name>>,
    /// Steps of its own; they replace the ladder's for that symptom.
    pub failover: Option<Ladder>,
    /// What its requests must not leave, on any hop.
    #[serde(default)]
    pub boundary: Vec<Spanned<Boundary>>,
    /// What its pool mixes on purpose.
    #[serde(default)]
    pub mixes: Vec<Spanned<Mix>>,
}

/// Who may call a route.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Audience {
    /// Teams.
    #[serde(default)]
    pub teams: Vec<Spanned<Name>>,
    /// Single users or service accounts.
    #[serde(default)]
    pub users: Vec<Spanned<String>>,
    /// Environments (`prod`, `staging`, …).
    #[serde(default)]
    pub environments: Vec<Spanned<Name>>,
}

impl Audience {
    /// Whether it says nothing of who calls.
    pub fn is_empty(&self) -> bool {
        self.teams.is_empty() && self.users.is_empty() && self.environments.is_empty()
    }
}

/// What the callers of a route rely on.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Needs {
    /// Tokens a prompt may have, at least.
    pub context_tokens: Option<Tokens>,
    /// Tokens an answer may have, at least.
    pub output_tokens: Option<Tokens>,
    /// Tool calls.
    pub tools: Option<bool>,
    /// Several tool calls at once.
    pub parallel_tools: Option<bool>,
    /// Images in prompts.
    pub vision: Option<bool>,
    /// Audio in prompts.
    pub audio: Option<bool>,
    /// Documents in prompts.
    pub documents: Option<bool>,
    /// Answers that follow a JSON Schema.
    pub structured_output: Option<bool>,
    /// Reasoning before the answer.
    pub reasoning: Option<bool>,
    /// Answers token by token.
    pub streaming: Option<bool>,
    /// Prompt caching.
    pub caching: Option<bool>,
}

/// The traffic a route is planned for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Traffic {
    /// Requests in a month of 30 days.
    pub requests_per_month: Option<Tokens>,
    /// Requests in the busiest minute.
    pub peak_requests_per_minute: Option<Tokens>,
    /// Tokens of a typical prompt.
    pub input_tokens: Option<Tokens>,
    /// Tokens of a typical answer.
    pub output_tokens: Option<Tokens>,
}

/// What a route promises.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Slo {
    /// When the caller stops waiting.
    pub deadline: Option<Spanned<Duration>>,
    /// How much depends on it.
    pub tier: Option<SloTier>,
}

/// How much depends on a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SloTier {
    /// The business stops without it.
    Critical,
    /// People notice.
    Standard,
    /// Nobody is woken up.
    BestEffort,
}

/// A target of a pool.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PoolEntry {
    /// The target.
    pub target: Spanned<Name>,
    /// Its share of the traffic, relative to the other targets of the same order; 1 if not given.
    pub weight: Option<Tokens>,
    /// Strict preference: requests begin at targets of the lowest order. Those of a higher one stand in for them while
    /// the gateway keeps these out of the pool; a call that fails leads to steps of a ladder, not there.
    pub order: Option<Count>,
}

/// What the requests of a route must not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// The jurisdictions of its pool.
    Jurisdiction,
    /// The providers of its pool.
    Provider,
}

/// What a pool may mix on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mix {
    /// Models of several vendors.
    Vendors,
    /// Models of several families.
    Families,
    /// Several regions or jurisdictions.
    Regions,
    /// Models of several modes, such as chat and embedding.
    Modes,
}
