//! How long LiteLLM waits, in milliseconds: for an answer, and between tries.
//!
//! Facts are those of `litellm/__init__.py` (`request_timeout`) and `litellm/utils.py` (`_calculate_retry_after`) in
//! releases 1.92.0, 1.101.6 and 1.109.1.

/// For an answer, where the file says nothing.
pub const FOR_AN_ANSWER: u64 = 6_000_000;

/// Before the first further try; each later one waits twice as long.
pub const FIRST: u64 = 500;

/// Before a further try at most, where no answer says for how long.
pub const LONGEST: u64 = 8_000;

/// Before a further try at most, where an answer says for how long: a longer `Retry-After` is passed over.
pub const LONGEST_ASKED: u64 = 60_000;

/// What chance adds at most.
pub const CHANCE: u64 = 750;

/// A wait and what chance adds to it at most, in whole seconds.
pub(super) const fn at_most(wait: u64) -> u64 {
    (wait + CHANCE).div_ceil(1_000) * 1_000
}
