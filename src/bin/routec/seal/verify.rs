//! `routec verify`: whether an artifact may be loaded, and the table in it.

use std::fs::File;
use std::path::{Path, PathBuf};

use routec::artifact::keys::VerifyingKey;
use routec::artifact::verify::{Expectation, verify as verify_bytes};
use routec::artifact::{Artifact, State, Trust, Verified};
use routec::model::Moment;

use crate::args::Verify;
use crate::world::World;
use crate::{Exit, Stop};

use super::answer::{self, Memory};
use super::files::{moment, read, read_text};

/// Verifies an artifact, hands out the table if asked to, and remembers what was accepted.
pub(crate) fn verify(args: &Verify, world: &World) -> Result<Exit, Stop> {
    nothing_is_overwritten(args, world)?;
    let now = match &args.at {
        Some(text) => moment("--at", text)?,
        None => Moment::of_seconds(world.now()).ok_or_else(|| Stop::usage("the clock is out of range"))?,
    };
    let remembered = args.state.as_deref().map(|path| Remembered::open(path, args.at.is_none(), world)).transpose()?;
    let empty = State::empty();
    let state = remembered.as_ref().map_or(&empty, |remembered| &remembered.state);
    let trust = trust(args, now, state, world)?;
    let bytes = read(world, &args.artifact)?;
    let expectation = Expectation { table: args.table.as_deref(), now, state, allow_expired: args.allow_expired };
    match verify_bytes(&bytes, &trust, &expectation) {
        Ok(verified) => {
            let memory = hand_out(args, remembered.as_ref(), &verified, world)?;
            let audited = args.at.is_some().then_some(now);
            world.print(&if args.json {
                answer::accepted_json(&verified, &memory)
            } else {
                answer::accepted(&verified, &memory, audited)
            });
            Ok(Exit::Clean)
        }
        Err(error) => {
            world.print(&if args.json {
                answer::refused_json(&error)
            } else {
                answer::refused(&args.artifact, &error)
            });
            Ok(Exit::Refused)
        }
    }
}

/// What a state file holds, with the lock that keeps other runs from writing it meanwhile.
struct Remembered<'a> {
    path: &'a Path,
    state: State,
    is_new: bool,
    /// Nothing in an audit, which writes no state.
    lock: Option<File>,
}

impl<'a> Remembered<'a> {
    fn open(path: &'a Path, writes: bool, world: &World) -> Result<Self, Stop> {
        let failed = |what: &str| {
            Stop::unreadable(format!(
                "{}: the state {what}; what was accepted before is not known, so nothing is accepted. Restore the file, or remove it if older artifacts may be accepted again",
                path.display()
            ))
        };
        let lock = if writes {
            Some(world.lock(path).map_err(|error| failed(&format!("cannot be locked: {error}")))?)
        } else {
            None
        };
        if !world.exists(path) {
            return Ok(Self { path, state: State::empty(), is_new: true, lock });
        }
        let bytes = world.read(path).map_err(|error| failed(&format!("cannot be read: {error}")))?;
        let state = State::read(&bytes).map_err(|error| failed(&format!("is damaged: {error}")))?;
        Ok(Self { path, state, is_new: false, lock })
    }
}

/// Writes the table and then the state. Both are complete on the disk before either is put in its place, and a run that
/// is killed between the two has a new table and an old state, which accepts the same artifact again.
fn hand_out(
    args: &Verify,
    remembered: Option<&Remembered<'_>>,
    verified: &Verified<Artifact>,
    world: &World,
) -> Result<Memory, Stop> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| Stop::unreadable(format!("{}: {error}", path.display()));
    let stage = |path: &Path, bytes: &[u8]| {
        let staged = world.stage(path, bytes).map_err(|error| failed(path, &error))?;
        Ok::<_, Stop>((path.to_path_buf(), staged))
    };
    let table = args.extract.as_deref().map(|path| stage(path, verified.table_bytes())).transpose()?;
    let (state, memory) = match remembered {
        None => (None, Memory::None),
        Some(remembered) if remembered.lock.is_none() => (None, Memory::Audit),
        Some(remembered) => {
            let after = remembered.state.after(verified);
            let is_changed = remembered.is_new || after != remembered.state;
            let state = is_changed.then(|| stage(remembered.path, &after.to_bytes())).transpose()?;
            (state, Memory::Kept { path: remembered.path.to_path_buf(), is_new: remembered.is_new })
        }
    };
    for (path, staged) in table.into_iter().chain(state) {
        staged.rename().map_err(|error| failed(&path, &error))?;
    }
    Ok(memory)
}

/// Whether no file that is written is one that is read, or the other one.
fn nothing_is_overwritten(args: &Verify, world: &World) -> Result<(), Stop> {
    let given = |option: &'static str, path: &Option<PathBuf>| path.clone().map(|path| (option, path));
    let mut taken = vec![("the artifact", args.artifact.clone())];
    taken.extend(given("--trust", &args.trust));
    taken.extend(args.require_key.iter().map(|path| ("--require-key", path.clone())));
    for (option, path) in [given("--state", &args.state), given("--extract", &args.extract)].into_iter().flatten() {
        if let Some((other, _)) = taken.iter().find(|(_, other)| world.is_same(&path, other)) {
            return Err(Stop::usage(format!("{option} would overwrite {other} {}: name another file", path.display())));
        }
        taken.push((option, path));
    }
    Ok(())
}

/// The trust that was named.
pub(super) fn trust(args: &Verify, now: Moment, state: &State, world: &World) -> Result<Trust, Stop> {
    let usage = |path: &Path, what: &str| Stop::usage(format!("{}: {what}", path.display()));
    if let Some(path) = &args.trust {
        let bytes = world.read(path).map_err(|error| usage(path, &error.to_string()))?;
        return Trust::read(&bytes, now, state)
            .map_err(|error| usage(path, &format!("{error}\n  help: {}", error.help())));
    }
    let mut keys = Vec::new();
    for path in &args.require_key {
        let pem = read_text(world, path).map_err(|stop| Stop::usage(stop.message))?;
        keys.push(VerifyingKey::from_pem(&pem).map_err(|error| usage(path, &error.to_string()))?);
    }
    let trust = Trust::of_keys(keys).map_err(|error| Stop::usage(format!("{error}: {}", error.help())))?;
    Ok(if args.allow_dirty { trust.accepting_dirty() } else { trust })
}
