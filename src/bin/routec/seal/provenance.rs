//! Where an artifact comes from: the files read, the commit they belong to, the time, and the artifact it replaces.

use std::path::Path;

use routec::artifact::envelope::Envelope;
use routec::artifact::{InputFile, Previous, Unverified};
use routec::driver::Role;
use routec::model::{Kind, Moment};
use routec::report::terminal;

use crate::Stop;
use crate::request::Request;
use crate::world::{Commit, World};

use super::files::read;

/// Every file a request read, with the role it was read in.
pub(super) fn inputs(request: &Request) -> Vec<InputFile> {
    let role = |id| request.job.files.iter().find(|(file, _)| *file == id).map_or(Role::Any, |(_, role)| *role);
    let own = request.inputs.iter().map(|(id, name)| (*id, name.clone()));
    let built_in = request.job.files.iter().filter(|(_, role)| *role == Role::BuiltInCatalogue);
    let built_in = built_in.map(|(id, _)| (*id, request.sources.file(*id).name().to_owned()));
    own.chain(built_in)
        .map(|(id, name)| InputFile {
            role: match role(id) {
                Role::Kind(Kind::Catalog) | Role::BuiltInCatalogue => "catalogue",
                Role::Kind(Kind::Policy) => "policy",
                Role::Kind(Kind::Project | Kind::Expectations) => "config",
                Role::Kind(Kind::RouteTable) | Role::Any => "routes",
            },
            name,
            bytes: request.sources.file(id).text().as_bytes().to_vec(),
        })
        .collect()
}

/// The commit that a request's files belong to.
pub(super) fn commit(request: &Request, world: &World) -> Commit {
    let (files, all_are_files) = &request.places;
    let commit = world.commit(&request.root, files);
    Commit { dirty: commit.dirty || !all_are_files, ..commit }
}

/// A time of so many seconds since 1970.
pub(super) fn of_seconds(seconds: i64) -> Result<Moment, Stop> {
    Moment::of_seconds(seconds).ok_or_else(|| Stop::usage("the time of creation is out of range"))
}

/// What a new artifact needs to know of the one it replaces, whose signatures nobody checks here.
pub(super) fn previous(path: &Path, world: &World) -> Result<Previous, Stop> {
    let bytes = read(world, path)?;
    let found = Envelope::from_bytes(&bytes).and_then(|envelope| Unverified::read(&envelope));
    let found =
        found.map_err(|error| Stop::unreadable(terminal(&format!("--previous: {}: {error}", path.display()))))?;
    let reference = found.predicate.route_table;
    Ok(Previous {
        table: reference.name,
        version: reference.version,
        sequence: reference.sequence,
        payload_sha256: found.payload_sha256,
    })
}

/// The address of a repository, if nothing in it could be a credential.
pub(super) fn source_uri(text: &str) -> Result<String, Stop> {
    let rest = text.split_once("//").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    if user.is_some_and(|user| user != "git") || rest.contains('?') {
        return Err(Stop::usage(
            "--source-uri: leave out the user, the password and the query; whoever gets the artifact reads them",
        ));
    }
    Ok(text.to_owned())
}
