//! `routec bundle`: one signature of an artifact, for tools that read Sigstore bundles.

use std::path::PathBuf;

use routec::artifact::bundle::export;

use crate::args::Bundle;
use crate::world::World;
use crate::{Exit, Stop};

use super::files::{envelope, refused, write};
use super::key::verifying_key;

/// Writes the bundle; no private key is needed.
pub(crate) fn bundle(args: &Bundle, world: &World) -> Result<Exit, Stop> {
    let key = verifying_key(&args.key, world)?;
    let envelope = envelope(world, &args.artifact)?;
    let bytes = export(&envelope, &key).map_err(|error| refused(&args.artifact, &error))?;
    let path = args.output.clone().unwrap_or_else(|| {
        let mut name = args.artifact.clone().into_os_string();
        name.push(format!(".{}.sigstore.json", key.id().short()));
        PathBuf::from(name)
    });
    write(world, &path, &bytes)?;
    world.print(&format!("wrote {} with the signature of {}\n", path.display(), key.id()));
    Ok(Exit::Clean)
}
