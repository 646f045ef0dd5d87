//! What an artifact says of itself, before anybody has checked who says it.

use serde_json::Value;

use super::compiled::TABLE_FORMAT;
use super::envelope::Envelope;
use super::json::{SealError, canonical, parse_strict, sha256_hex};
use super::predicate::Predicate;
use super::sign::PREDICATE_TYPE;

/// The content of an artifact whose signatures nobody has checked: for questions and for people, never for a gateway.
#[derive(Clone, Debug)]
pub struct Unverified {
    /// What it attests, with the table.
    pub predicate: Predicate,
    /// The whole payload as JSON.
    pub payload: Value,
    /// The digest of the payload.
    pub payload_sha256: String,
    /// The digest of the table in its canonical form.
    pub table_sha256: String,
    /// The ids of the keys that have signed, if the signatures are good.
    pub signers: Vec<String>,
}

impl Unverified {
    /// Reads the payload of an envelope.
    ///
    /// # Errors
    /// Where it is not strict JSON, attests something else, is of a format this version does not know, or is not written
    /// as routec writes it.
    pub fn read(envelope: &Envelope) -> Result<Self, SealError> {
        let payload = parse_strict(envelope.payload())
            .map_err(|error| SealError::new(format!("the payload is not strict JSON: {error}")))?;
        if payload.get("predicateType").and_then(Value::as_str) != Some(PREDICATE_TYPE) {
            return Err(SealError::new("attests something else than a route table"));
        }
        let table = payload.pointer("/predicate/table").ok_or_else(|| SealError::new("holds no route table"))?;
        let format = table.get("schemaVersion").and_then(Value::as_str).unwrap_or_default();
        if format != TABLE_FORMAT {
            return Err(SealError::new(format!(
                "the format of its table is `{}`, and this routec reads {TABLE_FORMAT}",
                format.escape_debug()
            )));
        }
        let table_sha256 = sha256_hex(&canonical(table)?);
        let predicate = payload.get("predicate").cloned().unwrap_or_default();
        let predicate: Predicate = serde_json::from_value(predicate)
            .map_err(|error| SealError::new(format!("is not one that routec built: {error}")))?;
        // A member that says nothing, such as `null`, would be lost on the way.
        if serde_json::to_value(&predicate.table).ok().as_ref() != Some(table) {
            return Err(SealError::new("its table is not written as routec writes it"));
        }
        if !predicate.schema_version.starts_with("1.") {
            return Err(SealError::new(format!(
                "what it attests is in the format `{}`, and this routec reads 1",
                predicate.schema_version.escape_debug()
            )));
        }
        let signers = envelope.signatures().map(|(key_id, _)| key_id.to_owned()).collect();
        Ok(Self { predicate, payload_sha256: sha256_hex(envelope.payload()), table_sha256, signers, payload })
    }

    /// How logs and tickets name it: the table, its version and the beginning of the table's digest.
    pub fn identity(&self) -> String {
        let digest: String = self.table_sha256.chars().take(12).collect();
        format!("{}@{}+{digest}", self.predicate.route_table.name, self.predicate.route_table.version)
    }
}
