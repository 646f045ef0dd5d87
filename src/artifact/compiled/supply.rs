//! Who sells, who pays, with what, over which network: providers, accounts, keys, egress and targets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Hosting;

/// A provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledProvider {
    /// Its name.
    pub name: String,
    /// The vendor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Where its models run; at the vendor if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosting: Option<Hosting>,
    /// Whether it may train on what it is sent; unknown if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trains_on_data: Option<bool>,
    /// For how many days it keeps what it is sent; unknown if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u64>,
    /// Where it serves from.
    pub regions: Vec<CompiledRegion>,
}

/// A region of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledRegion {
    /// Its name.
    pub name: String,
    /// The law that holds there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<String>,
    /// The base URL of its API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

/// A billing account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledAccount {
    /// Its name.
    pub name: String,
    /// The provider it is held with.
    pub provider: String,
    /// Who pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<String>,
    /// The environment it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// A credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledKey {
    /// Its name.
    pub name: String,
    /// The account it belongs to.
    pub account: String,
    /// Where the secret is kept; never the secret.
    pub secret: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Keys that name the same quota share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<String>,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Requests per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u64>,
    /// Tokens per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u64>,
    /// Requests at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u64>,
}

/// A network path out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledEgress {
    /// Its name.
    pub name: String,
    /// The proxy, as a reference or a URL without a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// The regions reachable this way; all if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
}

/// A callable deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledTarget {
    /// Its name.
    pub name: String,
    /// The model it serves, by its id or an alias.
    pub model: String,
    /// The provider that serves it.
    pub provider: String,
    /// The provider's region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The keys, in the order they are used.
    pub keys: Vec<String>,
    /// The network paths, in the order they are used.
    pub egress: Vec<String>,
    /// How long one call may take, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Parallel calls at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Tools that it runs for the caller.
    pub tools: Vec<String>,
}
