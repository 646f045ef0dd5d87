//! `routec show`: an artifact for people.

use routec::artifact::Unverified;
use routec::artifact::envelope::Envelope;
use routec::report::{artifact_json, artifact_text, terminal};

use crate::args::{Answer, Show};
use crate::world::World;
use crate::{Exit, Stop};

use super::files::read;

/// Prints an artifact; nothing of it is verified, and it says so.
pub(crate) fn show(args: &Show, world: &World) -> Result<Exit, Stop> {
    let bytes = read(world, &args.artifact)?;
    let found = Envelope::from_bytes(&bytes).and_then(|envelope| Unverified::read(&envelope)).map_err(|error| {
        Stop::unreadable(terminal(&format!("{}: is no artifact that can be read: {error}", args.artifact.display())))
    })?;
    match args.format {
        Answer::Text => world.print(&artifact_text(&found)),
        Answer::Json => world.print(&artifact_json(&found)),
    }
    Ok(Exit::Clean)
}
