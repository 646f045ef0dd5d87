//! What an artifact holds is all of the table: read back, it compiles to the same bytes and answers the same questions.

use proptest::prelude::*;
use routec::artifact::envelope::Envelope;
use routec::artifact::json::parse_strict;
use routec::artifact::{Provenance, Unverified, build};
use routec::contingency::{Network, single_failures};
use routec::diagnostic::{Findings, Sink};
use routec::driver::{Outcome, Role};
use routec::frontend::{Form, unpack};
use routec::graph::{Bounds, Case, FailoverGraph};
use routec::model::{Catalogue, Gateway, Origin, Part, Percent, Policy, Symptom, Table, TableVersion, resolve};
use routec::policy::{Law, per_request};
use routec::report::{artifact_json, artifact_text};
use routec::source::{SourceMap, Spanned};
use serde_json::Value;

use crate::support::{blocks, files, run, text};
use crate::walk::small;

fn nothing_found() -> Findings {
    let findings = run(&[]).1.findings;
    assert!(findings.is_empty());
    findings
}

fn provenance() -> Provenance {
    Provenance {
        inputs: Vec::new(),
        source_uri: None,
        commit: None,
        dirty: false,
        as_of: crate::support::DAY.parse().unwrap(),
        created_at: "2026-11-22T09:00:00Z".parse().unwrap(),
        created_at_source: "flag",
        max_age_days: 90,
        previous: None,
    }
}

/// The envelope of a table, whatever the rules say of it; or why it cannot be built.
fn sealed(table: &Table, catalogue: &Catalogue, law: &Law, policies: &[Policy]) -> Result<Vec<u8>, String> {
    let mut table = table.clone();
    table.version.get_or_insert_with(|| Spanned::new(TableVersion(semver::Version::new(1, 0, 0)), table.head));
    table.incomplete = false;
    let findings = nothing_found();
    let checked = routec::gate::pass(&table, catalogue, law, &findings).unwrap();
    let artifact = build(&checked, policies, provenance()).map_err(|error| error.to_string())?;
    Ok(artifact.envelope.to_bytes())
}

fn table_in(envelope: &[u8]) -> Value {
    let payload = parse_strict(Envelope::from_bytes(envelope).unwrap().payload()).unwrap();
    payload.pointer("/predicate/table").unwrap().clone()
}

/// The one table of the documents that an artifact unpacks to, with the catalogue it brings.
fn read_back(envelope: &[u8]) -> (SourceMap, Outcome) {
    let unpacked = unpack(envelope).unwrap().unwrap();
    assert_eq!(unpacked.form, Form::Artifact);
    let mut sources = SourceMap::new();
    let file = sources.add("artifact#table", unpacked.text.into_bytes());
    let job = routec::driver::Job {
        files: vec![(file, Role::Any)],
        pins: Vec::new(),
        lost: Vec::new(),
        deployed: routec::environment::Files::default(),
        surroundings: routec::environment::Surroundings::default(),
        litellm: routec::litellm::Release::NEWEST,
        as_of: crate::support::DAY.parse().unwrap(),
    };
    let outcome = routec::driver::check(&sources, &job);
    let unread: Vec<&str> = outcome
        .findings
        .iter()
        .filter(|finding| ["bad-value", "wrong-type", "syntax-error", "missing-key"].contains(&finding.rule.as_str()))
        .map(|finding| finding.message.as_str())
        .collect();
    assert!(unread.is_empty(), "{unread:?}\n{}", sources.file(file).text());
    (sources, outcome)
}

/// What the analyses answer, by names: every hop, every bound of every route, and the routes that each failure loses.
fn answers(table: &Table) -> Vec<String> {
    let graph = FailoverGraph::build(table);
    let name = |route| table.routes[route].name.value.as_str();
    let mut said: Vec<String> = graph
        .hops()
        .map(|(_, hop)| {
            let words = routec::graph::describe_hop(table, hop).text;
            format!("{} {} {}: {words}", name(hop.from), hop.symptom.as_str(), hop.at.1)
        })
        .collect();
    let cases = Symptom::CONCRETE.into_iter().map(Case::Persistent).chain([Case::Adversarial]);
    for (number, case) in cases.enumerate() {
        for (id, route) in table.routes.iter() {
            let traffic = route.doc.traffic.as_ref().map(|traffic| &traffic.value);
            let price = |target| per_request(&table.targets[target], traffic?).map(|cost| cost.0);
            let bounds = Bounds::new(table, &graph, case, &price);
            let bound = bounds.get(id).unwrap();
            let (attempts, time) = (bound.attempts.ok(), bound.time.ok());
            said.push(format!("{} case {number}: {attempts:?} {time:?} {:?}", name(id), bound.money.ok()));
        }
    }
    let network = Network::new(table, Percent(0));
    for failure in single_failures(table) {
        let lost = network.fail(std::slice::from_ref(&failure)).lost(&network);
        let mut lost: Vec<String> = lost.iter().map(|(route, share)| format!("{} {share:?}", name(*route))).collect();
        lost.sort();
        said.push(format!("{} {}: {lost:?}", failure.element.name(table), failure.symptom.as_str()));
    }
    said.sort();
    said
}

