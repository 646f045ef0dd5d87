//! Every policy pack catches what its expectations say, and leaves alone what they say.

use std::fmt::Write;
use std::process::Command;

use routec::rules::{self, Terms};

use crate::support::files;

#[test]
fn packs_do_what_their_expectations_say() {
    let root = env!("CARGO_MANIFEST_DIR");
    let packs: Vec<String> = files("policies", &["policy.yaml"])
        .iter()
        .filter_map(|name| Some(name.strip_suffix("/policies/policy.yaml")?.to_owned()))
        .collect();
    assert!(packs.len() >= 4, "{packs:?}");
    for pack in packs {
        let run = Command::new(env!("CARGO_BIN_EXE_routec")).args(["test", &pack]).current_dir(root).output().unwrap();
        let text = String::from_utf8(run.stdout).unwrap();
        assert!(run.status.success(), "{pack}:\n{text}");
        assert!(!text.starts_with("0 run"), "{pack} tests nothing");
    }
}

#[test]
fn a_pack_that_catches_less_fails() {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("weakened-pack");
    let _ = std::fs::remove_dir_all(&folder);
    for part in ["policies/policy.yaml", "expectations/expectations.yaml", "routec.yaml"] {
        let to = folder.join(part);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        let text = std::fs::read_to_string(format!("{root}/policies/eu-residency/{part}")).unwrap();
        // Somebody adds a country to the list.
        std::fs::write(to, text.replace("      jurisdictions:\n", "      jurisdictions:\n        - US\n")).unwrap();
    }
    let run = Command::new(env!("CARGO_BIN_EXE_routec")).arg("test").arg(&folder).output().unwrap();
    assert_eq!(run.status.code(), Some(6), "{}", String::from_utf8_lossy(&run.stdout));
}

/// The clauses of a pack taken out one at a time, and the levels of its rules swapped: what was done, and the policy then.
/// What only writes a default down, and so changes nothing, is left.
fn weakened(policy: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = policy.lines().collect();
    let with = |at: usize, taken: usize, put: &str| {
        let mut text = String::new();
        for line in lines.iter().take(at).copied().chain(put.lines()).chain(lines.iter().skip(at + taken).copied()) {
            writeln!(text, "{line}").unwrap();
        }
        text
    };
    let mut all = Vec::new();
    let mut section = "";
    for (at, line) in lines.iter().enumerate() {
        section =
            line.split_once(':').filter(|_| line.starts_with(char::is_alphabetic)).map_or(section, |(key, _)| key);
        let bare = line.split(" #").next().unwrap().trim();
        if section == "levels" && line.starts_with("  ") {
            let level = bare.split_once(": ").filter(|(rule, _)| !rule.starts_with('#'));
            if level.is_some_and(|(rule, level)| rules::find(rule).unwrap().level.as_str() != level) {
                all.push((bare.to_owned(), with(at, 1, "")));
            }
        }
        if ["rules", "denials", "budgets", "resilience"].contains(&section) && line.starts_with("  - ") {
            let rest = lines.iter().skip(at + 1).take_while(|line| line.starts_with("    "));
            all.push((bare.to_owned(), with(at, 1 + rest.count(), "")));
        }
        if section == "rules" && bare.starts_with("level: ") {
            let other = if bare.ends_with("deny") { "    level: warn" } else { "    level: deny" };
            all.push((format!("line {}: {other}", at + 1), with(at, 1, other)));
        }
        for list in ["require: [", "never: ["].into_iter().filter(|_| section == "waiverTerms") {
            let Some((before, rest)) = line.split_once(list) else { continue };
            let (items, after) = rest.split_once(']').unwrap();
            // No pack can show this one: it needs grants or budgets, which packs leave to others.
            for gone in items.split(", ").filter(|item| *item != "forced-bypass") {
                let kept: Vec<&str> = items.split(", ").filter(|item| *item != gone).collect();
                let put = format!("{before}{list}{}]{after}", kept.join(", "));
                all.push((format!("{list}{gone}]"), with(at, 1, &put)));
            }
        }
        let usual = Terms::default();
        for (number, default) in [
            ("maxDays: ", 0),
            ("maxAgeDays: ", usual.catalog_age_days),
            ("retirementNoticeDays: ", usual.retirement_notice_days),
            ("equivalenceReviewDays: ", usual.equivalence_review_days),
            ("keyExpiryNoticeDays: ", usual.key_expiry_notice_days),
            ("attemptsAtMost: ", usual.attempts_at_most),
        ] {
            let Some((before, rest)) = line.split_once(number) else { continue };
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            if digits.parse::<u32>().is_ok_and(|value| value != default) {
                let put = format!("{before}{number}9000{}", rest.trim_start_matches(char::is_numeric));
                all.push((format!("{number}{digits}"), with(at, 1, &put)));
            }
        }
    }
    all
}

