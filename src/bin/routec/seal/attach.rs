//! `routec attach`: a signature that was made elsewhere comes into the envelope.

use routec::artifact::bundle::Bundle;
use routec::artifact::sign::attach as add_signature;

use crate::args::Attach;
use crate::world::World;
use crate::{Exit, Stop};

use super::files::{at, envelope, read, refused, write};
use super::key::verifying_key;

/// Adds the signature in place, if it is the key's over this artifact.
pub(crate) fn attach(args: &Attach, world: &World) -> Result<Exit, Stop> {
    let key = verifying_key(&args.key, world)?;
    let envelope = envelope(world, &args.artifact)?;
    let (path, signature) = match (&args.signature, &args.bundle) {
        (Some(path), _) => (path, read(world, path)?),
        (None, Some(path)) => {
            let bundle = Bundle::from_bytes(&read(world, path)?).map_err(|error| at(path, &error))?;
            if bundle.payload() != envelope.payload() {
                return Err(refused(
                    path,
                    &format!("the bundle is over another payload than {}", args.artifact.display()),
                ));
            }
            (path, bundle.signature().to_vec())
        }
        (None, None) => return Err(Stop::usage("give the signature: --signature FILE or --bundle FILE")),
    };
    let signed = add_signature(envelope, &key, &signature).map_err(|error| refused(path, &error))?;
    write(world, &args.artifact, &signed.to_bytes())?;
    world.print(&format!("attached the signature of {} to {}\n", key.id(), args.artifact.display()));
    Ok(Exit::Clean)
}
