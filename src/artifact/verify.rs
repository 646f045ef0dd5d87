//! Verifying: from the bytes of a file to a table that may be used, or the reason why not.
//!
//! The order of the checks is fixed, so that the same file always gets the same reason.

use std::collections::BTreeMap;
use std::fmt;

use semver::Version;
use serde_json::Value;

use super::envelope::Envelope;
use super::json::sha256_hex;
use super::keys::{KeyId, VerifyingKey};
use super::sign::{Statement, Timestamp};

/// How far the clock of the builder may be ahead of ours, in seconds.
const CLOCK_SKEW: i64 = 5 * 60;

/// The keys that must all have signed: at least one, none of them twice.
#[derive(Debug, Clone)]
pub struct RequiredKeys(BTreeMap<KeyId, VerifyingKey>);

/// What is asked of an artifact beyond its signatures.
#[derive(Debug, Clone)]
pub struct VerifyOptions<'a> {
    /// The members a table may have; another one is something this version does not understand.
    pub table_members: &'a [&'a str],
    /// Whether a table from a tree with uncommitted changes is accepted.
    pub allow_dirty: bool,
    /// The table that is wanted, if only one will do.
    pub table: Option<&'a str>,
    /// The time to judge freshness by; without it an expired artifact is accepted.
    pub now: Option<Timestamp>,
}

/// An artifact that passed every check of [`verify`], the only way to get one.
#[derive(Debug, Clone)]
pub struct Verified {
    statement: Statement,
    payload_sha256: String,
    signers: Vec<KeyId>,
    ignored: Vec<String>,
}

/// Why an artifact is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    reason: Reason,
    message: String,
}

/// The kinds of not being accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is authentic, but says of itself that it must not be used, or is another table.
    Refused,
    /// It is not what a required key has signed.
    Unauthentic,
    /// It is authentic, but not all required keys have signed it.
    Threshold,
    /// It is authentic, but too old or from the future.
    Stale,
}

/// Verifies the bytes of a file: all required keys have signed exactly this, and it may be used.
///
/// Signatures of other keys are ignored and reported by [`Verified::ignored`]; a required key whose signature does not
/// fit is tampering, whoever else has signed.
pub fn verify(file: &[u8], required: &RequiredKeys, options: &VerifyOptions<'_>) -> Result<Verified, VerifyError> {
    let envelope = Envelope::from_sealed_bytes(file).map_err(|error| unauthentic(error.to_string()))?;
    let (signers, ignored) = authenticate(&envelope, required)?;
    let statement = Statement::read(envelope.payload()).map_err(|error| unauthentic(error.to_string()))?;
    if let Some(missing) = required.0.keys().find(|id| !signers.contains(id)) {
        return Err(threshold(format!("required key `{missing}` has not signed")));
    }
    statement.is_wanted(options)?;
    statement.is_fresh(options)?;
    statement.is_usable(options)?;
    Ok(Verified { payload_sha256: sha256_hex(envelope.payload()), statement, signers, ignored })
}

/// The required keys that signed and the other key ids; at least one required key did.
fn authenticate(envelope: &Envelope, required: &RequiredKeys) -> Result<(Vec<KeyId>, Vec<String>), VerifyError> {
    let message = envelope.pae();
    let mut signers = Vec::new();
    let mut ignored = Vec::new();
    for (key_id, signature) in envelope.signatures() {
        match required.0.get(key_id) {
            None => ignored.push(key_id.to_owned()),
            Some(key) if key.has_signed(&message, signature) => signers.push(key.id().clone()),
            Some(_) => {
                return Err(unauthentic(format!("the signature of key `{key_id}` does not fit: the file was changed")));
            }
        }
    }
    if signers.is_empty() {
        return Err(unauthentic("none of the required keys has signed"));
    }
    Ok((signers, ignored))
}

