//! Files and times that are named on the command line, with the errors that name them.

use std::fmt;
use std::path::Path;

use routec::artifact::envelope::Envelope;
use routec::model::Moment;

use crate::world::World;
use crate::{Exit, Stop};

/// What is wrong with a file.
pub(super) fn at(path: &Path, error: &dyn fmt::Display) -> Stop {
    Stop::unreadable(format!("{}: {error}", path.display()))
}

/// Why a signature is not accepted.
pub(super) fn refused(path: &Path, error: &dyn fmt::Display) -> Stop {
    Stop { exit: Exit::Refused, ..at(path, error) }
}

/// The envelope in a file, to add a signature to; it proves nothing.
pub(super) fn envelope(world: &World, path: &Path) -> Result<Envelope, Stop> {
    Envelope::from_bytes(&read(world, path)?).map_err(|error| at(path, &error))
}

pub(super) fn read(world: &World, path: &Path) -> Result<Vec<u8>, Stop> {
    world.read(path).map_err(|error| Stop::unreadable(format!("{}: {error}", path.display())))
}

pub(super) fn read_text(world: &World, path: &Path) -> Result<String, Stop> {
    String::from_utf8(read(world, path)?).map_err(|_| Stop::unreadable(format!("{}: is not text", path.display())))
}

pub(super) fn write(world: &World, path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    world.write(path, bytes).map_err(|error| Stop::unreadable(format!("{}: {error}", path.display())))
}

pub(super) fn moment(flag: &str, text: &str) -> Result<Moment, Stop> {
    text.parse().map_err(|_| Stop::usage(format!("{flag}: `{text}` is not a time such as 2026-11-22T09:00:00Z")))
}
