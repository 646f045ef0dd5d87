//! The artifact: a checked table, compiled, signed and verified. DSSE envelope, in-toto Statement, RFC 8785 bytes.

mod build;
pub mod bundle;
mod cause;
mod compile;
pub mod compiled;
pub mod envelope;
pub mod json;
pub mod keys;
pub mod predicate;
pub mod read;
pub mod sign;
pub mod state;
pub mod trust;
mod unverified;
pub mod verify;

pub use build::{BuildError, Built, InputFile, PREDICATE_FORMAT, Previous, Provenance, build};
pub use compiled::TABLE_MEMBERS;
pub use predicate::Predicate;
pub use read::Artifact;
pub use state::State;
pub use trust::{Trust, TrustError};
pub use unverified::Unverified;
pub use verify::{Verified, VerifyError};
