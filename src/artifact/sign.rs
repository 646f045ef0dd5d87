//! Signing: the statements a key may sign, and its signature over one.

use std::fmt;
use std::str::FromStr;

use semver::Version;
use serde_json::Value;

use super::envelope::{Envelope, MAX_BYTES};
use super::json::{SealError, canonical, parse_strict, sha256, sha256_hex};
use super::keys::{Algorithm, SigningKey, VerifyingKey};

/// The type of every payload: an in-toto statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// The type of the predicate that carries a route table.
pub const PREDICATE_TYPE: &str = "urn:routec:attestation:route-table:v1";

/// A time of day in UTC to the second, written `YYYY-MM-DDTHH:MM:SSZ`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    // Compared first; the text follows from it.
    seconds: i64,
    text: String,
}

/// A payload whose parts agree with each other; says nothing about who signed it.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) payload: Value,
    pub(super) name: String,
    pub(super) version: Version,
    pub(super) table_bytes: Vec<u8>,
    pub(super) table_sha256: String,
    pub(super) created_at: Timestamp,
    pub(super) not_after: Option<Timestamp>,
}

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
    Statement::read(envelope.payload())?;
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

impl Statement {
    /// Reads a payload and checks that its parts agree.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, SealError> {
        let payload =
            parse_strict(bytes).map_err(|error| SealError::new(format!("the payload is not strict JSON: {error}")))?;
        if canonical(&payload)
            .map_err(|error| SealError::new(format!("the payload is outside the JSON profile: {error}")))?
            != bytes
        {
            return Err(SealError::new("the payload is not in canonical form"));
        }
        expect(&payload, "/_type", STATEMENT_TYPE)?;
        expect(&payload, "/predicateType", PREDICATE_TYPE)?;
        let schema = version_at(&payload, "/predicate/schemaVersion")?;
        if schema.major != 1 {
            return Err(SealError::new(format!("schema version `{schema}` is not supported, only 1.x is")));
        }
        let name = text_at(&payload, "/predicate/routeTable/name")?.to_owned();
        let version = version_at(&payload, "/predicate/routeTable/version")?;
        expect(&payload, "/predicate/table/name", &name)?;
        expect(&payload, "/predicate/table/version", &version.to_string())?;
        let table = payload.pointer("/predicate/table").unwrap_or(&Value::Null);
        let table_bytes = canonical(table)?;
        let table_sha256 = sha256_hex(&table_bytes);
        if payload.get("subject").and_then(Value::as_array).map(Vec::len) != Some(1) {
            return Err(SealError::new("`/subject` is not a list of exactly one"));
        }
        expect(&payload, "/subject/0/name", &format!("{name}-{version}.table.json"))?;
        expect(&payload, "/subject/0/digest/sha256", &table_sha256)?;
        let created_at = time_at(&payload, "/predicate/createdAt")?;
        let not_after = match payload.pointer("/predicate/notAfter") {
            None | Some(Value::Null) => None,
            Some(_) => Some(time_at(&payload, "/predicate/notAfter")?),
        };
        Ok(Self { payload, name, version, table_bytes, table_sha256, created_at, not_after })
    }
}

fn text_at<'v>(payload: &'v Value, pointer: &str) -> Result<&'v str, SealError> {
    payload
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| SealError::new(format!("`{pointer}` is not a string")))
}

fn expect(payload: &Value, pointer: &str, wanted: &str) -> Result<(), SealError> {
    match text_at(payload, pointer)? {
        found if found == wanted => Ok(()),
        found => Err(SealError::new(format!("`{pointer}` is `{found}`, not `{wanted}`"))),
    }
}

fn version_at(payload: &Value, pointer: &str) -> Result<Version, SealError> {
    let text = text_at(payload, pointer)?;
    Version::parse(text).map_err(|error| SealError::new(format!("`{pointer}` is `{text}`, not a version: {error}")))
}

