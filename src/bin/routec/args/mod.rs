//! What can be typed.

mod ask;
mod catalog;
mod check;
mod convert;
mod diff;
mod seal;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use ask::{Answer, Bounds, Fail, PolicyCommand, Prove, Question, Test, Trace, Whatif};
pub(crate) use catalog::{CatalogCommand, Import};
pub(crate) use check::{Check, FailOn, Graph, GraphFormat, Input};
pub(crate) use convert::{Convert, FailOnLoss};
pub(crate) use diff::{Diff, DiffFormat};
pub(crate) use seal::{
    Attach, Build, Bundle, Keygen, Pae, PassphraseFrom, Reproduce, Show, Sign, Ticket, TicketFormat, Verify,
};

/// Checks the route tables of LLM gateways before they ship.
#[derive(Debug, Parser)]
#[command(
    name = "routec",
    version,
    about,
    after_help = "Exit codes: 0 clean, 1 findings, 2 usage, 3 unreadable input or nothing to check, 4 a version does not say what changed, 5 an artifact is not accepted, 6 refuted or not decided."
)]
pub(crate) struct Args {
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a repository, route tables or a gateway's own configuration.
    Check(Check),
    /// Print the failover graph.
    Graph(Graph),
    /// Follow one request, call by call.
    Trace(Trace),
    /// Ask what happens when something fails.
    Whatif(Whatif),
    /// Prove a property of all requests, or show one that breaks it.
    Prove(Prove),
    /// Run the expectations of a project.
    Test(Test),
    /// Print the calls, time and money at most, for every route.
    Bounds(Bounds),
    /// Look at the policies in force.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Compare two versions of a table: what changed for whom, and which bump that requires.
    Diff(Diff),
    /// Print the page of a rule.
    Explain {
        /// The rule's name.
        rule: String,
    },
    /// List the rules.
    Rules,
    /// Print the JSON Schema of a kind of document, or list the kinds.
    Schema {
        /// The kind: project, route-table, catalog, policy, expectations, report, graph, artifact, compiled-table or trust.
        kind: Option<String>,
    },
    /// Make a catalogue of other projects' model data.
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Write a checked table as the file of a gateway, and say what that file loses.
    Convert(Convert),
    /// Compile a checked table into an unsigned artifact.
    Build(Build),
    /// Make a pair of keys.
    Keygen(Keygen),
    /// Print what an artifact holds, without verifying it.
    Show(Show),
    /// Sign an artifact.
    Sign(Sign),
    /// Print the bytes of an artifact that a signer elsewhere signs.
    Pae(Pae),
    /// Add a signature that was made elsewhere to an artifact.
    Attach(Attach),
    /// Write a signature of an artifact as a Sigstore bundle.
    Bundle(Bundle),
    /// Render the block for a change ticket from a verified artifact.
    Ticket(Ticket),
    /// Verify an artifact.
    Verify(Verify),
}
