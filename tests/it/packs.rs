//! Every policy pack catches what its expectations say, and leaves alone what they say.

use std::process::Command;

use crate::support::files;

#[test]
fn packs_do_what_their_expectations_say() {
    let root = env!("CARGO_MANIFEST_DIR");
    let packs: Vec<String> = files("policies", &["policy.yaml"])
        .iter()
        .filter_map(|name| Some(name.strip_suffix("/policies/policy.yaml")?.to_owned()))
        .collect();
    assert!(packs.len() >= 4, "{packs:?}");
    for pack in packs {
        let run = Command::new(env!("CARGO_BIN_EXE_routec")).args(["test", &pack]).current_dir(root).output().unwrap();
        let text = String::from_utf8(run.stdout).unwrap();
        assert!(run.status.success(), "{pack}:\n{text}");
        assert!(!text.starts_with("0 run"), "{pack} tests nothing");
    }
}

#[test]
fn a_pack_that_catches_less_fails() {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("weakened-pack");
    let _ = std::fs::remove_dir_all(&folder);
    for part in ["policies/policy.yaml", "expectations/expectations.yaml", "routec.yaml"] {
        let to = folder.join(part);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        let text = std::fs::read_to_string(format!("{root}/policies/eu-residency/{part}")).unwrap();
        // Somebody adds a country to the list.
        std::fs::write(to, text.replace("      jurisdictions:\n", "      jurisdictions:\n        - US\n")).unwrap();
    }
    let run = Command::new(env!("CARGO_BIN_EXE_routec")).arg("test").arg(&folder).output().unwrap();
    assert_eq!(run.status.code(), Some(6), "{}", String::from_utf8_lossy(&run.stdout));
}
