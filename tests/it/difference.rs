//! What counts as which change: every kind by one edit, in both directions, and the page that documents them.

use std::fmt::Write;

use routec::diagnostic::Level;
use routec::diff::{Bump, Difference, PAGE, ROWS, compare};
use routec::driver::Outcome;

use crate::support::{run, side, text};

const TABLE: &str = r#"
apiVersion: routec/v1
kind: RouteTable
metadata: {name: t, version: 1.0.0}
providers:
  acme:
    terms: {trainsOnData: false, retentionDays: 0}
    hosting: self
    regions: {us: {jurisdiction: US, endpoint: "https://us.acme.example"}, eu: {jurisdiction: US}}
  bolt:
    terms: {trainsOnData: false, retentionDays: 0}
    hosting: self
    regions: {us: {jurisdiction: US}}
accounts: {acme-p: {provider: acme}, acme-q: {provider: acme}, bolt-p: {provider: bolt}}
keys:
  ka: {account: acme-p, secret: "env:A"}
  kq: {account: acme-q, secret: "env:Q"}
  kb: {account: bolt-p, secret: "env:B"}
targets:
  a: {model: acme/large, provider: acme, region: us, keys: [ka], timeout: 10s}
  e: {model: acme/large, provider: acme, region: eu, keys: [ka], timeout: 10s}
  q: {model: acme/large, provider: acme, region: us, keys: [kq], timeout: 10s}
  s: {model: acme/small, provider: acme, region: us, keys: [ka], timeout: 10s}
  t: {model: acme/small, provider: acme, region: eu, keys: [ka], timeout: 10s}
  b: {model: acme/large, provider: bolt, region: us, keys: [kb], timeout: 10s}
ladders:
  usual:
    timeout: [{backoff: {initial: 1s, attempts: 1}}, {fallback: {target: a, label: {gaps: [], announce: header, reason: spare}}}]
    auth: [{stop: {}}]
routes:
  chat:
    audience: {teams: [red, blue], environments: [prod]}
    data: [internal, pii]
    needs: {tools: true}
    traffic: {requestsPerMonth: 1000, inputTokens: 1000, outputTokens: 1000}
    slo: {deadline: 60s, tier: standard}
    pool: [{target: a, weight: 1}]
    ladder: usual
    boundary: [jurisdiction]
    mixes: [regions]
  other:
    audience: {teams: [red], environments: [prod]}
    data: [internal]
    pool: [{target: e}, {target: s}]
observability:
  alerts: [{symptom: timeout, above: 1%, over: 5m, owner: ops}]
waivers: [{rule: missing-alert, at: routes.chat, until: 2027-01-31, reason: agreed}]
"#;

const CATALOG: &str = "apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: c, asOf: 2026-11-20}\nmodels:\n  \
    acme/large: {vendor: acme, family: acme, mode: chat, price: {input: 2 USD/MTok, output: 4 USD/MTok}}\n  \
    acme/small: {vendor: acme, family: acme, mode: chat, price: {input: 1 USD/MTok, output: 2 USD/MTok}}\n";

const POLICY: &str = "apiVersion: routec/v1\nkind: Policy\nmetadata: {name: p, version: 1.0.0}\n\
    grants:\n  - {id: all, to: {teams: [red]}, allow: {providers: [acme]}}\n\
    denials:\n  - {id: d, data: [pii], forbid: {models: [x]}, reason: r}\n  - {id: d2, forbid: {models: [y]}, reason: r}\n\
    budgets:\n  - {id: m, per: month, limit: 100 USD, counting: expected}\n\
    levels: {missing-alert: warn}\n";

const EXTRA: &str = "---\napiVersion: routec/v1\nkind: Policy\nmetadata: {name: p2, version: 1.0.0}\ndenials: [{id: z, forbid: {models: [z]}, reason: r}]\n";

fn checked(table: &str, policy: &str, catalog: &str) -> (Outcome, Vec<(String, Level)>) {
    let (sources, outcome) = run(&[table.as_bytes(), policy.as_bytes(), catalog.as_bytes()]);
    let broken: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| {
            matches!(
                finding.rule.as_str(),
                "syntax-error" | "wrong-type" | "missing-key" | "unknown-key" | "bad-value" | "unknown-reference"
            )
        })
        .map(|finding| format!("{}: {}", sources.slice(finding.primary.span), finding.message))
        .collect();
    assert!(broken.is_empty(), "the case is not what it seems: {broken:?}");
    let levels = outcome.levels();
    (outcome, levels)
}

