//! Every policy pack catches what its expectations say, and leaves alone what they say.

use std::process::Command;

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
