//! Commands that write artifacts, tables and states, run as a user does; and killed at any moment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use routec::artifact::State;
use serde_json::{Value as Json, json};

use crate::sealed::{keys, payload_of, signed, statement, trust_file, with};

/// A folder of its own, which is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("routec-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.at(name), text).unwrap();
        self.at(name)
    }

    /// The names in it that begin with a dot and end so.
    fn hidden(&self, ending: &str) -> Vec<String> {
        let names = std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with('.') && name.ends_with(ending)).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

fn routec(folder: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_routec"));
    command.args(args).current_dir(&folder.0).env("SOURCE_DATE_EPOCH", "1795597200");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The exit and the standard output.
fn run(folder: &Folder, args: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = routec(folder, args).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// The artifact with that sequence, whose table says so.
fn artifact(sequence: u64) -> String {
    let table = json!({"schemaVersion": "1.0.0", "name": "chat", "version": "1.4.2", "routes": [{"name": format!("r{sequence}")}]});
    let changed = with(
        statement(),
        &[
            ("/predicate/routeTable/sequence", json!(sequence)),
            ("/predicate/routeTable/previous/sequence", json!(sequence - 1)),
            ("/predicate/table", table),
            ("/predicate/createdAt", json!("2020-01-01T00:00:00Z")),
        ],
    );
    signed(&payload_of(changed), &keys())
}

const TODAY: [&str; 2] = ["--at", "2026-11-25T12:00:00Z"];

/// A folder with a trust file that never asks how old an artifact is.
fn prepared(name: &str) -> Folder {
    let folder = Folder::new(name);
    let lasting = with(
        trust_file(),
        &[
            ("/expires", json!("9999-01-01T00:00:00Z")),
            ("/rules/0/maxAgeDays", Json::Null),
            ("/rules/0/maxCatalogueAgeDays", Json::Null),
        ],
    );
    folder.write("trust.json", &lasting.to_string());
    for sequence in [17, 18] {
        folder.write(&format!("{sequence}.json"), &artifact(sequence));
    }
    folder
}

const KEEP: [&str; 8] =
    ["--trust", "trust.json", "--state", "state.json", "--extract", "table.json", "--allow-expired", "--json"];

fn verify(folder: &Folder, file: &str) -> (Option<i32>, Json) {
    let (exit, out, error) = run(folder, &[&["verify", file][..], &KEEP].concat());
    (exit, serde_json::from_str(&out).unwrap_or_else(|_| json!(error)))
}

#[test]
fn a_state_refuses_what_is_older_and_is_never_taken_for_empty() {
    let folder = prepared("state");
    let (exit, answer) = verify(&folder, "18.json");
    assert_eq!((exit, &answer["state"], &answer["sequence"]), (Some(0), &json!("created"), &json!(18)));
    let (table, state) = (read(&folder.at("table.json")), read(&folder.at("state.json")));
    assert!(String::from_utf8(table.clone().unwrap()).unwrap().contains("r18"));
    let (exit, answer) = verify(&folder, "17.json");
    assert_eq!((exit, &answer["reason"], &answer["cause"]), (Some(5), &json!("stale"), &json!("rollback")));
    assert_eq!((read(&folder.at("table.json")), read(&folder.at("state.json"))), (table.clone(), state.clone()));
    let (exit, out, _) =
        run(&folder, &[&["verify", "18.json", "--trust", "trust.json", "--state", "state.json"][..], &TODAY].concat());
    assert_eq!(exit, Some(0), "{out}");
    assert!(out.contains("judged at      2026-11-25T12:00:00Z, for an audit: nothing is remembered"), "{out}");
    folder.write("state.json", "{}");
    let (exit, answer) = verify(&folder, "18.json");
    assert_eq!(exit, Some(3));
    assert!(answer.as_str().unwrap().contains("state.json: the state is damaged: missing field"), "{answer}");
    assert_eq!(read(&folder.at("state.json")), Some(b"{}".to_vec()));
    std::fs::remove_file(folder.at("state.json")).unwrap();
    std::fs::create_dir(folder.at("state.json")).unwrap();
    assert_eq!(verify(&folder, "18.json").0, Some(3));
}

#[test]
fn an_audit_writes_no_state() {
    let folder = prepared("audit");
    let args = [&["verify", "17.json"][..], &KEEP, &TODAY].concat();
    assert_eq!(run(&folder, &args).0, Some(0));
    assert_eq!(read(&folder.at("state.json")), None);
    assert!(folder.hidden("").is_empty(), "{:?}", folder.hidden(""));
}

#[test]
fn a_bad_command_and_bad_trust_are_no_judgement() {
    let folder = prepared("usage");
    let older = with(trust_file(), &[("/version", json!(2)), ("/expires", json!("9999-01-01T00:00:00Z"))]);
    folder.write("older.json", &older.to_string());
    folder.write("broken.json", "{\"schemaVersion\":1}");
    assert_eq!(verify(&folder, "17.json").0, Some(0));
    for (args, message) in [
        (&["verify", "17.json"][..], "required arguments were not provided"),
        (&["verify", "17.json", "--trust", "no.json"], "error: no.json: "),
        (&["verify", "17.json", "--trust", "broken.json"], "error: broken.json: lacks the member `name`\n  help: "),
        (
            &["verify", "17.json", "--trust", "older.json", "--state", "state.json"],
            "error: older.json: `/version` is 2, and version 3",
        ),
        (&["verify", "17.json", "--trust", "trust.json", "--require-key", "x"], "cannot be used with"),
        (&["verify", "17.json", "--trust", "trust.json", "--allow-dirty"], "cannot be used with"),
        (
            &["verify", "17.json", "--trust", "trust.json", "--extract", "17.json"],
            "error: --extract would overwrite the artifact",
        ),
        (
            &["verify", "17.json", "--trust", "trust.json", "--state", "./trust.json"],
            "error: --state would overwrite --trust",
        ),
        (&["verify", "17.json", "--trust", "trust.json", "--at", "today"], "error: --at: `today` is not a time"),
    ] {
        let (exit, _, error) = run(&folder, args);
        assert_eq!(exit, Some(2), "{args:?}: {error}");
        assert!(error.contains(message), "{args:?}: {error}");
    }
    assert_eq!(run(&folder, &["verify", "none.json", "--trust", "trust.json"]).0, Some(3));
}

/// Starts a command and kills it after a while, unless it is done before; whether it was killed.
fn kill_after(command: &mut Command, micros: u64) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_micros(micros));
    let _ = child.kill();
    !child.wait().unwrap().success()
}

