//! The integration tests, one binary. `README.md` beside this file says which promise lives where.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests read the tree and may stop"
)]

mod alike;
mod artifact;
mod catalog;
mod claims;
mod compiled;
mod convert;
mod counterexamples;
mod deployed;
mod determinism;
mod difference;
mod ecdsa;
mod envoy;
mod eras;
mod expectations;
mod forged;
mod generated;
mod hostile;
mod json5;
mod killed;
mod levels;
mod lists;
mod litellm;
mod openclaw;
mod outage;
mod packs;
mod pages;
mod portkey;
mod projects;
mod readme;
mod reference;
mod released;
mod reporters;
mod reproducible;
mod revisions;
mod sealed;
mod shape;
mod signers;
mod successors;
mod support;
mod surroundings;
mod ticket;
mod tidy;
mod trust;
mod unacceptable;
mod waivers;
mod walk;
mod yaml;
