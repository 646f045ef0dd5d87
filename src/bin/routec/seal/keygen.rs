//! `routec keygen`: a pair of keys.

use std::path::{Path, PathBuf};

use routec::artifact::keys::SigningKey;

use crate::args::Keygen;
use crate::world::World;
use crate::{Exit, Stop};

/// Makes a pair of keys.
pub(crate) fn keygen(args: &Keygen, world: &World) -> Result<Exit, Stop> {
    let key = SigningKey::generate(routec::artifact::keys::Algorithm::Ed25519)
        .map_err(|error| Stop::unreadable(error.to_string()))?;
    let secret = key.to_pem().map_err(|error| Stop::unreadable(error.to_string()))?;
    let public = key.verifying_key().to_pem().map_err(|error| Stop::unreadable(error.to_string()))?;
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
    let failed = |path: &Path, error: std::io::Error| Stop::unreadable(format!("{}: {error}", path.display()));
    world.write_secret(&secret_path, secret.as_str().as_bytes()).map_err(|error| failed(&secret_path, error))?;
    world.write(&public_path, public.as_bytes()).map_err(|error| failed(&public_path, error))?;
    world.print(&format!(
        "wrote {} (private: keep it out of the repository) and {}\n  {}\n",
        secret_path.display(),
        public_path.display(),
        key.id()
    ));
    Ok(Exit::Clean)
}
