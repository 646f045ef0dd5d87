//! What is proved holds, what refutes it is as short as can be, and the command that is printed shows it again.

#![expect(clippy::indexing_slicing, reason = "a test reads what it has made")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use proptest::prelude::*;
use routec::claims::{Answer, Asked, Property, Weather, follow, prove};
use routec::contingency::Element;
use routec::graph::FailoverGraph;
use routec::model::{Duration, RouteId, Symptom, Table};
use serde_json::Value;

use crate::walk::{Walked, checked, small, walked};

const SYMPTOMS: [Symptom; 3] = [Symptom::RateLimit, Symptom::Timeout, Symptom::Auth];

/// Requests from each combination of targets of the pools, their calls failing as a seed says.
fn walks(table: &Table, route: RouteId, seed: &[usize]) -> Vec<Walked> {
    let fails = |from: usize| {
        let mut number = from;
        walked(table, route.number(), from, move |_, _| {
            number += 1;
            Some(SYMPTOMS[seed[number % seed.len()]])
        })
    };
    (0..64).map(fails).collect()
}

/// How many calls a request makes until it calls an element.
fn calls_until(table: &Table, walk: &Walked, element: &Element) -> Option<usize> {
    let target = |number: usize| table.targets.values().nth(number).unwrap();
    let hits = |at: usize| {
        let (called, key, ..) = walk.calls[at];
        let key = target(called).keys[key];
        match element {
            Element::Provider(provider) => target(called).provider == Some(*provider),
            Element::Account(account) => table.keys[key].account == Some(*account),
            Element::Key(own) => key == *own,
            Element::Egress(egress) => walk.calls[at].3 == egress.number(),
            Element::Target(own) => called == own.number(),
            Element::Region(_) | Element::Quota(_) | Element::Model(_) => false,
        }
    };
    (0..walk.calls.len()).find(|at| hits(*at)).map(|at| at + 1)
}

fn elements(table: &Table) -> Vec<Element> {
    let mut all: Vec<Element> = table.providers.iter().map(|(id, _)| Element::Provider(id)).collect();
    all.extend(table.accounts.iter().map(|(id, _)| Element::Account(id)));
    all.extend(table.keys.iter().map(|(id, _)| Element::Key(id)));
    all.extend(table.egress.iter().map(|(id, _)| Element::Egress(id)));
    all.extend(table.targets.iter().map(|(id, _)| Element::Target(id)));
    all
}

