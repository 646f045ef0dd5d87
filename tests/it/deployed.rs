//! Which files of paths are read, and that what stands in them is never shown.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with these files, emptied first.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    for (file, text) in files {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// What a check of a folder prints, from within it.
fn check(folder: &Path, arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_routec"))
        .args(["check", "--as-of", "2026-11-22"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(run.stdout).unwrap() + &String::from_utf8(run.stderr).unwrap()
}

/// A table whose key is read from `ACME_KEY`, with these paths.
fn table(paths: &str) -> String {
    format!(
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {{name: t, version: 1.0.0}}\nproviders: {{acme: {{}}}}\n\
         accounts: {{a: {{provider: acme}}}}\nkeys: {{k: {{account: a, secret: env:ACME_KEY, owner: x}}}}\n\
         targets: {{t: {{model: acme/large, provider: acme, keys: [k], timeout: 9s}}}}\n\
         routes: {{r: {{pool: [{{target: t}}], failover: {{any: [{{stop: {{}}}}]}}}}}}\npaths:\n{paths}"
    )
}

const PROJECT: &str = "apiVersion: routec/v1\nkind: Project\nmetadata: {name: p}\ntables: [routes/*.yaml]\n";

#[test]
fn values_are_shown_in_no_format() {
    let routes = table(
        "  one: {kind: compose, file: ../compose.yaml, service: gateway}\n  two: {kind: systemd, env: [../deploy/.env, ../deploy/more.env]}\n",
    );
    let compose = "services:\n  other: {environment: [ACME_KEY=xyzzy-other]}\n  gateway:\n    env_file: [deploy/.env]\n    \
                   environment:\n      ACME_KEY: xyzzy-one\n      OTHER: xyzzy-two\n";
    let secret = "# xyzzy-comment\nOTHER=xyzzy-three\nACME_KEY=\"xyzzy\n-four\"\nxyzzy-stray line\nMORE=xyzzy-five\n";
    let files = [
        ("routec.yaml", PROJECT),
        ("routes/t.yaml", &routes),
        ("compose.yaml", compose),
        ("deploy/.env", secret),
        ("deploy/more.env", "ACME_KEY=xyzzy-six\n"),
    ];
    let folder = folder("deployed-values", &files);
    for format in ["human", "concise", "json", "sarif", "github"] {
        let shown = check(&folder, &["-o", format]);
        assert!(shown.contains("conflicting-env"), "{shown}");
        assert!(!shown.contains("xyzzy"), "{shown}");
    }
    let human = check(&folder, &[]);
    assert!(human.contains("ACME_KEY") && human.contains("deploy/.env:3"), "{human}");
}

#[test]
fn only_files_of_the_project_are_read() {
    let outside = folder("deployed-outside", &[("secret.env", "ACME_KEY=1\n")]);
    let whole = outside.join("secret.env").to_string_lossy().replace('\\', "/");
    let beyond = "../../deployed-outside/secret.env";
    for name in [whole.as_str(), "~/secret.env", beyond, "${HOME}/secret.env", "~/there-is-none.env"] {
        let routes = table(&format!("  one: {{kind: systemd, env: [\"{name}\"]}}\n"));
        let folder = folder("deployed-inside", &[("routec.yaml", PROJECT), ("routes/t.yaml", &routes)]);
        let shown = check(&folder, &["--verbose"]);
        assert!(!shown.contains("[missing-env]"), "{shown}");
        let told: String = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        let silent = format!(
            "missing-env was silent: of the path `one`: `{name}` is not read: only files below the project's folder are"
        );
        assert!(told.replace(' ', "").contains(&silent.replace(' ', "")), "{shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_project_is_not_followed() {
    let outside = folder("deployed-linked", &[("secret.env", "OTHER=1\n")]);
    let routes = table("  one: {kind: systemd, env: [../link.env]}\n");
    let folder = folder("deployed-link", &[("routec.yaml", PROJECT), ("routes/t.yaml", &routes)]);
    std::os::unix::fs::symlink(outside.join("secret.env"), folder.join("link.env")).unwrap();
    let shown = check(&folder, &["--verbose"]);
    assert!(shown.contains("missing-env was silent") && !shown.contains("[missing-env]"), "{shown}");
}

#[test]
fn a_file_that_is_not_there_is_told_where_it_is_named() {
    let routes = table(
        "  one: {kind: systemd, env: [../gone.env]}\n  two: {kind: compose, file: ../compose.yaml, service: gatway}\n",
    );
    let compose = "services: {gateway: {env_file: [{path: gone.env, required: false}]}}\n";
    let folder =
        folder("deployed-gone", &[("routec.yaml", PROJECT), ("routes/t.yaml", &routes), ("compose.yaml", compose)]);
    let shown = check(&folder, &["-o", "concise"]);
    let lines: Vec<&str> = shown.lines().filter(|line| line.contains("-env") || line.contains("service")).collect();
    let [gone, service] = lines.as_slice() else { panic!("{shown}") };
    assert!(
        gone.starts_with("routes/t.yaml:10:30: warn[missing-env]") && gone.contains("there is no such file"),
        "{gone}"
    );
    assert!(service.contains("deny[unknown-reference]") && service.contains("no service `gatway`"), "{service}");
}
