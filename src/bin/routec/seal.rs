//! `routec build`, `keygen`, `sign` and `verify`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use routec::artifact::envelope::Envelope;
use routec::artifact::json::{parse_strict, sha256_hex};
use routec::artifact::keys::{SigningKey, VerifyingKey};
use routec::artifact::sign::sign as add_signature;
use routec::artifact::verify::{RequiredKeys, Verified, VerifyError, VerifyOptions, verify as verify_bytes};
use routec::artifact::{InputFile, Previous, Provenance, TABLE_MEMBERS, build as build_artifact};
use routec::driver::{Outcome, Role};
use routec::model::{Kind, Moment, Table};

use crate::args::{Build, Keygen, Sign, Verify};
use crate::request::{self, Request};
use crate::world::World;
use crate::{Exit, Stop, check};

/// Compiles a checked table into an unsigned artifact.
pub(crate) fn build(args: &Build, world: &World) -> Result<Exit, Stop> {
    let request = request::for_report(&args.input, world)?;
    let outcome = match check::gate(&request, world) {
        Ok(outcome) => outcome,
        Err(exit) => {
            world.say("error: no artifact was built: the table is not clean\n");
            return Ok(exit);
        }
    };
    let table = choose(&outcome, args.table.as_deref())?;
    let checked = routec::gate::pass(table, &outcome.catalogue, &outcome.findings)
        .ok_or_else(|| Stop::unreadable("no artifact was built: the table was not read completely"))?;
    let provenance = provenance(args, &request, world)?;
    let artifact = build_artifact(&checked, &outcome.policies, provenance)
        .map_err(|error| Stop::usage(format!("no artifact was built: {error}")))?;
    let path = match &args.output {
        None => PathBuf::from(&artifact.file_name),
        Some(path) if world.is_folder(path) => path.join(&artifact.file_name),
        Some(path) => path.clone(),
    };
    write(world, &path, &artifact.envelope.to_bytes())?;
    world.print(&format!(
        "built {}\n  payload sha256 {}\n  table sha256   {}\n  unsigned: `routec sign --key KEY {0}` is next\n",
        path.display(),
        artifact.payload_sha256,
        artifact.table_sha256
    ));
    Ok(Exit::Clean)
}

fn choose<'a>(outcome: &'a Outcome, name: Option<&str>) -> Result<&'a Table, Stop> {
    let known = || outcome.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
    match (outcome.tables.as_slice(), name) {
        ([only], None) => Ok(only),
        (tables, Some(name)) => tables
            .iter()
            .find(|table| table.name.as_str() == name)
            .ok_or_else(|| Stop::usage(format!("there is no table `{name}`; known: {}", known()))),
        (_, None) => Err(Stop::usage(format!("there are several tables ({}); choose one with --table", known()))),
    }
}

fn provenance(args: &Build, request: &Request, world: &World) -> Result<Provenance, Stop> {
    let commit = world.commit(&request.root);
    let of_seconds =
        |seconds: i64| Moment::of_seconds(seconds).ok_or_else(|| Stop::usage("the time of creation is out of range"));
    let clean_time = commit.time.filter(|_| !commit.dirty);
    let (created_at, created_at_source) = match (&args.created_at, world.source_date_epoch(), clean_time) {
        (Some(time), ..) => (moment("--created-at", time)?, "flag"),
        (None, Some(seconds), _) => (of_seconds(seconds)?, "SOURCE_DATE_EPOCH"),
        (None, None, Some(seconds)) => (of_seconds(seconds)?, "git-commit"),
        (None, None, None) => {
            return Err(Stop::usage(
                "the tree is not a clean commit, so nothing says when the artifact was created: commit, or give --created-at 2026-11-22T09:00:00Z",
            ));
        }
    };
    let previous = args.previous.as_ref().map(|path| read_previous(path, world)).transpose()?;
    let role = |id| request.job.files.iter().find(|(file, _)| *file == id).map_or(Role::Any, |(_, role)| *role);
    let mut inputs: Vec<InputFile> = request
        .inputs
        .iter()
        .map(|(id, name)| InputFile {
            role: match role(*id) {
                Role::Kind(Kind::Catalog) => "catalogue",
                Role::Kind(Kind::Policy) => "policy",
                Role::Kind(Kind::Project | Kind::Expectations) => "config",
                Role::Kind(Kind::RouteTable) | Role::Any | Role::BuiltInCatalogue => "routes",
            },
            name: name.clone(),
            bytes: request.sources.file(*id).text().as_bytes().to_vec(),
        })
        .collect();
    for (id, _) in request.job.files.iter().filter(|(_, role)| *role == Role::BuiltInCatalogue) {
        let file = request.sources.file(*id);
        inputs.push(InputFile {
            role: "catalogue",
            name: file.name().to_owned(),
            bytes: file.text().as_bytes().to_vec(),
        });
    }
    Ok(Provenance {
        inputs,
        commit: commit.id,
        dirty: commit.dirty,
        created_at,
        created_at_source,
        max_age_days: args.max_age_days,
        previous,
    })
}

