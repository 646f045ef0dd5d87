//! Which variables OpenClaw takes from nowhere but the process and its own state, because others could turn it with them.
//!
//! The facts are those of release 2026.9.6, `src/infra/dotenv.ts`, `src/infra/host-env-security.ts` and
//! `src/config/config-env-vars.ts`, with the names that the plugins it brings declare for their providers' keys.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Variables that change how programs are started and whom they trust.
static NEITHER: LazyLock<BTreeSet<&str>> = LazyLock::new(|| names(include_str!("neither.txt")));

/// Variables that only the workspace's `.env` may not set.
static WORKSPACE: LazyLock<BTreeSet<&str>> = LazyLock::new(|| names(include_str!("workspace.txt")));

/// How the first of these begin, too.
const NEITHER_BEGINS: [&str; 7] =
    ["BASH_FUNC_", "CARGO_REGISTRIES_", "DYLD_", "GIT_CONFIG_", "LD_", "NPM_CONFIG_", "TF_VAR_"];

/// How the second of these begin, too.
const WORKSPACE_BEGINS: [&str; 7] = [
    "ANTHROPIC_API_KEY_",
    "AWS_CONTAINER_",
    "AWS_ENDPOINT_URL_",
    "CLAWHUB_",
    "CLOUDSDK_",
    "OPENAI_API_KEY_",
    "OPENCLAW_",
];

/// How they end, too.
const WORKSPACE_ENDS: [&str; 4] = ["_API_HOST", "_BASE_URL", "_ENDPOINT", "_HOMESERVER"];

/// Words of a name, one behind the other, that switch a protection off.
const WORKSPACE_WORDS: [&[&str]; 7] = [
    &["DANGEROUSLY"],
    &["DISABLE", "AUTH"],
    &["DISABLE", "CERT"],
    &["DISABLE", "SIGNATURE"],
    &["DISABLE", "SSL"],
    &["DISABLE", "TLS"],
    &["SKIP", "AUTH"],
];

/// What `env.vars` may not set though the workspace's `.env` is told by another list.
const OWN_SWITCHES: [&str; 3] =
    ["OPENCLAW_ALLOW_OLDER_BINARY_DESTRUCTIVE_ACTIONS", "OPENCLAW_CONFIG_READONLY", "OPENCLAW_INCLUDE_ROOTS"];

fn names(list: &'static str) -> BTreeSet<&'static str> {
    list.lines().filter(|line| !line.starts_with('#')).collect()
}

/// Whether the `.env` in the folder where OpenClaw is started may set a variable.
pub fn workspace_may_set(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    !is_dangerous(&upper) && !is_kept_from_workspace(&upper)
}

/// Whether `env.vars` may set a variable.
pub fn configuration_may_set(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    !is_dangerous(&upper) && !OWN_SWITCHES.contains(&upper.as_str())
}

/// Whether a variable that the workspace's `.env` may not set can only be meant for OpenClaw: a switch of its own, or a key
/// of a provider. Whatever else stands there is for other programs, too.
pub fn is_meant_for_openclaw(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.starts_with("OPENCLAW_") || (names_secret(&upper) && WORKSPACE.contains(upper.as_str()))
}

/// Whether the name of a variable is one for a secret.
pub fn names_secret(name: &str) -> bool {
    ["KEY", "KEYS", "TOKEN", "SECRET", "PASSWORD"].iter().any(|end| name.ends_with(end))
}

/// Whether only the workspace's `.env` may not set a name in upper case.
fn is_kept_from_workspace(upper: &str) -> bool {
    let words: Vec<&str> = upper.split('_').filter(|word| !word.is_empty()).collect();
    WORKSPACE.contains(upper)
        || WORKSPACE_BEGINS.iter().any(|start| upper.starts_with(start))
        || WORKSPACE_ENDS.iter().any(|end| upper.ends_with(end))
        || WORKSPACE_WORDS.iter().any(|sequence| words.windows(sequence.len()).any(|window| window == *sequence))
}

/// Whether a name in upper case changes how programs are started and whom they trust.
fn is_dangerous(upper: &str) -> bool {
    let is_of_cargo = upper.starts_with("CARGO_TARGET_") && (upper.ends_with("_LINKER") || upper.ends_with("_RUNNER"));
    NEITHER.contains(upper) || is_of_cargo || NEITHER_BEGINS.iter().any(|start| upper.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_order() {
        for text in [include_str!("neither.txt"), include_str!("workspace.txt")] {
            let lines: Vec<&str> = text.lines().skip(1).collect();
            assert!(text.starts_with("# ") && lines.len() > 100 && lines.is_sorted());
        }
    }

    #[test]
    fn the_workspace_sets_what_is_its_own() {
        for (name, workspace, configuration) in [
            ("MAIN_MODEL", true, true),
            ("MY_PROXY_KEY", true, true),
            ("OPENAI_API_KEY", false, true),
            ("openai_api_key", false, true),
            ("ANTHROPIC_API_KEY_2", false, true),
            ("OPENCLAW_STATE_DIR", false, true),
            ("OPENCLAW_CONFIG_READONLY", false, false),
            ("ACME_BASE_URL", false, true),
            ("ACME_SKIP_AUTH", false, true),
            ("HTTPS_PROXY", false, false),
            ("AWS_SECRET_ACCESS_KEY", false, false),
            ("AWS_PROFILE", false, true),
            ("LD_PRELOAD", false, false),
        ] {
            assert_eq!((workspace_may_set(name), configuration_may_set(name)), (workspace, configuration), "{name}");
        }
        for (name, is_meant) in [("OPENAI_API_KEY", true), ("OPENCLAW_HOME", true), ("PATH", false), ("MY_KEY", false)]
        {
            assert_eq!(is_meant_for_openclaw(name), is_meant, "{name}");
        }
    }
}
