//! How often a group is tried again: policies, numbers, and the failures that are not tried again at all.

use super::failure::is_retryable;
use super::{Era, Failure, Fault, Settings};

/// The classes of failures that policies know, `Default` being all others of a `retry_policy`.
pub const CLASSES: [&str; 10] = [
    "BadRequestError",
    "AuthenticationError",
    "TimeoutError",
    "RateLimitError",
    "ContentPolicyViolationError",
    "InternalServerError",
    "ServiceUnavailableError",
    "BadGatewayError",
    "NotFoundError",
    "Default",
];

/// What LiteLLM knows of a group when it decides whether to try again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// Deployments that are neither cooling down nor blocked.
    pub(super) healthy: usize,
    /// All deployments; none for a call by id.
    pub(super) all: usize,
}

/// Whether a `retry_policy` is asked for the failures of a class, `Default` being all others.
pub fn retries_know(class: &str, era: Era) -> bool {
    match class {
        "NotFoundError" => era == Era::Resuming,
        "InternalServerError" | "ServiceUnavailableError" | "Default" => era != Era::Paths,
        "BadGatewayError" => false,
        class => CLASSES.contains(&class),
    }
}

/// The number a retry policy grants for a failure, if one applies.
pub(super) fn by_policy(settings: &Settings, group: &str, fault: Fault, era: Era) -> Option<u32> {
    let policy = settings.group_retry_policies.get(group).or(settings.retry_policy.as_ref())?;
    let classes = fault.classes().iter().copied().chain(["Default"]);
    classes.filter(|class| retries_know(class, era)).find_map(|class| policy.by_class.get(class).copied())
}

/// Whether a failure is tried again where no policy decides.
pub(super) fn tries_again(fault: Fault, standing: Standing, lists: Lists) -> bool {
    let is = |failure: Failure| fault == Fault::Answer(failure);
    let has_own_list =
        (is(Failure::ContextWindow) && lists.context_window) || (is(Failure::ContentPolicy) && lists.content_policy);
    let is_final = fault.status().is_some_and(|status| !is_retryable(status) && !matches!(status, 401 | 403));
    let is_lonely = is(Failure::Status(401)) && standing.all <= 1;
    !(has_own_list || is_final || is_lonely || standing.healthy == 0)
}

/// Which lists a router has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lists {
    pub(super) context_window: bool,
    pub(super) content_policy: bool,
}
