//! What is written for a gateway walks as the table does, or the report says where it does not.

use proptest::prelude::*;
use proptest::test_runner::Config;
use routec::backend::{Dialect, Emitted, Grade, write};
use routec::diagnostic::Sink;
use routec::gate;
use routec::model::{Leg, RouteId, Rung, Symptom, Table};

use crate::support::run;
use crate::walk::small;

/// Converts a table whatever was found about it: random tables break rules that conversion does not look at.
fn convert(yaml: &str, dialect: Dialect) -> (Table, Emitted) {
    let (_, outcome) = run(&[yaml.as_bytes()]);
    let table = outcome.tables.first().unwrap().clone();
    let findings = Sink::new().finish(&routec::rules::default_levels());
    let emitted = write(&gate::pass(&table, &outcome.catalogue, &outcome.law, &findings).unwrap(), dialect);
    (table, emitted)
}

fn read_back(text: &str) -> Table {
    let (_, outcome) = run(&[text.as_bytes()]);
    let broken = ["syntax-error", "unknown-reference", "wrong-type", "missing-key", "bad-value"];
    let found = outcome.findings.iter().find(|finding| broken.contains(&finding.rule.as_str()));
    assert!(found.is_none(), "{found:?}\n{text}");
    outcome.tables.into_iter().next().unwrap()
}

fn models(table: &Table, route: RouteId) -> Vec<String> {
    let of = |target| table.targets[target].doc.model.value.to_string();
    table.routes[route].pool.iter().map(|member| of(member.target)).collect()
}

/// The models that a request tries while a symptom lasts, pool by pool, nothing twice; keys of one target count as one.
fn walk(table: &Table, route: RouteId, symptom: Symptom) -> Vec<Vec<String>> {
    fn visit(table: &Table, route: RouteId, symptom: Symptom, seen: &mut Vec<Leg>, out: &mut Vec<Vec<String>>) {
        let mut pool = models(table, route);
        pool.dedup();
        out.push(pool);
        for step in table.routes[route].steps_on(symptom).into_iter().flat_map(Rung::taken) {
            let Some((leg, _)) = &step.leg else { continue };
            if seen.contains(leg) {
                continue;
            }
            seen.push(leg.clone());
            match leg {
                Leg::Target(target) => out.push(vec![table.targets[*target].doc.model.value.to_string()]),
                Leg::Route(next) => visit(table, *next, symptom, seen, out),
                Leg::Nowhere(name) => panic!("nothing is called {name}"),
            }
        }
    }
    let (mut seen, mut out) = (vec![Leg::Route(route)], Vec::new());
    visit(table, route, symptom, &mut seen, &mut out);
    out
}

fn route(table: &Table, name: &str) -> RouteId {
    table.routes.iter().find(|(_, route)| route.name.value.as_str() == name).unwrap().0
}

/// The symptoms for which a gateway has one list.
const ALIKE: [Symptom; 6] =
    [Symptom::RateLimit, Symptom::Overloaded, Symptom::Timeout, Symptom::Auth, Symptom::Billing, Symptom::NotEntitled];