fn difference(old: [&str; 3], new: [&str; 3]) -> Difference {
    let (old, old_levels) = checked(old[0], old[1], old[2]);
    let (new, new_levels) = checked(new[0], new[1], new[2]);
    compare(&side(&old, &old_levels), &side(&new, &new_levels))
}

fn words(difference: &Difference) -> Vec<&'static str> {
    let mut words: Vec<&str> = difference.changes.iter().map(|change| change.kind.row().word).collect();
    words.dedup();
    words
}

/// One edit for each kind: what it is called, what is replaced, and by what. Its inverse is the same edit backwards.
const EDITS: [(&str, &str, &str); 43] = [
    ("route-added", "\n  other:\n", "\n  third: {pool: [{target: a}], data: [internal]}\n  other:\n"),
    ("audience-widened", "teams: [red, blue]", "teams: [red, blue, green]"),
    ("data-added", "data: [internal, pii]", "data: [internal, pii, secret]"),
    ("provider-reachable", "target: a, label", "target: b, label"),
    ("model-reachable", "target: a, label", "target: s, label"),
    ("account-reachable", "target: a, label", "target: q, label"),
    ("region-reachable", "target: a, label", "target: e, label"),
    ("target-reachable", "pool: [{target: e}, {target: s}]", "pool: [{target: e}, {target: s}, {target: t}]"),
    ("jurisdiction-added", "eu: {jurisdiction: US}", "eu: {jurisdiction: EU}"),
    ("endpoint-added", "eu: {jurisdiction: US}", "eu: {jurisdiction: US, endpoint: \"https://eu.acme.example\"}"),
    ("hosting-added", "hosting: self\n    regions: {us: {jurisdiction: US, ", "regions: {us: {jurisdiction: US, "),
    ("training-possible", "acme:\n    terms: {trainsOnData: false", "acme:\n    terms: {trainsOnData: true"),
    ("training-possible", "acme:\n    terms: {trainsOnData: false, ", "acme:\n    terms: {"),
    (
        "retention-longer",
        "acme:\n    terms: {trainsOnData: false, retentionDays: 0",
        "acme:\n    terms: {trainsOnData: false, retentionDays: 30",
    ),
    (
        "retention-longer",
        "acme:\n    terms: {trainsOnData: false, retentionDays: 0}",
        "acme:\n    terms: {trainsOnData: false}",
    ),
    (
        "tool-added",
        "region: eu, keys: [ka], timeout: 10s}\n  q",
        "region: eu, keys: [ka], timeout: 10s, tools: [web]}\n  q",
    ),
    ("deadline-longer", "deadline: 60s", "deadline: 61s"),
    ("deadline-longer", "deadline: 60s, ", ""),
    ("tier-lowered", "tier: standard", "tier: best-effort"),
    ("need-added", "needs: {tools: true}", "needs: {tools: true, vision: true}"),
    ("need-added", "needs: {tools: true}", "needs: {tools: true, contextTokens: 9}"),
    ("boundary-added", "boundary: [jurisdiction]", "boundary: [jurisdiction, provider]"),
    ("mix-allowed", "mixes: [regions]", "mixes: [regions, vendors]"),
    ("gap-admitted", "gaps: []", "gaps: [vision]"),
    ("gap-admitted", "{gaps: []", "{relation: unrelated, gaps: []"),
    ("announced-less", "gaps: [tools], announce: header", "gaps: [tools], announce: log"),
    ("waiver-added", "waivers: [", "waivers: [{rule: missing-alert, at: routes.other, until: 2027-01-31, reason: x}, "),
    ("waiver-added", "until: 2027-01-31", "until: 2027-02-01"),
    ("policy-added", "POLICY", ""),
    ("clause-added", "denials:\n", "denials:\n  - {id: d3, forbid: {models: [z]}, reason: r}\n"),
    ("clause-changed", "forbid: {models: [x]}", "forbid: {models: [w]}"),
    ("grant-widened", "teams: [red]}, allow", "teams: [red, blue]}, allow"),
    ("limit-raised", "limit: 100 USD", "limit: 100.01 USD"),
    ("level-raised", "missing-alert: warn", "missing-alert: deny"),
    ("control-added", "alerts: [", "alerts: [{symptom: auth, above: 1%, over: 5m, owner: ops}, "),
    ("more-attempts", "initial: 1s, attempts: 1", "initial: 1s, attempts: 2"),
    ("longer", "initial: 1s, attempts: 1", "initial: 2s, attempts: 1"),
    (
        "expected-dearer",
        "acme/large: {vendor: acme, family: acme, mode: chat, price: {input: 2",
        "acme/large: {vendor: acme, family: acme, mode: chat, price: {input: 3",
    ),
    (
        "contingency-dearer",
        "acme/large: {vendor: acme, family: acme, mode: chat, price: {input: 2",
        "acme/large: {vendor: acme, family: acme, mode: chat, price: {input: 3",
    ),
    (
        "request-dearer",
        "acme/large: {vendor: acme, family: acme, mode: chat, price: {input: 2",
        "acme/large: {vendor: acme, family: acme, mode: chat, price: {input: 3",
    ),
    ("plan-changed", "auth: [{stop: {}}]", "auth: [{check: {runbook: x, owner: y}}, {stop: {}}]"),
    ("pool-changed", "pool: [{target: e}, {target: s}]", "pool: [{target: e, weight: 2}, {target: s}]"),
    (
        "setting-changed",
        "model: acme/small, provider: acme, region: us, keys: [ka], timeout: 10s",
        "model: acme/small, provider: acme, region: us, keys: [ka], timeout: 11s",
    ),
];

