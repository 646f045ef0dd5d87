//! The artifact: a checked table, compiled, signed and verified. DSSE envelope, in-toto Statement, RFC 8785 bytes.

mod build;
pub mod bundle;
mod compile;
pub mod compiled;
pub mod envelope;
pub mod json;
pub mod keys;
pub mod predicate;
pub mod sign;
mod unverified;
pub mod verify;

pub use build::{Artifact, BuildError, InputFile, PREDICATE_FORMAT, Previous, Provenance, build};
pub use compiled::TABLE_MEMBERS;
pub use predicate::Predicate;
pub use unverified::Unverified;
