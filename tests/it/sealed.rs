//! Artifacts written by hand and signed with the Ed25519 library directly, so that nothing is taken on trust from the
//! code that is tested; and the trust files that go with them.

use base64ct::{Base64, Encoding};
use ed25519_dalek::Signer;
use routec::artifact::json::{canonical, sha256_hex};
use routec::artifact::keys::SigningKey;
use routec::artifact::verify::{Cause, Expectation, VerifyError, verify};
use routec::artifact::{Artifact, State, Trust, Verified};
use serde_json::{Value as Json, json};

/// The time at which artifacts are judged here, unless a test says otherwise.
pub(crate) const NOW: &str = "2026-11-25T12:00:00Z";

/// One key, once as routec reads it and once as the library has it.
pub(crate) struct Key {
    pub(crate) ours: SigningKey,
    pub(crate) theirs: ed25519_dalek::SigningKey,
}

impl Key {
    /// The key whose seed is this byte 32 times.
    pub(crate) fn new(byte: u8) -> Self {
        let der = [&b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"[..], &[byte; 32]].concat();
        let base64 = Base64::encode_string(&der);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
        Self { ours: SigningKey::from_pem(&pem).unwrap(), theirs: ed25519_dalek::SigningKey::from_bytes(&[byte; 32]) }
    }

    pub(crate) fn id(&self) -> &str {
        self.ours.id().as_str()
    }

    /// The key id and the signature over a message.
    pub(crate) fn signature(&self, message: &str) -> (&str, Vec<u8>) {
        (self.id(), self.theirs.sign(message.as_bytes()).to_bytes().to_vec())
    }
}

/// Two keys, in the order in which their signatures stand in a file.
pub(crate) fn keys() -> [Key; 2] {
    let mut keys = [Key::new(1), Key::new(2)];
    keys.sort_by(|a, b| a.id().cmp(b.id()));
    keys
}

/// A statement about version 1.4.2 of table `chat`, the 17th of its artifacts.
pub(crate) fn statement() -> Json {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "chat-1.4.2.table.json", "digest": {"sha256": ""}}],
        "predicateType": "urn:routec:attestation:route-table:v1",
        "predicate": {
            "schemaVersion": "1.0.0",
            "requires": [],
            "routeTable": {
                "name": "chat",
                "version": "1.4.2",
                "sequence": 17,
                "previous": {"version": "1.4.1", "sequence": 16, "payloadSha256": sha256_hex(b"before")},
            },
            "source": {"commit": "9f2c9f2c9f2c9f2c9f2c9f2c9f2c9f2c9f2c9f2c", "dirty": false},
            "createdAt": "2026-11-20T09:00:00Z",
            "notAfter": "2027-01-01T00:00:00Z",
            "catalogue": {"asOf": "2026-11-15"},
            "policies": [{"id": "spend-cap", "version": "2.1.0", "verdict": "waived", "findings": 1}],
            "waivers": [{
                "id": "waiver-1", "policy": "spend-cap", "scope": "routes.chat", "approver": "j.doe",
                "ticket": "CHG-4211", "expires": "2026-12-31",
            }],
            "verdict": "pass-with-waivers",
            "table": {"schemaVersion": "1.0.0", "name": "chat", "version": "1.4.2", "routes": []},
        },
    })
}

/// The payload of a statement; a digest of the table that is left empty is filled in.
pub(crate) fn payload_of(mut statement: Json) -> String {
    let table = canonical(&statement["predicate"]["table"]).unwrap();
    for subject in statement["subject"].as_array_mut().into_iter().flatten() {
        if subject["digest"]["sha256"] == "" {
            subject["digest"]["sha256"] = sha256_hex(&table).into();
        }
    }
    String::from_utf8(canonical(&statement).unwrap()).unwrap()
}

pub(crate) fn payload() -> String {
    payload_of(statement())
}

/// A JSON document with other values at some pointers; `null` removes the member.
pub(crate) fn with(mut document: Json, changes: &[(&str, Json)]) -> Json {
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let name = name.replace("~1", "/");
        match document.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}")) {
            Json::Object(members) if value.is_null() => drop(members.remove(&name)),
            Json::Object(members) => drop(members.insert(name, value.clone())),
            Json::Array(items) => items[name.parse::<usize>().unwrap()] = value.clone(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => panic!("{parent} has no members"),
        }
    }
    document
}

/// The bytes that are signed for a payload.
pub(crate) fn pae(payload: &str) -> String {
    format!("DSSEv1 28 application/vnd.in-toto+json {} {payload}", payload.len())
}

