//! `routec diff` and `check --base` read git revisions without touching the work tree.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::text;

/// A repository with two commits: the table of the page about `diff`, and a slower one that is tagged.
fn repository(name: &str) -> PathBuf {
    let root = std::env::temp_dir().join(format!("routec-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(root.join("gateway/routes")).unwrap();
    std::fs::create_dir_all(root.join("gateway/catalog")).unwrap();
    let catalog = "apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: c, asOf: 2026-11-20}\nmodels: {}\n";
    std::fs::write(root.join("gateway/catalog/models.yaml"), catalog).unwrap();
    git(&root, &["init", "--quiet", "--initial-branch", "trunk"]);
    for (file, message) in [("before", "first"), ("slower", "second")] {
        std::fs::write(root.join("gateway/routes/desk.yaml"), text(&format!("tests/commands/{file}.yaml"))).unwrap();
        git(&root, &["add", "-A"]);
        let who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        git(&root, &[&who[..], &["commit", "--quiet", "-m", message]].concat());
    }
    git(&root, &["tag", "v1.5"]);
    root
}

fn git(root: &Path, words: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(root).args(words).output().unwrap();
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn routec(folder: &Path, words: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_routec")).current_dir(folder).args(words).output().unwrap();
    let said = [stdout, stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    (status.code(), said)
}

#[test]
fn a_revision_is_a_version_of_what_lies_beside_it() {
    let root = repository("revisions");
    let gateway = root.join("gateway");
    let first_line = |folder: &Path, words: &[&str]| {
        let (code, said) = routec(folder, words);
        (code, said.lines().next().unwrap_or_default().to_owned())
    };
    let minor = (Some(0), "requires: minor".to_owned());
    let nothing = (Some(0), "requires: nothing".to_owned());
    // From the root of the repository, from within the project, and by paths within revisions.
    assert_eq!(first_line(&root, &["diff", "HEAD~1", "gateway"]), minor);
    assert_eq!(first_line(&gateway, &["diff", "HEAD~1"]), minor);
    assert_eq!(first_line(&gateway, &["diff", "trunk~1", "v1.5"]), minor);
    assert_eq!(first_line(&root, &["diff", "HEAD~1:gateway", "trunk:gateway/routes/desk.yaml"]), minor);
    assert_eq!(first_line(&gateway, &["diff", "v1.5", "."]), nothing);
    // The places of a revision are named with it.
    let (_, said) = routec(&gateway, &["diff", "HEAD~1"]);
    assert!(said.contains("was HEAD~1:gateway/routes/desk.yaml:"), "{said}");

    // What is not committed is the new version; what was checked out is left as it is.
    let slower = text("tests/commands/after.yaml");
    std::fs::write(gateway.join("routes/desk.yaml"), &slower).unwrap();
    let status = git(&root, &["status", "--porcelain"]);
    assert_eq!(first_line(&gateway, &["diff", "HEAD"]), (Some(4), "requires: major".to_owned()));
    let (code, said) = routec(&gateway, &["check", ".", "--base", "HEAD~1", "--output", "concise"]);
    assert!(code == Some(1) && said.contains("deny[version-not-bumped]"), "{said}");
    assert_eq!(git(&root, &["status", "--porcelain"]), status);
    assert_eq!(std::fs::read_to_string(gateway.join("routes/desk.yaml")).unwrap(), slower);

    // What there is not, is named.
    for (words, expected) in [
        (["diff", "nope", "."], "the repository has no revision `nope`"),
        (["diff", "HEAD:nope", "."], "revision `HEAD` has no `nope`"),
        (["diff", "HEAD", "HEAD~7"], "the repository has no revision `HEAD~7`"),
        (["diff", "--", "-x"], "`-x` is neither a file, nor a folder, nor a git revision"),
    ] {
        let (code, said) = routec(&gateway, &words);
        assert!(code == Some(2) && said.contains(expected), "{words:?}: {code:?} {said}");
    }
    std::fs::remove_dir_all(&root).unwrap();
}
