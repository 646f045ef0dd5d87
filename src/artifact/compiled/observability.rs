//! What is logged, alerted on and compared, and the ways the gateway is deployed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{OnBreach, PathKind, Reload, Symptom};

/// What can be seen of the requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledObservability {
    /// How the log calls each field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_fields: Option<CompiledLogFields>,
    /// The stages of a request that are traced, in order.
    pub journey: Vec<String>,
    /// Alerts.
    pub alerts: Vec<CompiledAlert>,
}

/// How the log calls each field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledLogFields {
    /// The id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The id of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The provider that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// How the request ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<String>,
    /// The version of the route table that was live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_table_version: Option<String>,
}

/// An alert on a symptom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledAlert {
    /// The symptom it watches.
    pub symptom: Symptom,
    /// What it is counted per.
    pub per: Vec<String>,
    /// The share of requests above which it fires, in hundredths of a percent.
    pub above_basis_points: u32,
    /// The window, in milliseconds.
    pub over_ms: u64,
    /// Who is called.
    pub owner: String,
}

/// A way the gateway is deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledPath {
    /// Its name.
    pub name: String,
    /// How it is installed.
    pub kind: PathKind,
    /// The range of Node.js versions it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The container image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The Compose or Kubernetes file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The service in that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The configuration files it reads.
    pub config: Vec<String>,
    /// The environment files it reads, later ones below earlier ones.
    pub env: Vec<String>,
    /// Whether the configuration is mounted read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// How it takes up a new configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reload: Option<Reload>,
}

/// How far deployments of the same table may drift apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledParity {
    /// How often it is compared, in milliseconds.
    pub every_ms: u64,
    /// The largest difference of the 95th percentile of latency, in hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_p95_spread_basis_points: Option<u32>,
    /// The largest difference of the error rate, in hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_rate_spread_basis_points: Option<u32>,
    /// What happens when it is exceeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_breach: Option<OnBreach>,
    /// The paths compared; all if none is given.
    pub paths: Vec<String>,
}
