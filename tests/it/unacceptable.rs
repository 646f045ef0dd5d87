//! Artifacts that those who must have signed, and that must not be used all the same: each is refused for the documented
//! reason.

use routec::artifact::verify::{Cause, Expectation, verify};
use routec::artifact::{State, Trust};
use serde_json::{Value as Json, json};

use crate::sealed::{
    Key, NOW, documented, documented_for, expectation, key_at, keys, line, payload_of, refusal, signed, statement,
    trust, trust_file, with,
};

/// Changes to a JSON document, as pointers and values.
type Changes = Vec<(&'static str, Json)>;

fn at(pointer: &'static str, value: Json) -> Changes {
    vec![(pointer, value)]
}

/// A file with a changed statement that these keys have signed.
fn built(changes: &[(&str, Json)], keys: &[Key]) -> String {
    signed(&payload_of(with(statement(), changes)), keys)
}

/// The state after this sequence of table `chat` was accepted.
fn seen(sequence: u64) -> State {
    let digest = "0".repeat(64);
    let state = json!({
        "schemaVersion": 1,
        "tables": {"chat": {"sequence": sequence, "payloadSha256": digest}, "mail": {"sequence": 99, "payloadSha256": digest}},
        "trust": {"other": 99},
    });
    State::read(state.to_string().as_bytes()).unwrap()
}

fn is_documented(name: &str, cause: Cause, error: &routec::artifact::VerifyError) {
    assert_eq!(error.cause(), cause, "{name}: {error}");
    assert_eq!(documented_for(cause), ("5".to_owned(), error.reason().as_str().to_owned()), "{name}");
}

#[test]
fn signed_statements_that_must_not_be_used_are_refused_as_documented() {
    use Cause::{
        CatalogueAge, Dirty, Expired, Future, Lifetime, NoRule, OverAge, PredicateType, Requires, SchemaVersion,
        Statement, TableMember, Verdict, WaiverOutlived, WrongTable,
    };
    let subject = json!({"name": "chat-1.4.2.table.json", "digest": {"sha256": ""}});
    let table = json!({"schemaVersion": "1.0.0", "name": "chat", "version": "1.4.2", "routes": [], "shadow": []});
    let (table_name, table_version) = ("/predicate/table/name", "/predicate/table/version");
    let (name, version) = ("/predicate/routeTable/name", "/predicate/routeTable/version");
    let mail =
        vec![(name, json!("mail")), (table_name, json!("mail")), ("/subject/0/name", json!("mail-1.4.2.table.json"))];
    let chat2: Changes = vec![
        (name, json!("chat2")),
        (table_name, json!("chat2")),
        ("/subject/0/name", json!("chat2-1.4.2.table.json")),
    ];
    let cases: Vec<(&str, Cause, Changes)> = vec![
        ("two subjects", Statement, at("/subject", json!([subject, subject]))),
        ("no subject", Statement, at("/subject", json!([]))),
        ("another digest of the table", Statement, at("/subject/0/digest/sha256", json!("0".repeat(64)))),
        ("another name of the subject", Statement, at("/subject/0/name", json!("chat-1.4.3.table.json"))),
        ("another name in the table", Statement, at(table_name, json!("mail"))),
        ("another version in the table", Statement, at(table_version, json!("1.4.3"))),
        ("no semantic version", Statement, vec![(version, json!("1.4")), (table_version, json!("1.4"))]),
        ("no sequence", Statement, at("/predicate/routeTable/sequence", Json::Null)),
        ("sequence as a text", Statement, at("/predicate/routeTable/sequence", json!("17"))),
        ("a sequence that leaves one out", Statement, at("/predicate/routeTable/sequence", json!(18))),
        ("no end", Statement, at("/predicate/notAfter", Json::Null)),
        ("an end that is no time", Statement, at("/predicate/notAfter", json!("2027-01-01"))),
        ("an end on the 30th of February", Statement, at("/predicate/notAfter", json!("2027-02-30T00:00:00Z"))),
        ("no list of waivers", Statement, at("/predicate/waivers", json!({}))),
        ("no verdict known", Statement, at("/predicate/verdict", json!("fine"))),
        ("another type of statement", Statement, at("/_type", json!("https://in-toto.io/Statement/v0.1"))),
        ("another type of predicate", PredicateType, at("/predicateType", json!("https://slsa.dev/provenance/v1"))),
        ("another major version of the format", SchemaVersion, at("/predicate/schemaVersion", json!("2.0.0"))),
        ("another major version of the table", SchemaVersion, at("/predicate/table/schemaVersion", json!("2.0.0"))),
        ("a table without a rule", NoRule, mail),
        ("another table than the one wanted", WrongTable, chat2),
        ("an end before its creation", Lifetime, at("/predicate/notAfter", json!("2026-11-20T09:00:00Z"))),
        ("an end after that of a waiver", WaiverOutlived, at("/predicate/notAfter", json!("2027-01-01T00:00:01Z"))),
        ("a waiver that ended", WaiverOutlived, at("/predicate/waivers/0/expires", json!("2026-11-21"))),
        ("created in six minutes", Future, at("/predicate/createdAt", json!("2026-11-25T12:06:00Z"))),
        ("ended a second ago", Expired, at("/predicate/notAfter", json!("2026-11-25T12:00:00Z"))),
        ("created 31 days ago", OverAge, at("/predicate/createdAt", json!("2026-10-25T12:00:00Z"))),
        ("a catalogue of 21 days ago", CatalogueAge, at("/predicate/catalogue/asOf", json!("2026-11-04"))),
        ("a catalogue without a date", CatalogueAge, at("/predicate/catalogue/asOf", json!(""))),
        ("an unknown requirement", Requires, at("/predicate/requires", json!(["geo"]))),
        ("a failed verdict", Verdict, at("/predicate/verdict", json!("fail"))),
        ("an unclean tree", Dirty, at("/predicate/source/dirty", json!(true))),
        ("an unknown member of the table", TableMember, at("/predicate/table", table)),
    ];
    let (trust, state) = (trust(&trust_file()), seen(16));
    for (name, cause, changes) in cases {
        let file = built(&changes, &keys());
        let error = refusal(name, verify(file.as_bytes(), &trust, &expectation(&state)));
        is_documented(name, cause, &error);
    }
}

/// What is wrong, the cause it is refused for, the keys that sign, and the changes to the trust file.
type Case<'a> = (&'a str, Cause, &'a [u8], &'a [(&'a str, Json)]);

/// The trust file with a third key, which has no role yet.
fn three_keys() -> Json {
    let third = Key::new(3);
    let pem = third.ours.verifying_key().to_pem().unwrap();
    let entry = json!({"algorithm": "ed25519", "owner": "spare@example.com", "publicKeyPem": pem});
    with(trust_file(), &[(&key_at(&third, ""), entry)])
}

#[test]
fn signatures_that_do_not_suffice_are_refused_as_documented() {
    use Cause::{KeyWindow, NoRule, PredicateType, Revoked, Signers, Verdict};
    let ([first, second], third) = (keys(), Key::new(3));
    let (a, b, c) = (first.id(), second.id(), third.id());
    let (platform, security) = ("/roles/platform", "/roles/security");
    let role = |keyids: &[&str], threshold: usize| json!({"keyids": keyids, "threshold": threshold});
    let (start, end) = (key_at(&second, "/notBefore"), key_at(&second, "/notAfter"));
    let (types, verdicts, tables) = ("/rules/0/predicateTypes", "/rules/0/verdicts", "/rules/0/tables");
    let slsa = json!(["https://slsa.dev/provenance/v1"]);
    let (one, two, both): (&[u8], &[u8], &[u8]) = (&[1], &[2], &[1, 2]);
    let cases: [Case<'_>; 11] = [
        ("one of two roles", Signers, one, &[]),
        ("the other of two roles", Signers, two, &[]),
        (
            "two signatures, and a role without",
            Signers,
            both,
            &[(platform, role(&[a, b], 1)), (security, role(&[c], 1))],
        ),
        ("one key in two roles", Signers, one, &[(platform, role(&[a, b], 1)), (security, role(&[a, b], 1))]),
        ("two keys, three needed", Signers, both, &[(platform, role(&[a, b, c], 2)), (security, role(&[a, b, c], 1))]),
        ("a revoked key", Revoked, both, &[("/revoked", json!([b])), (security, role(&[b, c], 1))]),
        ("a key of tomorrow", KeyWindow, both, &[(&start, json!("2026-11-26T00:00:00Z"))]),
        ("a key of this morning", KeyWindow, both, &[(&end, json!("2026-11-25T12:00:00Z"))]),
        ("a type that the rule does not list", PredicateType, both, &[(types, slsa)]),
        ("waivers that the rule does not accept", Verdict, both, &[(verdicts, json!(["pass"]))]),
        ("no rule for the table", NoRule, both, &[(tables, json!(["mail", "chat-?"]))]),
    ];
    let state = State::empty();
    for (name, cause, seeds, changes) in cases {
        let mut signers: Vec<Key> = seeds.iter().map(|seed| Key::new(*seed)).collect();
        signers.sort_by(|a, b| a.id().cmp(b.id()));
        let trust = trust(&with(three_keys(), changes));
        let judged = verify(built(&[], &signers).as_bytes(), &trust, &expectation(&state));
        is_documented(name, cause, &refusal(name, judged));
    }
}

#[test]
fn what_was_accepted_before_is_heeded() {
    let trust = trust(&trust_file());
    let accepted = verify(built(&[], &keys()).as_bytes(), &trust, &expectation(&State::empty())).unwrap();
    let after = State::empty().after(&accepted);
    for (name, state, judgement) in [
        ("nothing", State::empty(), "accepted"),
        ("the one before", seen(16), "accepted"),
        ("itself", after.clone(), "accepted"),
        ("the one after", seen(18), "rollback: it has sequence 17, and 18 was accepted before"),
        ("another one of its sequence", seen(17), "equivocation: it has sequence 17 like payload 000000"),
    ] {
        let judged = verify(built(&[], &keys()).as_bytes(), &trust, &expectation(&state));
        if let Err(error) = &judged {
            is_documented(name, error.cause(), error);
        }
        let found = line(judged);
        assert!(found.starts_with(judgement), "{name}: {found}");
    }
    assert_eq!((after.seen("chat").unwrap().sequence, after.trust_version("example-prod")), (17, Some(3)));
    assert_eq!(after.after(&accepted), after);
    assert_eq!(seen(18).after(&accepted).seen("chat").unwrap().sequence, 18, "nothing is ever lowered");
    assert_eq!(seen(16).after(&accepted).seen("mail").unwrap().sequence, 99, "other tables are kept");
}

#[test]
fn trust_that_is_over_or_older_accepts_nothing() {
    let trust = trust(&trust_file());
    let later = State::read(br#"{"schemaVersion":1,"tables":{},"trust":{"example-prod":4}}"#).unwrap();
    let over = Expectation { now: "2027-06-30T00:00:00Z".parse().unwrap(), ..expectation(&later) };
    for (name, expectation) in [("older", expectation(&later)), ("over", over)] {
        let error = refusal(name, verify(built(&[], &keys()).as_bytes(), &trust, &expectation));
        is_documented(name, Cause::Trust, &error);
    }
}

#[test]
fn age_is_overlooked_on_demand_and_said() {
    let old = [
        ("/predicate/createdAt", json!("2026-10-01T00:00:00Z")),
        ("/predicate/notAfter", json!("2026-11-01T00:00:00Z")),
        ("/predicate/catalogue/asOf", json!("2026-09-15")),
    ];
    let (trust, state, file) = (trust(&trust_file()), State::empty(), built(&old, &keys()));
    let lenient = Expectation { allow_expired: true, ..expectation(&state) };
    let verified = verify(file.as_bytes(), &trust, &lenient).unwrap();
    let overlooked: Vec<&str> = verified.overlooked().iter().map(|error| error.cause().as_str()).collect();
    assert_eq!(overlooked, ["expired", "over-age", "catalogue-age"]);
    assert!(line(verify(file.as_bytes(), &trust, &expectation(&state))).starts_with("expired: it ended at 2026-11-01"));
    let lenient = Expectation { allow_expired: true, ..expectation(&state) };
    let future = built(&[("/predicate/createdAt", json!("2026-11-25T12:06:00Z"))], &keys());
    assert!(line(verify(future.as_bytes(), &trust, &lenient)).starts_with("future: "), "only age is overlooked");
}

#[test]
fn the_edges_of_time_are_where_they_are_said_to_be() {
    let state = State::empty();
    let trust = trust(&with(
        trust_file(),
        &[("/rules/0/maxAgeDays", Json::Null), ("/rules/0/maxCatalogueAgeDays", Json::Null)],
    ));
    for (now, judgement) in [
        ("2026-11-20T08:54:59Z", "future"),
        ("2026-11-20T08:55:00Z", "accepted"),
        (NOW, "accepted"),
        ("2026-12-31T23:59:59Z", "accepted"),
        ("2027-01-01T00:00:00Z", "expired"),
    ] {
        let expectation = Expectation { now: now.parse().unwrap(), ..expectation(&state) };
        let found = line(verify(built(&[], &keys()).as_bytes(), &trust, &expectation));
        assert!(found.starts_with(judgement), "{now}: {found}");
    }
}

#[test]
fn old_artifacts_of_a_revoked_key_are_accepted_by_their_digest() {
    let [_, second] = keys();
    let file = built(&[], &keys());
    let digest = routec::artifact::json::sha256_hex(payload_of(statement()).as_bytes());
    let third = Key::new(3);
    let revoked = |allowed: Json| {
        let role = json!([second.id(), third.id()]);
        let changes =
            [("/roles/security/keyids", role), ("/revoked", json!([second.id()])), ("/allowPayloads", allowed)];
        trust(&with(three_keys(), &changes))
    };
    let state = State::empty();
    let judge = |trust: &Trust| line(verify(file.as_bytes(), trust, &expectation(&state)));
    assert_eq!(judge(&revoked(json!([digest]))), "accepted");
    let found = judge(&revoked(json!(["0".repeat(64)])));
    let missing = format!(
        "revoked: role `security` has 0 of 1 signatures; missing of `security`: spare@example.com (`{}`)",
        third.id()
    );
    assert!(found.starts_with(&missing), "{found}");
    assert!(found.ends_with(&format!("key `{}` is revoked", second.id())), "{found}");
    let found =
        line(verify(built(&[], std::slice::from_ref(&second)).as_bytes(), &revoked(json!([])), &expectation(&state)));
    assert!(found.starts_with("revoked: no key that counts has signed"), "{found}");
}

#[test]
fn every_cause_is_documented_with_its_reason_and_its_help() {
    let page = crate::support::text("src/artifact/verify/verify.md");
    let rows: Vec<(String, String, String)> = documented().into_iter().filter(|(exit, ..)| exit == "5").collect();
    let known: Vec<(String, String, String)> = Cause::ALL
        .iter()
        .map(|cause| ("5".to_owned(), cause.reason().as_str().to_owned(), cause.as_str().to_owned()))
        .collect();
    assert_eq!(rows, known, "the table has the causes in the order of the checks");
    for cause in Cause::ALL {
        let row = page.lines().find(|row| row.contains(&format!("| `{}` |", cause.as_str()))).unwrap();
        assert!(row.ends_with(&format!("| {} |", cause.help())), "{row}");
    }
}
