//! The same input gives the same bytes: twice in a process, in two processes, in any order of files.

use std::process::Command;

use routec::report::Format;

use crate::support::{files, report, run, text};

fn broken() -> Vec<String> {
    files("examples/acme-broken", &[".yaml"])
        .iter()
        .filter(|name| !name.ends_with("routec.yaml"))
        .map(|name| text(name))
        .collect()
}

#[test]
fn two_runs_agree() {
    let texts = broken();
    let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    for (_, format) in Format::ALL {
        let first = run(&bytes);
        let second = run(&bytes);
        assert_eq!(report(&first.0, &first.1, format), report(&second.0, &second.1, format));
    }
}

#[test]
fn the_order_of_files_changes_no_finding() {
    let texts = broken();
    let forth: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    let back: Vec<&[u8]> = texts.iter().rev().map(String::as_bytes).collect();
    let words = |bytes: &[&[u8]]| {
        let (_, outcome) = run(bytes);
        let mut words: Vec<String> =
            outcome.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.message)).collect();
        words.sort();
        words
    };
    assert_eq!(words(&forth).len(), words(&back).len());
    assert!(!words(&forth).is_empty());
}

#[test]
fn two_processes_in_two_folders_and_locales_agree() {
    let run = |locale: &str, folder: &str, path: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_routec"))
            .args(["check", path, "--output", "concise"])
            .current_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
            .env("LC_ALL", locale)
            .env("TZ", if locale == "C" { "UTC" } else { "Asia/Kolkata" })
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let here = run("C", "examples/acme-broken", ".");
    let there = run("tr_TR.UTF-8", "examples", "acme-broken");
    assert_eq!(here.0, there.0);
    assert_eq!(here.1, there.1.replace("acme-broken/", ""));
    assert!(here.1.lines().count() > 10);
}