impl Statement {
    fn is_wanted(&self, options: &VerifyOptions<'_>) -> Result<(), VerifyError> {
        match &self.not_after {
            Some(end) if *end <= self.created_at => {
                return Err(refused(format!("it ends at {end}, before it was created")));
            }
            Some(_) | None => {}
        }
        match options.table {
            Some(wanted) if wanted != self.name => {
                Err(refused(format!("it holds table `{}`, not `{wanted}`", self.name)))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn is_fresh(&self, options: &VerifyOptions<'_>) -> Result<(), VerifyError> {
        let Some(now) = &options.now else {
            return Ok(());
        };
        if self.created_at.seconds_since(now) > CLOCK_SKEW {
            let created = &self.created_at;
            return Err(stale(format!("it is from the future: created at {created}, now is {now}")));
        }
        match &self.not_after {
            Some(end) if now >= end => Err(stale(format!("it expired at {end}, now is {now}"))),
            Some(_) | None => Ok(()),
        }
    }

    fn is_usable(&self, options: &VerifyOptions<'_>) -> Result<(), VerifyError> {
        let at = |pointer: &str| self.payload.pointer(pointer);
        let Some(features) = at("/predicate/requires").and_then(Value::as_array) else {
            return Err(refused("`/predicate/requires` is not a list"));
        };
        if let Some(feature) = features.first() {
            return Err(refused(format!("it requires the unknown {feature}")));
        }
        match at("/predicate/verdict").and_then(Value::as_str) {
            Some("pass" | "pass-with-waivers") => {}
            Some(verdict) => return Err(refused(format!("its verdict is `{verdict}`"))),
            None => return Err(refused("`/predicate/verdict` is not a string")),
        }
        match at("/predicate/source/dirty").and_then(Value::as_bool) {
            Some(false) => {}
            Some(true) if options.allow_dirty => {}
            Some(true) => return Err(refused("it was built from a tree with uncommitted changes")),
            None => return Err(refused("`/predicate/source/dirty` is not a boolean")),
        }
        let known = |name: &&String| options.table_members.contains(&name.as_str());
        let table = at("/predicate/table").and_then(Value::as_object);
        match table.and_then(|members| members.keys().find(|name| !known(name))) {
            Some(name) => Err(refused(format!("the table has the unknown `{name}`"))),
            None => Ok(()),
        }
    }
}

impl RequiredKeys {
    /// The keys, unless there are none or one is given twice.
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Result<Self, VerifyError> {
        let mut required = BTreeMap::new();
        for key in keys {
            if let Some(same) = required.insert(key.id().clone(), key) {
                return Err(threshold(format!("required key `{}` is given twice", same.id())));
            }
        }
        if required.is_empty() {
            return Err(threshold("no required key is given, so nothing can be proven"));
        }
        Ok(Self(required))
    }
}

impl Verified {
    /// The whole payload.
    pub fn payload(&self) -> &Value {
        &self.statement.payload
    }

    /// The name of the table.
    pub fn table_name(&self) -> &str {
        &self.statement.name
    }

    /// The version of the table.
    pub fn table_version(&self) -> &Version {
        &self.statement.version
    }

    /// The table as canonical JSON, the bytes whose digest is [`Verified::table_sha256`].
    pub fn table_bytes(&self) -> &[u8] {
        &self.statement.table_bytes
    }

    /// The SHA-256 of the table, which identifies the routing behaviour.
    pub fn table_sha256(&self) -> &str {
        &self.statement.table_sha256
    }

    /// The SHA-256 of the payload, which identifies the evidence.
    pub fn payload_sha256(&self) -> &str {
        &self.payload_sha256
    }

    /// When the artifact was created, as its signers say.
    pub fn created_at(&self) -> &Timestamp {
        &self.statement.created_at
    }

    /// The first moment at which the artifact is no longer valid.
    pub fn not_after(&self) -> Option<&Timestamp> {
        self.statement.not_after.as_ref()
    }

    /// The required keys, all of which have signed.
    pub fn signers(&self) -> &[KeyId] {
        &self.signers
    }

    /// The key ids whose signatures were not looked at, because nobody required them.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }
}

impl Reason {
    /// The name of the reason, as text and `--json` show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unauthentic => "unauthentic",
            Self::Threshold => "threshold",
            Self::Stale => "stale",
        }
    }
}

fn refused(message: impl Into<String>) -> VerifyError {
    VerifyError::new(Reason::Refused, message)
}

fn threshold(message: impl Into<String>) -> VerifyError {
    VerifyError::new(Reason::Threshold, message)
}

fn stale(message: impl Into<String>) -> VerifyError {
    VerifyError::new(Reason::Stale, message)
}

fn unauthentic(message: impl Into<String>) -> VerifyError {
    VerifyError::new(Reason::Unauthentic, message)
}

impl VerifyError {
    fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    /// The kind of refusal.
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for VerifyError {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::keys::tests::key_a;
    use super::super::sign::{sign, tests::payload_with};
    use super::*;

    const OPTIONS: VerifyOptions<'_> =
        VerifyOptions { table_members: &["name", "version", "routes"], allow_dirty: false, table: None, now: None };

    /// What becomes of a signed statement with the value at that place of the predicate.
    fn judge(place: &str, value: impl Into<Value>, options: &VerifyOptions<'_>) -> String {
        let payload = payload_with(&format!("/predicate/{place}"), value.into());
        let file = sign(Envelope::unsigned(payload), &key_a()).unwrap();
        let required = RequiredKeys::new([key_a().verifying_key().clone()]).unwrap();
        match verify(&file.to_bytes(), &required, options) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => format!("{}: {error}", error.reason().as_str()),
        }
    }

