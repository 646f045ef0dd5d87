//! Which files a run reads, and which policies are in force for them.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64ct::{Base64, Encoding};
use routec::artifact::json::sha256_hex;

const TABLE: &str = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\nproviders: {acme: {}}\ntargets:\n  large: {model: acme/large, provider: acme, timeout: 20s}\nroutes:\n  chat: {data: [pii], pool: [{target: large}], failover: {any: [{stop: {}}]}}\n";
const CATALOG: &str = "apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: acme, asOf: 2026-11-20}\nmodels:\n  acme/large: {vendor: acme, family: acme, mode: chat}\n";
const POLICY: &str = "apiVersion: routec/v1\nkind: Policy\nmetadata: {name: p}\ndenials: [{id: no-acme, data: [pii], forbid: {providers: [acme]}, reason: they train}]\n";
const LAX: &str = "---\napiVersion: routec/v1\nkind: Policy\nmetadata: {name: own}\nlevels: {denied-hop: allow}\n";

/// A folder with files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&root);
    for (file, text) in files {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    root
}

/// The exit code and the lines of a check.
fn check(folder: &Path, args: &[&str]) -> (i32, Vec<String>) {
    let run = Command::new(env!("CARGO_BIN_EXE_routec"))
        .arg("check")
        .args(args)
        .args(["--as-of", "2026-11-22", "--output", "concise"])
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8(run.stdout).unwrap() + &String::from_utf8(run.stderr).unwrap();
    (run.status.code().unwrap(), text.lines().map(str::to_owned).collect())
}

fn says(lines: &[String], words: &str) -> bool {
    lines.iter().any(|line| line.contains(words))
}

#[test]
fn a_file_named_inside_the_usual_folders_is_checked_with_their_policies() {
    let root = folder("usual", &[("routes/t.yaml", TABLE), ("catalog/c.yaml", CATALOG), ("policies/p.yaml", POLICY)]);
    for (from, path) in [(".", "routes/t.yaml"), ("routes", "t.yaml"), ("policies", "../routes/t.yaml")] {
        let (code, lines) = check(&root.join(from), &[path]);
        assert!(code == 1 && says(&lines, "routes/t.yaml:8:30: deny[denied-hop]"), "{from} {path}: {lines:?}");
    }
    let alone = folder("unusual", &[("routes/t.yaml", TABLE), ("elsewhere/p.yaml", POLICY)]);
    assert!(!says(&check(&alone, &["routes/t.yaml"]).1, "denied-hop"));
}

#[test]
fn a_project_above_the_users_folder_is_found() {
    let project = "apiVersion: routec/v1\nkind: Project\nmetadata: {name: t}\n";
    let files =
        [("routec.yaml", project), ("routes/t.yaml", TABLE), ("catalog/c.yaml", CATALOG), ("policies/p.yaml", POLICY)];
    let root = folder("above", &files);
    let (code, lines) = check(&root.join("routes"), &["t.yaml"]);
    assert!(code == 1 && says(&lines, "deny[denied-hop]"), "{lines:?}");
}

#[test]
fn a_file_that_is_given_twice_is_read_once() {
    let root = folder("twice", &[("routes/t.yaml", TABLE), ("catalog/c.yaml", CATALOG), ("policies/p.yaml", POLICY)]);
    let once = check(&root, &["."]);
    let whole = root.to_string_lossy().into_owned();
    for paths in [&[".", "."][..], &[".", "routes/t.yaml"], &[".", "./routes/../routes/t.yaml"], &[".", &whole]] {
        assert_eq!(check(&root, paths), once, "{paths:?}");
    }
    assert_eq!(check(&root, &[".", "--policy", "policies/p.yaml", "--catalog", "catalog/c.yaml"]), once);
}

#[test]
fn a_table_does_not_bring_its_own_policy() {
    let both = format!("{TABLE}{LAX}");
    let root = folder("own", &[("gateway.yaml", &both), ("catalog/c.yaml", CATALOG), ("policies/p.yaml", POLICY)]);
    for paths in [&["."][..], &["gateway.yaml", "policies/p.yaml"]] {
        let (code, lines) = check(&root, paths);
        assert!(code == 1 && says(&lines, "deny[denied-hop]") && says(&lines, "deny[bad-value]"), "{lines:?}");
    }
    let litellm = format!("model_list:\n  - {{model_name: a, litellm_params: {{model: openai/gpt-5}}}}\n{LAX}");
    let root = folder("own-litellm", &[("config.yaml", &litellm)]);
    assert!(says(
        &check(&root, &["config.yaml"]).1,
        "deny[bad-value] the policy `own` stands in the file of a route table"
    ));
}

