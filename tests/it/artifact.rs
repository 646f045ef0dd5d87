//! Sealed artifacts: whatever is changed in one, verification refuses it.
//!
//! The artifacts here are written by hand and signed with the Ed25519 library directly, so that nothing is taken on
//! trust from the code that is tested.

use base64ct::{Base64, Encoding};
use ed25519_dalek::Signer;
use routec::artifact::envelope::Envelope;
use routec::artifact::json::sha256_hex;
use routec::artifact::keys::SigningKey;
use routec::artifact::sign::sign;
use routec::artifact::verify::{RequiredKeys, VerifyOptions, verify};

const TABLE: &str = r#"{"name":"chat","routes":[],"version":"1.4.2"}"#;

/// The order of the group, little-endian: S and S + L stand for the same scalar.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// One key, once as routec reads it and once as the library has it.
struct Key {
    ours: SigningKey,
    theirs: ed25519_dalek::SigningKey,
}

impl Key {
    /// The key whose seed is this byte 32 times.
    fn new(byte: u8) -> Self {
        let der = [&b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"[..], &[byte; 32]].concat();
        let base64 = Base64::encode_string(&der);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
        Self { ours: SigningKey::from_pem(&pem).unwrap(), theirs: ed25519_dalek::SigningKey::from_bytes(&[byte; 32]) }
    }

    fn id(&self) -> &str {
        self.ours.id().as_str()
    }

    /// The key id and the signature over a message.
    fn signature(&self, message: &str) -> (&str, Vec<u8>) {
        (self.id(), self.theirs.sign(message.as_bytes()).to_bytes().to_vec())
    }
}

fn keys() -> [Key; 2] {
    let mut keys = [Key::new(1), Key::new(2)];
    keys.sort_by(|a, b| a.id().cmp(b.id()));
    keys
}

pub(crate) fn payload() -> String {
    let digest = sha256_hex(TABLE.as_bytes());
    format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","predicate":{{"createdAt":"2026-11-20T09:00:00Z","requires":[],"routeTable":{{"name":"chat","version":"1.4.2"}},"schemaVersion":"1.0.0","source":{{"dirty":false}},"table":{TABLE},"verdict":"pass"}},"predicateType":"urn:routec:attestation:route-table:v1","subject":[{{"digest":{{"sha256":"{digest}"}},"name":"chat-1.4.2.table.json"}}]}}"#
    )
}

pub(crate) fn pae(payload: &str) -> String {
    format!("DSSEv1 28 application/vnd.in-toto+json {} {payload}", payload.len())
}

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

fn sealed(keys: &[Key]) -> String {
    let message = pae(&payload());
    file(&payload(), &keys.iter().map(|key| key.signature(&message)).collect::<Vec<_>>())
}

fn judge(file: &[u8], keys: &[Key]) -> String {
    let required = RequiredKeys::new(keys.iter().map(|key| key.ours.verifying_key().clone())).unwrap();
    let table_members = &["name", "version", "routes"];
    match verify(file, &required, &VerifyOptions { table_members, allow_dirty: false, table: None, now: None }) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => format!("{}: {error}", error.reason().as_str()),
    }
}

fn unfit(key: &Key) -> String {
    format!("unauthentic: the signature of key `{}` does not fit: the file was changed", key.id())
}

#[test]
fn what_routec_signs_is_what_the_library_signs() {
    let [first, second] = keys();
    let envelope = Envelope::unsigned(payload().into_bytes());
    let once = sign(envelope, &second.ours).unwrap();
    let again = Envelope::from_bytes(&once.to_bytes()).unwrap();
    let file = sign(sign(again, &first.ours).unwrap(), &second.ours).unwrap().to_bytes();
    assert_eq!(String::from_utf8(file).unwrap(), sealed(&keys()));
}

#[test]
fn the_verified_is_what_was_signed() {
    let [first, second] = keys();
    let required = RequiredKeys::new([first.ours.verifying_key().clone()]).unwrap();
    let table_members = &["name", "version", "routes"];
    let options = VerifyOptions { table_members, allow_dirty: false, table: Some("chat"), now: None };
    let verified = verify(sealed(&keys()).as_bytes(), &required, &options).unwrap();
    assert_eq!(verified.signers(), [first.ours.id().clone()]);
    assert_eq!(verified.ignored(), [second.id()]);
    assert_eq!(verified.table_bytes(), TABLE.as_bytes());
    assert_eq!(verified.table_sha256(), sha256_hex(TABLE.as_bytes()));
    assert_eq!(verified.payload_sha256(), sha256_hex(payload().as_bytes()));
    assert_eq!(format!("{}@{}", verified.table_name(), verified.table_version()), "chat@1.4.2");
    assert_eq!(verified.payload()["predicate"]["verdict"], "pass");
}

#[test]
fn every_flipped_bit_is_refused() {
    let file = sealed(&keys()).into_bytes();
    assert_eq!(judge(&file, &keys()), "accepted");
    for (index, bit) in (0..file.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
        let mut changed = file.clone();
        changed[index] ^= 1 << bit;
        let judgement = judge(&changed, &keys());
        let expected = judgement.starts_with("unauthentic: ") || judgement.starts_with("threshold: ");
        assert!(expected, "byte {index}, bit {bit}: {judgement}");
    }
}

