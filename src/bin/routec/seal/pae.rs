//! `routec pae`: what a signer elsewhere signs: an agent, a key management service, hardware.

use routec::artifact::json::sha256;
use routec::artifact::sign::to_be_signed;

use crate::args::Pae;
use crate::world::World;
use crate::{Exit, Stop};

use super::files::{at, envelope, write};

/// Prints the bytes, and nothing else.
pub(crate) fn pae(args: &Pae, world: &World) -> Result<Exit, Stop> {
    let envelope = envelope(world, &args.artifact)?;
    let message = to_be_signed(&envelope).map_err(|error| at(&args.artifact, &error))?;
    let bytes = if args.digest { sha256(&message).to_vec() } else { message };
    match &args.output {
        Some(path) => write(world, path, &bytes)?,
        None => world.print_bytes(&bytes).map_err(|error| Stop::unreadable(format!("standard output: {error}")))?,
    }
    Ok(Exit::Clean)
}