/// The calls of the request that refutes a property; 0 if it is verified.
fn refuted_by(table: &Table, graph: &FailoverGraph, route: RouteId, property: &Property) -> usize {
    match prove(table, graph, &[route], property, &Asked::Anything) {
        Answer::Verified(_) => 0,
        Answer::Undecided(why) => panic!("{why}"),
        Answer::Refuted(refutation) => {
            let chosen: Vec<_> = refutation.journey.chosen.iter().map(|(_, target)| *target).collect();
            let again = follow(table, route, &chosen, &refutation.weather).unwrap();
            assert_eq!(again.calls().count(), refutation.journey.calls().count());
            again.calls().count()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_any_walk_calls_is_refuted_by_one_no_longer(small in small(), seed in proptest::collection::vec(0usize..3, 64)) {
        let outcome = checked(&small);
        let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
        for (route, _) in table.routes.iter() {
            let walks = walks(table, route, &seed);
            for element in elements(table) {
                let shown = refuted_by(table, graph, route, &Property::NeverReaches(element.clone()));
                let by_hand = walks.iter().filter_map(|walk| calls_until(table, walk, &element)).min();
                let most = by_hand.unwrap_or(usize::MAX);
                prop_assert!((1..=most).contains(&shown) || (shown == 0 && by_hand.is_none()), "{:?}: {} {:?}", element, shown, by_hand);
            }
        }
    }

    #[test]
    fn what_any_walk_takes_is_refuted_by_one_no_longer(small in small(), seed in proptest::collection::vec(0usize..3, 64), part in 1u64..9) {
        let outcome = checked(&small);
        let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
        for (route, _) in table.routes.iter() {
            let walks = walks(table, route, &seed);
            let most = walks.iter().map(|walk| walk.calls.len()).max().unwrap();
            let fewer = u64::try_from(most).unwrap() * part / 10;
            prop_assert_eq!(refuted_by(table, graph, route, &Property::AttemptsAtMost(fewer)), usize::try_from(fewer).unwrap() + 1);
            let limit = walks.iter().map(until).max().unwrap() * part / 10;
            let shown = refuted_by(table, graph, route, &Property::EndsWithin(Duration(limit)));
            let by_hand = walks.iter().filter_map(|walk| calls_beyond(walk, limit)).min().unwrap();
            prop_assert!((1..=by_hand).contains(&shown), "{}ms: {} {}", limit, shown, by_hand);
        }
    }

    #[test]
    fn anything_is_never_weaker_than_one_symptom(small in small(), limit in 1u64..12) {
        let outcome = checked(&small);
        let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
        let plain = Asked::Weathers(Symptom::CONCRETE.into_iter().map(Weather::always).collect());
        for (route, _) in table.routes.iter() {
            let properties = [Property::AttemptsAtMost(limit), Property::EndsWithin(Duration(limit * 10_000))];
            for property in properties.into_iter().chain(elements(table).into_iter().map(Property::NeverReaches)) {
                let refuted = matches!(prove(table, graph, &[route], &property, &plain), Answer::Refuted(_));
                prop_assert!(!refuted || refuted_by(table, graph, route, &property) > 0, "{:?}", property);
            }
        }
    }
}

fn until(walk: &Walked) -> u64 {
    walk.calls.iter().map(|(_, _, timeout, _)| timeout).sum::<u64>() + walk.waited.iter().sum::<u64>()
}

fn calls_beyond(walk: &Walked, limit: u64) -> Option<usize> {
    let mut sum = 0;
    let each = walk.calls.iter().zip(&walk.waited);
    each.enumerate().find_map(|(at, ((_, _, timeout, _), wait))| {
        sum += timeout + wait;
        (sum > limit).then_some(at + 1)
    })
}

/// A chain of routes far longer than any request that a person would read.
fn chain(routes: usize) -> String {
    let mut yaml = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\n\
        providers: {p: {}, far: {}}\n\
        targets: {t: {model: m/x, provider: p, timeout: 1s}, end: {model: m/x, provider: far, timeout: 1s}}\nroutes:\n"
        .to_owned();
    for route in 0..routes {
        let failover = format!("{{any: [{{fallback: {{route: r{}}}}}]}}", route + 1);
        let _ = writeln!(yaml, "  r{route}: {{pool: [{{target: t}}], failover: {failover}}}");
    }
    let _ = writeln!(yaml, "  r{routes}: {{pool: [{{target: end}}], failover: {{any: [{{stop: {{}}}}]}}}}");
    yaml
}

#[test]
fn no_chain_is_too_long_to_be_seen() {
    for (routes, verdict) in [(600, "refuted"), (1_200, "not decided")] {
        let (_, outcome) = crate::support::run(&[chain(routes).as_bytes()]);
        let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
        let first = table.routes.iter().next().unwrap().0;
        let property = Property::NeverReaches(Element::parse(table, "provider:far").unwrap());
        let found = match prove(table, graph, &[first], &property, &Asked::Anything) {
            Answer::Verified(_) => "verified",
            Answer::Undecided(_) => "not decided",
            Answer::Refuted(_) => "refuted",
        };
        assert_eq!(found, verdict, "{routes} routes");
    }
}

/// A folder of its own for a test, with these files.
pub(crate) fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

pub(crate) fn routec(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_routec")).current_dir(folder).args(args).output().unwrap()
}

pub(crate) fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

const TWO_POOLS: &str = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: nested, version: 1.0.0}\n\
    providers: {acme: {}, bolt: {}, cog: {}}\negress: {direct: {}, proxy: {}}\ntargets:\n\
    \x20 a: {model: m/a, provider: acme, egress: [direct], timeout: 10s}\n\
    \x20 x: {model: m/a, provider: bolt, timeout: 10s}\n  y: {model: m/a, provider: cog, timeout: 10s}\nroutes:\n\
    \x20 main:\n    pool: [{target: a}, {target: x, weight: 5}]\n    failover:\n\
    \x20     timeout: [{switch-egress: {to: proxy}}]\n      any: [{backoff: {initial: 1s, factor: 2, max: 2s, attempts: 2}}, {fallback: {route: spare}}]\n\
    \x20 spare:\n    pool: [{target: x, weight: 3}, {target: y, weight: 1}]\n    failover: {any: [{stop: {}}]}\n";

const OTHER: &str = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: other, version: 1.0.0}\n\
    targets: {o: {model: m/o}}\nroutes: {other: {pool: [{target: o}], failover: {any: [{stop: {}}]}}}\n";

