//! Classes of failure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A class of failure, as the gateway sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Symptom {
    /// 429: quota, rate or concurrency exceeded.
    RateLimit,
    /// 5xx or 529: the provider cannot cope.
    Overloaded,
    /// Timeouts, resets, slow TLS, refused connections.
    Timeout,
    /// 401: an invalid or expired key.
    Auth,
    /// 402: credit exhausted.
    Billing,
    /// The model is missing, its id unknown, or the account lacks permission.
    NotEntitled,
    /// The prompt is larger than the model's window.
    ContextOverflow,
    /// The content was refused.
    ContentPolicy,
    /// Some sessions succeed and others do not.
    Partial,
    /// Whatever has no ladder of its own.
    Any,
}

impl Symptom {
    /// Every symptom a call can show; `any` is none of them.
    pub const CONCRETE: [Self; 9] = [
        Self::RateLimit,
        Self::Overloaded,
        Self::Timeout,
        Self::Auth,
        Self::Billing,
        Self::NotEntitled,
        Self::ContextOverflow,
        Self::ContentPolicy,
        Self::Partial,
    ];

    /// The symptoms every route should survive.
    pub const CORE: [Self; 3] = [Self::RateLimit, Self::Overloaded, Self::Timeout];

    /// The symptom as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RateLimit => "rate-limit",
            Self::Overloaded => "overloaded",
            Self::Timeout => "timeout",
            Self::Auth => "auth",
            Self::Billing => "billing",
            Self::NotEntitled => "not-entitled",
            Self::ContextOverflow => "context-overflow",
            Self::ContentPolicy => "content-policy",
            Self::Partial => "partial",
            Self::Any => "any",
        }
    }
}
