//! The command line of routec: `args` is what was typed, `request` what it means, `world` the only way out.

mod args;
mod check;
mod explain;
mod graph;
mod request;
mod seal;
mod world;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use world::World;

/// How a run ends; the same for every format of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Nothing closes the gate.
    Clean = 0,
    /// Findings at the threshold.
    Findings = 1,
    /// The command was not understood.
    Usage = 2,
    /// Input that cannot be read, or nothing to check.
    Unreadable = 3,
    /// An artifact is not accepted.
    Refused = 5,
}

/// Why a command ended early: an exit and one sentence.
#[derive(Debug)]
struct Stop {
    exit: Exit,
    message: String,
}

impl Stop {
    fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }

    fn unreadable(message: impl Into<String>) -> Self {
        Self { exit: Exit::Unreadable, message: message.into() }
    }
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let is_question = !error.use_stderr();
            let _ = error.print();
            return ExitCode::from(if is_question { 0 } else { 2 });
        }
    };
    let world = World::new(args.color);
    let ended = match &args.command {
        Command::Check(check) => check::run(check, &world),
        Command::Graph(graph) => graph::run(graph, &world),
        Command::Explain { rule } => explain::explain(rule, &world),
        Command::Rules => Ok(explain::rules(&world)),
        Command::Schema { kind } => explain::schema(kind.as_deref(), &world),
        Command::Build(build) => seal::build(build, &world),
        Command::Keygen(keygen) => seal::keygen(keygen, &world),
        Command::Sign(sign) => seal::sign(sign, &world),
        Command::Verify(verify) => seal::verify(verify, &world),
    };
    let exit = ended.unwrap_or_else(|stop| {
        world.say(&format!("error: {}\n", stop.message));
        stop.exit
    });
    let code = match exit {
        Exit::Clean => 0,
        Exit::Findings => 1,
        Exit::Usage => 2,
        Exit::Unreadable => 3,
        Exit::Refused => 5,
    };
    ExitCode::from(code)
}
