//! The artifacts, the signatures and the ticket in `examples/acme/release` are what the commands of its README make.

use std::path::Path;
use std::process::Command;

use snapbox::{Data, assert_data_eq};

use crate::claims::folder;
use crate::ecdsa::{ECDSA, ED25519};
use crate::support::{files, text};

const RELEASE: &str = "examples/acme/release";

/// The step that version 3.1.0 lacked, where the first of the ladders has it.
const STEP: &str = "      - fallback: {target: sonnet-eu, label: {relation: same, gaps: []}}\n";

/// Runs a command line as outside any git repository: every clone gives the same bytes.
fn run(place: &Path, line: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_routec"));
    let output = command.current_dir(place).args(line.split(' ')).env("GIT_DIR", "none").output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn is_committed(found: &str, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(RELEASE).join(name);
    assert_data_eq!(Data::text(found).raw(), Data::read_from(&path, Some(snapbox::data::DataFormat::Text)).raw());
    assert!(std::fs::read_to_string(&path).unwrap() == found, "{name}: other bytes");
}

/// After a change of the example or of the compiler, `SNAPSHOTS=overwrite cargo test released` makes the files
/// again; their digests stand in the README of the example too.
#[test]
fn what_the_example_releases_is_what_its_commands_make() {
    let place = folder("released", &[("platform.pem", ED25519), ("security.pem", ECDSA)]);
    for path in files("examples/acme", &[".yaml", ".json", ".pem"]) {
        let now = text(&path);
        let was = now.replacen(STEP, "", 1).replacen("version: 3.2.0", "version: 3.1.0", 1);
        for (folder, text) in [("", now), ("before", was)] {
            let copy = place.join(folder).join(&path);
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            std::fs::write(copy, text).unwrap();
        }
    }
    let [old, new] = ["3.1.0", "3.2.0"].map(|version| format!("{RELEASE}/acme-gateway-{version}.routec.json"));
    let trust = format!("--trust {RELEASE}/routec-trust.json --at 2026-11-22T10:00:00Z");
    for (artifact, source, how) in [
        (&old, "before/examples/acme", "--created-at 2026-11-22T08:00:00Z".to_owned()),
        (&new, "examples/acme", format!("--created-at 2026-11-22T09:00:00Z --previous {old}")),
    ] {
        run(&place, &format!("build {source} --output {artifact} --force {how}"));
        run(&place, &format!("sign {artifact} --key platform.pem"));
        run(&place, &format!("sign {artifact} --key security.pem --reproduce {source}"));
        run(&place, &format!("verify {artifact} {trust}"));
        let name = artifact.rsplit('/').next().unwrap();
        is_committed(&std::fs::read_to_string(place.join(artifact)).unwrap(), name);
    }
    is_committed(&run(&place, &format!("ticket {new} --previous {old} {trust}")), "ticket.md");
    let keys = format!("--require-key {RELEASE}/platform.pub.pem --require-key {RELEASE}/security.pub.pem");
    run(&place, &format!("verify {new} {keys} --allow-dirty --at 2026-11-22T10:00:00Z"));
}
