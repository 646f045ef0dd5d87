//! The house stands: layers point down, files fit on a few screens, lists are sorted and complete.

use std::collections::BTreeSet;

use crate::support::{files, text};

/// The layers from low to high; a file names its own and lower ones only. Those on one line do not name each other.
const LAYERS: [&[&str]; 20] = [
    &["source"],
    &["diagnostic"],
    &["syntax", "expression"],
    &["litellm", "openclaw"],
    &["model"],
    &["shape", "environment"],
    &["graph"],
    &["contingency"],
    &["policy"],
    &["rules"],
    &["gate"],
    &["artifact", "backend"],
    &["frontend"],
    &["driver", "import"],
    &["claims"],
    &["diff"],
    &["report"],
    &["schema"],
    &["lib"],
    &["bin"],
];

/// The longest file, in lines.
const LONGEST: usize = 400;

fn layer(name: &str) -> usize {
    let room = name.trim_start_matches("src/").split(['/', '.']).next().unwrap();
    LAYERS.iter().position(|layer| layer.contains(&room)).unwrap_or_else(|| panic!("{name} belongs to no layer"))
}

#[test]
fn layers_point_down() {
    for name in files("src", &[".rs"]) {
        if name.starts_with("src/bin/") || name == "src/lib.rs" {
            continue;
        }
        let own = name.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned();
        for line in text(&name).lines() {
            for (at, _) in line.match_indices("crate::") {
                let rest = line.get(at + 7..).unwrap();
                let room: String =
                    rest.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect();
                if room.is_empty() || room == own || !LAYERS.iter().any(|layer| layer.contains(&room.as_str())) {
                    continue;
                }
                assert!(
                    layer(&format!("src/{room}.rs")) < layer(&name),
                    "{name} names the higher layer `{room}`: {line}"
                );
            }
        }
    }
}

#[test]
fn files_fit_and_say_what_they_are() {
    for name in files("src", &[".rs"]).into_iter().chain(files("tests", &[".rs"])) {
        let text = text(&name);
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{name} has {lines} lines: is it one room or several?");
        assert!(text.starts_with("//! "), "{name} does not begin with a sentence about itself");
        assert!(!text.contains("TODO") || name.ends_with("tidy.rs"), "{name} leaves something undone");
    }
}

#[test]
fn rules_come_in_pairs_and_in_order() {
    let stems = |ending: &str| -> BTreeSet<String> {
        let helpers = ["mod", "rule", "context", "found", "cycle", "breach", "bill", "ladder", "injected"];
        files("src/rules", &[ending])
            .iter()
            .map(|name| name.rsplit('/').next().unwrap().trim_end_matches(ending).to_owned())
            .filter(|stem| !helpers.contains(&stem.as_str()))
            .collect()
    };
    let listed: Vec<String> = routec::rules::ALL.iter().map(|rule| rule.id.as_str().replace('-', "_")).collect();
    assert!(listed.is_sorted(), "the list of rules is not in order");
    let listed: BTreeSet<String> = listed.into_iter().collect();
    assert_eq!(stems(".rs"), listed);
    assert_eq!(stems(".md"), listed);
}

#[test]
fn every_rule_that_is_reported_is_listed() {
    let known: BTreeSet<&str> = routec::rules::ALL.iter().map(|rule| rule.id.as_str()).collect();
    for name in files("src", &[".rs"]) {
        for part in text(&name).split("Diagnostic::new(").skip(1) {
            let Some(rule) = part.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            assert!(known.contains(rule), "{name} reports the unknown rule {rule}");
        }
    }
}

#[test]
fn dependencies_have_one_owner() {
    let owners = [
        ("granit_parser", "src/syntax/events.rs"),
        ("miette", "src/report/human.rs"),
        ("petgraph", "src/graph/"),
        ("jiff", "src/model/units.rs"),
        ("jsonschema", "src/shape/"),
        ("clap", "src/bin/routec/"),
        ("cel", "src/expression/parse.rs"),
        ("globset", "src/policy/pattern.rs"),
        ("ed25519_dalek", "src/artifact/keys/ed25519.rs"),
        ("p256", "src/artifact/keys/ecdsa.rs"),
        ("pkcs8", "src/artifact/keys/"),
        ("sha2", "src/artifact/"),
        ("base64ct", "src/artifact/"),
        ("rpassword", "src/bin/routec/world.rs"),
        ("getrandom", "src/artifact/keys/"),
    ];
    for name in files("src", &[".rs"]) {
        let text = text(&name);
        for (package, owner) in owners {
            let used =
                text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(&format!("{package}::")));
            assert!(!used || name.starts_with(owner), "{name} uses {package}, which belongs to {owner}");
        }
    }
}
