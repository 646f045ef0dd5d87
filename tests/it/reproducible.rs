//! The same files give the same artifact anywhere, and who signs one can compile it again first.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use routec::artifact::Unverified;
use routec::artifact::envelope::Envelope;

use crate::support::{files, text};

const CREATED: [&str; 2] = ["--created-at", "2026-11-22T09:00:00Z"];

/// An empty folder of this name.
fn empty(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reproducible").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A copy of the example in a folder.
fn acme(folder: &Path) {
    for name in files("examples/acme", &[".yaml"]) {
        let to = folder.join(name.strip_prefix("examples/acme/").unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, text(&name)).unwrap();
    }
}

/// Runs a command as if no repository lay above the folder.
fn routec(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_routec"));
    command.args(args).current_dir(folder).env("GIT_CEILING_DIRECTORIES", env!("CARGO_TARGET_TMPDIR"));
    command.env_remove("SOURCE_DATE_EPOCH").envs(env.iter().copied()).output().unwrap()
}

/// The exit code, and what was said on standard error.
fn ended(output: &Output) -> (i32, String) {
    (output.status.code().unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

fn built(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Vec<u8> {
    let args: Vec<&str> =
        ["build"].iter().chain(args).chain(&["--output", "out.routec.json", "--force"]).copied().collect();
    let output = routec(folder, &args, env);
    assert!(output.status.success(), "{}", ended(&output).1);
    std::fs::read(folder.join("out.routec.json")).unwrap()
}

fn read(bytes: &[u8]) -> Unverified {
    Unverified::read(&Envelope::from_bytes(bytes).unwrap()).unwrap()
}

fn git(folder: &Path, args: &[&str]) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(who).args(args).env("GIT_COMMITTER_DATE", "2026-11-20T10:00:00Z");
    assert!(command.output().unwrap().status.success(), "git {args:?}");
}

#[test]
fn the_same_files_give_the_same_bytes_anywhere() {
    let (one, other) = (empty("one/acme"), empty("other/deep/down/acme"));
    acme(&one);
    acme(&other);
    let here = built(&one, &[".", CREATED[0], CREATED[1]], &[("LC_ALL", "C"), ("TZ", "UTC")]);
    let absolute = other.to_str().unwrap();
    let odd = [("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8"), ("TZ", "Asia/Kolkata"), ("COLUMNS", "61")];
    assert_eq!(here, built(&empty("elsewhere"), &[absolute, CREATED[0], CREATED[1]], &odd));
    assert_eq!(here, built(&other, &["routec.yaml", CREATED[0], CREATED[1]], &odd));
    assert_eq!(here, built(&other, &["routes/support.yaml", CREATED[0], CREATED[1]], &[]));
    #[cfg(unix)]
    {
        let link = empty("links").join("link");
        std::os::unix::fs::symlink(&one, &link).unwrap();
        assert_eq!(here, built(link.parent().unwrap(), &["link", CREATED[0], CREATED[1]], &[]));
    }
}

#[test]
fn the_order_of_files_changes_no_byte() {
    let folder = empty("order");
    let mut names = Vec::new();
    for name in files("examples/acme/routes", &[".yaml"]) {
        let name = (name.rsplit('/').next().unwrap().to_owned(), text(&name));
        std::fs::write(folder.join(&name.0), name.1).unwrap();
        names.push(name.0);
    }
    std::fs::write(folder.join("models.yaml"), text("examples/acme/catalog/models.yaml")).unwrap();
    std::fs::write(folder.join("law.yaml"), text("examples/acme/policies/baseline.yaml")).unwrap();
    let build = |names: Vec<&str>| {
        let rest = ["--catalog", "models.yaml", "--policy", "law.yaml", CREATED[0], CREATED[1]];
        built(&folder, &names.into_iter().chain(rest).collect::<Vec<_>>(), &[])
    };
    let forth = build(names.iter().map(String::as_str).collect());
    assert_eq!(forth, build(names.iter().rev().map(String::as_str).collect()));
}

#[test]
fn time_comes_from_everything_but_the_clock() {
    let folder = empty("time");
    acme(&folder);
    let created = |env: &[(&str, &str)]| {
        let predicate = read(&built(&folder, &["."], env)).predicate;
        format!("{} {} {}", predicate.created_at, predicate.created_at_source, predicate.source.dirty)
    };
    let (code, said) = ended(&routec(&folder, &["build", "."], &[]));
    assert_eq!((code, said.contains("--created-at")), (2, true), "{said}");
    let (code, said) = ended(&routec(&folder, &["build", "."], &[("SOURCE_DATE_EPOCH", "today")]));
    assert_eq!((code, said.as_str()), (2, "error: SOURCE_DATE_EPOCH is no number of seconds since 1970\n"));
    assert_eq!(created(&[("SOURCE_DATE_EPOCH", "1795338000")]), "2026-11-22T09:00:00Z SOURCE_DATE_EPOCH true");
    std::fs::remove_file(folder.join("out.routec.json")).unwrap();
    git(&folder, &["init", "-q", "."]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-qm", "first"]);
    // An artifact in the tree is no input, and does not make the tree differ.
    for _ in 0..2 {
        assert_eq!(created(&[]), "2026-11-20T10:00:00Z git-commit false");
    }
    // A policy from outside is not what was committed.
    let law = empty("law").join("law.yaml");
    std::fs::write(&law, "apiVersion: routec/v1\nkind: Policy\nmetadata: {name: own}\n").unwrap();
    let (code, said) = ended(&routec(&folder, &["build", ".", "--policy", law.to_str().unwrap()], &[]));
    assert_eq!((code, said.contains("not a clean commit")), (2, true), "{said}");
    // Nor is a file that git ignores.
    std::fs::write(folder.join(".gitignore"), "routes/own.yaml\n").unwrap();
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-qm", "second"]);
    std::fs::write(
        folder.join("routes/own.yaml"),
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: acme-gateway}\n",
    )
    .unwrap();
    let (code, said) = ended(&routec(&folder, &["build", "."], &[]));
    assert_eq!((code, said.contains("not a clean commit")), (2, true), "{said}");
}

#[test]
fn an_artifact_follows_another_of_the_same_table() {
    let folder = empty("chain");
    acme(&folder);
    let first = built(&folder, &[".", CREATED[0], CREATED[1]], &[]);
    assert_eq!(read(&first).predicate.route_table.sequence, 1);
    // A waiver of the example ends before ninety days are over.
    assert_eq!(read(&first).predicate.not_after, "2027-02-01T00:00:00Z");
    std::fs::write(folder.join("first.routec.json"), &first).unwrap();
    let follow = ["build", ".", CREATED[0], CREATED[1], "--previous", "first.routec.json", "-o", "next.routec.json"];
    let unverified = "note: first.routec.json: not verified; run `routec verify`\n";
    let version = |from: &str, to: &str| {
        for name in files("examples/acme/routes", &[".yaml"]) {
            let path = folder.join(name.strip_prefix("examples/acme/").unwrap());
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(path, text.replace(from, to)).unwrap();
        }
    };
    let (code, said) = ended(&routec(&folder, &follow, &[]));
    assert_eq!((code, said.contains("version 3.2.0 is not above 3.2.0")), (2, true), "{said}");
    version("version: 3.2.0", "version: 3.2.1");
    assert_eq!(ended(&routec(&folder, &follow, &[])), (0, unverified.to_owned()));
    let next = read(&std::fs::read(folder.join("next.routec.json")).unwrap()).predicate.route_table;
    let previous = next.previous.unwrap();
    assert_eq!((next.sequence, previous.sequence, previous.version.as_str()), (2, 1, "3.2.0"));
    assert_eq!(previous.payload_sha256, read(&first).payload_sha256);
    // Another deadline is another promise, and a patch does not say so.
    std::fs::remove_file(folder.join("next.routec.json")).unwrap();
    version("slo: {deadline: 5m, tier: standard}", "slo: {deadline: 6m, tier: standard}");
    let output = routec(&folder, &follow, &[]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("version-not-bumped"));
    assert_eq!(output.status.code(), Some(4));
    assert!(!folder.join("next.routec.json").exists());
    version("version: 3.2.1", "version: 4.0.0");
    assert_eq!(ended(&routec(&folder, &follow, &[])), (0, unverified.to_owned()));
    version("name: acme-gateway", "name: other");
    let (code, said) = ended(&routec(&folder, &follow, &[]));
    assert_eq!((code, said.contains("takes the place of table `acme-gateway`")), (2, true), "{said}");
}

#[test]
fn no_artifact_is_overwritten_by_chance() {
    let folder = empty("over");
    acme(&folder);
    let build = |more: &[&str]| {
        let args: Vec<&str> = ["build", "."].iter().chain(more).copied().collect();
        ended(&routec(&folder, &args, &[]))
    };
    let path = folder.join("acme-gateway-3.2.0.routec.json");
    assert_eq!(build(&CREATED), (0, String::new()));
    let first = std::fs::read(&path).unwrap();
    let later = ["--created-at", "2026-11-23T09:00:00Z"];
    let (code, said) = build(&later);
    assert_eq!((code, said.contains("exists and holds something else")), (2, true), "{said}");
    assert_eq!(std::fs::read(&path).unwrap(), first);
    assert!(routec(&folder, &["keygen", "k"], &[]).status.success());
    assert!(routec(&folder, &["sign", "acme-gateway-3.2.0.routec.json", "--key", "k.pem"], &[]).status.success());
    let signed = std::fs::read(&path).unwrap();
    assert_eq!(build(&CREATED), (0, String::new()));
    assert_eq!(std::fs::read(&path).unwrap(), signed, "the signature is kept");
    assert_eq!(build(&[later[0], later[1], "--force"]), (0, String::new()));
    assert_ne!(std::fs::read(&path).unwrap(), signed);
    let (code, said) = build(&[CREATED[0], CREATED[1], "--source-uri", "https://me:pw@git.example/x"]);
    assert_eq!((code, said.contains("pw"), said.contains("--source-uri")), (2, false, true), "{said}");
}

#[test]
fn only_what_compiles_again_is_signed() {
    let folder = empty("again");
    acme(&folder);
    assert!(routec(&folder, &["keygen", "k"], &[]).status.success());
    let first = built(&folder, &[".", CREATED[0], CREATED[1]], &[]);
    let sign = |more: &[&str]| {
        let args: Vec<&str> =
            ["sign", "out.routec.json", "--key", "k.pem", "--reproduce"].iter().chain(more).copied().collect();
        ended(&routec(&folder, &args, &[]))
    };
    assert_eq!(sign(&[]), (0, String::new()));
    assert_eq!(sign(&["."]), (0, String::new()));
    let signed = std::fs::read(folder.join("out.routec.json")).unwrap();
    assert_ne!(signed, first);
    // Somebody changes a file after the build.
    let path = folder.join("routes/support.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}# reviewed\n")).unwrap();
    let (code, said) = sign(&[]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("first at  /predicate/inputs/") && said.contains("an input: routes/support.yaml"), "{said}");
    assert!(said.contains(&read(&first).payload_sha256), "{said}");
    assert_eq!(std::fs::read(folder.join("out.routec.json")).unwrap(), signed);
    std::fs::write(&path, text).unwrap();
    // Somebody builds what the files do not say.
    let payload = String::from_utf8(Envelope::from_bytes(&first).unwrap().payload().to_vec()).unwrap();
    for (from, to, pointer) in [
        (r#""sequence":1"#, r#""sequence":9"#, "/predicate/routeTable/sequence"),
        (r#""warnings":0"#, r#""warnings":1"#, "/predicate/lint/warnings"),
        (r#""team":"support""#, r#""team":"everyone""#, "/predicate/table/entitlements/"),
        (r#""weight":3"#, r#""weight":30"#, "/predicate/table/routes/0/pool/0/weight"),
        (r#""grantsInForce":true"#, r#""grantsInForce":false"#, "/predicate/table/grantsInForce"),
        (r#""notAfter":"2027-02-01T00:00:00Z""#, r#""notAfter":"2028-02-01T00:00:00Z""#, "/predicate/notAfter"),
        (r#""compiler":{"name":"routec","#, r#""compiler":{"name":"other","#, "/predicate/compiler/name"),
    ] {
        let forged = payload.replacen(from, to, 1);
        assert_ne!(forged, payload, "{from}");
        let forged = Envelope::unsigned(forged.into_bytes()).to_bytes();
        std::fs::write(folder.join("out.routec.json"), &forged).unwrap();
        let (code, said) = sign(&[]);
        assert_eq!((code, said.contains(&format!("first at  {pointer}"))), (5, true), "{said}");
        assert_eq!(std::fs::read(folder.join("out.routec.json")).unwrap(), forged);
    }
}

/// JSON without its order, which follows the text.
fn unordered(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(unordered).collect();
            items.sort_by_key(ToString::to_string);
            Value::Array(items)
        }
        Value::Object(members) => {
            let places = ["file", "line", "place", "at"];
            let members = members.into_iter().filter(|(name, _)| !places.contains(&name.as_str()));
            let mut members: Vec<(String, Value)> = members.map(|(name, value)| (name, unordered(value))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

#[test]
fn questions_are_answered_from_an_artifact_as_from_its_files() {
    let folder = empty("ask");
    acme(&folder);
    let artifact = read(&built(&folder, &[".", CREATED[0], CREATED[1]], &[]));
    let plain = artifact.payload.pointer("/predicate/table").unwrap().to_string();
    std::fs::write(folder.join("plain.json"), plain).unwrap();
    let day = ["--as-of", "2026-11-22"];
    for question in [&["graph"][..], &["bounds"], &["whatif", "--all"], &["trace", "support-chat", "--on", "timeout"]] {
        let ask = |input: &str, note: &str| {
            let args = [question, &[input, "--format", "json", day[0], day[1]]].concat();
            let output = routec(&folder, &args, &[]);
            assert_eq!(ended(&output), (0, note.to_owned()), "{args:?}");
            unordered(serde_json::from_slice(&output.stdout).unwrap())
        };
        let source = ask(".", "");
        let not_verified = "note: out.routec.json: not verified; run `routec verify`\n";
        assert_eq!(ask("out.routec.json", not_verified), source, "{question:?}");
        let unsigned = "note: plain.json: a plain table, which nobody has signed; its artifact can be verified\n";
        assert_eq!(ask("plain.json", unsigned), source, "{question:?}");
    }
    let again = ended(&routec(&folder, &["build", "out.routec.json"], &[]));
    assert_eq!((again.0, again.1.contains("is compiled already")), (2, true), "{}", again.1);
    let broken = artifact.payload.to_string().replacen("\"requires\":[]", "\"requires\":[\"geo\"]", 1);
    std::fs::write(folder.join("b.routec.json"), Envelope::unsigned(broken.into_bytes()).to_bytes()).unwrap();
    let (code, said) = ended(&routec(&folder, &["graph", "b.routec.json"], &[]));
    assert_eq!((code, said.contains("requires `geo`")), (3, true), "{said}");
    std::fs::write(folder.join("c.routec.json"), "{\"payloadType\": \"x\"}").unwrap();
    let (code, said) = ended(&routec(&folder, &["show", "c.routec.json"], &[]));
    assert_eq!((code, said.contains("is no artifact that can be read")), (3, true), "{said}");
}
