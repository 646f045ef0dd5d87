//! Links the command without the index of its unwind tables: it aborts where it would panic, and never unwinds.

#![expect(clippy::disallowed_methods, reason = "cargo tells a build script what it builds by its environment")]

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, wanted: &str| env::var(name).is_ok_and(|value| value == wanted);
    // Builds for tests do unwind, and other systems have other linkers.
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo:rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
    }
}
