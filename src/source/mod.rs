//! Files, byte spans and values that remember where they were written.

mod lines;
mod map;
mod spanned;

pub use lines::{LineColumn, LineIndex};
pub use map::{FileId, Link, SourceFile, SourceMap};
pub use spanned::{Entries, Entry, Place, Span, Spanned};

/// Turns a length into the 32 bits that spans use; files are limited to less than 4 GiB when they are read.
pub fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Turns a 32-bit offset into an index.
pub fn to_usize(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}
