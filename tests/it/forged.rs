//! Forged copies: each is refused for the documented reason, and none ever reaches a reader.

use base64ct::{Base64, Base64Unpadded, Base64Url, Encoding};
use routec::artifact::State;
use routec::artifact::verify::{Cause, verify};
use serde_json::json;

use crate::sealed::{
    Key, documented_for, expectation, file, keys, pae, payload, payload_of, refusal, signed, statement, trust,
    trust_file, with,
};

use Cause::{Envelope, Signature, Signers, Statement, UnknownKeys, Unsigned};

/// What a forger makes of the file, the cause it is refused for, and the file.
type Forgery = (&'static str, Cause, Vec<u8>);

fn genuine() -> String {
    signed(&payload(), &keys())
}

/// The file with one text in the place of another.
fn edited(from: &str, to: &str) -> Vec<u8> {
    assert!(genuine().contains(from), "{from}");
    genuine().replacen(from, to, 1).into_bytes()
}

/// The file with another payload under the genuine signatures.
fn repacked(from: &str, to: &str) -> Vec<u8> {
    assert!(payload().contains(from), "{from}");
    let message = pae(&payload());
    let [first, second] = keys();
    file(&payload().replacen(from, to, 1), &[first.signature(&message), second.signature(&message)]).into_bytes()
}

fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// The text around the envelope and in it: nothing of this is signed, and some readers see something else in it.
fn envelopes() -> Vec<Forgery> {
    let [first, _] = keys();
    let genuine_payload = format!("\"payload\":\"{}\"", base64(payload().as_bytes()));
    let evil = format!("\"payload\":\"{}\"", base64(payload().replace("chat", "mail").as_bytes()));
    let case = |name: &str| format!("{{{},", evil.replace("\"payload\"", &format!("\"{name}\"")));
    let sig = format!("\"sig\":\"{}\"", base64(&first.signature(&pae(&payload())).1));
    let twice = |member: &str| format!("{member},{member}");
    let url = Base64Url::encode_string(payload().as_bytes());
    let url_sig = sig.replace('+', "-").replace('/', "_");
    assert_ne!(url_sig, sig, "the signature has letters in which the alphabets differ");
    let bare = Base64Unpadded::encode_string(payload().as_bytes());
    assert_ne!(bare, base64(payload().as_bytes()), "the payload needs padding");
    vec![
        ("nothing", Envelope, Vec::new()),
        ("not an object", Envelope, format!("[{}]\n", genuine().trim()).into_bytes()),
        ("a byte order mark", Envelope, format!("\u{feff}{}", genuine()).into_bytes()),
        ("two line feeds", Envelope, format!("{}\n", genuine()).into_bytes()),
        ("no line feed", Envelope, genuine().trim().into()),
        ("data behind it", Envelope, format!("{}{{}}", genuine()).into_bytes()),
        ("white space within", Envelope, edited("{\"payload\"", "{ \"payload\"")),
        ("not UTF-8", Envelope, [&b"\xff"[..], genuine().as_bytes()].concat()),
        ("payload twice, the evil one first", Envelope, edited("{\"payload\"", &format!("{{{evil},\"payload\""))),
        ("payload twice, the evil one last", Envelope, edited(&genuine_payload, &format!("{genuine_payload},{evil}"))),
        ("payload twice, both genuine", Envelope, edited(&genuine_payload, &twice(&genuine_payload))),
        ("a member `Payload`", Envelope, edited("{", &case("Payload"))),
        ("a member `PAYLOAD`", Envelope, edited("{", &case("PAYLOAD"))),
        ("a member `\u{17f}ignatures`", Envelope, edited("{", "{\"\u{17f}ignatures\":[],")),
        ("an unknown member", Envelope, edited("{\"payload\"", "{\"note\":1,\"payload\"")),
        ("an escaped member", Envelope, edited("\"payload\"", "\"\\u0070ayload\"")),
        ("sig twice", Envelope, edited(&sig, &twice(&sig))),
        ("a member `Sig`", Envelope, edited(&sig, &format!("{sig},\"Sig\":\"AAAA\""))),
        ("unpadded payload", Envelope, edited(&base64(payload().as_bytes()), &bare)),
        ("a signature of the other alphabet", Envelope, edited(&sig, &url_sig)),
        (
            "a payload of the other alphabet",
            Envelope,
            edited(&base64(payload().as_bytes()), &format!("-{}", &url[1..])),
        ),
        ("junk in the base64", Envelope, edited("\"payload\":\"", "\"payload\":\"!")),
        ("a line feed in the base64", Envelope, edited("\"payload\":\"", "\"payload\":\"\\n")),
        ("stray bits in the padding", Envelope, edited("==\"},", "B=\"},")),
        ("another payloadType", Envelope, edited("vnd.in-toto+json", "json")),
        ("payloadType in other case", Envelope, edited("vnd.in-toto", "vnd.In-Toto")),
        ("signatures out of order", Envelope, {
            let message = pae(&payload());
            let [first, second] = keys();
            file(&payload(), &[second.signature(&message), first.signature(&message)]).into_bytes()
        }),
        ("a key id that steers a terminal", Envelope, edited(first.id(), "\\u001b[2J")),
        ("an empty key id", Envelope, edited(first.id(), "")),
    ]
}

/// The payload, written again under the genuine signatures.
fn payloads() -> Vec<Forgery> {
    let changes = [
        ("verdict", "pass-with-waivers", "pass"),
        ("version", "1.4.2", "9.4.2"),
        ("sequence", "\"sequence\":17", "\"sequence\":18"),
        ("end", "2027-01-01", "2037-01-01"),
        ("waiver", "2026-12-31", "2036-12-31"),
        ("table", "\"routes\":[]", "\"routes\":[{}]"),
        ("name of the table", "\"name\":\"chat\"", "\"name\":\"chut\""),
        ("type of the statement", "Statement/v1", "Statement/v2"),
        ("predicate type", "route-table:v1", "route-table:v2"),
        ("one space", "{", "{ "),
        ("a member twice", "\"verdict\"", "\"verdict\":\"pass\",\"verdict\""),
    ];
    changes.into_iter().map(|(name, from, to)| (name, Signature, repacked(from, to))).collect()
}

/// The signatures: other bytes, other keys, other messages.
fn signatures() -> Vec<Forgery> {
    let [first, second] = keys();
    let stranger = Key::new(9);
    let message = pae(&payload());
    let (a, b) = (first.signature(&message), second.signature(&message));
    let other = pae(&payload_of(with(statement(), &[("/predicate/notAfter", json!("2026-12-01T00:00:00Z"))])));
    let made = |list: &[(&str, Vec<u8>)]| file(&payload(), list).into_bytes();
    let raw = first.signature(&payload());
    let own = pae("{}");
    vec![
        ("no signatures", Unsigned, made(&[])),
        ("the first dropped", Signers, made(std::slice::from_ref(&b))),
        ("the second dropped", Signers, made(std::slice::from_ref(&a))),
        ("both renamed", UnknownKeys, made(&[("SHA256:a", a.1.clone()), ("SHA256:b", b.1.clone())])),
        ("the second renamed", Signers, made(&[a.clone(), ("SHA256:zzz", b.1.clone())])),
        ("the second by a stranger", Signers, {
            let mut list = [a.clone(), stranger.signature(&message)];
            list.sort();
            made(&list)
        }),
        ("all by strangers", UnknownKeys, made(&[stranger.signature(&message)])),
        ("swapped between the keys", Signature, made(&[(a.0, b.1.clone()), (b.0, a.1.clone())])),
        ("the same for both keys", Signature, made(&[a.clone(), (b.0, a.1.clone())])),
        ("one key twice", Envelope, made(&[a.clone(), a.clone()])),
        ("of another file", Signature, made(&[first.signature(&other), b.clone()])),
        ("of both on another file", Signature, made(&[first.signature(&other), second.signature(&other)])),
        ("over the raw payload", Signature, made(&[raw, b.clone()])),
        ("over another payload", Signature, made(&[first.signature(&own), b.clone()])),
        ("truncated", Signature, made(&[(a.0, a.1[..63].to_vec()), b.clone()])),
        ("with a byte more", Signature, made(&[(a.0, [&a.1[..], &[0]].concat()), b.clone()])),
        ("of no bytes", Signature, made(&[(a.0, Vec::new()), b.clone()])),
        ("of zeros", Signature, made(&[(a.0, vec![0; 64]), b.clone()])),
        (
            "a stranger's, claimed to be the first's",
            Signature,
            made(&[(a.0, stranger.signature(&message).1), b.clone()]),
        ),
        ("with a flipped bit", Signature, {
            let mut flipped = a.1.clone();
            flipped[5] ^= 4;
            made(&[(a.0, flipped), b.clone()])
        }),
        ("seventeen", Envelope, {
            let many: Vec<String> = (0..17).map(|at| format!("k{at:02}")).collect();
            made(&many.iter().map(|name| (name.as_str(), vec![1])).collect::<Vec<_>>())
        }),
    ]
}

/// Files that both keys have signed, though they are no statements: another program has used the keys.
fn statements() -> Vec<Forgery> {
    let text = payload();
    let both = |payload: &str| signed(payload, &keys()).into_bytes();
    vec![
        ("not JSON", Statement, both("hello")),
        ("an empty object", Statement, both("{}")),
        ("white space", Statement, both(&text.replacen('{', "{ ", 1))),
        ("a member twice", Statement, both(&text.replacen("\"verdict\"", "\"verdict\":\"pass\",\"verdict\"", 1))),
        ("a fraction", Statement, both(&text.replacen("\"requires\":[]", "\"requires\":[1.5]", 1))),
        ("a byte order mark", Statement, both(&format!("\u{feff}{text}"))),
    ]
}

#[test]
fn forged_copies_are_refused_as_documented() {
    let trust = trust(&trust_file());
    let state = State::empty();
    assert!(verify(genuine().as_bytes(), &trust, &expectation(&state)).is_ok());
    let all = [envelopes(), payloads(), signatures(), statements()].concat();
    assert!(all.len() >= 60, "{}", all.len());
    for (name, cause, file) in all {
        assert_ne!(file, genuine().into_bytes(), "{name}: nothing was changed");
        let error = refusal(name, verify(&file, &trust, &expectation(&state)));
        assert_eq!(error.cause(), cause, "{name}: {error}");
        assert_eq!(documented_for(cause), ("5".to_owned(), error.reason().as_str().to_owned()), "{name}");
    }
}