/// Holds a table against what comes back of its artifact; gives whether it could become one.
fn holds(table: &Table, catalogue: &Catalogue, law: &Law, policies: &[Policy], ask: bool) -> bool {
    let Ok(envelope) = sealed(table, catalogue, law, policies) else { return false };
    let (_sources, back) = read_back(&envelope);
    let [same] = back.tables.as_slice() else { panic!("{} tables came back", back.tables.len()) };
    let again = sealed(same, &back.catalogue, law, policies).unwrap();
    assert_eq!(table_in(&again), table_in(&envelope));
    if ask {
        assert_eq!(answers(same), answers(table));
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_random_table_comes_back(small in small()) {
        let outcome = crate::walk::checked(&small);
        for table in &outcome.tables {
            prop_assert!(holds(table, &outcome.catalogue, &outcome.law, &[], true));
        }
    }
}

#[test]
fn the_tables_of_all_pages_come_back() {
    let mut sealed = 0;
    for page in files("src/rules", &[".md"]).iter().chain(&files("tests/pages", &[".md"])) {
        let page = text(page);
        for section in ["Example", "Instead"] {
            let texts = blocks(&page, section);
            let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
            let (_, outcome) = run(&bytes);
            for table in outcome.tables.iter().filter(|table| table.gateway == Gateway::Native && !table.incomplete) {
                let is_sealed = holds(table, &outcome.catalogue, &outcome.law, &outcome.policies, false);
                sealed += usize::from(is_sealed);
            }
        }
    }
    assert!(sealed > 100, "{sealed}");
}

#[test]
fn the_tables_of_all_packs_come_back() {
    let mut sealed = 0;
    for pack in files("policies", &["policy.yaml"]) {
        let folder = pack.strip_suffix("/policies/policy.yaml").unwrap();
        let mut texts = vec![text(&pack)];
        texts.extend(files(&format!("{folder}/expectations"), &[".yaml"]).iter().map(|name| text(name)));
        let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let (_, outcome) = run(&bytes);
        let mut sink = Sink::new();
        for (file, expectations) in &outcome.expectations {
            for check in &expectations.checks {
                let own = check.value.catalog.clone().map(|catalog| *catalog);
                let own = own.map(|catalog| Catalogue::new(vec![catalog], Origin::Project, &mut sink));
                let catalogue = own.as_ref().unwrap_or(&outcome.catalogue);
                let table = (*check.value.table).clone();
                let part = Part {
                    head: table.metadata.name.span(),
                    table,
                    file: *file,
                    gateway: Gateway::Native,
                    dead_hops: Vec::new(),
                    partial: false,
                    open_world: false,
                    unread: std::collections::BTreeSet::new(),
                    routing: None,
                };
                for table in resolve(vec![part], catalogue, &mut sink) {
                    sealed += usize::from(holds(&table, catalogue, &outcome.law, &outcome.policies, true));
                }
            }
        }
    }
    assert!(sealed > 20, "{sealed}");
}

/// A table whose texts want to steer a terminal.
const HOSTILE: &str = "
apiVersion: routec/v1
kind: RouteTable
metadata: {name: t, version: 1.0.0}
providers: {p: {}}
accounts: {a: {provider: p, costCenter: \"\\u202Eevil\"}}
keys: {k: {account: a, secret: \"env:K\"}}
targets: {one: {model: m/x, provider: p, keys: [k]}}
routes:
  r:
    audience: {users: [\"\\u202Elive\", \"a `b` <c> | d\"]}
    pool: [{target: one}]
    failover: {any: [{check: {runbook: \"see\\u2066this\", owner: ops}}]}
";

#[test]
fn what_is_shown_steers_no_terminal_and_fits_it() {
    let (_, outcome) = run(&[HOSTILE.as_bytes()]);
    let [table] = outcome.tables.as_slice() else { panic!("no table") };
    let envelope = sealed(table, &outcome.catalogue, &outcome.law, &[]).unwrap();
    let artifact = Unverified::read(&Envelope::from_bytes(&envelope).unwrap()).unwrap();
    for shown in [artifact_text(&artifact), artifact_json(&artifact)] {
        assert!(!shown.contains(['\u{202e}', '\u{2066}']), "{shown}");
        assert!(shown.to_lowercase().contains("\\u202e") || shown.contains("\\u{202e}"), "{shown}");
    }
    let text = artifact_text(&artifact);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("signed by       nobody yet"), "{text}");
    assert!(text.contains("no grant was in force"), "{text}");
}

#[test]
fn what_routec_did_not_compile_is_not_read() {
    let (_, outcome) = run(&[HOSTILE.as_bytes()]);
    let [table] = outcome.tables.as_slice() else { panic!("no table") };
    let plain = table_in(&sealed(table, &outcome.catalogue, &outcome.law, &[]).unwrap());
    let plain = |change: &dyn Fn(&mut Value)| {
        let mut table = plain.clone();
        change(&mut table);
        match unpack(table.to_string().as_bytes()) {
            None => "no table".to_owned(),
            Some(Ok(_)) => "read".to_owned(),
            Some(Err(error)) => error.to_string(),
        }
    };
    let put = |pointer: &'static str, name: &'static str, value: Value| {
        move |table: &mut Value| {
            let place = table.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
            place.insert(name.to_owned(), value.clone());
        }
    };
    assert_eq!(plain(&|_| {}), "read");
    for (change, expected) in [
        (put("", "routes", Value::Null), "the table is not one that routec compiled: invalid type: null"),
        (put("", "geo", Value::Null), "the table is not one that routec compiled: unknown field `geo`"),
        (put("/routes/0", "geo", 1.into()), "the table is not one that routec compiled: unknown field `geo`"),
        (put("/routes/0/plans/3/steps/0", "target", Value::Null), "the table is not written as routec writes it"),
        (put("/routes/0/plans/3", "rung", "timeout".into()), "the plans of route `r` do not agree on"),
        (put("/routes/0/plans/3", "steps", Value::Array(Vec::new())), "the plans of route `r` do not agree on"),
        (put("", "schemaVersion", "2.0.0".into()), "the format of the table is `2.0.0`, and this routec reads 1.0.0"),
    ] {
        let found = plain(&change);
        assert!(found.starts_with(expected), "{found}");
    }
    let gone = plain(&|table| {
        table.pointer_mut("/routes/0/plans").and_then(Value::as_array_mut).unwrap().remove(3);
    });
    assert_eq!(gone, "the plans of route `r` are not complete or not in order");
    assert!(unpack(b"{\"payloadType\": 1").unwrap().is_err());
    assert!(unpack(b"{\"apiVersion\": \"routec/v1\", \"kind\": \"RouteTable\"}").is_none());
}

#[test]
fn no_secret_is_sealed_whatever_the_levels_are() {
    let table = |key: &str, proxy: &str, endpoint: &str| {
        let text = HOSTILE
            .replace("env:K", key)
            .replace(
                "providers: {p: {}}",
                &format!("providers: {{p: {{regions: {{r: {{endpoint: \"{endpoint}\"}}}}}}}}"),
            )
            .replace("targets:", &format!("egress: {{out: {{proxy: \"{proxy}\"}}}}\ntargets:"));
        let (_, outcome) = run(&[text.as_bytes()]);
        let [table] = outcome.tables.as_slice() else { panic!("no table") };
        sealed(table, &outcome.catalogue, &outcome.law, &[]).err()
    };
    let plain = ["env:K", "env:HTTPS_PROXY", "https://api.example"];
    assert_eq!(table(plain[0], plain[1], plain[2]), None);
    for (refusal, word) in [
        (table("sk-live-0123456789", plain[1], plain[2]), "key `k` holds a literal secret"),
        (table(plain[0], "http://me:sk-live-0123456789@proxy", plain[2]), "proxy of egress `out` holds a password"),
        (table(plain[0], plain[1], "https://me:sk-live-0123456789@x"), "endpoint of region `r` of provider `p` holds"),
    ] {
        let refusal = refusal.unwrap();
        assert!(refusal.contains(word) && !refusal.contains("sk-live"), "{refusal}");
    }
}
