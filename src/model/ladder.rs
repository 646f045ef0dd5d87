//! Ladders: the ordered steps taken on a symptom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Spanned;

use super::capability::Gap;
use super::{Duration, Name, NonEmpty, Step, Symptom};

/// Steps in the order they are taken.
pub type Steps = NonEmpty<Spanned<Step>>;

/// The steps for each symptom. A symptom without steps uses those of `any`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ladder {
    /// On 429: quota, rate or concurrency exceeded.
    pub rate_limit: Option<Steps>,
    /// On 5xx or 529: the provider cannot cope.
    pub overloaded: Option<Steps>,
    /// On timeouts, resets, slow TLS and refused connections.
    pub timeout: Option<Steps>,
    /// On 401: an invalid or expired key.
    pub auth: Option<Steps>,
    /// On 402: credit exhausted.
    pub billing: Option<Steps>,
    /// When the model is missing, its id unknown, or the account lacks permission.
    pub not_entitled: Option<Steps>,
    /// When the prompt is larger than the model's window.
    pub context_overflow: Option<Steps>,
    /// When the content was refused.
    pub content_policy: Option<Steps>,
    /// When some sessions succeed and others do not.
    pub partial: Option<Steps>,
    /// For whatever has no steps of its own.
    pub any: Option<Steps>,
}

impl Ladder {
    /// The steps of each symptom that has some.
    pub fn into_rungs(self) -> Vec<(Symptom, Steps)> {
        [
            (Symptom::RateLimit, self.rate_limit),
            (Symptom::Overloaded, self.overloaded),
            (Symptom::Timeout, self.timeout),
            (Symptom::Auth, self.auth),
            (Symptom::Billing, self.billing),
            (Symptom::NotEntitled, self.not_entitled),
            (Symptom::ContextOverflow, self.context_overflow),
            (Symptom::ContentPolicy, self.content_policy),
            (Symptom::Partial, self.partial),
            (Symptom::Any, self.any),
        ]
        .into_iter()
        .filter_map(|(symptom, steps)| Some((symptom, steps?)))
        .collect()
    }
}

/// Calls another target, or visits another route: exactly one of the two.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "FallbackAsWritten")]
#[schemars(with = "FallbackAsWritten")]
pub struct Fallback {
    /// Where to.
    pub hop: Spanned<Hop>,
    /// What the hop openly admits it loses.
    pub label: Option<Spanned<Label>>,
    /// How long later requests go there directly.
    pub lasting: Option<Duration>,
    /// Which list of a gateway's own file the hop stands in.
    pub kind: HopKind,
}

impl Fallback {
    /// Whether it leads to what was asked before, so that its gateway passes it over.
    pub fn is_passed_over(&self) -> bool {
        matches!(self.kind, HopKind::Listed { via: Via::Again, .. })
    }
}

/// Where a fallback leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// One target.
    Target(Name),
    /// A route, with its own ladders.
    Route(Name),
}

/// The list of a gateway's own file in which a hop stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HopKind {
    /// A step of a ladder.
    Native,
    /// A step by which the gateway goes on to a route for good: nothing of the one it leaves is taken afterwards.
    Handover,
    /// An entry of a gateway's list: how that list is called, and the target as written there.
    Listed {
        /// The list: `general`, `context_window`, `content_policy`, or `default`, `context_window_default` and
        /// `content_policy_default` for what they hold for everybody.
        list: &'static str,
        /// The target as the list writes it.
        written: String,
        /// How the gateway finds the target.
        via: Via,
    },
}

/// How a gateway finds what a fallback list names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// By the name of a group.
    Group,
    /// By an alias of a group.
    Alias,
    /// By the id of a deployment.
    ModelId,
    /// By a group whose name is a pattern.
    Wildcard,
    /// By the model that a deployment serves.
    ModelString,
    /// By the model alone: the provider is taken from elsewhere.
    Bare,
    /// By any of these, and to one that was asked before: it is passed over.
    Again,
    /// Not at all.
    Nowhere,
}

impl Via {
    /// The way in a word, for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Alias => "alias",
            Self::ModelId => "model-id",
            Self::Wildcard => "wildcard",
            Self::ModelString => "model",
            Self::Bare => "bare",
            Self::Again => "again",
            Self::Nowhere => "nowhere",
        }
    }
}

/// Calls another target, or visits another route: exactly one of `target` and `route`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Fallback", extend("oneOf" = [{"required": ["target"]}, {"required": ["route"]}]))]
struct FallbackAsWritten {
    /// The target to call.
    target: Option<Spanned<Name>>,
    /// The route to visit, with its own ladders.
    route: Option<Spanned<Name>>,
    /// What the hop openly admits it loses.
    label: Option<Spanned<Label>>,
    /// How long later requests go there directly.
    #[serde(rename = "for")]
    lasting: Option<Duration>,
}

impl TryFrom<FallbackAsWritten> for Fallback {
    type Error = &'static str;

    fn try_from(written: FallbackAsWritten) -> Result<Self, Self::Error> {
        let hop = match (written.target, written.route) {
            (Some(target), None) => target.map(Hop::Target),
            (None, Some(route)) => route.map(Hop::Route),
            (Some(_), Some(_)) | (None, None) => return Err("a fallback names either a target or a route"),
        };
        Ok(Self { hop, label: written.label, lasting: written.lasting, kind: HopKind::Native })
    }
}

/// What a hop openly admits.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// How the model reached is related to the one it replaces.
    pub relation: Option<Spanned<RelationWord>>,
    /// What is lost on the way.
    #[serde(default)]
    pub gaps: Vec<Spanned<Gap>>,
    /// Why this is acceptable.
    pub reason: Option<String>,
    /// How callers learn of it.
    pub announce: Option<Announce>,
}

/// How two models are related, as a label claims it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RelationWord {
    /// The same model, another deployment.
    Same,
    /// The same family of the same vendor.
    Family,
    /// An equivalence class of the catalogue names both.
    Equivalent,
    /// None of these.
    Unrelated,
}

/// How callers learn that another model answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Announce {
    /// A response header.
    Header,
    /// A log line only.
    Log,
    /// The answer goes to a review queue.
    ReviewQueue,
}
