//! What is logged, alerted on and compared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Spanned;

use super::{Duration, NonEmpty, Percent, Symptom};

/// What can be seen of the requests.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Observability {
    /// How the log calls each field.
    pub log_fields: Option<Spanned<LogFields>>,
    /// The stages of a request that are traced, in order.
    #[serde(default)]
    pub journey: Vec<Spanned<String>>,
    /// Alerts.
    #[serde(default)]
    pub alerts: Vec<Spanned<Alert>>,
}

/// How the log calls each field.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LogFields {
    /// The id of the request.
    pub request_id: Option<String>,
    /// The id of the session.
    pub session_id: Option<String>,
    /// The provider that answered.
    pub provider: Option<String>,
    /// The model that answered.
    pub model_id: Option<String>,
    /// How the request ended.
    pub status: Option<String>,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<String>,
    /// The version of the route table that was live.
    pub route_table_version: Option<String>,
}

/// An alert on a symptom.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Alert {
    /// The symptom it watches.
    pub symptom: Symptom,
    /// What it is counted per (`provider`, `region`, `key`, `route`, `model`).
    #[serde(default)]
    pub per: Vec<String>,
    /// The share of requests above which it fires.
    pub above: Percent,
    /// The window.
    pub over: Duration,
    /// Who is called.
    pub owner: String,
}

/// How far deployments of the same table may drift apart.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Parity {
    /// How often it is compared.
    pub every: Duration,
    /// The largest difference of the 95th percentile of latency.
    pub latency_p95_spread: Option<Percent>,
    /// The largest difference of the error rate.
    pub error_rate_spread: Option<Percent>,
    /// What happens when it is exceeded.
    pub on_breach: Option<OnBreach>,
    /// The paths compared; all if not given.
    pub paths: Option<NonEmpty<String>>,
}

/// What happens when deployments drift apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnBreach {
    /// No releases until it is understood.
    FreezeReleases,
    /// Somebody is called.
    Alert,
    /// It is written down.
    Report,
}
