//! `routec build`, `keygen`, `show`, `sign` and `verify`: one file a command.

mod build;
mod files;
mod key;
mod keygen;
mod provenance;
mod reproduce;
mod show;
mod sign;
mod verify;

pub(crate) use build::build;
pub(crate) use keygen::keygen;
pub(crate) use show::show;
pub(crate) use sign::sign;
pub(crate) use verify::verify;
