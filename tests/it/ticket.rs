//! The block for a change ticket: from a verified artifact, of the artifact it replaces, and with nothing that acts.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const NOW: [&str; 3] = ["--allow-dirty", "--at", "2026-11-24T00:00:00Z"];

/// A table with a waiver whose words are those of somebody who means harm.
fn table(version: &str, deadline: &str) -> String {
    format!(
        r#"apiVersion: routec/v1
kind: RouteTable
metadata: {{name: desk, version: {version}}}
providers: {{acme: {{}}}}
accounts: {{acme-p: {{provider: acme}}}}
keys: {{ka: {{account: acme-p, secret: "env:ACME", owner: desk}}}}
targets:
  large: {{model: acme/large, provider: acme, keys: [ka]}}
routes:
  chat:
    audience: {{teams: [red], environments: [prod]}}
    data: [internal]
    traffic: {{requestsPerMonth: 1000, peakRequestsPerMinute: 1, inputTokens: 1000, outputTokens: 0}}
    slo: {{deadline: {deadline}}}
    pool: [{{target: large}}]
    failover: {{any: [{{stop: {{}}}}]}}
waivers:
  - {{rule: missing-timeout, at: targets.large, until: 2027-01-31, reason: r, approvedBy: '@everyone', ticket: '| **CHG** <img src=x> [a](https://b.example) #1'}}
---
apiVersion: routec/v1
kind: Catalog
metadata: {{name: c, asOf: 2026-11-20}}
models:
  acme/large: {{vendor: acme, family: acme, mode: chat, price: {{input: 2 USD/MTok, output: 2 USD/MTok}}}}
"#
    )
}

