//! `routec keygen`: a pair of keys.

use std::path::{Path, PathBuf};

use routec::artifact::json::SealError;
use routec::artifact::keys::SigningKey;

use crate::args::Keygen;
use crate::world::World;
use crate::{Exit, Stop};

use super::key::new_passphrase;

/// Makes a pair of keys.
pub(crate) fn keygen(args: &Keygen, world: &World) -> Result<Exit, Stop> {
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
    let passphrase = match (args.encrypt, &args.passphrase) {
        (true, from) => Some(new_passphrase(&secret_path, from, world)?),
        (false, from) if from.passphrase_file.is_some() || from.passphrase_env.is_some() => {
            return Err(Stop::usage("a passphrase is given for a key that is not encrypted: add --encrypt"));
        }
        (false, _) => None,
    };
    let unusable = |error: SealError| Stop::unreadable(format!("no keys were made: {error}"));
    let key = SigningKey::generate(args.algorithm).map_err(unusable)?;
    let (secret, note) = match &passphrase {
        Some(passphrase) => (key.to_encrypted_pem(passphrase).map_err(unusable)?, "private, encrypted"),
        None => (key.to_pem().map_err(unusable)?, "private"),
    };
    let public = key.verifying_key().to_pem().map_err(unusable)?;
    let failed = |path: &Path, error: std::io::Error| Stop::unreadable(format!("{}: {error}", path.display()));
    world.write_secret(&secret_path, secret.as_str().as_bytes()).map_err(|error| failed(&secret_path, error))?;
    world.write(&public_path, public.as_bytes()).map_err(|error| failed(&public_path, error))?;
    world.print(&format!(
        "wrote {} ({note}: keep it out of the repository) and {}\n  {} ({})\n",
        secret_path.display(),
        public_path.display(),
        key.id(),
        args.algorithm
    ));
    Ok(Exit::Clean)
}