/// Each symptom of each route either walks in the file as in the table, or is reported as unsupported.
fn agrees(table: &Table, emitted: &Emitted, back: &Table) {
    for (id, node) in table.routes.iter() {
        let there = route(back, node.name.value.as_str());
        let kept = walk(back, there, Symptom::RateLimit);
        assert!(ALIKE.iter().any(|symptom| walk(table, id, *symptom) == kept), "{kept:?}\n{}", emitted.text);
        let mut exact = 0;
        for symptom in ALIKE {
            let is_kept = walk(table, id, symptom) == kept;
            let said: Vec<Grade> = emitted
                .losses
                .iter()
                .filter(|loss| loss.subject == node.subject())
                .filter(|loss| loss.message.starts_with(&format!("on `{}`", symptom.as_str())))
                .filter(|loss| loss.message.contains("as the table says") || loss.message.contains("one list"))
                .map(|loss| loss.grade)
                .collect();
            // Two walks through different groups may try the same models; they are two walks all the same.
            let allowed: &[&[Grade]] =
                if is_kept { &[&[Grade::Exact], &[Grade::Unsupported]] } else { &[&[Grade::Unsupported]] };
            let place = format!("{} on {}", node.name.value, symptom.as_str());
            assert!(allowed.contains(&said.as_slice()), "{place}: {said:?}\n{}", emitted.text);
            exact += usize::from(said == [Grade::Exact]);
        }
        assert!(exact > 0, "no walk of {} is said\n{}", node.name.value, emitted.text);
        for symptom in [Symptom::ContextOverflow, Symptom::ContentPolicy] {
            assert_eq!(walk(back, there, symptom), walk(table, id, symptom), "{}", emitted.text);
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 128, ..Config::default() })]

    #[test]
    fn litellm_walks_as_the_table_or_the_report_says_not(table in small()) {
        let (table, emitted) = convert(&table.yaml(), Dialect::LiteLlm(1, 109));
        agrees(&table, &emitted, &read_back(&emitted.text));
    }

    #[test]
    fn what_old_releases_read_nests_no_list(table in small()) {
        let (table, emitted) = convert(&table.yaml(), Dialect::LiteLlm(1, 92));
        let back = read_back(&emitted.text);
        agrees(&table, &emitted, &back);
        for symptom in [Symptom::RateLimit, Symptom::ContextOverflow, Symptom::ContentPolicy] {
            for node in back.routes.values() {
                for step in node.steps_on(symptom).into_iter().flat_map(Rung::taken) {
                    let Some((Leg::Route(next), _)) = &step.leg else { continue };
                    prop_assert_eq!(walk(&back, *next, symptom).len(), 1, "{}", emitted.text);
                }
            }
        }
    }

    #[test]
    fn the_same_table_is_the_same_file(table in small()) {
        for (_, dialect) in Dialect::NEWEST {
            prop_assert_eq!(convert(&table.yaml(), dialect).1.text, convert(&table.yaml(), dialect).1.text);
        }
    }

    #[test]
    fn openclaw_gets_whole_chains_without_repetition(table in small()) {
        let (table, emitted) = convert(&table.yaml(), Dialect::OpenClaw(2026, 9));
        let back = read_back(&emitted.text);
        let file: serde_json::Value = serde_json::from_str(&emitted.text).unwrap();
        let providers = file.pointer("/models/providers").unwrap();
        for node in table.routes.values() {
            let model = file.pointer(&format!("/agents/entries/{}/model", node.name.value)).unwrap();
            let fallbacks = model["fallbacks"].as_array().unwrap();
            let mut chain: Vec<&str> = fallbacks.iter().map(|entry| entry.as_str().unwrap()).collect();
            chain.push(model["primary"].as_str().unwrap());
            for reference in &chain {
                let (provider, id) = reference.split_once('/').unwrap();
                let rows = providers[provider]["models"].as_array().unwrap();
                prop_assert!(rows.iter().any(|row| row["id"] == id), "{} is not defined", reference);
            }
            // Read again, each agent asks the models of its chain, in order and on any failure.
            let there = route(&back, &format!("agents.entries.{}.model", node.name.value));
            let asked: Vec<Vec<String>> = walk(&back, there, Symptom::RateLimit);
            let mut written = chain.clone();
            written.rotate_right(1);
            prop_assert_eq!(asked.concat(), written, "{}", emitted.text);
            let length = chain.len();
            chain.sort_unstable();
            chain.dedup();
            prop_assert_eq!(chain.len(), length);
        }
    }
}

#[test]
fn versions_that_are_not_written_are_refused_by_name() {
    let refused = |text: &str| Dialect::parse(text).unwrap_err();
    assert_eq!(Dialect::parse("litellm@1.97.3"), Ok(Dialect::LiteLlm(1, 97)));
    assert_eq!(Dialect::parse("openclaw"), Ok(Dialect::OpenClaw(2026, 9)));
    assert!(refused("portkey").starts_with("`portkey` is no gateway that routec writes for"));
    assert!(refused("litellm@new").starts_with("`new` is no version of litellm"));
    assert!(refused("litellm@1.91").starts_with("LiteLLM 1.91 is older than 1.92"));
    assert!(refused("openclaw@2026.6").starts_with("OpenClaw 2026.6 is older than 2026.8"));
}

#[test]
fn a_secret_is_a_reference_in_every_file() {
    let yaml = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\nproviders: {openai: {}}\n\
        accounts: {a: {provider: openai}}\nkeys: {k: {account: a, secret: \"vault:llm/openai#key\"}, l: {account: a, secret: \"sk-0123456789abcdef0123456789abcdef\"}}\n\
        targets: {t: {model: openai/gpt-5.4, provider: openai, keys: [k], timeout: 5s}, u: {model: openai/gpt-5.4, provider: openai, keys: [l], timeout: 5s}}\n\
        routes: {r: {pool: [{target: t}, {target: u}]}}\n";
    for (name, dialect) in Dialect::NEWEST {
        let (_, emitted) = convert(yaml, dialect);
        assert!(emitted.text.contains("ROUTEC_KEY_K"), "{name}: {}", emitted.text);
        assert!(!emitted.text.contains("sk-0123"), "{name}");
        assert!(emitted.losses.iter().all(|loss| !loss.message.contains("sk-0123")), "{name}");
    }
}