/// How long to wait next time, so that the kills come close to the end, where the files are written.
fn next(delay: u64, was_killed: bool) -> u64 {
    if was_killed { delay * 5 / 4 + 100 } else { delay * 7 / 8 }
}

#[test]
fn a_killed_verify_leaves_the_old_files_or_the_new_ones() {
    let folder = prepared("killed-verify");
    assert_eq!(verify(&folder, "17.json").0, Some(0));
    let old = (read(&folder.at("table.json")).unwrap(), read(&folder.at("state.json")).unwrap());
    assert_eq!(verify(&folder, "18.json").0, Some(0));
    let new = (read(&folder.at("table.json")).unwrap(), read(&folder.at("state.json")).unwrap());
    let (mut killed, mut left, mut delay) = (0, 0, 500);
    for round in 0..60 {
        std::fs::write(folder.at("table.json"), &old.0).unwrap();
        std::fs::write(folder.at("state.json"), &old.1).unwrap();
        let args = [&["verify", "18.json"][..], &KEEP].concat();
        let was_killed = kill_after(&mut routec(&folder, &args), delay);
        delay = next(delay, was_killed);
        killed += u32::from(was_killed);
        let table = read(&folder.at("table.json")).unwrap();
        let state = read(&folder.at("state.json")).unwrap();
        assert!(table == old.0 || table == new.0, "round {round}: a mixture");
        assert!(state == old.1 || (state == new.1 && table == new.0), "round {round}: the state is ahead of the table");
        left += u32::from(!folder.hidden(".tmp").is_empty());
        assert!(State::read(&state).is_ok());
    }
    assert!(killed > 10, "{killed} of 60 were killed");
    assert_eq!(verify(&folder, "18.json").0, Some(0), "what {left} killed runs left does not matter");
    for name in folder.hidden(".tmp") {
        let file = std::fs::File::options().write(true).open(folder.at(&name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_hours(2)).unwrap();
    }
    folder.write(".table.json.mine.tmp", "");
    std::fs::remove_file(folder.at("state.json")).unwrap();
    assert_eq!(verify(&folder, "18.json").0, Some(0));
    assert_eq!(folder.hidden(".tmp"), [".table.json.mine.tmp"], "what is old and ours is removed, and nothing else");
}

#[test]
fn a_killed_build_leaves_the_old_artifact_or_the_new_one() {
    let folder = Folder::new("killed-build");
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
    let build = ["build", project.to_str().unwrap(), "--output", "out.json", "--force"];
    let started = std::time::SystemTime::now();
    let (exit, _, error) = run(&folder, &build);
    let whole = u64::try_from(started.elapsed().unwrap().as_micros()).unwrap();
    assert_eq!(exit, Some(0), "{error}");
    let new = read(&folder.at("out.json")).unwrap();
    let mut delay = whole * 7 / 8;
    for round in 0..8 {
        folder.write("out.json", "old");
        delay = next(delay, kill_after(&mut routec(&folder, &build), delay));
        let found = read(&folder.at("out.json")).unwrap();
        assert!(found == b"old" || found == new, "round {round}: a mixture");
    }
    assert_eq!(run(&folder, &build).0, Some(0));
    assert_eq!(read(&folder.at("out.json")).unwrap(), new);
}

#[test]
fn two_at_once_never_lower_the_state() {
    let folder = prepared("race");
    for _ in 0..5 {
        let start = |file: &str| {
            routec(&folder, &[&["verify", file][..], &KEEP].concat()).stdout(Stdio::null()).spawn().unwrap()
        };
        let (mut one, mut two) = (start("18.json"), start("17.json"));
        assert!(one.wait().unwrap().success());
        two.wait().unwrap();
        let state = State::read(&read(&folder.at("state.json")).unwrap()).unwrap();
        assert_eq!(state.seen("chat").unwrap().sequence, 18);
        std::fs::remove_file(folder.at("state.json")).unwrap();
    }
}

#[test]
fn the_example_for_users_of_the_library_loads_a_table() {
    let folder = prepared("embed");
    let current = with(
        statement(),
        &[
            ("/predicate/notAfter", json!("9999-01-01T00:00:00Z")),
            ("/predicate/createdAt", json!("2020-01-01T00:00:00Z")),
            ("/predicate/waivers", json!([])),
        ],
    );
    folder.write("lasting.json", &signed(&payload_of(current), &keys()));
    let example = Path::new(env!("CARGO_BIN_EXE_routec")).with_file_name("examples").join("embed");
    let embed = |file: &str| {
        let output = Command::new(&example).args(["trust.json", "state.json", file]).current_dir(&folder.0).output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}; `cargo test` builds it", example.display()));
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (is_loaded, said) = embed("lasting.json");
    assert!(
        is_loaded && said.starts_with("serving chat@1.4.2+") && said.ends_with(" with 0 routes, sequence 17\n"),
        "{said}"
    );
    let (is_loaded, said) = embed("trust.json");
    assert!(!is_loaded && said.contains("`payloadType` is not a string"), "{said}");
}
