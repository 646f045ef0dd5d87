//! `routec sign`: one more signature in the envelope.

use routec::artifact::bundle::export;
use routec::artifact::sign::sign as add_signature;

use crate::args::Sign;
use crate::world::World;
use crate::{Exit, Stop};

use super::files::{at, envelope, write};
use super::key::signing_key;
use super::reproduce;

/// Signs an artifact in place.
pub(crate) fn sign(args: &Sign, world: &World) -> Result<Exit, Stop> {
    // Before the key is read, so that nobody types a passphrase in vain.
    let envelope = envelope(world, &args.artifact)?;
    if let Some(exit) = reproduce::refuses(&args.reproduce, &envelope, world)? {
        return Ok(exit);
    }
    let key = signing_key(&args.key, &args.passphrase, world)?;
    let shown = |error| at(&args.artifact, &error);
    let signed = add_signature(envelope, &key).map_err(shown)?;
    let bundle = args.bundle.as_ref().map(|path| export(&signed, key.verifying_key()).map(|bytes| (path, bytes)));
    let bundle = bundle.transpose().map_err(shown)?;
    write(world, &args.artifact, &signed.to_bytes())?;
    world.print(&format!("signed {} as {}\n", args.artifact.display(), key.id()));
    if let Some((path, bytes)) = bundle {
        write(world, path, &bytes)?;
        world.print(&format!("wrote {}\n", path.display()));
    }
    Ok(Exit::Clean)
}
