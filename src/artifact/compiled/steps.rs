//! One step of a plan with every parameter filled in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Announce, CircuitPer, Gap, PinTo, RelationWord, ShardBy};

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepWord {
    /// Waits and calls the same target again: `times`, `initialMs`, `factor`, `maxMs`.
    Backoff,
    /// Calls with the next key, once per remaining key or at most `times`.
    NextKey,
    /// Reduces parallel calls to `shareBasisPoints`, then calls again.
    LowerConcurrency,
    /// Waits `toMs` for the answer, then calls again.
    RaiseTimeout,
    /// Calls through another `egress`.
    SwitchEgress,
    /// Calls another `target` or visits another `route`.
    Fallback,
    /// Counts successes and failures per key over `windowMs`.
    CountPerKey,
    /// Stops calling what failed `after` times, `per` what, for `forMs`.
    OpenCircuit,
    /// Keeps a session at `pinTo`.
    PinSession,
    /// Spreads sessions over several gateways, by `shardBy`.
    ShardGateway,
    /// A person looks: `runbook`, `owner`.
    Check,
    /// Fails openly, with the symptom.
    Stop,
}

/// A step with its parameters; those that do not belong to it are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledStep {
    /// What it does.
    pub step: StepWord,
    /// The target to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The route to visit, with its own plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The network path to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<String>,
    /// How many further calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// The first wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_ms: Option<u64>,
    /// What each further wait is multiplied by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<u8>,
    /// The longest wait, in milliseconds; none if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ms: Option<u64>,
    /// The longer timeout, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_ms: Option<u64>,
    /// For how long, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_ms: Option<u64>,
    /// The window over which to count, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_ms: Option<u64>,
    /// The share of the concurrency that remains, in hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_basis_points: Option<u32>,
    /// What is cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<CircuitPer>,
    /// After so many failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
    /// What a session is pinned to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_to: Option<PinTo>,
    /// What decides which gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard_by: Option<ShardBy>,
    /// What a person does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// Who does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What the hop openly admits it loses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<CompiledLabel>,
}

impl CompiledStep {
    /// A step without parameters.
    pub(in crate::artifact) fn new(step: StepWord) -> Self {
        Self {
            step,
            target: None,
            route: None,
            egress: None,
            times: None,
            initial_ms: None,
            factor: None,
            max_ms: None,
            to_ms: None,
            for_ms: None,
            window_ms: None,
            share_basis_points: None,
            per: None,
            after: None,
            pin_to: None,
            shard_by: None,
            runbook: None,
            owner: None,
            label: None,
        }
    }
}

/// What a hop openly admits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledLabel {
    /// How the model reached is related to the one it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<RelationWord>,
    /// What is lost on the way.
    pub gaps: Vec<Gap>,
    /// Why this is acceptable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How callers learn of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announce: Option<Announce>,
}