/// The three documents before and after an edit.
fn edited(from: &str, to: &str) -> [[String; 3]; 2] {
    // A hop that admits no gap says nothing about who is told of one.
    let table = TABLE.replace("gaps: []", if from.contains("gaps: [tools]") { "gaps: [tools]" } else { "gaps: []" });
    let old = [table, POLICY.to_owned(), CATALOG.to_owned()];
    let new = old.clone().map(|text| text.replace(from, to));
    let new = if from == "POLICY" { [old[0].clone(), format!("{POLICY}{EXTRA}"), old[2].clone()] } else { new };
    assert_ne!(old, new, "`{from}` replaces nothing");
    [old, new]
}

#[test]
fn every_kind_comes_of_one_edit_and_its_inverse_of_the_same_backwards() {
    let mut seen = std::collections::BTreeSet::new();
    let text_edit = ("text-changed", "reason: spare", "reason: other");
    for (word, from, to) in EDITS.into_iter().chain([text_edit]) {
        let [old, new] = edited(from, to);
        let (old, new) = (old.each_ref().map(String::as_str), new.each_ref().map(String::as_str));
        let row = ROWS.into_iter().find(|row| row.word == word).unwrap();
        let inverse = row.kind.inverse().row();
        let (there, back) = (difference(old, new), difference(new, old));
        assert!(words(&there).contains(&word), "{from} to {to}: {word} is not among {:?}", words(&there));
        assert!(
            words(&back).contains(&inverse.word),
            "{to} to {from}: {} is not among {:?}",
            inverse.word,
            words(&back)
        );
        assert!(there.bump() >= Some(row.bump) && back.bump() >= Some(inverse.bump), "{word}");
        seen.extend([row.word, inverse.word]);
    }
    let missing: Vec<&str> = ROWS.iter().map(|row| row.word).filter(|word| !seen.contains(word)).collect();
    assert!(missing.is_empty(), "no edit shows {missing:?}");
}

