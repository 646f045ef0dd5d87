//! What a `BackendTrafficPolicy` does about failures: how often Envoy calls again, on what, and at which priority.
//!
//! Facts are those of Envoy Gateway (`api/v1alpha1/retry_types.go`, `internal/xds/translator/route.go`) and of Envoy
//! (`source/common/router/retry_state_impl.cc`, `source/extensions/retry/priority/previous_priorities`): statuses count
//! only beside the trigger `retriable-status-codes`; a call that is refused or reset has no status; with attempts per
//! priority Envoy goes from one to the next and, after the last, begins again with the first.

use crate::model::{Duration, Symptom};
use crate::source::{Place, Spanned};
use crate::syntax::Value;

use super::duration;
use super::objects::get;

/// How a call ends, as far as Envoy tells failures apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// With a status.
    Status(u16),
    /// No connection comes about.
    Unreachable,
    /// The stream is reset: by the other side, or by Envoy when it has waited long enough.
    Reset,
}

/// What triggers may be, and whether each is about HTTP; the others look at the status of gRPC calls, which no model
/// API shows.
pub(super) const TRIGGERS: [(&str, bool); 13] = [
    ("5xx", true),
    ("gateway-error", true),
    ("reset", true),
    ("reset-before-request", true),
    ("connect-failure", true),
    ("retriable-4xx", true),
    ("refused-stream", true),
    ("retriable-status-codes", true),
    ("cancelled", false),
    ("deadline-exceeded", false),
    ("internal", false),
    ("resource-exhausted", false),
    ("unavailable", false),
];

/// What holds where `retryOn` names no triggers.
const DEFAULT_TRIGGERS: [&str; 5] =
    ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"];

/// The statuses where there is no `retryOn` at all.
const DEFAULT_STATUSES: [u16; 1] = [503];

/// How many further calls where `numRetries` is not given.
const DEFAULT_RETRIES: u32 = 2;

/// The first wait where none is given, in milliseconds.
const DEFAULT_BASE: u64 = 25;

/// The ways in which a symptom shows.
///
/// `partial` shows as an overloaded provider does: some of its answers are errors.
fn fates(symptom: Symptom) -> &'static [Fate] {
    use Fate::{Reset, Status, Unreachable};
    match symptom {
        Symptom::RateLimit => &[Status(429)],
        Symptom::Overloaded | Symptom::Partial | Symptom::Any => {
            &[Status(500), Status(502), Status(503), Status(504), Status(529)]
        }
        Symptom::Timeout => &[Unreachable, Reset],
        Symptom::Auth => &[Status(401)],
        Symptom::Billing => &[Status(402)],
        Symptom::NotEntitled => &[Status(403), Status(404)],
        Symptom::ContextOverflow => &[Status(400), Status(413)],
        Symptom::ContentPolicy => &[Status(400)],
    }
}

/// The `retry` of a policy, as it holds.
#[derive(Clone, Debug)]
pub(super) struct Retry<'t> {
    /// The section.
    pub(super) value: Value<'t>,
    /// Where its key stands.
    pub(super) place: Place,
    /// Further calls at most.
    pub(super) times: u32,
    /// Calls of a priority before the next one is called; 0 where Envoy stays with the first that is healthy.
    pub(super) per_priority: u32,
    triggers: Vec<&'t str>,
    statuses: Vec<u16>,
    /// How long each call may take.
    pub(super) timeout: Option<Spanned<Duration>>,
    base: u64,
    max: u64,
}

impl<'t> Retry<'t> {
    /// Reads a section.
    pub(super) fn new(key: Value<'t>, value: Value<'t>) -> Self {
        let count = |key: &str| get(value, key).and_then(Value::raw_text).and_then(|text| text.parse::<u32>().ok());
        let on = get(value, "retryOn");
        let listed = |key: &str| on.and_then(|on| get(on, key)).into_iter().flat_map(Value::items);
        let triggers: Vec<&str> = listed("triggers").filter_map(Value::raw_text).collect();
        let statuses: Vec<u16> =
            listed("httpStatusCodes").filter_map(Value::raw_text).filter_map(|text| text.parse().ok()).collect();
        let is_default = triggers.is_empty() && statuses.is_empty();
        let each = get(value, "perRetry");
        let wait = |key: &str| duration(get(get(each?, "backOff")?, key)?).map(|wait| wait.value.0);
        let base = wait("baseInterval").unwrap_or(DEFAULT_BASE);
        Self {
            value,
            place: key.place(),
            times: count("numRetries").unwrap_or(DEFAULT_RETRIES),
            per_priority: count("numAttemptsPerPriority").unwrap_or(0),
            triggers: if triggers.is_empty() { DEFAULT_TRIGGERS.to_vec() } else { triggers },
            statuses: if is_default { DEFAULT_STATUSES.to_vec() } else { statuses },
            timeout: each.and_then(|each| duration(get(each, "timeout")?)),
            base,
            max: wait("maxInterval").unwrap_or(base.saturating_mul(10)),
        }
    }

