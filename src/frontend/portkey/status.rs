//! Statuses and symptoms: which statuses a symptom stands for, and what lists of statuses make of it.
//!
//! Facts are those of the gateway's source (`Portkey-AI/gateway`, `src/handlers/handlerUtils.ts`, `retryHandler.ts`,
//! `src/globals.ts`) and of runs of release 1.15.2. The gateway sees statuses only: it answers 408 itself for a call
//! that outlasts `request_timeout`, and 500 for one that reaches nobody (refused, reset, no such host).

use crate::model::Symptom;

/// What is retried where `retry` names no statuses.
pub(super) const RETRIED: [i64; 5] = [429, 500, 502, 503, 504];

/// The statuses that a list should hold to go on at whatever is worth another target, as they are typed.
pub(super) fn worth_another() -> String {
    let all: Vec<String> = std::iter::once(TIMED_OUT).chain(RETRIED).map(|status| status.to_string()).collect();
    format!("[{}]", all.join(", "))
}

/// What the gateway answers for a call that outlasts `request_timeout`.
pub(super) const TIMED_OUT: i64 = 408;

/// What the gateway makes of a call that reaches nobody.
pub(super) const UNREACHABLE: i64 = 500;

/// The statuses by which a symptom shows.
///
/// A timeout is 408 alone where the target has a `request_timeout`: connections that are refused at once look like an
/// overloaded provider's 500 then. Without a `request_timeout` nothing times out, and only the connection can fail.
/// Sessions that fail while others succeed show what an overloaded provider shows.
pub(super) fn statuses(symptom: Symptom, has_timeout: bool) -> &'static [i64] {
    match symptom {
        Symptom::RateLimit => &[429],
        Symptom::Overloaded | Symptom::Partial | Symptom::Any => &[UNREACHABLE, 502, 503, 504, 529],
        Symptom::Timeout if has_timeout => &[TIMED_OUT],
        Symptom::Timeout => &[UNREACHABLE],
        Symptom::Auth => &[401],
        Symptom::Billing => &[402],
        Symptom::NotEntitled => &[403, 404],
        Symptom::ContextOverflow => &[400, 413],
        Symptom::ContentPolicy => &[400],
    }
}

/// Whether a symptom makes a fallback go on to its next target; without a list of statuses, any failure does.
///
/// Where only some statuses of a symptom are listed, it does: what may be reached, paid or waited is then never
/// understated, and `portkey-uncovered-failure` names the statuses that end the request instead.
pub(super) fn triggers(codes: Option<&[i64]>, symptom: Symptom, has_timeout: bool) -> bool {
    codes.is_none_or(|codes| statuses(symptom, has_timeout).iter().any(|status| codes.contains(status)))
}

/// The retries of a target, as they hold for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Retry {
    /// Further calls at most.
    pub(super) attempts: u16,
    /// The statuses it names, if it names any.
    pub(super) codes: Option<Vec<i64>>,
}

impl Retry {
    /// The statuses that are retried.
    pub(super) fn retried(&self) -> &[i64] {
        self.codes.as_deref().unwrap_or(&RETRIED)
    }

    /// Whether a symptom makes the gateway call the same target again. A call that reaches nobody is repeated whatever
    /// the statuses: the gateway has none to look up.
    pub(super) fn repeats(&self, symptom: Symptom, has_timeout: bool) -> bool {
        let is_unreachable = symptom == Symptom::Timeout && !has_timeout;
        self.attempts > 0 && (is_unreachable || triggers(Some(self.retried()), symptom, has_timeout))
    }

    /// The seconds that all retries wait together: 1 s, 2 s, 4 s and so on.
    pub(super) fn seconds(&self) -> u64 {
        2u64.saturating_pow(u32::from(self.attempts)).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_decide_what_a_symptom_does() {
        for (codes, symptom, has_timeout, falls_over) in [
            (None, Symptom::ContentPolicy, false, true),
            (Some(&[429][..]), Symptom::RateLimit, false, true),
            (Some(&[429]), Symptom::Overloaded, false, false),
            (Some(&[503]), Symptom::Overloaded, false, true),
            (Some(&[429, 503]), Symptom::Timeout, false, false),
            (Some(&[500]), Symptom::Timeout, false, true),
            (Some(&[500]), Symptom::Timeout, true, false),
            (Some(&[408]), Symptom::Timeout, true, true),
            (Some(&[]), Symptom::Auth, false, false),
        ] {
            assert_eq!(triggers(codes, symptom, has_timeout), falls_over, "{codes:?} {symptom:?} {has_timeout}");
        }
    }

    #[test]
    fn retries_double_their_wait() {
        let retry = Retry { attempts: 4, codes: None };
        assert_eq!(retry.seconds(), 15);
        assert!(retry.repeats(Symptom::RateLimit, false) && !retry.repeats(Symptom::Auth, false));
        assert!(retry.repeats(Symptom::Timeout, false) && !retry.repeats(Symptom::Timeout, true));
    }
}
