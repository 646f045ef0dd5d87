//! Signing: the statements a key may sign, and its signature over one.

use super::envelope::{Envelope, MAX_BYTES};
use super::json::{SealError, sha256};
use super::keys::{Algorithm, SigningKey, VerifyingKey};
use super::read::Artifact;

/// The type of every payload: an in-toto statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// The type of the predicate that carries a route table.
pub const PREDICATE_TYPE: &str = "urn:routec:attestation:route-table:v1";

/// Signs the payload with the key; the signature the key may already have in the envelope is replaced.
///
/// A payload that [`verify`](super::verify::verify) could never accept is not signed, so that the key says nothing but
/// what routec can read.
pub fn sign(envelope: Envelope, key: &SigningKey) -> Result<Envelope, SealError> {
    let signature = key.sign(&to_be_signed(&envelope)?);
    graft(envelope, key.verifying_key(), signature)
}

/// The bytes that a signer elsewhere signs for this envelope; refused like by [`sign`].
pub fn to_be_signed(envelope: &Envelope) -> Result<Vec<u8>, SealError> {
    Artifact::read(envelope.payload()).map_err(|error| SealError::new(error.to_string()))?;
    Ok(envelope.pae())
}

/// Adds a signature that was made elsewhere, or replaces the one the key has, if it is the key's over this payload.
pub fn attach(envelope: Envelope, key: &VerifyingKey, signature: &[u8]) -> Result<Envelope, SealError> {
    let message = to_be_signed(&envelope)?;
    if !key.has_signed(&message, signature) {
        return Err(misfit(&envelope, key, signature));
    }
    graft(envelope, key, signature.to_vec())
}

fn graft(mut envelope: Envelope, key: &VerifyingKey, signature: Vec<u8>) -> Result<Envelope, SealError> {
    envelope.insert(key.id().as_str(), signature)?;
    if envelope.to_bytes().len() > MAX_BYTES {
        return Err(SealError::new(format!("the signed file would be larger than {MAX_BYTES} bytes")));
    }
    Ok(envelope)
}