#[test]
fn small_changes_require_what_they_should_and_no_more() {
    let cases: [(&str, &str, &str, Bump); 11] = [
        ("deadline: 60s", "deadline: 59s", "deadline-shorter", Bump::Minor),
        ("deadline: 60s", "deadline: 61s", "deadline-longer", Bump::Major),
        ("teams: [red, blue]", "teams: [red, blue, green]", "audience-widened", Bump::Minor),
        ("teams: [red, blue], environments: [prod]", "teams: [red, blue]", "audience-widened", Bump::Minor),
        ("reason: spare", "reason: other", "text-changed", Bump::Patch),
        ("limit: 100 USD", "limit: 99 USD", "limit-lowered", Bump::Minor),
        ("auth: [{stop: {}}]", "auth: [{check: {runbook: x, owner: y}}, {stop: {}}]", "plan-changed", Bump::Minor),
        ("until: 2027-01-31", "until: 2027-01-30", "waiver-ended", Bump::Minor),
        (
            "budgets:\n",
            "budgets:\n  - {id: n, per: day, limit: 9 USD, counting: expected}\n",
            "clause-added",
            Bump::Minor,
        ),
        ("budgets:\n", "catalog: {retirementNoticeDays: 9}\nbudgets:\n", "clause-changed", Bump::Major),
        ("target: a, label", "target: s, label", "model-reachable", Bump::Minor),
    ];
    for (from, to, word, bump) in cases {
        let [old, new] = edited(from, to);
        let found = difference(old.each_ref().map(String::as_str), new.each_ref().map(String::as_str));
        let first = found.changes.first().map(|change| change.kind.row().word);
        assert_eq!((first, found.bump()), (Some(word), Some(bump)), "{from} to {to}: {:?}", words(&found));
    }
}

#[test]
fn the_way_of_writing_is_no_difference() {
    let same = |table: &str, policy: &str, catalog: &str| {
        let found = difference([TABLE, POLICY, CATALOG], [table, policy, catalog]);
        assert_eq!(found, Difference::default());
    };
    same(TABLE, POLICY, CATALOG);
    same(&TABLE.replace("usual", "renamed"), POLICY, CATALOG);
    same(&TABLE.replace("[{target: a, weight: 1}]", "[{weight: 7, target: 'a'}] # all of it"), POLICY, CATALOG);
    same(&TABLE.replace("attempts: 1", "factor: 2, attempts: 1"), POLICY, CATALOG);
    same(&TABLE.replace("deadline: 60s", "deadline: 1m"), POLICY, CATALOG);
    same(&TABLE.replace("teams: [red, blue]", "teams: [blue, red, red]"), POLICY, CATALOG);
    same(&TABLE.replace("slo: {deadline: 60s", "slo: {<<: {}, deadline: &d 60s"), POLICY, CATALOG);
    // The ladder's steps as the route's own, by an anchor.
    let own = TABLE.replace("  usual:\n", "  usual: &usual\n").replace("ladder: usual", "failover: *usual");
    same(&own, POLICY, CATALOG);
    // The same table in two files, the first route in the second of them.
    let (head, rest) = TABLE.split_once("routes:\n").unwrap();
    let (first, second) = rest.split_once("  other:\n").unwrap();
    let (second, tail) = second.split_once("observability:").unwrap();
    let part = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t}\n";
    let split = format!("{head}routes:\n  other:\n{second}observability:{tail}---\n{part}routes:\n{first}");
    same(&split, POLICY, CATALOG);
    let (before, denials) = POLICY.split_once("denials:\n").unwrap();
    let mut lines: Vec<&str> = denials.lines().collect();
    lines.swap(0, 1);
    same(TABLE, &format!("{before}denials:\n{}\n", lines.join("\n")), CATALOG);
}

#[test]
fn the_page_says_what_the_code_says() {
    let (before, rest) = PAGE.split_once("<!-- kinds -->\n").unwrap();
    let (table, after) = rest.split_once("<!-- /kinds -->").unwrap();
    let mut current = String::from("| change | counts as | because |\n|---|---|---|\n");
    for row in ROWS {
        let _ = writeln!(current, "| `{}` | {} | {} |", row.word, row.bump, row.why);
    }
    if std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite") {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diff/kinds.md");
        std::fs::write(path, [before, "<!-- kinds -->\n", &current, "<!-- /kinds -->", after].concat()).unwrap();
        return;
    }
    assert!(table == current, "src/diff/kinds.md is not current: SNAPSHOTS=overwrite cargo test");
    assert!(text("README.md").contains("src/diff/kinds.md"), "the README does not lead to the page of kinds");
}
