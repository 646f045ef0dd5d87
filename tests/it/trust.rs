//! Trust files: only one that means what it says is used, and what is wrong in one is named by its place.

use routec::artifact::keys::VerifyingKey;
use routec::artifact::{State, Trust};
use routec::schema;
use serde_json::{Value as Json, json};

use crate::sealed::{Key, NOW, key_at, keys, trust_file, with};

fn read(text: &str) -> Result<Trust, String> {
    let state = State::read(br#"{"schemaVersion":1,"tables":{},"trust":{"example-prod":3,"x":9}}"#).unwrap();
    Trust::read(text.as_bytes(), NOW.parse().unwrap(), &state).map_err(|error| {
        assert!(!error.help().is_empty(), "{error}");
        error.to_string()
    })
}

fn refused(changes: &[(&str, Json)]) -> String {
    read(&with(trust_file(), changes).to_string()).err().unwrap()
}

/// An Ed25519 key in SPKI PEM with these bytes.
fn pem(bytes: [u8; 32]) -> String {
    use base64ct::Encoding;
    let der = [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], &bytes].concat();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", base64ct::Base64::encode_string(&der))
}

#[test]
fn what_is_wrong_is_named_by_its_place() {
    let [first, second] = keys();
    let (key, other) = (key_at(&first, ""), key_at(&second, ""));
    let at = |member: &str| format!("{key}{member}");
    let entry = trust_file()["keys"][first.id()].clone();
    let rule = trust_file()["rules"][0].clone();
    let with_tables = |globs: Json| with(rule.clone(), &[("/tables", globs)]);
    let identity: [u8; 32] = std::array::from_fn(|at| u8::from(at == 0));
    let nobody = json!(["SHA256:nobody"]);
    for (pointer, value, message) in [
        ("/schemaVersion", json!(2), "`/schemaVersion` is 2, and only 1 is known here".to_owned()),
        ("/schemaVersion", Json::Null, "lacks the member `schemaVersion`".to_owned()),
        ("/name", json!("\u{1b}[2J"), "`/name` is `\\u{1b}[2J`, which nobody can read".to_owned()),
        ("/version", json!(2), "`/version` is 2, and version 3 of `example-prod` was used before".to_owned()),
        ("/version", json!(0), "`/version` does not fit: ".to_owned()),
        ("/version", json!("3"), "`/version` does not fit: ".to_owned()),
        ("/expires", json!(NOW), "`/expires` is 2026-11-25T12:00:00Z, and now is".to_owned()),
        ("/expires", json!("2027-06-30"), "`/expires` is `2027-06-30`, not a time in UTC".to_owned()),
        ("/expires", Json::Null, "lacks the member `expires`".to_owned()),
        ("/threshold", json!(1), "has the unknown member `threshold`".to_owned()),
        ("/keys", json!({}), "`/keys` does not fit: ".to_owned()),
        (&at("/algorithm"), json!("rsa"), format!("`{}` cannot be \"rsa\"", at("/algorithm"))),
        (
            &at("/algorithm"),
            json!("ecdsa-p256-sha256"),
            format!("`{}` is `ecdsa-p256-sha256`, and the", at("/algorithm")),
        ),
        (&at("/publicKeyPem"), json!("ssh-ed25519 AAAA"), format!("`{}` is refused: ", at("/publicKeyPem"))),
        (
            &at("/publicKeyPem"),
            json!(pem(identity)),
            format!("`{}` is refused: the public key is weak", at("/publicKeyPem")),
        ),
        (&at("/owner"), json!(" "), format!("`{}` is ` `, which nobody can read", at("/owner"))),
        (&at("/notBefore"), json!("today"), format!("`{}` is `today`, not a time", at("/notBefore"))),
        (&at("/role"), json!("x"), format!("`{key}` has the unknown member `role`")),
        (&other, entry, format!("`{other}` is not the fingerprint of its key, which is `{}`", first.id())),
        ("/revoked", json!(["platform"]), "`/revoked/0` is `platform`, not a fingerprint".to_owned()),
        ("/revoked", json!([first.id(), first.id()]), "`/revoked/1` is `SHA256:".to_owned()),
        ("/revoked", json!([first.id()]), "`/rules/0/requireRoles` can never be met: role `platform`".to_owned()),
        ("/allowPayloads", json!(["00"]), "`/allowPayloads/0` is `00`, not a SHA-256".to_owned()),
        ("/roles/platform/keyids", nobody, "`/roles/platform/keyids/0` is `SHA256:nobody`, which is not".to_owned()),
        ("/roles/platform/keyids", json!([]), "`/roles/platform/keyids` does not fit: ".to_owned()),
        ("/roles/platform/keyids", json!([first.id(), first.id()]), "`/roles/platform/keyids/1` is".to_owned()),
        ("/roles/platform/threshold", json!(2), "`/roles/platform/threshold` is 2, and the role has 1 keys".to_owned()),
        ("/roles/platform/threshold", json!(0), "`/roles/platform/threshold` does not fit: ".to_owned()),
        ("/roles/security/keyids", json!([first.id()]), "`/rules/0/requireRoles` can never be met: ".to_owned()),
        ("/rules", json!([]), "`/rules` does not fit: ".to_owned()),
        ("/rules/0/tables", json!(["chat-[a"]), "`/rules/0/tables/0` is `chat-[a`, which is no glob".to_owned()),
        ("/rules/0/requireRoles", json!([]), "`/rules/0/requireRoles` does not fit: ".to_owned()),
        ("/rules/0/requireRoles", json!(["ops"]), "`/rules/0/requireRoles/0` is `ops`, which is not among".to_owned()),
        (
            "/rules/0/requireRoles",
            json!(["platform", "platform"]),
            "`/rules/0/requireRoles/1` is `platform` again".to_owned(),
        ),
        ("/rules/0/verdicts", json!(["fail"]), "`/rules/0/verdicts/0` cannot be \"fail\"".to_owned()),
        ("/rules/0/maxAgeDays", json!(0), "`/rules/0/maxAgeDays` does not fit: ".to_owned()),
        ("/rules/0/allowDirty", json!("no"), "`/rules/0/allowDirty` does not fit: ".to_owned()),
        (
            "/rules",
            json!([rule, with_tables(json!(["chat-eu"]))]),
            "`/rules/1/tables/0` is never reached: `chat*`".to_owned(),
        ),
        ("/rules", json!([with_tables(json!(["*"])), rule]), "`/rules/1/tables/0` is never reached: `*`".to_owned()),
    ] {
        let found = refused(&[(pointer, value)]);
        assert!(found.starts_with(&message), "{pointer}: {found}");
    }
}

