//! Hostile input: refused within limits, with a finding, and never a panic.

use std::fmt::Write;

use routec::report::Format;

use crate::support::{report, run};

fn rules(text: &[u8]) -> Vec<String> {
    let (sources, outcome) = run(&[text]);
    for (_, format) in Format::ALL {
        assert!(!report(&sources, &outcome, format).is_empty());
    }
    let mut rules: Vec<String> = outcome.findings.iter().map(|finding| finding.rule.as_str().to_owned()).collect();
    rules.dedup();
    rules
}

const HEAD: &str = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: x, version: 1.0.0}\n";

#[test]
fn bad_bytes_are_named() {
    assert_eq!(rules(b"apiVersion: routec/v1\nkind: \xff\n"), ["syntax-error"]);
    assert_eq!(rules(b"a:\n\tb: 1\n"), ["syntax-error"]);
    assert_eq!(rules(b"model_list: \0\n"), ["syntax-error"]);
}

#[test]
fn alias_bombs_do_not_go_off() {
    let mut text = String::from(HEAD);
    text.push_str("routes:\n  a0: &a0 {pool: [{target: t}]}\n");
    for level in 1..30 {
        writeln!(
            text,
            "  a{level}: &a{level} [*a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}]",
            level - 1
        )
        .unwrap();
    }
    assert!(rules(text.as_bytes()).contains(&"syntax-error".to_owned()));
}

#[test]
fn doubling_merge_keys_do_not_go_off() {
    let mut text = String::from(HEAD);
    text.push_str("x0: &x0 {a: 1}\n");
    for level in 1..40 {
        writeln!(text, "x{level}: &x{level}\n  <<: [*x{0}, *x{0}]\n  k{level}: 1", level - 1).unwrap();
    }
    assert!(!rules(text.as_bytes()).is_empty());
}

#[test]
fn long_chains_of_aliases_do_not_overflow() {
    let mut text = String::from("model_list: []\nx0: &x0 {a: 1}\n");
    for level in 1..8_000 {
        writeln!(text, "x{level}: &x{level} [*x{}]", level - 1).unwrap();
    }
    rules(text.as_bytes());
    let native = text.replace("model_list: []\n", HEAD);
    assert!(!rules(native.as_bytes()).is_empty());
}

#[test]
fn deep_nesting_and_huge_values_are_refused() {
    let texts = [
        format!("model_list: {}", "[".repeat(100_000)),
        format!("model_list: {}", "{a: ".repeat(50_000)),
        format!("model_list:\n  {}x", "- ".repeat(20_000)),
        format!("model_list: {}", "x".repeat(3 << 20)),
    ];
    for text in texts {
        assert!(rules(text.as_bytes()).contains(&"syntax-error".to_owned()));
    }
}

#[test]
fn keys_that_stand_twice_are_found_however_they_are_written() {
    let text = format!("{HEAD}providers:\n  a: {{}}\n  \"a\": {{}}\n");
    assert!(rules(text.as_bytes()).contains(&"duplicate-key".to_owned()));
}

#[test]
fn several_documents_in_a_file_are_all_read() {
    let one = |name: &str| {
        format!("apiVersion: routec/v1\nkind: RouteTable\nmetadata: {{name: {name}, version: 1.0.0}}\nroutes: {{}}\n")
    };
    let (_, outcome) = run(&[format!("{}---\n{}", one("a"), one("b")).as_bytes()]);
    assert_eq!(outcome.tables.len(), 2);
}

#[test]
fn broken_text_still_gives_what_can_be_had() {
    let text = format!(
        "{HEAD}providers:\n  a: {{regionz: {{}}}}\n  b: [unclosed\naccounts:\n  c: {{provider: a, costCentre: 1}}\n"
    );
    let found = rules(text.as_bytes());
    assert!(found.contains(&"syntax-error".to_owned()), "{found:?}");
    assert!(found.contains(&"unknown-key".to_owned()), "{found:?}");
}

#[test]
fn long_chains_of_routes_do_not_overflow() {
    let mut text = String::from(HEAD);
    text.push_str("providers: {p: {}}\ntargets: {t: {model: m, provider: p, timeout: 1s}}\nroutes:\n");
    for route in 0..8_000 {
        writeln!(
            text,
            "  r{route}: {{pool: [{{target: t}}], failover: {{rate-limit: [{{fallback: {{route: r{}}}}}]}}}}",
            (route + 1) % 8_000
        )
        .unwrap();
    }
    assert!(rules(text.as_bytes()).contains(&"failover-cycle".to_owned()));
}

#[test]
fn a_table_filled_up_does_not_silence_a_rule() {
    let policy = "apiVersion: routec/v1\nkind: Policy\nmetadata: {name: p, version: 1.0.0}\nrules:\n  \
        - {id: no-preview, each: route, level: deny, message: m,\n     \
        require: 'route.pool.all(usual, !usual.model.id.contains(\"preview\"))'}\n  \
        - {id: personal, each: route, level: deny, message: m,\n     \
        when: '\"personal\" in route.data', require: 'route.slo.tier == \"standard\"'}\n";
    let levels = |pool: &str, data: &str| {
        let table = format!(
            "{HEAD}providers: {{p: {{}}}}\ntargets: {{t: {{model: m-preview, provider: p, timeout: 1s}}}}\nroutes:\n  \
             r: {{slo: {{tier: critical}}, data: [{data}], pool: [{pool}], failover: {{any: [{{stop: {{}}}}]}}}}\n"
        );
        let (_, outcome) = run(&[table.as_bytes(), policy.as_bytes()]);
        let own = outcome.findings.iter().filter(|finding| finding.rule.as_str() == "custom-rule");
        own.map(|finding| finding.level.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(levels("{target: t}", "personal"), ["deny", "deny"]);
    assert_eq!(levels(&"{target: t},".repeat(25_000), "personal"), ["deny", "deny"]);
    assert_eq!(levels("{target: t}", &format!("personal{}", ",a".repeat(100_001))), ["deny", "deny"]);
}