fn routec(folder: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_routec"))
        .current_dir(folder)
        .args(words)
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("SOURCE_DATE_EPOCH")
        .output()
        .unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A folder with keys and two artifacts, the second of which replaces the first.
fn sealed(name: &str) -> PathBuf {
    let root = std::env::temp_dir().join(format!("routec-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(&root).unwrap();
    let done = |words: &[&str]| {
        let (code, said, why) = routec(&root, words);
        assert_eq!(code, Some(0), "{words:?}: {said}{why}");
    };
    done(&["keygen", "desk"]);
    std::fs::write(root.join("old.yaml"), table("1.0.0", "60s")).unwrap();
    std::fs::write(root.join("new.yaml"), table("1.1.0", "50s")).unwrap();
    let day = ["--as-of", "2026-11-22", "--created-at", "2026-11-22T09:00:00Z"];
    done(&[&["build", "old.yaml", "-o", "old.routec.json"], &day[..]].concat());
    done(&[&["build", "new.yaml", "-o", "new.routec.json", "--previous", "old.routec.json"], &day[..]].concat());
    done(&["sign", "old.routec.json", "--key", "desk.pem"]);
    done(&["sign", "new.routec.json", "--key", "desk.pem"]);
    root
}

#[test]
fn a_ticket_says_what_was_verified() {
    let root = sealed("ticket");
    let key = ["--require-key", "desk.pub.pem"];
    let ask = |words: &[&str]| routec(&root, &[words, &key[..], &NOW[..]].concat());
    let (code, block, why) = ask(&["ticket", "new.routec.json", "--previous", "old.routec.json"]);
    assert_eq!(code, Some(0), "{why}");
    let (_, accepted, _) = ask(&["verify", "new.routec.json"]);
    let identity = accepted.split_whitespace().nth(1).unwrap();
    let row = |name: &str| block.lines().find(|line| line.starts_with(&format!("| {name} |"))).unwrap().to_owned();
    let title = format!("### Route table `{identity}` (sequence 2, replaces 1.0.0 seq 1)");
    assert_eq!(block.lines().next(), Some(title.as_str()));
    assert!(accepted.contains(row("Payload sha256").split('`').nth(1).unwrap()));
    assert!(accepted.contains(row("Signed by").split('`').nth(1).unwrap()));
    assert_eq!(row("Cost"), "| Cost | 2 USD a month as planned -&gt; 2 USD a month as planned (+0.0 %) |");
    assert_eq!(row("Routes"), "| Routes | 1 changed, 0 added, 0 removed |");
    assert_eq!(row("Version"), "| Version | requires minor: 1.0.0 to 1.1.0 |");
    let change = "- minor deadline-shorter at routes.chat: the deadline: 60s -&gt; 50s; a promise is stronger";
    assert!(block.lines().any(|line| line == change), "{block}");
    // The command at its end is one that a reader can type.
    let check = block.lines().last().unwrap().trim_start_matches("Check: `routec ").trim_end_matches('`').to_owned();
    let words: Vec<&str> = check.split(' ').collect();
    assert_eq!((routec(&root, &words).0, words.first()), (Some(0), Some(&"verify")));
    // What the table says is text: no cell, no tag, no link, no mention.
    let verdict = row("Verdict");
    assert!(verdict.starts_with("| Verdict | pass-with-waivers: lint 0 errors 0 warnings; waived missing-timeout at"));
    let harmless = r"\| \*\*CHG\*\* &lt;img src=x&gt; \[a\](https:/\/b.example) \#";
    assert!(verdict.contains(harmless) && verdict.contains("\\@\u{200b}everyone"), "{verdict}");
    // The same again, byte by byte; and for scripts.
    assert_eq!(ask(&["ticket", "new.routec.json", "--previous", "old.routec.json"]).1, block);
    let (_, json, _) = ask(&["ticket", "new.routec.json", "--previous", "old.routec.json", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (json["routeTableVersion"].as_str(), json["since"]["requires"].as_str()),
        (Some(identity), Some("minor"))
    );
    std::fs::remove_dir_all(&root).unwrap();
}

#[test]
fn what_is_not_accepted_gets_no_ticket() {
    let root = sealed("no-ticket");
    let refused = |words: &[&str], code: i32, expected: &str| {
        let (found, said, why) = routec(&root, &[&["ticket"], words, &["--require-key", "desk.pub.pem"]].concat());
        assert_eq!((found, said.as_str()), (Some(code), ""), "{words:?}: {why}");
        assert!(why.contains(expected), "{words:?}: {why}");
    };
    let at = |time: &'static str| ["new.routec.json", "--allow-dirty", "--at", time];
    refused(&["new.routec.json", "--at", "2026-11-24T00:00:00Z"], 5, "not accepted (refused)");
    refused(&at("2031-11-24T00:00:00Z"), 5, "not accepted (stale)");
    let text = std::fs::read_to_string(root.join("new.routec.json")).unwrap();
    std::fs::write(root.join("forged.json"), text.replacen("\"sig\":\"", "\"sig\":\"AAAA", 1)).unwrap();
    refused(&["forged.json", "--allow-dirty"], 5, "not accepted (unauthentic)");
    let with = |previous: &'static str| [&at("2026-11-24T00:00:00Z")[..], &["--previous", previous]].concat();
    refused(&with("new.routec.json"), 2, "is not what desk@1.1.0");
    let first = ["old.routec.json", "--allow-dirty", "--at", "2026-11-24T00:00:00Z", "--previous", "new.routec.json"];
    refused(&first, 2, "is the first of its table");
    std::fs::remove_dir_all(&root).unwrap();
}

#[test]
fn a_step_of_a_workflow_gets_it_into_its_summary() {
    let root = sealed("summary");
    let words = ["ticket", "new.routec.json", "--require-key", "desk.pub.pem", "--format", "step-summary"];
    let words = [&words[..], &NOW[..]].concat();
    let (_, printed, _) = routec(&root, &words);
    assert!(printed.starts_with("### Route table `desk@1.1.0+"), "{printed}");
    std::fs::write(root.join("summary.md"), "before\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_routec"))
        .current_dir(&root)
        .args(&words)
        .env("GITHUB_STEP_SUMMARY", root.join("summary.md"))
        .output()
        .unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    assert_eq!(std::fs::read_to_string(root.join("summary.md")).unwrap(), format!("before\n{printed}"));
    std::fs::remove_dir_all(&root).unwrap();
}
