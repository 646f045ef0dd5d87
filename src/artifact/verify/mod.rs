//! Verifying: from the bytes of a file to a table that may be used, or the reason why not.
//!
#![doc = include_str!("verify.md")]

mod judge;
mod signers;

use std::ops::Deref;

use crate::model::Moment;

use super::envelope::Envelope;
use super::json::{SealError, sha256_hex};
use super::read::Artifact;
use super::state::State;
use super::trust::{Trust, TrustVersion};

pub use super::cause::{Cause, Reason, VerifyError};
pub use signers::{Signer, Uncounted, WhyNot};

use signers::Signers;

/// What is asked of an artifact beyond what the trust asks.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// The table that is wanted, if only one will do.
    pub table: Option<&'a str>,
    /// The time to judge by.
    pub now: Moment,
    /// What was accepted before; [`State::empty`] where nothing is remembered.
    pub state: &'a State,
    /// Whether an artifact that is too old is accepted all the same, to start when there is no other.
    pub allow_expired: bool,
}

/// Something that passed every check of [`verify`], the only way to get one.
#[derive(Debug, Clone)]
pub struct Verified<T> {
    value: T,
    signers: Vec<Signer>,
    uncounted: Vec<Uncounted>,
    ignored: Vec<String>,
    overlooked: Vec<VerifyError>,
    trust: Option<TrustVersion>,
}

/// Verifies the bytes of a file: those who must have signed have signed exactly this, and it may be used here and now.
///
/// Nothing is remembered: keep [`State::after`] of what is accepted, and do so last.
///
/// # Errors
/// The first check that fails, in an order that never changes, so that the same file always gets the same cause.
pub fn verify(file: &[u8], trust: &Trust, expectation: &Expectation<'_>) -> Result<Verified<Artifact>, VerifyError> {
    let (now, state) = (expectation.now, expectation.state);
    trust.is_current(now, state)?;
    let envelope = Envelope::from_sealed_bytes(file).map_err(|error| not_sealed(file, &error))?;
    let signers = Signers::of(&envelope, &sha256_hex(envelope.payload()), trust, now)?;
    let artifact = Artifact::read(envelope.payload())?;
    let rule = trust.rule_for(artifact.name())?;
    signers.meet(rule, trust)?;
    artifact.is_wanted(expectation)?;
    let overlooked = artifact.is_fresh(rule, expectation)?;
    artifact.is_latest(state)?;
    artifact.is_usable(rule)?;
    let Signers { counted, uncounted, ignored } = signers;
    Ok(Verified { value: artifact, signers: counted, uncounted, ignored, overlooked, trust: trust.file().cloned() })
}

/// Why a file is no sealed envelope; that nobody has signed it is a cause of its own.
fn not_sealed(file: &[u8], error: &SealError) -> VerifyError {
    let is_unsigned = Envelope::from_bytes(file).is_ok_and(|envelope| envelope.signatures().next().is_none());
    VerifyError::new(if is_unsigned { Cause::Unsigned } else { Cause::Envelope }, error.to_string())
}

impl<T> Verified<T> {
    /// The trusted keys that have signed and count, sorted by key id.
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// The trusted keys that have signed and do not count.
    pub fn uncounted(&self) -> &[Uncounted] {
        &self.uncounted
    }

    /// The key ids whose signatures were not looked at, because nobody trusts them here.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// What it would have been refused for without [`Expectation::allow_expired`]: to be logged.
    pub fn overlooked(&self) -> &[VerifyError] {
        &self.overlooked
    }

    /// Which trust file it was judged by; nothing for keys that were given one by one.
    pub fn trust(&self) -> Option<&TrustVersion> {
        self.trust.as_ref()
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
