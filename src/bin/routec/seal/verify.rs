//! `routec verify`: whether an artifact may be loaded, and the table in it.

use std::fmt::Write;
use std::path::Path;

use routec::artifact::TABLE_MEMBERS;
use routec::artifact::keys::VerifyingKey;
use routec::artifact::verify::{RequiredKeys, Verified, VerifyError, VerifyOptions, verify as verify_bytes};
use routec::model::Moment;

use crate::args::Verify;
use crate::world::World;
use crate::{Exit, Stop};

use super::files::{moment, read, read_text, write};

/// Verifies an artifact, and hands out the table if asked to.
pub(crate) fn verify(args: &Verify, world: &World) -> Result<Exit, Stop> {
    let mut keys = Vec::new();
    for path in &args.require_key {
        let pem = read_text(world, path).map_err(|stop| Stop::usage(stop.message))?;
        keys.push(VerifyingKey::from_pem(&pem).map_err(|error| Stop::usage(format!("{}: {error}", path.display())))?);
    }
    let required = RequiredKeys::new(keys).map_err(|error| Stop::usage(error.to_string()))?;
    let now = match &args.at {
        Some(text) => moment("--at", text)?,
        None => Moment::of_seconds(world.now()).ok_or_else(|| Stop::usage("the clock is out of range"))?,
    };
    let now = now.to_string().parse().map_err(|_| Stop::usage("the time is out of range"))?;
    let options = VerifyOptions {
        table_members: &TABLE_MEMBERS,
        allow_dirty: args.allow_dirty,
        table: args.table.as_deref(),
        now: Some(now),
    };
    let bytes = read(world, &args.artifact)?;
    match verify_bytes(&bytes, &required, &options) {
        Ok(verified) => {
            if let Some(path) = &args.extract {
                write(world, path, verified.table_bytes())?;
            }
            world.print(&if args.json { accepted_json(&verified) } else { accepted(&verified) });
            Ok(Exit::Clean)
        }
        Err(error) => {
            let reason = error.reason().as_str();
            if args.json {
                let answer = serde_json::json!({"accepted": false, "reason": reason, "message": error.to_string()});
                world.print(&format!("{answer}\n"));
            } else {
                world.print(&routec::report::terminal(&refused(&args.artifact, &error)));
            }
            Ok(Exit::Refused)
        }
    }
}

fn refused(path: &Path, error: &VerifyError) -> String {
    format!("not accepted ({}): {}: {error}\n", error.reason().as_str(), path.display())
}

/// The identity that logs and tickets carry: name, version and the beginning of the table's digest.
fn identity(verified: &Verified) -> String {
    let digest: String = verified.table_sha256().chars().take(12).collect();
    format!("{}@{}+{digest}", verified.table_name(), verified.table_version())
}

fn accepted(verified: &Verified) -> String {
    let signers: Vec<String> = verified.signers().iter().map(ToString::to_string).collect();
    let mut text = format!(
        "accepted {}\n  payload sha256 {}\n  table sha256   {}\n  signed by      {}\n  created        {}\n",
        identity(verified),
        verified.payload_sha256(),
        verified.table_sha256(),
        signers.join(", "),
        verified.created_at()
    );
    if let Some(end) = verified.not_after() {
        let _ = writeln!(text, "  valid until    {end}");
    }
    for keyid in verified.ignored() {
        let _ = writeln!(text, "  not asked for  {keyid}");
    }
    routec::report::terminal(&text)
}

fn accepted_json(verified: &Verified) -> String {
    let signers: Vec<String> = verified.signers().iter().map(ToString::to_string).collect();
    let answer = serde_json::json!({
        "accepted": true,
        "routeTableVersion": identity(verified),
        "payloadSha256": verified.payload_sha256(),
        "tableSha256": verified.table_sha256(),
        "signers": signers,
        "ignored": verified.ignored(),
        "createdAt": verified.created_at().to_string(),
        "notAfter": verified.not_after().map(ToString::to_string),
    });
    format!("{answer}\n")
}
