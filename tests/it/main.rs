//! The integration tests, one binary. `README.md` beside this file says which promise lives where.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::as_conversions,
    reason = "tests read the tree and may stop"
)]

mod artifact;
mod determinism;
mod generated;
mod hostile;
mod pages;
mod readme;
mod reporters;
mod shape;
mod support;
mod tidy;
mod yaml;
