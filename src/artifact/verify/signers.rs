//! Who has signed: which signatures are those of trusted keys, and which of them count.

use std::fmt;

use crate::artifact::cause::{Cause, VerifyError};
use crate::artifact::envelope::Envelope;
use crate::artifact::keys::KeyId;
use crate::artifact::trust::{Rule, Trust, shortfalls};
use crate::model::Moment;

/// A trusted key that has signed, and counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The key.
    pub key_id: KeyId,
    /// Whose it is, as the trust file says; nothing for keys that were given one by one.
    pub owner: Option<String>,
}

/// A trusted key that has signed, and does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncounted {
    /// The key.
    pub key_id: KeyId,
    /// Why it does not count.
    pub why: WhyNot,
}

/// Why a key that has signed does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// It is revoked.
    Revoked,
    /// It counts only from then on.
    Before(Moment),
    /// It counted only until then.
    After(Moment),
}

/// Everybody who has signed.
#[derive(Debug)]
pub(super) struct Signers {
    pub(super) counted: Vec<Signer>,
    pub(super) uncounted: Vec<Uncounted>,
    pub(super) ignored: Vec<String>,
}

impl Signers {
    /// Checks every signature of a trusted key; at least one of them counts.
    ///
    /// A trusted key whose signature does not fit is tampering, whoever else has signed. A key that nobody trusts is
    /// passed over: anybody may have added it.
    pub(super) fn of(
        envelope: &Envelope,
        payload_sha256: &str,
        trust: &Trust,
        now: Moment,
    ) -> Result<Self, VerifyError> {
        let message = envelope.pae();
        let mut signers = Self { counted: Vec::new(), uncounted: Vec::new(), ignored: Vec::new() };
        for (key_id, signature) in envelope.signatures() {
            let Some(trusted) = trust.key(key_id) else {
                signers.ignored.push(key_id.to_owned());
                continue;
            };
            if !trusted.key.has_signed(&message, signature) {
                let message = format!("the signature of key `{key_id}` does not fit: the file was changed");
                return Err(VerifyError::new(Cause::Signature, message));
            }
            let key_id = trusted.key.id().clone();
            let why = if trust.is_revoked(key_id.as_str(), payload_sha256) {
                Some(WhyNot::Revoked)
            } else if let Some(start) = trusted.not_before.filter(|start| now < *start) {
                Some(WhyNot::Before(start))
            } else {
                trusted.not_after.filter(|end| now >= *end).map(WhyNot::After)
            };
            match why {
                Some(why) => signers.uncounted.push(Uncounted { key_id, why }),
                None => signers.counted.push(Signer { key_id, owner: trusted.owner.clone() }),
            }
        }
        if !signers.counted.is_empty() {
            return Ok(signers);
        }
        Err(signers.uncounted.first().map_or_else(
            || {
                let found = signers.ignored.join("`, `");
                VerifyError::new(Cause::UnknownKeys, format!("no trusted key has signed, only `{found}`"))
            },
            |first| VerifyError::new(first.why.cause(), format!("no key that counts has signed: {first}")),
        ))
    }

    /// Whether every role of the rule reaches its threshold, each key counted once.
    pub(super) fn meet(&self, rule: &Rule, trust: &Trust) -> Result<(), VerifyError> {
        let keys: Vec<&KeyId> = self.counted.iter().map(|signer| &signer.key_id).collect();
        let roles = trust.roles_of(rule);
        let missing = shortfalls(&roles, &keys);
        let Some(first) = missing.first() else { return Ok(()) };
        let short = missing
            .iter()
            .map(|short| format!("role `{}` has {} of {} signatures", short.role, short.found, short.needed));
        let mut message = short.collect::<Vec<_>>().join(", ");
        let unsigned = roles.iter().filter(|(name, _)| *name == first.role).flat_map(|(_, role)| &role.keys);
        let could: Vec<String> = unsigned
            .filter(|id| !keys.contains(id) && !trust.is_revoked(id.as_str(), ""))
            .filter(|id| !self.uncounted.iter().any(|uncounted| uncounted.key_id == **id))
            .map(|id| match trust.key(id.as_str()).and_then(|key| key.owner.as_deref()) {
                Some(owner) => format!("{owner} (`{id}`)"),
                None => format!("`{id}`"),
            })
            .collect();
        if !could.is_empty() {
            message = format!("{message}; missing of `{}`: {}", first.role, could.join(", "));
        }
        for uncounted in &self.uncounted {
            message = format!("{message}; {uncounted}");
        }
        let cause = self.uncounted.first().map_or(Cause::Signers, |uncounted| uncounted.why.cause());
        Err(VerifyError::new(cause, message))
    }
}

impl WhyNot {
    fn cause(self) -> Cause {
        match self {
            Self::Revoked => Cause::Revoked,
            Self::Before(_) | Self::After(_) => Cause::KeyWindow,
        }
    }
}

impl fmt::Display for Uncounted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "key `{}` ", self.key_id)?;
        match self.why {
            WhyNot::Revoked => formatter.write_str("is revoked"),
            WhyNot::Before(start) => write!(formatter, "counts only from {start}"),
            WhyNot::After(end) => write!(formatter, "counted only until {end}"),
        }
    }
}
