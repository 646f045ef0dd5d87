//! The names callers use: who may call them, what they promise, and the flat plan of every symptom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Boundary, Mix, SloTier, Symptom};

use super::CompiledStep;

/// A name callers use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledRoute {
    /// Its name.
    pub name: String,
    /// Who may call it; unknown if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<CompiledAudience>,
    /// The classes of data it carries.
    pub data: Vec<String>,
    /// What its callers rely on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<CompiledNeeds>,
    /// The traffic it is planned for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic: Option<CompiledTraffic>,
    /// How much depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<SloTier>,
    /// When the caller stops waiting, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// The targets that answer when nothing fails.
    pub pool: Vec<CompiledMember>,
    /// What its requests must not leave, on any hop.
    pub boundary: Vec<Boundary>,
    /// What its pool mixes on purpose.
    pub mixes: Vec<Mix>,
    /// What happens on each symptom, in the order of the language; one without a plan fails at once.
    pub plans: Vec<CompiledPlan>,
}

/// Who may call a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledAudience {
    /// Teams.
    pub teams: Vec<String>,
    /// Single users or service accounts.
    pub users: Vec<String>,
    /// Environments.
    pub environments: Vec<String>,
}

/// What the callers of a route rely on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledNeeds {
    /// Tokens a prompt may have, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<u64>,
    /// Tokens an answer may have, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Whether they need a model that calls tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<bool>,
    /// Whether they need a model that calls several tools at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tools: Option<bool>,
    /// Whether they need a model that takes images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vision: Option<bool>,
    /// Whether they need a model that takes audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<bool>,
    /// Whether they need a model that takes documents such as PDF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<bool>,
    /// Whether they need a model that follows a JSON Schema in its answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structured_output: Option<bool>,
    /// Whether they need a model that reasons before it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<bool>,
    /// Whether they need a model that answers token by token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streaming: Option<bool>,
    /// Whether they need a model that caches prompts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caching: Option<bool>,
}

/// The traffic a route is planned for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledTraffic {
    /// Requests in a month of 30 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_month: Option<u64>,
    /// Requests in the busiest minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_requests_per_minute: Option<u64>,
    /// Tokens of a typical prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens of a typical answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
}

/// A target of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledMember {
    /// The target.
    pub target: String,
    /// Its share of the traffic, relative to the others of its order.
    pub weight: u64,
    /// Strict preference, from 1: requests begin at the lowest.
    pub order: u32,
}

/// What happens on a symptom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledPlan {
    /// The symptom.
    pub symptom: Symptom,
    /// Under which symptom the table lists the steps: `any` where this one has none of its own.
    pub rung: Symptom,
    /// The steps, in the order they are taken; when they are used up, the visit fails with the symptom.
    pub steps: Vec<CompiledStep>,
}
