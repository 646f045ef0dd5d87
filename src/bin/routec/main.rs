//! The command line of routec: `args` is what was typed, `request` what it means, `world` the only way out.

mod again;
mod args;
mod ask;
mod attempts;
mod bounds;
mod catalog;
mod check;
mod convert;
mod deployed;
mod diff;
mod explain;
mod graph;
mod includes;
mod law;
mod place;
mod project;
mod prove;
mod request;
mod seal;
mod staged;
mod surroundings;
mod test;
mod trace;
mod version;
mod whatif;
mod world;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use world::World;

/// How a run ends; the same for every format of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Nothing closes the gate.
    Clean,
    /// Findings at the threshold.
    Findings,
    /// The command was not understood.
    Usage,
    /// Input that cannot be read, or nothing to check.
    Unreadable,
    /// The version of a table does not say what changed.
    NotBumped,
    /// An artifact is not accepted.
    Refused,
    /// A property or an expectation does not hold, or nobody can say whether it does.
    Refuted,
}

impl Exit {
    /// The code; the README and `--help` say the same, compared by a test.
    fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Unreadable => 3,
            Self::NotBumped => 4,
            Self::Refused => 5,
            Self::Refuted => 6,
        }
    }
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
            return ExitCode::from(if is_question { Exit::Clean } else { Exit::Usage }.code());
        }
    };
    let world = World::new(args.color);
    let ended = match &args.command {
        Command::Check(check) => check::run(check, &world),
        Command::Graph(graph) => graph::run(graph, &world),
        Command::Trace(trace) => trace::run(trace, &world),
        Command::Whatif(whatif) => whatif::run(whatif, &world),
        Command::Bounds(bounds) => bounds::run(bounds, &world),
        Command::Prove(prove) => prove::run(prove, &world),
        Command::Test(test) => test::run(test, &world),
        Command::Policy(args::PolicyCommand::Show { question, origin }) => law::show(question, *origin, &world),
        Command::Diff(diff) => diff::run(diff, &world),
        Command::Explain { rule } => explain::explain(rule, &world),
        Command::Rules => Ok(explain::rules(&world)),
        Command::Schema { kind } => explain::schema(kind.as_deref(), &world),
        Command::Catalog(args::CatalogCommand::Import(import)) => catalog::import(import, &world),
        Command::Convert(convert) => convert::run(convert, &world),
        Command::Build(build) => seal::build(build, &world),
        Command::Keygen(keygen) => seal::keygen(keygen, &world),
        Command::Show(show) => seal::show(show, &world),
        Command::Sign(sign) => seal::sign(sign, &world),
        Command::Pae(pae) => seal::pae(pae, &world),
        Command::Attach(attach) => seal::attach(attach, &world),
        Command::Bundle(bundle) => seal::bundle(bundle, &world),
        Command::Ticket(ticket) => seal::ticket(ticket, &world),
        Command::Verify(verify) => seal::verify(verify, &world),
    };
    let exit = ended.unwrap_or_else(|stop| {
        world.say(&format!("error: {}\n", stop.message));
        stop.exit
    });
    ExitCode::from(exit.code())
}
