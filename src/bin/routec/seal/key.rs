//! Keys that are named on the command line, and the passphrases that unlock them.

use std::path::Path;

use routec::artifact::json::SealError;
use routec::artifact::keys::{KeyFile, Passphrase, SecretPem, SigningKey, VerifyingKey};

use crate::Stop;
use crate::args::PassphraseFrom;
use crate::world::World;

use super::files::{at, read_text};

/// The private key in a file, unlocked if it is encrypted.
pub(super) fn signing_key(path: &Path, from: &PassphraseFrom, world: &World) -> Result<SigningKey, Stop> {
    let shown = |error: SealError| at(path, &error);
    let bytes = world.read_secret(path).map_err(|error| at(path, &error))?;
    let text = SecretPem::of_file(bytes).map_err(shown)?;
    match KeyFile::from_pem(text.as_str()).map_err(shown)? {
        KeyFile::Plain(key) => Ok(*key),
        KeyFile::Encrypted(key) => {
            let passphrase = given(from, world)
                .unwrap_or_else(|| ask(&format!("passphrase of {}: ", path.display()), path, world))?;
            key.decrypt(&passphrase).map_err(shown)
        }
    }
}

/// The public key in a file.
pub(super) fn verifying_key(path: &Path, world: &World) -> Result<VerifyingKey, Stop> {
    VerifyingKey::from_pem(&read_text(world, path)?).map_err(|error| at(path, &error))
}

/// The passphrase for a key that is about to be written; the terminal is asked twice.
pub(super) fn new_passphrase(path: &Path, from: &PassphraseFrom, world: &World) -> Result<Passphrase, Stop> {
    if let Some(passphrase) = given(from, world) {
        return passphrase;
    }
    let first = ask(&format!("new passphrase of {}: ", path.display()), path, world)?;
    let second = ask("the same again: ", path, world)?;
    if first.is(&second) { Ok(first) } else { Err(at(path, &"the two passphrases differ, no keys were made")) }
}

/// The passphrase that the command line points to.
fn given(from: &PassphraseFrom, world: &World) -> Option<Result<Passphrase, Stop>> {
    match (&from.passphrase_file, &from.passphrase_env) {
        (Some(path), _) => Some(
            world
                .read_secret(path)
                .map_err(|error| at(path, &error))
                .and_then(|bytes| Passphrase::of_line(bytes).map_err(|error| at(path, &error))),
        ),
        (None, Some(name)) => Some(match world.secret_of_environment(name) {
            None => Err(Stop::usage(format!("--passphrase-env: there is no environment variable `{name}`"))),
            Some(bytes) => Passphrase::of_line(bytes)
                .map_err(|error| Stop::unreadable(format!("environment variable `{name}`: {error}"))),
        }),
        (None, None) => None,
    }
}

fn ask(question: &str, path: &Path, world: &World) -> Result<Passphrase, Stop> {
    let line = world.ask_secret(question).map_err(|error| {
        Stop::unreadable(format!(
            "{}: needs a passphrase, and the terminal cannot be asked ({error}): give --passphrase-file or --passphrase-env",
            path.display()
        ))
    })?;
    Passphrase::of_line(line).map_err(|error| at(path, &error))
}