    /// Whether Envoy calls again after a call that ended so.
    pub(super) fn retries(&self, fate: Fate) -> bool {
        let has = |names: &[&str]| self.triggers.iter().any(|trigger| names.contains(trigger));
        match fate {
            Fate::Status(status) => {
                ((500..=599).contains(&status) && has(&["5xx"]))
                    || (matches!(status, 502..=504) && has(&["gateway-error"]))
                    || (status == 409 && has(&["retriable-4xx"]))
                    || (self.statuses.contains(&status) && has(&["retriable-status-codes"]))
            }
            Fate::Unreachable => has(&["5xx", "gateway-error", "reset", "reset-before-request", "connect-failure"]),
            Fate::Reset => has(&["5xx", "gateway-error", "reset"]),
        }
    }

    /// Whether a symptom leads to another call. Where only some of the ways in which it shows do, it does: what may be
    /// reached, paid or waited is then never understated, and `envoy-uncovered-failure` names those that end the request.
    pub(super) fn goes_on(&self, symptom: Symptom) -> bool {
        fates(symptom).iter().any(|fate| self.retries(*fate))
    }

    /// Whether anything at all leads to another call.
    pub(super) fn is_live(&self) -> bool {
        self.times > 0 && Symptom::CONCRETE.into_iter().any(|symptom| self.goes_on(symptom))
    }

    /// Which priority a call goes to, both from 0.
    pub(super) fn tier(&self, call: u32, tiers: usize) -> usize {
        let passed = call.checked_div(self.per_priority).unwrap_or(0);
        usize::try_from(passed).unwrap_or(usize::MAX).checked_rem(tiers).unwrap_or(0)
    }

    /// How many further calls it takes to come to the last of some priorities.
    pub(super) fn needed(&self, tiers: usize) -> u64 {
        u64::try_from(tiers).unwrap_or(u64::MAX).saturating_sub(1).saturating_mul(u64::from(self.per_priority))
    }

    /// The longest wait before a call, in milliseconds: Envoy waits a random time up to it.
    pub(super) fn longest_wait(&self, call: u32) -> u64 {
        let doubled = 2u64.saturating_pow(call.saturating_sub(1));
        self.base.saturating_mul(doubled).min(self.max)
    }

    /// The longest that any wait grows to, in milliseconds.
    pub(super) fn max_wait(&self) -> u64 {
        self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sink;
    use crate::source::SourceMap;
    use crate::syntax;

    fn with<T>(text: &str, ask: impl Fn(&Retry<'_>) -> T) -> T {
        let mut sources = SourceMap::new();
        let file = sources.add("policy.yaml", text.as_bytes().to_vec());
        let tree = syntax::parse(&sources, file, &mut Sink::new());
        let root = tree.roots().first().copied().map(|root| Value::new(&tree, root));
        let (key, value) = root.and_then(|root| root.get_entry("retry")).unwrap();
        ask(&Retry::new(key, value))
    }

    #[test]
    fn triggers_and_statuses_decide() {
        use Fate::{Reset, Status, Unreachable};
        let docs = "retry: {retryOn: {httpStatusCodes: [500], triggers: [connect-failure, retriable-status-codes]}}";
        let lonely = "retry: {retryOn: {httpStatusCodes: [429], triggers: [connect-failure]}}";
        let alone = "retry: {retryOn: {httpStatusCodes: [429]}}";
        for (text, fate, retried) in [
            ("retry: {numRetries: 1}", Status(503), true),
            ("retry: {numRetries: 1}", Status(429), false),
            ("retry: {numRetries: 1}", Unreachable, true),
            ("retry: {numRetries: 1}", Reset, false),
            (docs, Status(500), true),
            (docs, Status(503), false),
            (docs, Reset, false),
            (lonely, Status(429), false),
            (alone, Status(429), true),
            (alone, Status(503), false),
            ("retry: {retryOn: {triggers: [5xx]}}", Status(529), true),
            ("retry: {retryOn: {triggers: [5xx]}}", Reset, true),
            ("retry: {retryOn: {triggers: [gateway-error]}}", Status(500), false),
            ("retry: {retryOn: {triggers: [unavailable]}}", Status(503), false),
        ] {
            assert_eq!(with(text, |retry| retry.retries(fate)), retried, "{text} {fate:?}");
        }
    }

    #[test]
    fn priorities_take_turns() {
        let tiers = |text: &str| with(text, |retry| (0..6).map(|call| retry.tier(call, 3)).collect::<Vec<_>>());
        assert_eq!(tiers("retry: {numAttemptsPerPriority: 1}"), [0, 1, 2, 0, 1, 2]);
        assert_eq!(tiers("retry: {numAttemptsPerPriority: 2}"), [0, 0, 1, 1, 2, 2]);
        assert_eq!(tiers("retry: {numRetries: 5}"), [0; 6]);
        assert_eq!(with("retry: {numAttemptsPerPriority: 2}", |retry| retry.needed(3)), 4);
    }
}