fn moment(flag: &str, text: &str) -> Result<Moment, Stop> {
    text.parse().map_err(|_| Stop::usage(format!("{flag}: `{text}` is not a time such as 2026-11-22T09:00:00Z")))
}

/// What a new artifact needs to know of the one it replaces.
fn read_previous(path: &Path, world: &World) -> Result<Previous, Stop> {
    let bytes = read(world, path)?;
    let bad = |what: &str| Stop::unreadable(format!("{}: {what}", path.display()));
    let envelope = Envelope::from_bytes(&bytes).map_err(|error| bad(&error.to_string()))?;
    let payload = parse_strict(envelope.payload()).map_err(|error| bad(&error.to_string()))?;
    let reference = payload.pointer("/predicate/routeTable").ok_or_else(|| bad("is no artifact of a route table"))?;
    let version = reference.get("version").and_then(|version| version.as_str());
    let sequence = reference.get("sequence").and_then(serde_json::Value::as_u64);
    let (version, sequence) = version.zip(sequence).ok_or_else(|| bad("carries no version and sequence"))?;
    Ok(Previous { version: version.to_owned(), sequence, payload_sha256: sha256_hex(envelope.payload()) })
}

/// Makes a pair of keys.
pub(crate) fn keygen(args: &Keygen, world: &World) -> Result<Exit, Stop> {
    let key = SigningKey::generate().map_err(|error| Stop::unreadable(error.to_string()))?;
    let secret = key.to_pem().map_err(|error| Stop::unreadable(error.to_string()))?;
    let public = key.verifying_key().to_pem().map_err(|error| Stop::unreadable(error.to_string()))?;
    let beside = |ending: &str| {
        let mut name = args.name.clone().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    };
    let (secret_path, public_path) = (beside(".pem"), beside(".pub.pem"));
    for path in [&secret_path, &public_path] {
        if world.exists(path) {
            return Err(Stop::usage(format!("{} exists already; no key is ever overwritten", path.display())));
        }
    }
    let failed = |path: &Path, error: std::io::Error| Stop::unreadable(format!("{}: {error}", path.display()));
    world.write_secret(&secret_path, secret.as_str().as_bytes()).map_err(|error| failed(&secret_path, error))?;
    world.write(&public_path, public.as_bytes()).map_err(|error| failed(&public_path, error))?;
    world.print(&format!(
        "wrote {} (private: keep it out of the repository) and {}\n  {}\n",
        secret_path.display(),
        public_path.display(),
        key.id()
    ));
    Ok(Exit::Clean)
}

/// Signs an artifact in place.
pub(crate) fn sign(args: &Sign, world: &World) -> Result<Exit, Stop> {
    let shown = |path: &Path, error: &dyn std::fmt::Display| Stop::unreadable(format!("{}: {error}", path.display()));
    let pem = read_text(world, &args.key)?;
    let key = SigningKey::from_pem(&pem).map_err(|error| shown(&args.key, &error))?;
    let envelope =
        Envelope::from_bytes(&read(world, &args.artifact)?).map_err(|error| shown(&args.artifact, &error))?;
    let signed = add_signature(envelope, &key).map_err(|error| shown(&args.artifact, &error))?;
    write(world, &args.artifact, &signed.to_bytes())?;
    world.print(&format!("signed {} as {}\n", args.artifact.display(), key.id()));
    Ok(Exit::Clean)
}

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

fn read(world: &World, path: &Path) -> Result<Vec<u8>, Stop> {
    world.read(path).map_err(|error| Stop::unreadable(format!("{}: {error}", path.display())))
}

fn read_text(world: &World, path: &Path) -> Result<String, Stop> {
    String::from_utf8(read(world, path)?).map_err(|_| Stop::unreadable(format!("{}: is not text", path.display())))
}

fn write(world: &World, path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    world.write(path, bytes).map_err(|error| Stop::unreadable(format!("{}: {error}", path.display())))
}
