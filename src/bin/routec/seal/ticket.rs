//! `routec ticket`: the block for a change ticket, from a verified artifact.

use std::path::Path;

use routec::artifact::envelope::Envelope;
use routec::artifact::json::sha256_hex;
use routec::artifact::verify::{Expectation, verify as verify_bytes};
use routec::artifact::{Artifact, State, Verified};
use routec::diff::{compare, judge};
use routec::model::Moment;
use routec::report::{Since, Ticket as Block};

use crate::args::{Ticket, TicketFormat, Verify};
use crate::version::Version;
use crate::world::World;
use crate::{Exit, Stop};

use super::answer;
use super::files::{moment, read};
use super::verify::trust;

/// Renders the ticket; an artifact that is not accepted gets none.
pub(crate) fn ticket(args: &Ticket, world: &World) -> Result<Exit, Stop> {
    let now = match &args.at {
        Some(text) => moment("--at", text)?,
        None => Moment::of_seconds(world.now()).ok_or_else(|| Stop::usage("the clock is out of range"))?,
    };
    let state = State::empty();
    let trust = trust(&as_verify(args), now, &state, world)?;
    let bytes = read(world, &args.artifact)?;
    let expectation = Expectation { table: None, now, state: &state, allow_expired: false };
    let verified = match verify_bytes(&bytes, &trust, &expectation) {
        Ok(verified) => verified,
        Err(error) => {
            world.say(&answer::refused(&args.artifact, &error));
            return Ok(Exit::Refused);
        }
    };
    let day = verified.created_at().day();
    let new = Version::sealed(&args.artifact.to_string_lossy(), &bytes, day)?;
    let old = match &args.previous {
        None => None,
        Some(path) => {
            let bytes = read(world, path)?;
            is_replaced(path, &bytes, &verified)?;
            Some(Version::sealed(&path.to_string_lossy(), &bytes, day)?)
        }
    };
    let after = new.side(None)?;
    let before = old.as_ref().map(|old| old.side(None)).transpose()?;
    let difference = before.as_ref().map(|before| compare(before, &after));
    let since = before.zip(difference.as_ref()).map(|(table, difference)| Since {
        table,
        difference,
        judged: judge(&table, &after, difference),
    });
    let block = Block { artifact: &verified, table: after, since, check: check(args, &verified) };
    match args.format {
        TicketFormat::Markdown => world.print(&block.markdown()),
        TicketFormat::Json => world.print(&block.json()),
        TicketFormat::StepSummary => {
            let text = block.markdown();
            let told = world
                .summarise(&text)
                .map_err(|error| Stop::unreadable(format!("GITHUB_STEP_SUMMARY: cannot be written: {error}")))?;
            if !told {
                world.print(&text);
            }
        }
    }
    Ok(Exit::Clean)
}

/// Whether an artifact is the one that another carries the digest of: that makes it as trustworthy as the other.
fn is_replaced(path: &Path, bytes: &[u8], by: &Verified<Artifact>) -> Result<(), Stop> {
    let shown = path.display();
    let envelope = Envelope::from_bytes(bytes).map_err(|error| Stop::unreadable(format!("{shown}: {error}")))?;
    let digest = sha256_hex(envelope.payload());
    match by.replaces() {
        None => {
            Err(Stop::usage(format!("--previous: {} is the first of its table and replaces nothing", by.identity())))
        }
        Some(old) if old.payload_sha256 == digest => Ok(()),
        Some(old) => Err(Stop::usage(format!(
            "--previous: {shown} is not what {} replaces: that is {} with payload sha256 {}, and this one's is {digest}",
            by.identity(),
            old.version,
            old.payload_sha256
        ))),
    }
}

/// The command by which everybody can check the artifact.
fn check(args: &Ticket, verified: &Verified<Artifact>) -> Vec<String> {
    let mut words: Vec<String> = ["routec", "verify"].map(str::to_owned).to_vec();
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
    if let Some(trust) = &args.trust {
        option("--trust", &trust.to_string_lossy());
    }
    for key in &args.require_key {
        option("--require-key", &key.to_string_lossy());
    }
    option("--table", verified.name());
    if let Some(at) = &args.at {
        option("--at", at);
    }
    if args.allow_dirty {
        words.push("--allow-dirty".to_owned());
    }
    words.push(args.artifact.to_string_lossy().into_owned());
    words
}

/// The same question to `routec verify`.
fn as_verify(args: &Ticket) -> Verify {
    Verify {
        artifact: args.artifact.clone(),
        trust: args.trust.clone(),
        require_key: args.require_key.clone(),
        table: None,
        state: None,
        extract: None,
        allow_dirty: args.allow_dirty,
        allow_expired: false,
        at: args.at.clone(),
        json: false,
    }
}