#[test]
fn the_text_is_read_strictly() {
    let good = trust_file().to_string();
    assert!(read(&good).is_ok());
    for (from, to, message) in [
        (
            "\"version\":3",
            "\"version\":3,\"version\":3",
            "the trust file is not strict JSON: member `version` is given twice",
        ),
        (
            "\"threshold\":1",
            "\"threshold\":1,\"\\u0074hreshold\":1",
            "the trust file is not strict JSON: member `threshold`",
        ),
        ("{", "\u{feff}{", "the trust file is not strict JSON: begins with a byte order mark"),
        ("\"version\":3", "\"version\":3.5", "`/version` does not fit"),
    ] {
        let found = read(&good.replacen(from, to, 1)).unwrap_err();
        assert!(found.starts_with(message), "{found}");
    }
    assert!(read(&format!("{good}x")).is_err());
    assert!(read("").is_err());
}

#[test]
fn a_rule_may_follow_one_that_leaves_it_something() {
    let rule = trust_file()["rules"][0].clone();
    let of = |glob: &str| with(rule.clone(), &[("/tables", json!([glob]))]);
    for globs in [["chat-eu", "chat*"], ["chat-?", "chat-*"], ["a*b", "a*"], ["mail", "*"]] {
        let file = with(trust_file(), &[("/rules", json!(globs.map(of)))]);
        assert!(read(&file.to_string()).is_ok(), "{globs:?}");
    }
}

#[test]
fn keys_given_one_by_one_are_judged_as_strictly() {
    let key = |byte| Key::new(byte).ours.verifying_key().clone();
    let refused = |keys: Vec<VerifyingKey>| Trust::of_keys(keys).unwrap_err().to_string();
    assert_eq!(refused(Vec::new()), "no key is required, so nothing can be proven");
    assert_eq!(
        refused(vec![key(1), key(2), key(1)]),
        format!("key `{}` is required twice, and one key counts once", Key::new(1).id())
    );
    assert!(Trust::of_keys([key(1), key(2)]).is_ok());
}

/// Every member and item of the document, removed, replaced by each of some values, and joined by an unknown one.
fn mutations(json: &Json) -> Vec<Json> {
    let values = [json!(null), json!(true), json!(7), json!(""), json!([]), json!({}), json!(["x"])];
    let mut all = values.to_vec();
    match json {
        Json::Object(members) => {
            for (name, value) in members {
                let put = |value| with(json.clone(), &[(&format!("/{}", name.replace('/', "~1")), value)]);
                all.push(put(Json::Null));
                all.extend(mutations(value).into_iter().map(put));
            }
            all.push(with(json.clone(), &[("/unheardOf", json!(1))]));
        }
        Json::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                all.extend(mutations(value).into_iter().map(|value| with(json.clone(), &[(&format!("/{at}"), value)])));
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
    all
}

#[test]
fn the_published_schema_refuses_nothing_that_is_read() {
    let schema = schema::by_name("trust").unwrap();
    let validator = jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(&schema).unwrap();
    let all = mutations(&trust_file());
    let (mut accepted, mut refused) = (0, 0);
    for document in &all {
        let is_read = read(&document.to_string()).is_ok();
        assert!(!is_read || validator.is_valid(document), "{document}");
        if is_read { accepted += 1 } else { refused += 1 }
    }
    assert!(accepted >= 3 && refused > 200, "{accepted} accepted, {refused} refused");
}
