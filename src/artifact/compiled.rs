//! The compiled table: what a runtime needs without knowing YAML. Every route and symptom has its flat, ordered plan.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{CircuitPer, PinTo, ShardBy};

/// The members of the compiled table; a verifier refuses any other.
pub const TABLE_MEMBERS: [&str; 10] =
    ["schemaVersion", "name", "version", "providers", "accounts", "keys", "egress", "models", "targets", "routes"];

/// A compiled table.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledTable {
    /// The version of this format.
    pub(super) schema_version: &'static str,
    /// The name of the table.
    pub(super) name: String,
    /// Its version, by semver.
    pub(super) version: String,
    /// Who sells the APIs.
    pub(super) providers: Vec<CompiledProvider>,
    /// Billing accounts.
    pub(super) accounts: Vec<CompiledAccount>,
    /// Credentials, by reference.
    pub(super) keys: Vec<CompiledKey>,
    /// Network paths out.
    pub(super) egress: Vec<CompiledEgress>,
    /// The models in use, with the facts and prices the table was checked against.
    pub(super) models: Vec<CompiledModel>,
    /// Callable deployments.
    pub(super) targets: Vec<CompiledTarget>,
    /// The names callers use.
    pub(super) routes: Vec<CompiledRoute>,
}

/// A provider.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledProvider {
    /// Its name.
    pub(super) name: String,
    /// Where it serves from.
    pub(super) regions: Vec<CompiledRegion>,
    /// Whether it may train on what it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trains_on_data: Option<bool>,
    /// For how many days it keeps what it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retention_days: Option<u64>,
}

/// A region of a provider.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledRegion {
    /// Its name.
    pub(super) name: String,
    /// The law that holds there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) jurisdiction: Option<String>,
    /// The base URL of its API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) endpoint: Option<String>,
}

/// A billing account.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledAccount {
    /// Its name.
    pub(super) name: String,
    /// The provider.
    pub(super) provider: String,
    /// Who pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost_center: Option<String>,
    /// The environment it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<String>,
}

/// A credential.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledKey {
    /// Its name.
    pub(super) name: String,
    /// The account it belongs to.
    pub(super) account: String,
    /// Where the secret is kept; never the secret.
    pub(super) secret: String,
    /// Keys that name the same quota share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quota: Option<String>,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires: Option<String>,
    /// Requests per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) requests_per_minute: Option<u64>,
    /// Tokens per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tokens_per_minute: Option<u64>,
    /// Requests at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) concurrency: Option<u64>,
}

/// A network path.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledEgress {
    /// Its name.
    pub(super) name: String,
    /// The proxy, as a reference or a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) proxy: Option<String>,
}

/// A model in use.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledModel {
    /// Its id.
    pub(super) id: String,
    /// Tokens a prompt may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context_tokens: Option<u64>,
    /// Tokens an answer may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output_tokens: Option<u64>,
    /// Exact dollars per million tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) input_price: Option<String>,
    /// Exact dollars per million tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output_price: Option<String>,
    /// The day the vendor withdraws it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retires: Option<String>,
}

/// A callable deployment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledTarget {
    /// Its name.
    pub(super) name: String,
    /// The model it serves.
    pub(super) model: String,
    /// The provider.
    pub(super) provider: String,
    /// The region of its provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<String>,
    /// The keys, in the order they are used.
    pub(super) keys: Vec<String>,
    /// The network paths, in the order they are used.
    pub(super) egress: Vec<String>,
    /// How long one call may take, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timeout_ms: Option<u64>,
}

/// A name callers use.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledRoute {
    /// Its name.
    pub(super) name: String,
    /// How much depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tier: Option<&'static str>,
    /// When the caller stops waiting, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deadline_ms: Option<u64>,
    /// The classes of data it carries.
    pub(super) data: Vec<String>,
    /// Who may call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) audience: Option<CompiledAudience>,
    /// The targets that answer when nothing fails.
    pub(super) pool: Vec<CompiledMember>,
    /// What happens on each symptom; one without a plan fails at once.
    pub(super) plans: Vec<CompiledPlan>,
}

/// Who may call a route.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CompiledAudience {
    /// Teams.
    pub(super) teams: Vec<String>,
    /// Single users or service accounts.
    pub(super) users: Vec<String>,
    /// Environments.
    pub(super) environments: Vec<String>,
}

/// A target of a pool.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CompiledMember {
    /// The target.
    pub(super) target: String,
    /// Its share of the traffic, relative to the others of its order.
    pub(super) weight: u64,
    /// Strict preference, from 1.
    pub(super) order: u32,
}

/// What happens on a symptom.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CompiledPlan {
    /// The symptom.
    pub(super) symptom: &'static str,
    /// The steps, in the order they are taken.
    pub(super) steps: Vec<CompiledStep>,
}

/// A step with its parameters; those that do not belong to it are left out.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledStep {
    /// What the step does.
    pub(super) step: &'static str,
    /// The target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<String>,
    /// The route to visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) route: Option<String>,
    /// The network paths, in the order they are used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) egress: Option<String>,
    /// How often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u32>,
    /// The first wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) initial_ms: Option<u64>,
    /// What each further wait is multiplied by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) factor: Option<u8>,
    /// The longest wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_ms: Option<u64>,
    /// The longer timeout, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to_ms: Option<u64>,
    /// For how long, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) for_ms: Option<u64>,
    /// The window, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) window_ms: Option<u64>,
    /// Hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) share: Option<u32>,
    /// What is cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) per: Option<CircuitPer>,
    /// After so many failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<u32>,
    /// What a session is pinned to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pin_to: Option<PinTo>,
    /// What decides which gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shard_by: Option<ShardBy>,
    /// What a person does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) runbook: Option<String>,
    /// Who does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<String>,
    /// What the hop admits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<CompiledLabel>,
}

/// What a hop admits.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CompiledLabel {
    /// How the models are related.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) relation: Option<&'static str>,
    /// What is lost.
    pub(super) gaps: Vec<&'static str>,
    /// Why it is acceptable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// How callers learn of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) announce: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_are_those_that_are_written() {
        let schema = schemars::schema_for!(CompiledTable);
        let properties = schema.get("properties").and_then(|all| all.as_object());
        let written: Vec<&str> = properties.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
        assert_eq!(written, TABLE_MEMBERS);
    }
}