    #[test]
    fn statements_that_must_not_be_used_are_refused() {
        let unknown = json!({"name": "chat", "version": "1.4.2", "shadow": 1});
        for (place, value, judgement) in [
            ("verdict", json!("pass-with-waivers"), "accepted"),
            ("verdict", json!("fail"), "refused: its verdict is `fail`"),
            ("verdict", json!(true), "refused: `/predicate/verdict` is"),
            ("source/dirty", json!(true), "refused: it was built from"),
            ("source", json!(null), "refused: `/predicate/source"),
            ("requires", json!(["geo"]), "refused: it requires the unknown \"geo\""),
            ("requires", json!(null), "refused: `/predicate/requires` is"),
            ("table", unknown, "refused: the table has the unknown `shadow`"),
            ("notAfter", json!(null), "accepted"),
            ("notAfter", json!("2026-11-20T09:00:00Z"), "refused: it ends"),
        ] {
            let found = judge(place, value, &OPTIONS);
            assert!(found.starts_with(judgement), "{found}");
        }
    }

    #[test]
    fn the_options_are_heeded() {
        let dirty = VerifyOptions { allow_dirty: true, ..OPTIONS };
        assert_eq!(judge("source/dirty", true, &dirty), "accepted");
        for (table, judgement) in [("chat", "accepted"), ("mail", "refused: it holds table `chat`, not `mail`")] {
            let table = Some(table);
            let options = VerifyOptions { table, ..OPTIONS };
            assert_eq!(judge("verdict", "pass", &options), judgement);
        }
        for (now, judgement) in [
            ("2026-11-20T08:54:59Z", "stale: it is from the future"),
            ("2026-11-20T08:55:00Z", "accepted"),
            ("2026-12-31T23:59:59Z", "accepted"),
            ("2027-01-01T00:00:00Z", "stale: it expired at 2027-01-01"),
        ] {
            let options = VerifyOptions { now: Some(now.parse().unwrap()), ..OPTIONS };
            let found = judge("verdict", "pass", &options);
            assert!(found.starts_with(judgement), "{now}: {found}");
        }
    }
}
