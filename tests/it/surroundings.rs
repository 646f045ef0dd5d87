//! Which files of variables around OpenClaw's configuration are read, and that no secret of theirs is shown.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder with these files, emptied first.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).unwrap();
    }
    folder
}

/// What a command prints in a folder, and its exit.
fn routec(folder: &Path, arguments: &[&str]) -> (String, i32) {
    routec_reading(folder, arguments, "")
}

fn routec_reading(folder: &Path, arguments: &[&str], stdin: &str) -> (String, i32) {
    let mut run = Command::new(env!("CARGO_BIN_EXE_routec"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    run.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = run.wait_with_output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (shown, output.status.code().unwrap())
}

/// Secrets wherever one can stand, two of them where none belongs.
const SECRETS: &str = r#"{
  agents: {defaults: {modelPolicy: {}, model: {
    primary: "acme/${NAME}",
    fallbacks: ["beta/b", "acme/${MISPLACED_TOKEN}", "beta/${MISPLACED}"],
  }}},
  models: {providers: {
    acme: {
      baseUrl: "https://${USER_AND_PASSWORD}@${HOST}/v1?k=${QUERY}",
      apiKey: "${ACME_KEY}",
      headers: {authorization: "Bearer ${HEADER}"},
      models: [{id: "large", name: "${NAME}", headers: {x: "${HEADER}"}, cost: {input: 1, output: 2}, contextWindow: 200000}],
    },
    beta: {baseUrl: "https://${HOST}/v1", apiKey: {source: "env", provider: "default", id: "BETA_KEY"}},
  }},
}"#;

#[test]
fn secrets_are_shown_by_no_command() {
    let process = "NAME=large\nACME_KEY=xyzzy1\nBETA_KEY=xyzzy2\nHOST=llm.acme.example\nMISPLACED_TOKEN=xyzzy3\n";
    let state = "# xyzzy\nACME_KEY=xyzzy4\nBETA_KEY=xyzzy5\nHEADER=xyzzy6\nUSER_AND_PASSWORD=xyzzy:xyzzy7\nQUERY=xyzzy8\n\
                 MISPLACED=sk-proj-0a1b2c3d4e5f6a7b8c9dxyzzy\n";
    let files = [("openclaw.json", SECRETS), ("process.env", process), (".env", state)];
    let folder = folder("surroundings-secrets", &files);
    let with = ["openclaw.json", "--env", "process=process.env", "--as-of", "2026-11-22"];
    for format in ["human", "concise", "json", "sarif", "github"] {
        let (shown, _) = routec(&folder, &[&["check", "-v", "-o", format][..], &with].concat());
        assert!(shown.contains("conflicting-env"), "{shown}");
        assert!(!shown.contains("xyzzy") && !shown.contains("[literal-secret]"), "{shown}");
    }
    // Without the denied conflicts, so that files are written, too.
    std::fs::write(folder.join(".env"), state.replace("ACME_KEY", "OTHER_KEY").replace("BETA_KEY", "MORE_KEY"))
        .unwrap();
    for command in [
        &["trace", "agents.defaults.model", "--on", "auth"][..],
        &["trace", "agents.defaults.model", "--on", "auth", "--format", "json"],
        &["graph"],
        &["graph", "--format", "json"],
        &["convert", "--to", "litellm"],
        &["convert", "--to", "openclaw", "--format", "json"],
    ] {
        let (shown, exit) = routec(&folder, &[command, &with].concat());
        assert!(exit == 0 && !shown.contains("xyzzy"), "{command:?}: {exit} {shown}");
    }
    let (shown, _) = routec(&folder, &[&["graph"][..], &with].concat());
    assert!(shown.contains("acme/large") && shown.contains("acme/${MISPLACED_TOKEN}"), "{shown}");
}

/// A model that only a file of variables tells.
const MODEL: &str = r#"{
  agents: {defaults: {modelPolicy: {}, model: {primary: "anthropic/claude-sonnet-4-6", fallbacks: ["${SPARE}"]}}},
}"#;