/// A file with these signatures as they are.
pub(crate) fn file(payload: &str, signatures: &[(&str, Vec<u8>)]) -> String {
    let entry = |(key_id, signature): &(&str, Vec<u8>)| {
        format!(r#"{{"keyid":"{key_id}","sig":"{}"}}"#, Base64::encode_string(signature))
    };
    let payload = Base64::encode_string(payload.as_bytes());
    let signatures = signatures.iter().map(entry).collect::<Vec<_>>().join(",");
    format!(
        "{{\"payload\":\"{payload}\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{signatures}]}}\n"
    )
}

/// A file in which these keys have signed this payload.
pub(crate) fn signed(payload: &str, keys: &[Key]) -> String {
    let message = pae(payload);
    file(payload, &keys.iter().map(|key| key.signature(&message)).collect::<Vec<_>>())
}

/// The JSON pointer to a key of a trust file.
pub(crate) fn key_at(key: &Key, member: &str) -> String {
    format!("/keys/{}{member}", key.id().replace('~', "~0").replace('/', "~1"))
}

/// A trust file in which the first key is of role `platform`, the second of role `security`, and `chat*` needs both.
pub(crate) fn trust_file() -> Json {
    let [first, second] = keys();
    let entry = |key: &Key, owner: &str| json!({"algorithm": "ed25519", "owner": owner, "publicKeyPem": key.ours.verifying_key().to_pem().unwrap()});
    json!({
        "schemaVersion": 1,
        "name": "example-prod",
        "version": 3,
        "expires": "2027-06-30T00:00:00Z",
        "keys": {first.id(): entry(&first, "platform@example.com"), second.id(): entry(&second, "security@example.com")},
        "roles": {
            "platform": {"keyids": [first.id()], "threshold": 1},
            "security": {"keyids": [second.id()], "threshold": 1},
        },
        "rules": [{
            "tables": ["chat*"],
            "requireRoles": ["platform", "security"],
            "verdicts": ["pass", "pass-with-waivers"],
            "maxAgeDays": 30,
            "maxCatalogueAgeDays": 20,
        }],
    })
}

pub(crate) fn trust(file: &Json) -> Trust {
    Trust::read(file.to_string().as_bytes(), NOW.parse().unwrap(), &State::empty()).unwrap()
}

/// What is asked where only the file matters.
pub(crate) fn expectation(state: &State) -> Expectation<'_> {
    Expectation { table: Some("chat"), now: NOW.parse().unwrap(), state, allow_expired: false }
}

/// What becomes of a file when all of these keys must have signed it.
pub(crate) fn judge(file: &[u8], keys: &[Key]) -> Result<Verified<Artifact>, VerifyError> {
    let trust = Trust::of_keys(keys.iter().map(|key| key.ours.verifying_key().clone())).unwrap();
    verify(file, &trust, &expectation(&State::empty()))
}

/// A judgement in one line: `accepted`, or the cause and the message.
pub(crate) fn line<T>(judgement: Result<T, VerifyError>) -> String {
    match judgement {
        Ok(_) => "accepted".to_owned(),
        Err(error) => format!("{}: {error}", error.cause().as_str()),
    }
}

/// Why the artifact of that name is not accepted.
pub(crate) fn refusal<T>(name: &str, judgement: Result<T, VerifyError>) -> VerifyError {
    judgement.err().unwrap_or_else(|| panic!("{name}: accepted"))
}

/// The exit, reason and cause of each row of the table in the documentation of verification.
pub(crate) fn documented() -> Vec<(String, String, String)> {
    let page = crate::support::text("src/artifact/verify/verify.md");
    let rows = page.lines().filter_map(|row| row.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = rows.map(|row| row.split(" | ").map(|cell| cell.trim_matches(['`', ' '])).collect::<Vec<_>>());
    let known = cells.filter(|row| row.first().is_some_and(|exit| exit.parse::<u8>().is_ok()));
    known.map(|row| (row[0].to_owned(), row[1].to_owned(), row[2].to_owned())).collect()
}

/// The exit and the reason that the documentation gives for a cause.
pub(crate) fn documented_for(cause: Cause) -> (String, String) {
    let row = documented().into_iter().find(|(_, _, name)| name == cause.as_str());
    let (exit, reason, _) = row.unwrap_or_else(|| panic!("{} is not documented", cause.as_str()));
    (exit, reason)
}
