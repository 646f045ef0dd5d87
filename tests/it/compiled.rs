//! What an artifact holds is all of the table: read back, it compiles to the same bytes and answers the same questions.

use proptest::prelude::*;
use routec::artifact::envelope::Envelope;
use routec::artifact::json::parse_strict;
use routec::artifact::{Provenance, build};
use routec::contingency::{Network, single_failures};
use routec::diagnostic::{Findings, Sink};
use routec::driver::{Outcome, Role};
use routec::frontend::{Form, unpack};
use routec::graph::{Bounds, Case, FailoverGraph};
use routec::model::{Catalogue, Gateway, Origin, Part, Percent, Policy, Symptom, Table, TableVersion, resolve};
use routec::policy::{Law, per_request};
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
                };
                for table in resolve(vec![part], catalogue, &mut sink) {
                    sealed += usize::from(holds(&table, catalogue, &outcome.law, &outcome.policies, true));
                }
            }
        }
    }
    assert!(sealed > 20, "{sealed}");
}
