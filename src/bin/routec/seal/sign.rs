//! `routec sign`: one more signature in the envelope.

use std::path::Path;

use routec::artifact::envelope::Envelope;
use routec::artifact::sign::sign as add_signature;

use crate::args::Sign;
use crate::world::World;
use crate::{Exit, Stop};

use super::files::{read, write};
use super::key::signing_key;
use super::reproduce;

/// Signs an artifact in place.
pub(crate) fn sign(args: &Sign, world: &World) -> Result<Exit, Stop> {
    let shown = |path: &Path, error: &dyn std::fmt::Display| Stop::unreadable(format!("{}: {error}", path.display()));
    let envelope =
        Envelope::from_bytes(&read(world, &args.artifact)?).map_err(|error| shown(&args.artifact, &error))?;
    if let Some(exit) = reproduce::refuses(&args.reproduce, &envelope, world)? {
        return Ok(exit);
    }
    let key = signing_key(&args.key, &args.passphrase, world)?;
    let signed = add_signature(envelope, &key).map_err(|error| shown(&args.artifact, &error))?;
    write(world, &args.artifact, &signed.to_bytes())?;
    world.print(&format!("signed {} as {}\n", args.artifact.display(), key.id()));
    Ok(Exit::Clean)
}