#[test]
fn every_truncation_doubling_and_insertion_is_refused() {
    let file = sealed(&keys()).into_bytes();
    for index in 0..file.len() {
        assert_ne!(judge(&file[..index], &keys()), "accepted", "cut at {index}");
        for byte in [file[index], b' ', b'\n'] {
            let mut longer = file.clone();
            longer.insert(index, byte);
            assert_ne!(judge(&longer, &keys()), "accepted", "byte {byte} at {index}");
        }
    }
}

#[test]
fn signatures_in_any_other_form_are_refused() {
    let [first, second] = keys();
    let (id, good) = first.signature(&pae(&payload()));
    let mut malleable = good.clone();
    let mut carry = 0;
    for (byte, addend) in malleable[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(addend) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    let mut identity = vec![0; 64];
    identity[0] = 1;
    for (name, signature) in [
        ("empty", Vec::new()),
        ("short", good[..63].to_vec()),
        ("long", [&good[..], &[0]].concat()),
        ("twice", [&good[..], &good[..]].concat()),
        ("zero", vec![0; 64]),
        ("S + L", malleable),
        ("R is the identity, S is 0", identity),
        ("S before R", [&good[32..], &good[..32]].concat()),
        ("of another key", second.signature(&pae(&payload())).1),
    ] {
        assert_eq!(
            judge(file(&payload(), &[(id, signature)]).as_bytes(), &[Key::new(1), Key::new(2)]),
            unfit(&first),
            "{name}"
        );
    }
}

#[test]
fn signatures_over_anything_else_are_refused() {
    let [first, _] = keys();
    let (text, length) = (payload(), payload().len());
    for message in [
        text.clone(),
        format!("DSSEv1 16 application/json {length} {text}"),
        format!("DSSEv1 28 application/vnd.in-toto+json {} {text}", length + 1),
        format!("DSSEv1 28 application/vnd.in-toto+json 0{length} {text}"),
        format!("DSSEv1 28 application/vnd.in-toto+json {length}  {text}"),
        format!("DSSEv1 28 application/vnd.in-toto+json {length} {text}\n"),
        format!("DSSEv1 32 application/vnd.in-toto+json {length} {text}"),
        format!("DSSEv2 28 application/vnd.in-toto+json {length} {text}"),
        sha256_hex(pae(&text).as_bytes()),
        pae(&text.replace("\"pass\"", "\"fail\"")),
    ] {
        let file = file(&text, &[first.signature(&message)]);
        assert_eq!(judge(file.as_bytes(), std::slice::from_ref(&first)), unfit(&first), "{message}");
    }
}

#[test]
fn dropped_renamed_and_repeated_signatures_are_refused() {
    let [first, second] = keys();
    let message = pae(&payload());
    let (a, b) = (first.signature(&message), second.signature(&message));
    let none = "unauthentic: none of the required keys has signed".to_owned();
    let missing = format!("threshold: required key `{}` has not signed", second.id());
    for (signatures, judgement) in [
        (vec![], "unauthentic: the file is not signed".to_owned()),
        (vec![a.clone()], missing),
        (vec![("SHA256:unknown", a.1.clone())], none),
        (vec![(a.0, b.1.clone()), (b.0, a.1.clone())], unfit(&first)),
        (vec![a.clone(), (b.0, a.1.clone())], unfit(&second)),
        (vec![a.clone(), a.clone()], format!("unauthentic: key `{}` has two signatures", a.0)),
        (vec![a.clone(), b.clone()], "accepted".to_owned()),
        (vec![b, a], "unauthentic: the file is not byte for byte as `routec sign` writes it".to_owned()),
    ] {
        assert_eq!(judge(file(&payload(), &signatures).as_bytes(), &keys()), judgement);
    }
}

#[test]
fn signed_payloads_that_are_no_statement_are_refused() {
    let [first, _] = keys();
    for (from, to, judgement) in [
        ("in-toto.io/Statement/v1", "in-toto.io/Statement/v0.1", "unauthentic: `/_type` is"),
        ("urn:routec:attestation:", "urn:routec:other:", "unauthentic: `/predicateType` is"),
        ("\"routes\":[]", "\"routes\":[1]", "unauthentic: `/subject/0/digest/sha256` is"),
        ("\"subject\":[", "\"subject\":[{},", "unauthentic: `/subject` is not a list of exactly one"),
        ("{\"_type\"", "{ \"_type\"", "unauthentic: the payload is not in canonical form"),
        ("\"verdict\"", "\"verdict\":\"fail\",\"verdict\"", "unauthentic: the payload is not strict JSON"),
        ("\"requires\":[]", "\"requires\":[1.5]", "unauthentic: the payload is outside the JSON profile"),
        ("\"pass\"", "\"fail\"", "refused: its verdict is `fail`"),
        ("\"dirty\":false", "\"dirty\":true", "refused: it was built from a tree"),
        ("\"requires\":[]", "\"requires\":[\"geo\"]", "refused: it requires"),
    ] {
        assert!(payload().contains(from), "{from}");
        let payload = payload().replacen(from, to, 1);
        let file = file(&payload, &[first.signature(&pae(&payload))]);
        let found = judge(file.as_bytes(), std::slice::from_ref(&first));
        assert!(found.starts_with(judgement), "{found}");
    }
}