#[test]
fn what_lies_beside_is_read_unless_the_state_is_told() {
    let files = [
        ("openclaw.json", MODEL),
        ("other.json", MODEL),
        (".env", "SPARE=groq/beside\n"),
        ("x.env", "SPARE=groq/told\n"),
    ];
    let folder = folder("surroundings-beside", &files);
    for (arguments, chain, is_read) in [
        (&["openclaw.json"][..], "groq/beside", true),
        (&["."], "groq/beside", true),
        (&["openclaw.json", "--env", "x.env"], "groq/told", false),
        (&["openclaw.json", "--env", "state=x.env"], "groq/told", false),
        (&["openclaw.json", "--env", "gateway=x.env"], "groq/beside", true),
        (&["openclaw.json", "--env", "process=x.env"], "groq/told", true),
        (&["other.json"], "${SPARE}", false),
        (&["-"], "${SPARE}", false),
        (&["-", "--stdin-name", "openclaw.json", "--env", "x.env"], "groq/told", false),
    ] {
        let (shown, _) = routec_reading(&folder, &[&["graph"][..], arguments].concat(), MODEL);
        assert!(shown.contains(chain), "{arguments:?}: {shown}");
        let (shown, _) = routec_reading(&folder, &[&["check"][..], arguments].concat(), MODEL);
        assert_eq!(shown.contains("variables of the state were read from `.env`"), is_read, "{arguments:?}: {shown}");
    }
}

#[test]
fn a_folder_of_that_name_is_no_file_of_variables() {
    let folder = folder("surroundings-folder", &[("openclaw.json", MODEL)]);
    std::fs::create_dir(folder.join(".env")).unwrap();
    let (shown, _) = routec(&folder, &["check", "openclaw.json"]);
    assert!(!shown.contains("variables of") && shown.contains("checked 1 route"), "{shown}");
}

#[test]
fn what_cannot_be_read_is_told_before_anything_is_checked() {
    let folder = folder("surroundings-wrong", &[("openclaw.json", MODEL), ("x.env", "")]);
    for (env, code, words) in [
        ("service=x.env", 2, "`service` is no kind of variables; known: process, workspace, state, gateway"),
        ("state=", 2, "`state=` names no file"),
        ("state=gone.env", 3, "--env: gone.env: "),
        ("state=.", 3, "--env: .: is a folder"),
        ("state=~/x.env", 3, "write `$HOME`"),
    ] {
        let (shown, exit) = routec(&folder, &["check", "openclaw.json", "--env", env]);
        assert!(exit == code && shown.contains(words) && !shown.contains("checked"), "{env}: {exit} {shown}");
    }
}

#[test]
fn another_revision_is_read_amid_the_same_variables() {
    let folder = folder(
        "surroundings-revision",
        &[("openclaw.json", MODEL), (".gitignore", ".env\n"), (".env", "SPARE=groq/x\n")],
    );
    for arguments in [
        &["init", "-q"][..],
        &["add", "."],
        &["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "one"],
    ] {
        assert!(Command::new("git").args(arguments).current_dir(&folder).status().unwrap().success());
    }
    let (shown, exit) = routec(&folder, &["diff", "HEAD", "openclaw.json", "--exit-code"]);
    assert_eq!(exit, 0, "{shown}");
}

#[test]
fn every_rank_is_named_where_people_and_programs_look() {
    let (help, _) = routec(Path::new("."), &["check", "--help"]);
    let schema = include_str!("../../schema/report.schema.json");
    for (name, _) in routec::environment::VariablesOf::ALL {
        let name = format!("`{name}`");
        let of_schema = schema.lines().any(|line| line.contains("Whose they are") && line.contains(&name));
        assert!(help.contains(&name) && of_schema, "{name}");
    }
}