fn time_at(payload: &Value, pointer: &str) -> Result<Timestamp, SealError> {
    let error = |error| SealError::new(format!("`{pointer}`: {error}"));
    text_at(payload, pointer)?.parse().map_err(error)
}

impl Timestamp {
    /// The seconds from the other time to this one, negative if this is the earlier.
    pub(super) fn seconds_since(&self, other: &Self) -> i64 {
        self.seconds - other.seconds
    }

    fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days_in_month = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + i64::from(leap),
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=days_in_month).contains(&day) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        // Years that begin in March have their leap day last, so months before need no special case.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let days =
            365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day;
        Some(Self { seconds: ((days * 24 + hour) * 60 + minute) * 60 + second, text: text.to_owned() })
    }
}

fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; 3];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let digits =
            parts.next().filter(|part| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = digits.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

impl FromStr for Timestamp {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        Self::parse(text).ok_or_else(|| {
            SealError::new(format!("`{}` is not a time like `2026-11-20T09:00:00Z`", text.escape_debug()))
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

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
                "routeTable": {"name": "chat", "version": "1.4.2"},
                "source": {"dirty": false},
                "createdAt": "2026-11-20T09:00:00Z",
                "notAfter": "2027-01-01T00:00:00Z",
                "verdict": "pass",
                "table": {"name": "chat", "version": "1.4.2", "routes": []},
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
        for (pointer, value, message) in [
            ("/_type", json!("https://in-toto.io/Statement/v0.1"), "`/_type` is `https://in-toto"),
            ("/predicateType", json!("https://slsa.dev/provenance/v1"), "`/predicateType` is `https"),
            ("/predicate/schemaVersion", json!("2.0.0"), "schema version `2.0.0` is not supported"),
            ("/predicate/schemaVersion", json!(1), "`/predicate/schemaVersion` is not a string"),
            ("/subject", json!([]), "`/subject` is not a list of exactly one"),
            ("/subject", json!([subject, subject]), "`/subject` is not a list of exactly one"),
            ("/subject/0/digest/sha256", json!("00"), "`/subject/0/digest/sha256` is `00`, not"),
            ("/subject/0/name", json!("chat-1.4.3.table.json"), "`/subject/0/name` is `chat-1.4.3"),
            (table, json!({"name": "mail", "version": "1.4.2"}), "`/predicate/table/name` is `mail`"),
            (table, json!({"name": "chat", "version": "1.4.3"}), "`/predicate/table/version` is `1.4.3`"),
            (table, json!([]), "`/predicate/table/name` is not a string"),
            (routes, json!({"name": "chat", "version": "1.4"}), "`/predicate/routeTable/version` is `1.4`"),
            ("/predicate/createdAt", json!("2026-11-20"), "`/predicate/createdAt`: `2026-11-20` is not"),
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

    #[test]
    fn timestamps_are_one_form_of_a_real_second() {
        let time = |text: &str| text.parse::<Timestamp>();
        let epoch = time("1970-01-01T00:00:00Z").unwrap();
        for (text, seconds) in [
            ("1970-01-01T00:00:01Z", 1),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-20T09:00:00Z", 1_795_165_200),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(time(text).unwrap().seconds_since(&epoch), seconds, "{text}");
            assert_eq!(time(text).unwrap().cmp(&epoch), seconds.cmp(&0), "{text}");
        }
        let malformed = "2026-02-29T00:00:00Z 1900-02-29T00:00:00Z 2026-13-01T00:00:00Z \
            2026-00-01T00:00:00Z 2026-01-00T00:00:00Z 2026-04-31T00:00:00Z 2026-01-01T24:00:00Z \
            2026-01-01T00:60:00Z 2026-01-01T00:00:60Z 2026-01-01T00:00:00z 2026-01-01 00:00:00Z \
            2026-01-01T00:00:00+00:00 2026-01-01T00:00:00.0Z +026-01-01T00:00:00Z \
            2026-1-01T00:00:00Z 2026-01-01T00:00Z T Z";
        for text in malformed.split(' ') {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