#[test]
fn a_base_that_cannot_be_read_is_shown_where_it_is_named() {
    let own = "apiVersion: routec/v1\nkind: Policy\nmetadata: {name: own}\nextends:\n  - {file: ../vendor/b.yaml, sha256: 0000000000000000000000000000000000000000000000000000000000000000}\n";
    let root = folder("lost", &[("routes/t.yaml", TABLE), ("catalog/c.yaml", CATALOG), ("policies/p.yaml", own)]);
    let (code, lines) = check(&root, &["."]);
    assert!(code == 3 && says(&lines, "policies/p.yaml:5:12: deny[changed-base-policy]"), "{lines:?}");
    for format in ["json", "sarif"] {
        let run = Command::new(env!("CARGO_BIN_EXE_routec"))
            .args(["check", ".", "--as-of", "2026-11-22", "--output", format])
            .current_dir(&root)
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        assert!(report.to_string().contains("changed-base-policy"));
    }
    let graph = Command::new(env!("CARGO_BIN_EXE_routec")).args(["graph", "."]).current_dir(&root).output().unwrap();
    assert_eq!(graph.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&graph.stderr).contains("policies/p.yaml:5: "), "{graph:?}");
}

#[test]
fn a_base_is_named_relative_to_the_policy() {
    let here = folder("absolute", &[("vendor/b.yaml", POLICY)]).join("vendor/b.yaml");
    for path in [here.to_str().unwrap(), "C:/vendor/b.yaml", r"\\\\server\\b.yaml"] {
        let digest = sha256_hex(POLICY.as_bytes());
        let own = format!(
            "apiVersion: routec/v1\nkind: Policy\nmetadata: {{name: own}}\nextends:\n  - {{file: \"{path}\", sha256: {digest}}}\n"
        );
        let files = [("routes/t.yaml", TABLE), ("catalog/c.yaml", CATALOG), ("policies/p.yaml", &own)];
        let (code, lines) = check(&folder("portable", &files), &["."]);
        assert!(code == 3 && says(&lines, "policies/p.yaml:5:12: deny[changed-base-policy]"), "{lines:?}");
        assert!(says(&lines, "is an absolute path, which other machines do not have"), "{lines:?}");
        assert!(!says(&lines, "denied-hop"), "{lines:?}");
    }
}

#[test]
fn an_artifact_tells_the_waivers_of_its_own_table() {
    let missing = |name: &str, waivers: &str| {
        let table = TABLE.replace("name: t,", &format!("name: {name},")).replace(", timeout: 20s", "");
        table.replace("chat:", &format!("chat-{name}:")) + waivers
    };
    let waiver = "waivers: [{rule: missing-timeout, at: targets.large, until: 2026-12-31, reason: agreed}]\n";
    let (plain, waived) =
        (missing("plain", "").replace("provider: acme", "provider: acme, timeout: 20s"), missing("waived", waiver));
    let root = folder("two", &[("routes/a.yaml", &plain), ("routes/b.yaml", &waived), ("catalog/c.yaml", CATALOG)]);
    for (name, verdict) in [("plain", "pass"), ("waived", "pass-with-waivers")] {
        let file = root.join(format!("{name}.json"));
        let run = Command::new(env!("CARGO_BIN_EXE_routec"))
            .args(["build", ".", "--as-of", "2026-11-22", "--created-at", "2026-11-22T09:00:00Z", "--force"])
            .args(["--table", name, "--output", file.to_str().unwrap()])
            .current_dir(&root)
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
        let envelope: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let payload = Base64::decode_vec(envelope["payload"].as_str().unwrap()).unwrap();
        let statement: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(statement["predicate"]["verdict"], verdict);
    }
}

#[test]
fn policies_that_extend_each_other_are_told_so() {
    let extends = |name: &str, base: &str, digest: &str| {
        format!(
            "apiVersion: routec/v1\nkind: Policy\nmetadata: {{name: {name}}}\nextends:\n  - {{file: {base}, sha256: {digest}}}\n"
        )
    };
    let a = extends("a", "b.yaml", &"0".repeat(64));
    let b = extends("b", "a.yaml", &sha256_hex(a.as_bytes()));
    let files =
        [("routes/t.yaml", TABLE), ("catalog/c.yaml", CATALOG), ("policies/a.yaml", &a), ("policies/b.yaml", &b)];
    let (code, lines) = check(&folder("circle", &files), &["."]);
    assert_eq!(code, 1);
    assert!(says(&lines, "deny[changed-base-policy] `policies/a.yaml` is extended in a circle"), "{lines:?}");
}

#[test]
fn a_level_that_another_policy_beats_is_shown_as_beaten() {
    let level = |word: &str| {
        format!("apiVersion: routec/v1\nkind: Policy\nmetadata: {{name: {word}}}\nlevels: {{price-rise: {word}}}\n")
    };
    let (deny, warn) = (level("deny"), level("warn"));
    let digests = [&deny, &warn].map(|text| sha256_hex(text.as_bytes()));
    let [first, second] = &digests;
    let own = format!(
        "apiVersion: routec/v1\nkind: Policy\nmetadata: {{name: own}}\nextends:\n  - {{file: ../vendor/a.yaml, sha256: {first}}}\n  - {{file: ../vendor/b.yaml, sha256: {second}}}\n"
    );
    let files =
        [("routes/t.yaml", TABLE), ("policies/p.yaml", &own), ("vendor/a.yaml", &deny), ("vendor/b.yaml", &warn)];
    let run = Command::new(env!("CARGO_BIN_EXE_routec"))
        .args(["policy", "show", ".", "--as-of", "2026-11-22"])
        .current_dir(folder("shown", &files))
        .output()
        .unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.contains("deny, by default warn\n"), "{text}");
    assert!(text.contains("warn, by default warn (another policy says otherwise)"), "{text}");
}
