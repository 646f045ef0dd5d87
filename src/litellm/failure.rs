//! How calls fail in LiteLLM's eyes, and what each failure allows.

use super::Era;
use super::retries::{Lists, Standing, tries_again};

/// How the call of a deployment failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The provider answered with this status, or it stands for what happened: 408 for a timeout, 500 for a lost
    /// connection.
    Status(u16),
    /// The prompt is too long for the model.
    ContextWindow,
    /// The provider refuses the content.
    ContentPolicy,
}

impl Failure {
    /// Reads a status, `timeout`, `context-window` or `content-policy`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "timeout" => Some(Self::Status(408)),
            "context-window" => Some(Self::ContextWindow),
            "content-policy" => Some(Self::ContentPolicy),
            _ => text.parse().ok().filter(|status| (400..600).contains(status)).map(Self::Status),
        }
    }

    /// One failure for each way in which LiteLLM can tell failures apart, the usual ones first.
    pub fn kinds(era: Era) -> Vec<Self> {
        let usual = [500, 429, 408, 401, 404, 400].map(Self::Status);
        let rest = (400..600).map(Self::Status);
        let mut kinds: Vec<Self> = Vec::new();
        for failure in usual.into_iter().chain([Self::ContextWindow, Self::ContentPolicy]).chain(rest) {
            if !kinds.iter().any(|known| known.traits(era) == failure.traits(era)) {
                kinds.push(failure);
            }
        }
        kinds
    }

    /// Everything that LiteLLM asks of a failure.
    fn traits(self, era: Era) -> (&'static [&'static str], [bool; 3], Vec<bool>) {
        let lists = |both: bool| Lists { context_window: both, content_policy: both };
        let standings = [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2)];
        let tries = standings.into_iter().flat_map(|(healthy, all)| {
            [false, true].map(|both| tries_again(Fault::Answer(self), Standing { healthy, all }, lists(both)))
        });
        let own = [is_retryable(self.status()), self.can_cool(era), self.is_special()];
        (self.classes(), own, tries.collect())
    }

    /// The status that LiteLLM gives it.
    pub fn status(self) -> u16 {
        match self {
            Self::Status(status) => status,
            Self::ContextWindow | Self::ContentPolicy => 400,
        }
    }

    /// Whether it is a failure with lists of its own.
    pub(super) fn is_special(self) -> bool {
        matches!(self, Self::ContextWindow | Self::ContentPolicy)
    }

    /// Whether it can take a deployment out of its group for a while.
    pub(super) fn can_cool(self, era: Era) -> bool {
        match self.status() {
            401 | 404 | 408 | 429 => true,
            402 => era == Era::Resuming,
            status => !(400..500).contains(&status),
        }
    }

    /// The classes a policy may name it by, the nearest first.
    pub(super) fn classes(self) -> &'static [&'static str] {
        match self {
            Self::ContentPolicy => &["ContentPolicyViolationError", "BadRequestError"],
            Self::ContextWindow | Self::Status(400) => &["BadRequestError"],
            Self::Status(401) => &["AuthenticationError"],
            Self::Status(404) => &["NotFoundError"],
            Self::Status(408) => &["TimeoutError"],
            Self::Status(429) => &["RateLimitError"],
            Self::Status(500) => &["InternalServerError"],
            Self::Status(503) => &["ServiceUnavailableError"],
            Self::Status(_) => &[],
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(408) => formatter.write_str("timeout"),
            Self::Status(status) => write!(formatter, "{status}"),
            Self::ContextWindow => formatter.write_str("context-window"),
            Self::ContentPolicy => formatter.write_str("content-policy"),
        }
    }
}

/// Why a try of a group ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A deployment was called and failed.
    Answer(Failure),
    /// Nothing is called by that name.
    UnknownName,
    /// Every deployment is cooling down, blocked or of another order.
    NoneLeft,
    /// `num_retries_per_request` is used up.
    Spent,
    /// No deployment has the tags of the request.
    NoTag,
    /// The providers of all deployments have a budget without a limit.
    NoBudget,
}

impl Fault {
    /// The status LiteLLM gives it; none where it raises an error without one.
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Answer(failure) => Some(failure.status()),
            Self::UnknownName => Some(400),
            Self::NoneLeft => Some(429),
            Self::Spent | Self::NoTag | Self::NoBudget => None,
        }
    }

    /// The failure of a deployment, if it was one.
    pub fn failure(self) -> Option<Failure> {
        match self {
            Self::Answer(failure) => Some(failure),
            Self::UnknownName | Self::NoneLeft | Self::Spent | Self::NoTag | Self::NoBudget => None,
        }
    }

    /// What a caller gets to see of it.
    pub fn seen(self) -> String {
        match self {
            Self::Answer(failure) => failure.to_string(),
            Self::UnknownName => "400, no such model".to_owned(),
            Self::NoneLeft => "429, no deployments available".to_owned(),
            Self::Spent => "500, `num_retries_per_request` is used up".to_owned(),
            Self::NoTag => "401, not allowed to access the model due to tags".to_owned(),
            Self::NoBudget => "429, crossed budget".to_owned(),
        }
    }

    /// The classes a retry policy may name it by.
    pub(super) fn classes(self) -> &'static [&'static str] {
        match self {
            Self::Answer(failure) => failure.classes(),
            Self::UnknownName => &["BadRequestError"],
            Self::NoneLeft | Self::Spent | Self::NoTag | Self::NoBudget => &[],
        }
    }
}

/// Whether a status is worth another try of the same deployment.
pub(super) fn is_retryable(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500..)
}