#[test]
fn every_clause_of_a_pack_is_proved_by_its_expectations() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut unproved = Vec::new();
    for pack in files("policies", &["policy.yaml"]) {
        let pack = pack.strip_suffix("/policies/policy.yaml").unwrap();
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("without-a-clause").join(pack);
        for part in ["policies/policy.yaml", "expectations/expectations.yaml", "routec.yaml"] {
            std::fs::create_dir_all(folder.join(part).parent().unwrap()).unwrap();
            std::fs::copy(format!("{root}/{pack}/{part}"), folder.join(part)).unwrap();
        }
        let policy = std::fs::read_to_string(folder.join("policies/policy.yaml")).unwrap();
        let weakened = weakened(&policy);
        assert!(weakened.len() > 8, "{pack}: {weakened:?}");
        for (what, text) in weakened {
            std::fs::write(folder.join("policies/policy.yaml"), text).unwrap();
            let run = Command::new(env!("CARGO_BIN_EXE_routec")).arg("test").arg(&folder).output().unwrap();
            if run.status.code() != Some(6) {
                unproved.push(format!("{pack} without `{what}`: {}", String::from_utf8_lossy(&run.stdout)));
            }
        }
    }
    assert!(unproved.is_empty(), "{}", unproved.join("\n"));
}

#[test]
fn policy_show_tells_what_is_in_force() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("policy-show");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("policies")).unwrap();
    let head =
        |name: &str| format!("apiVersion: routec/v1\nkind: Policy\nmetadata: {{name: {name}, version: 1.0.0}}\n");
    let first = "attemptsAtMost: 9\nwaiverTerms: {maxDays: 90}\ncatalog: {maxAgeDays: 10}\nlevels: {stale-label: deny}\n\
                 rules:\n  - {id: good, each: route, require: 'true', message: m, level: deny}\n  \
                 - {id: refused, each: route, require: rote.name == 'a', message: m, level: deny}\n";
    let second = "attemptsAtMost: 100\nwaiverTerms: {maxDays: 120}\nlevels: {stale-label: allow}\n";
    std::fs::write(folder.join("policies/a.yaml"), head("a") + first).unwrap();
    std::fs::write(folder.join("policies/b.yaml"), head("b") + second).unwrap();
    let args = ["policy", "show", "--origin", "--format", "json"];
    let run = Command::new(env!("CARGO_BIN_EXE_routec")).args(args).arg(&folder).output().unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&text).expect(&text);
    let clauses = answer["clauses"].as_array().unwrap();
    let of = |name: &str| -> Vec<(String, Option<u64>, bool)> {
        let named = clauses.iter().filter(|clause| clause["name"] == name);
        let told = |clause: &serde_json::Value| {
            let says = clause["says"].as_str().unwrap().to_owned();
            (says, clause["line"].as_u64(), clause["inForce"].as_bool().unwrap())
        };
        named.map(told).collect()
    };
    let told = |says: &str, line: Option<u64>, holds: bool| (says.to_owned(), line, holds);
    assert_eq!(of("attemptsAtMost"), [told("9 calls", Some(4), false), told("100 calls", Some(4), true)]);
    assert_eq!(of("maxDays"), [told("at most 90 days", Some(5), true), told("at most 120 days", Some(5), false)]);
    assert_eq!(of("maxAgeDays"), [told("10 days", Some(6), true)]);
    assert_eq!(of("retirementNoticeDays"), [told("60 days, the default", None, true)]);
    assert_eq!(of("good"), [told("m", Some(9), true)]);
    assert_eq!(of("refused"), [told("m", Some(10), false)]);
    let levels = [told("deny, by default warn", Some(7), false), told("allow, by default warn", Some(6), true)];
    assert_eq!(of("stale-label"), levels);
    assert_eq!(of("failover-cycle"), [told("deny, the default", None, true)]);
}
