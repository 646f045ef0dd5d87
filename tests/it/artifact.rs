//! Sealed artifacts: whatever is changed in one, verification refuses it.

use routec::artifact::envelope::Envelope;
use routec::artifact::json::sha256_hex;
use routec::artifact::sign::sign;
use routec::artifact::{Artifact, Verified};

use crate::sealed::{Key, file, judge, keys, line, pae, payload, signed};

const TABLE: &str = r#"{"name":"chat","routes":[],"schemaVersion":"1.0.0","version":"1.4.2"}"#;

/// The order of the group, little-endian: S and S + L stand for the same scalar.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn sealed(keys: &[Key]) -> String {
    signed(&payload(), keys)
}

fn unfit(key: &Key) -> String {
    format!("signature: the signature of key `{}` does not fit: the file was changed", key.id())
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
    let verified: Verified<Artifact> = judge(sealed(&keys()).as_bytes(), std::slice::from_ref(&first)).unwrap();
    let signers: Vec<_> = verified.signers().iter().map(|signer| (signer.key_id.as_str(), &signer.owner)).collect();
    assert_eq!(signers, [(first.id(), &None)]);
    assert_eq!(verified.ignored(), [second.id()]);
    assert_eq!(verified.table_bytes(), TABLE.as_bytes());
    assert_eq!(verified.table_sha256(), sha256_hex(TABLE.as_bytes()));
    assert_eq!(verified.payload_sha256(), sha256_hex(payload().as_bytes()));
    assert_eq!(verified.identity(), format!("chat@1.4.2+{}", &sha256_hex(TABLE.as_bytes())[..12]));
    assert_eq!((verified.sequence(), verified.replaces().unwrap().sequence), (17, 16));
    assert_eq!(
        format!("{} to {}", verified.created_at(), verified.not_after()),
        "2026-11-20T09:00:00Z to 2027-01-01T00:00:00Z"
    );
    assert_eq!(verified.verdict().as_str(), "pass-with-waivers");
    assert_eq!(verified.waivers()[0].expires.to_string(), "2026-12-31");
    assert_eq!((verified.policies()[0].id.as_str(), verified.policies()[0].findings), ("spend-cap", 1));
    assert_eq!(verified.table()["routes"], serde_json::json!([]));
}

#[test]
fn every_flipped_bit_is_refused() {
    let file = sealed(&keys()).into_bytes();
    assert_eq!(line(judge(&file, &keys())), "accepted");
    for (index, bit) in (0..file.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
        let mut changed = file.clone();
        changed[index] ^= 1 << bit;
        let reason = judge(&changed, &keys()).unwrap_err().reason().as_str();
        assert!(matches!(reason, "unauthentic" | "threshold"), "byte {index}, bit {bit}: {reason}");
    }
}

#[test]
fn every_truncation_doubling_and_insertion_is_refused() {
    let file = sealed(&keys()).into_bytes();
    for index in 0..file.len() {
        assert!(judge(&file[..index], &keys()).is_err(), "cut at {index}");
        for byte in [file[index], b' ', b'\n'] {
            let mut longer = file.clone();
            longer.insert(index, byte);
            assert!(judge(&longer, &keys()).is_err(), "byte {byte} at {index}");
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
        assert_eq!(line(judge(file(&payload(), &[(id, signature)]).as_bytes(), &keys())), unfit(&first), "{name}");
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
        pae(&text.replace("\"pass-with-waivers\"", "\"fail\"")),
    ] {
        let file = file(&text, &[first.signature(&message)]);
        assert_eq!(line(judge(file.as_bytes(), std::slice::from_ref(&first))), unfit(&first), "{message}");
    }
}
