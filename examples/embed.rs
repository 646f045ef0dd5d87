//! A gateway loads its route table: `cargo run --example embed -- TRUST STATE ARTIFACT`.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program of its own, with a world of its own")]

use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use routec::artifact::verify::{Expectation, verify};
use routec::artifact::{Artifact, State, Trust, Verified};
use routec::model::Moment;

fn load(trust: &str, state: &State, file: &str) -> Result<Verified<Artifact>, Box<dyn Error>> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let now = Moment::of_seconds(seconds.try_into()?).ok_or("the clock is out of range")?;
    let trust = Trust::read(&std::fs::read(trust)?, now, state)?;
    Ok(verify(&std::fs::read(file)?, &trust, &Expectation { table: None, now, state, allow_expired: false })?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(trust), Some(state_file), Some(file)) = (args.next(), args.next(), args.next()) else {
        return Err("usage: embed TRUST STATE ARTIFACT".into());
    };
    let state = match std::fs::read(&state_file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::empty(),
        bytes => State::read(&bytes?)?,
    };
    let verified = load(&trust, &state, &file)?;
    let routes = verified.table()["routes"].as_array().map_or(0, Vec::len);
    println!("serving {} with {routes} routes, sequence {}", verified.identity(), verified.sequence());
    std::fs::write(format!("{state_file}.new"), state.after(&verified).to_bytes())?;
    std::fs::rename(format!("{state_file}.new"), &state_file)?;
    Ok(())
}