const PRICES: &str = "apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: c, asOf: 2026-11-01}\n\
    models: {m/a: {vendor: m, mode: chat, price: {input: 3 USD/MTok, output: 15 USD/MTok}}}\n";

#[test]
fn the_command_that_is_printed_shows_the_same_request() {
    let folder = folder("again", &[("sp ace/it's.yaml", TWO_POOLS), ("other.yaml", OTHER), ("prices/c.yaml", PRICES)]);
    let properties: [&[&str]; 8] = [
        &["--never-reaches", "provider:cog"],
        &["--never-reaches", "provider:cog", "--anything"],
        &["--never-reaches", "egress:proxy", "--anything"],
        &["--attempts-at-most", "3"],
        &["--attempts-at-most", "3", "--anything"],
        &["--ends-within", "15s", "--anything"],
        &["--answers-within", "60s", "--fail", "provider:bolt", "--fail", "provider:cog=auth"],
        &["--costs-at-most", "0.01 USD", "--anything"],
    ];
    let input = ["sp ace/it's.yaml", "other.yaml", "--catalog", "prices/c.yaml", "--table", "nested"];
    let bin = Path::new(env!("CARGO_BIN_EXE_routec")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    for property in properties {
        let output = routec(&folder, &[&["prove"], &input[..], property, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(6), "{property:?}");
        let refuted = answer(&output);
        assert_eq!(refuted["verdict"], "refuted");
        let text = routec(&folder, &[&["prove"], &input[..], property].concat());
        let text = String::from_utf8(text.stdout).unwrap();
        let (_, printed) = text.split_once("again: ").unwrap();
        for command in [refuted["again"].as_str().unwrap(), printed.trim_end()] {
            let line = format!("{command} --format json");
            let again =
                Command::new("sh").arg("-c").arg(&line).current_dir(&folder).env("PATH", &path).output().unwrap();
            let mut again = answer(&again);
            again.as_object_mut().unwrap().remove("otherEntries");
            assert_eq!(again, refuted["request"], "{line}");
        }
    }
}

#[test]
fn a_table_says_nothing_wider_than_a_terminal() {
    let folder = folder("wide", &[("t.yaml", TWO_POOLS)]);
    let commands: [&[&str]; 4] = [
        &["bounds", "t.yaml"],
        &["trace", "main", "t.yaml", "--on", "timeout,rate-limit,auth,billing,overloaded"],
        &["prove", "t.yaml", "--ends-within", "45s", "--anything"],
        &["prove", "t.yaml", "--never-reaches", "provider:acme", "--route", "spare"],
    ];
    for command in commands {
        let output = routec(&folder, command);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn a_default_proof_tries_every_symptom_and_every_cause() {
    let table = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\nproviders: {p: {}, q: {}}\n\
        targets: {a: {model: m/a, provider: p, timeout: 1s}, b: {model: m/b, provider: q, timeout: 1s}}\nroutes:\n\
        \x20 chat: {pool: [{target: a}], failover: {context-overflow: [{fallback: {target: b}}]}}\n\
        \x20 slow: {pool: [{target: a}], failover: {timeout: [{fallback: {target: b}}]}}\n";
    let folder = folder("default", &[("t.yaml", table)]);
    let code = |args: &[&str]| routec(&folder, &[&["prove", "t.yaml"], args].concat()).status.code();
    assert_eq!(code(&["--never-reaches", "provider:q", "--route", "chat"]), Some(6));
    assert_eq!(code(&["--never-reaches", "provider:q", "--route", "slow", "--fail", "provider:p"]), Some(6));
    assert_eq!(code(&["--never-reaches", "provider:q", "--route", "chat", "--fail", "provider:p"]), Some(0));
    assert_eq!(code(&["--never-reaches", "provider:q", "--with", "timeout"]), Some(2));
    let wrong = routec(&folder, &["prove", "t.yaml", "--attempts-at-most", "9", "--route", "slo"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean `slow`?"));
}

#[test]
fn what_stands_in_for_others_is_what_may_happen_and_not_what_usually_does() {
    let table = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\nproviders: {p: {}, q: {}}\n\
        targets: {a: {model: m/a, provider: p, timeout: 1s}, b: {model: m/b, provider: q, timeout: 9s}}\nroutes:\n\
        \x20 chat:\n    traffic: {peakRequestsPerMinute: 60}\n    pool: [{target: a}, {target: b, order: 2}]\n    failover: {any: [{stop: {}}]}\n";
    let folder = folder("order", &[("t.yaml", table)]);
    let said = |args: &[&str]| String::from_utf8(routec(&folder, args).stdout).unwrap();
    let trace = said(&["trace", "chat", "t.yaml", "--fail", "provider:p"]);
    assert!(trace.contains("fails: the caller gets overloaded; 1 call"), "{trace}");
    assert!(trace.contains("--from b (stands in, order 2)"), "{trace}");
    assert!(said(&["trace", "chat", "t.yaml", "--from", "b"]).contains("answered by b"));
    let whatif = said(&["whatif", "t.yaml", "--fail", "provider:p", "--format", "json"]);
    assert!(!whatif.contains("\"b\""), "{whatif}");
    for anything in [&["--anything"][..], &[]] {
        let proof = said(&[&["prove", "t.yaml", "--never-reaches", "provider:q"], anything].concat());
        assert!(proof.starts_with("refuted") && proof.contains("--from b"), "{proof}");
    }
    assert!(said(&["bounds", "t.yaml"]).contains("9s"));
    let (_, outcome) = crate::support::run(&[table.as_bytes()]);
    let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
    let route = table.routes.iter().next().unwrap().0;
    assert_eq!(graph.reach(table, route, |_, _| true).len(), 2);
}

#[test]
fn other_entries_of_a_pool_are_named() {
    let folder = folder("entries", &[("t.yaml", TWO_POOLS)]);
    let trace = String::from_utf8(routec(&folder, &["trace", "main", "t.yaml"]).stdout).unwrap();
    assert!(trace.contains("--from a (16% of the requests)"), "{trace}");
    let wrong = routec(&folder, &["trace", "main", "t.yaml", "--from", "x", "--from", "y"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("one too many"));
}

#[test]
fn what_is_not_decided_says_so_in_every_format() {
    let yaml = chain(1_200);
    let folder = folder("undecided", &[("t.yaml", &yaml)]);
    let ask = ["prove", "t.yaml", "--never-reaches", "provider:far", "--anything", "--route", "r0"];
    let text = routec(&folder, &ask);
    assert!(
        String::from_utf8_lossy(&text.stdout).starts_with("not decided: "),
        "{}",
        String::from_utf8_lossy(&text.stdout)
    );
    let json = routec(&folder, &[&ask[..], &["--format", "json"]].concat());
    assert_eq!(answer(&json)["verdict"], "undecided");
    assert_eq!((text.status.code(), json.status.code()), (Some(6), Some(6)));
}