/// Why a signature is not the key's: the mistakes that are easy to make are named.
fn misfit(envelope: &Envelope, key: &VerifyingKey, signature: &[u8]) -> SealError {
    let (id, algorithm) = (key.id(), key.algorithm());
    let side_by_side = algorithm == Algorithm::EcdsaP256Sha256 && signature.len() == 64;
    let reason = if key.has_signed(envelope.payload(), signature) {
        "it signs the payload alone; sign the bytes that `routec pae` prints"
    } else if key.has_signed(&sha256(&envelope.pae()), signature) {
        "it signs the digest as if that were the message; sign the bytes that `routec pae` prints"
    } else if side_by_side {
        "64 bytes are r and s side by side, or of Ed25519; a signature of ECDSA is written as DER"
    } else if !signature.is_empty() && signature.iter().all(|byte| byte.is_ascii_graphic() || *byte == b'\n') {
        "it is text; decode it first, as with `base64 -d`"
    } else {
        "another key, another artifact, or other bytes than `routec pae` prints were signed"
    };
    SealError::new(format!("the signature is not that of key `{id}` ({algorithm}): {reason}"))
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::super::json::{canonical, sha256_hex};
    use super::super::keys::tests::key_a;
    use super::*;

    fn statement() -> Value {
        json!({
            "_type": STATEMENT_TYPE,
            "subject": [{"name": "chat-1.4.2.table.json", "digest": {"sha256": ""}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "schemaVersion": "1.0.0",
                "requires": [],
                "routeTable": {"name": "chat", "version": "1.4.2", "sequence": 1, "previous": null},
                "source": {"commit": null, "dirty": false},
                "createdAt": "2026-11-20T09:00:00Z",
                "notAfter": "2027-01-01T00:00:00Z",
                "catalogue": {"asOf": "2026-11-15"},
                "policies": [],
                "waivers": [],
                "verdict": "pass",
                "table": {"schemaVersion": "1.0.0", "name": "chat", "version": "1.4.2", "routes": []},
            },
        })
    }

    /// A statement with the value at the pointer, and the digest its table then has unless that is the value.
    pub(in super::super) fn payload_with(pointer: &str, value: Value) -> Vec<u8> {
        let mut statement = statement();
        *statement.pointer_mut(pointer).unwrap() = value;
        let table_sha256 = sha256_hex(&canonical(&statement["predicate"]["table"]).unwrap());
        for subject in statement["subject"].as_array_mut().unwrap() {
            if subject["digest"]["sha256"] == "" {
                subject["digest"]["sha256"] = table_sha256.clone().into();
            }
        }
        canonical(&statement).unwrap()
    }

    fn refused(payload: Vec<u8>) -> String {
        sign(Envelope::unsigned(payload), &key_a()).unwrap_err().to_string()
    }

    fn refused_with(pointer: &str, value: impl Into<Value>) -> String {
        refused(payload_with(pointer, value.into()))
    }

    #[test]
    fn signing_again_changes_nothing() {
        let payload = payload_with("/predicate/verdict", "fail".into());
        let once = sign(Envelope::unsigned(payload), &key_a()).unwrap();
        assert_eq!(sign(once.clone(), &key_a()).unwrap(), once, "a failed verdict is a statement too");
        let (key_id, signature) = once.signatures().next().unwrap();
        assert_eq!(key_id, key_a().id().as_str());
        assert!(key_a().verifying_key().has_signed(&once.pae(), signature));
        assert!(!key_a().verifying_key().has_signed(once.payload(), signature));
    }

    #[test]
    fn statements_whose_parts_disagree_are_refused() {
        let subject = json!({"name": "chat-1.4.2.table.json", "digest": {"sha256": ""}});
        let (routes, table) = ("/predicate/routeTable", "/predicate/table");
        let of = |name: &str, version: &str| json!({"schemaVersion": "1.0.0", "name": name, "version": version});
        for (pointer, value, message) in [
            ("/_type", json!("https://in-toto.io/Statement/v0.1"), "`/_type` is `https://in-toto"),
            (
                "/predicateType",
                json!("https://slsa.dev/provenance/v1"),
                "it states `https://slsa.dev/provenance/v1`, not",
            ),
            ("/predicate/schemaVersion", json!("2.0.0"), "`/predicate/schemaVersion` is `2.0.0`, and only 1.x"),
            ("/predicate/schemaVersion", json!(1), "`/predicate/schemaVersion` is not a string"),
            ("/subject", json!([]), "`/subject` is not a list of exactly one"),
            ("/subject", json!([subject, subject]), "`/subject` is not a list of exactly one"),
            ("/subject/0/digest/sha256", json!("00"), "`/subject/0/digest/sha256` is `00`, not"),
            ("/subject/0/name", json!("chat-1.4.3.table.json"), "`/subject/0/name` is `chat-1.4.3"),
            (table, of("mail", "1.4.2"), "`/predicate/table/name` is `mail`"),
            (table, of("chat", "1.4.3"), "`/predicate/table/version` is `1.4.3`"),
            (table, json!([]), "`/predicate/table/schemaVersion` is missing"),
            (routes, json!({"name": "chat", "version": "1.4"}), "`/predicate/routeTable/version` is `1.4`"),
            ("/predicate/createdAt", json!("2026-11-20"), "`/predicate/createdAt` is not a time like"),
            ("/predicate/notAfter", json!(7), "`/predicate/notAfter` is not a string"),
        ] {
            let error = refused_with(pointer, value);
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn payloads_with_more_than_one_form_are_refused() {
        let payload = payload_with("/predicate/verdict", "pass".into());
        let text = String::from_utf8(payload).unwrap();
        for (from, to) in [("{", "{ "), ("\"_type\"", "\"\\u005ftype\""), ("}", "}\n")] {
            let changed = text.replacen(from, to, 1).into_bytes();
            assert_eq!(refused(changed), "the payload is not in canonical form", "{from} -> {to}");
        }
        let twice = text.replacen("\"verdict\"", "\"verdict\":\"fail\",\"verdict\"", 1);
        assert!(refused(twice.into_bytes()).contains("member `verdict` is given twice"));
        let float = text.replacen("\"routes\":[]", "\"routes\":[1.0]", 1);
        assert!(refused(float.into_bytes()).contains("number `1.0` is not an integer"));
    }
}
