//! Text to one spanned tree: YAML 1.2, JSON and JSON5.

mod build;
mod cursor;
mod de;
mod embedded;
mod events;
mod json5;
mod parse;
mod recover;
mod scalar;
mod scan;
mod tree;
mod value;
mod written;

pub use de::{ReadError, read};
pub use embedded::Masked;
pub use parse::{parse, parse_embedded, parse_in_full};
pub use scalar::Scalar;
pub use tree::{NodeId, Tree};
pub use value::{Shape, Value};
pub use written::written_as;

/// What a document may cost before it is refused.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The size of a file, in bytes.
    pub bytes: u32,
    /// How deep collections may stand within each other.
    pub depth: usize,
    /// The size of one scalar, in bytes.
    pub scalar: usize,
    /// How many syntax errors one file may show.
    pub errors: usize,
}

/// The limits in force: 64 MiB a file, 128 levels, 1 MiB a scalar, 20 syntax errors.
pub const LIMITS: Limits = Limits { bytes: 64 << 20, depth: 128, scalar: 1 << 20, errors: 20 };
