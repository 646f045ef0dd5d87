//! The commands that make, sign, show and verify artifacts: one file a command.

mod answer;
mod attach;
mod build;
mod bundle;
mod files;
mod key;
mod keygen;
mod pae;
mod provenance;
mod reproduce;
mod show;
mod sign;
mod ticket;
mod verify;

pub(crate) use attach::attach;
pub(crate) use build::{build, choose};
pub(crate) use bundle::bundle;
pub(crate) use keygen::keygen;
pub(crate) use pae::pae;
pub(crate) use show::show;
pub(crate) use sign::sign;
pub(crate) use ticket::ticket;
pub(crate) use verify::verify;
