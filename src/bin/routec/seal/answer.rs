//! What `routec verify` answers, to people and to scripts.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use routec::artifact::verify::{Signer, VerifyError};
use routec::artifact::{Artifact, Verified};
use routec::model::Moment;
use serde_json::{Value, json};

/// What became of the state.
pub(super) enum Memory {
    /// None was asked for.
    None,
    /// An audit looks at it and leaves it alone.
    Audit,
    /// It is in this file; if that is new, nothing was known of earlier artifacts.
    Kept { path: PathBuf, is_new: bool },
}

/// The lines about an artifact that is accepted; `audited` is the time it was judged at, if not now.
pub(super) fn accepted(verified: &Verified<Artifact>, memory: &Memory, audited: Option<Moment>) -> String {
    let mut text = format!("accepted {} (sequence {})\n", verified.identity(), verified.sequence());
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        let _ = writeln!(text, "  {name:<15}{value}");
    };
    line("payload sha256", &verified.payload_sha256());
    line("table sha256", &verified.table_sha256());
    for Signer { key_id, owner } in verified.signers() {
        line("signed by", &owner.as_ref().map_or_else(|| key_id.to_string(), |owner| format!("{owner} {key_id}")));
    }
    line("created", &verified.created_at());
    line("valid until", &verified.not_after());
    line("verdict", &verified.verdict().as_str());
    for waiver in verified.waivers() {
        line("waived", &format!("{} at {} until {}", waiver.policy, waiver.scope, waiver.expires));
    }
    if let Some(trust) = verified.trust() {
        line("trust", &format!("{} version {}", trust.name, trust.version));
    }
    for uncounted in verified.uncounted() {
        line("not counted", uncounted);
    }
    for key_id in verified.ignored() {
        line("not asked for", key_id);
    }
    for overlooked in verified.overlooked() {
        line("overlooked", overlooked);
    }
    if let Some(at) = audited {
        line("judged at", &format!("{at}, for an audit: nothing is remembered"));
    }
    match memory {
        Memory::None | Memory::Audit => {}
        Memory::Kept { path, is_new: false } => line("remembered in", &path.display()),
        Memory::Kept { path, is_new: true } => {
            line("remembered in", &format!("{} (new: no artifact was known before)", path.display()));
        }
    }
    routec::report::terminal(&text)
}

/// The answer about an artifact that is accepted, for scripts.
pub(super) fn accepted_json(verified: &Verified<Artifact>, memory: &Memory) -> String {
    let signer = |Signer { key_id, owner }: &Signer| json!({"keyid": key_id.as_str(), "owner": owner});
    let overlooked = |error: &VerifyError| json!({"cause": error.cause().as_str(), "message": error.to_string()});
    let answer = json!({
        "accepted": true,
        "routeTableVersion": verified.identity(),
        "table": verified.name(),
        "version": verified.version().to_string(),
        "sequence": verified.sequence(),
        "payloadSha256": verified.payload_sha256(),
        "tableSha256": verified.table_sha256(),
        "signers": verified.signers().iter().map(signer).collect::<Vec<_>>(),
        "notCounted": verified.uncounted().iter().map(|key| key.key_id.as_str()).collect::<Vec<_>>(),
        "ignored": verified.ignored(),
        "createdAt": verified.created_at().to_string(),
        "notAfter": verified.not_after().to_string(),
        "verdict": verified.verdict().as_str(),
        "overlooked": verified.overlooked().iter().map(overlooked).collect::<Vec<_>>(),
        "trust": verified.trust().map(|trust| {
            json!({"name": trust.name, "version": trust.version, "sha256": trust.sha256})
        }),
        "state": match memory {
            Memory::None => Value::Null,
            Memory::Audit => json!("audited"),
            Memory::Kept { is_new: false, .. } => json!("kept"),
            Memory::Kept { is_new: true, .. } => json!("created"),
        },
    });
    format!("{answer}\n")
}

/// The lines about an artifact that is not accepted.
pub(super) fn refused(path: &Path, error: &VerifyError) -> String {
    let text =
        format!("not accepted ({}): {}: {error}\n  help: {}\n", error.reason().as_str(), path.display(), error.help());
    routec::report::terminal(&text)
}

/// The answer about an artifact that is not accepted, for scripts.
pub(super) fn refused_json(error: &VerifyError) -> String {
    let answer = json!({
        "accepted": false,
        "reason": error.reason().as_str(),
        "cause": error.cause().as_str(),
        "message": error.to_string(),
        "help": error.help(),
    });
    format!("{answer}\n")
}
