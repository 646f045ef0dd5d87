//! What OpenClaw does with a run: how often a model that fails is asked again, how long between, and when the run ends.
//!
//! A walk along a chain is a fact about a release of OpenClaw, not about JSON. These are the facts of release 2026.9.6,
//! from its source (`run/failover-retry-controller.ts`, `run/failover-policy.ts`, `model-fallback-runner.ts` below
//! `src/agents/`) and from runs of it. Its waits are drawn by lot, between half and one and a half of those told here,
//! and are never longer than 30 seconds.

mod variables;

pub use variables::{configuration_may_set, is_meant_for_openclaw, names_secret, workspace_may_set};

/// The release whose walk is known from running it, for the middle of a sentence: `OpenClaw 2026.9`.
pub const NEWEST: &str = "2026.9";

/// How often the same model is asked again before its other profiles and the next model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// Further calls at most.
    pub most: u16,
    /// The first wait, in milliseconds; each further one is twice as long.
    pub first: u64,
    /// The longest wait, in milliseconds.
    pub longest: u64,
}

/// On 429: `maybeRetryTransient` lets nine retries pass. The longest of their waits are drawn from 15 to 45 seconds and
/// cut at 30, which makes 26 on average.
pub const ON_RATE_LIMIT: Retries = Retries { most: 9, first: 1_000, longest: 26_000 };

/// On 5xx, 529, timeouts and broken connections: eight retries, and none whose wait would end more than 90 seconds after
/// the first failure. How many that lets pass is a matter of luck, seven as a rule. All eight are counted here, with the
/// longest wait so that together they fill those 90 seconds: neither calls nor time can be more.
pub const ON_TROUBLE: Retries = Retries { most: 8, first: 1_000, longest: 20_000 };

/// How many other profiles a model is asked with on 429, where another model can follow.
pub const ROTATIONS_ON_RATE_LIMIT: u32 = 1;

/// How long a run may take where `agents.defaults.timeoutSeconds` says nothing, in seconds.
pub const RUN_SECONDS: u64 = 600;

/// Providers whose keys are asked again however often they were refused.
pub const NEVER_COOLED_DOWN: [&str; 2] = ["kilocode", "openrouter"];

/// How OpenClaw itself calls the key that stands beside a provider in the file.
pub fn inline_key(provider: &str) -> String {
    format!("inline-api-key:{provider}")
}
