//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Checks the route tables of LLM gateways before they ship.
#[derive(Debug, Parser)]
#[command(
    name = "routec",
    version,
    about,
    after_help = "Exit codes: 0 clean, 1 findings, 2 usage, 3 unreadable input or nothing to check, 5 an artifact is not accepted, 6 refuted or not decided."
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
    /// Print the page of a rule.
    Explain {
        /// The rule's name.
        rule: String,
    },
    /// List the rules.
    Rules,
    /// Print the JSON Schema of a kind of document, or list the kinds.
    Schema {
        /// The kind: project, route-table, catalog, policy, expectations, report, graph or artifact.
        kind: Option<String>,
    },
    /// Compile a checked table into an unsigned artifact.
    Build(Build),
    /// Make a pair of Ed25519 keys.
    Keygen(Keygen),
    /// Sign an artifact.
    Sign(Sign),
    /// Verify an artifact.
    Verify(Verify),
}

/// What to read, for every command that checks.
#[derive(Debug, clap::Args)]
pub(crate) struct Input {
    /// Files or folders; `-` reads a document from standard input. A folder is a project: its `routec.yaml`, else
    /// `routes/`, `policies/`, `catalog/` and `expectations/`.
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<String>,
    /// A catalogue to use besides the project's own.
    #[arg(long, value_name = "FILE")]
    pub(crate) catalog: Vec<String>,
    /// A policy to apply besides the project's own.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Vec<String>,
    /// The name under which standard input is reported.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    pub(crate) stdin_name: String,
    /// The day on which dates are judged (YYYY-MM-DD); else that of the project, of `SOURCE_DATE_EPOCH`, or today.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) input: Input,
    /// How to report: human, concise, json, sarif or github, optionally `=FILE`. Several can be given.
    #[arg(long, short, value_name = "FORMAT[=FILE]")]
    pub(crate) output: Vec<String>,
    /// The least level that fails the check.
    #[arg(long, value_enum, default_value_t = FailOn::Deny)]
    pub(crate) fail_on: FailOn,
    /// Also say which rules were silent, and why.
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// The least level that fails a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Findings that deny.
    Deny,
    /// Warnings as well.
    Warn,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Graph {
    #[command(flatten)]
    pub(crate) input: Input,
    /// How to draw it.
    #[arg(long, value_enum, default_value_t = GraphFormat::Tree)]
    pub(crate) format: GraphFormat,
}

/// How to draw a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For people.
    Tree,
    /// For scripts.
    Json,
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The table to build, where the project holds several.
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// The folder or file to write; `<table>-<version>.routec.json` here if not given.
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// When it was created (YYYY-MM-DDTHH:MM:SSZ); else `SOURCE_DATE_EPOCH`, else the commit time of a clean HEAD.
    #[arg(long, value_name = "TIME")]
    pub(crate) created_at: Option<String>,
    /// The artifact this one replaces: the sequence goes on from it.
    #[arg(long, value_name = "FILE")]
    pub(crate) previous: Option<PathBuf>,
    /// How many days the artifact may be loaded, unless a waiver ends before.
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    pub(crate) max_age_days: u16,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Keygen {
    /// Where to write the keys: NAME.pem and NAME.pub.pem. Existing files are left alone.
    pub(crate) name: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The artifact; it is replaced by the signed one.
    pub(crate) artifact: PathBuf,
    /// The private key, as PKCS#8 PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// The artifact.
    pub(crate) artifact: PathBuf,
    /// A public key that must have signed it, as SPKI PEM. Give every one that must.
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) require_key: Vec<PathBuf>,
    /// The table it must be.
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// Write the verified table, as plain JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) extract: Option<PathBuf>,
    /// Accept an artifact built from uncommitted files.
    #[arg(long)]
    pub(crate) allow_dirty: bool,
    /// The time at which to judge it (YYYY-MM-DDTHH:MM:SSZ), for audits; now if not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Answer {
    /// For people.
    Text,
    /// For scripts.
    Json,
}

/// Which table of a project is asked, and how the answer looks.
#[derive(Debug, clap::Args)]
pub(crate) struct Question {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The table to ask, where the project holds several.
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = Answer::Text)]
    pub(crate) format: Answer,
}

/// What fails.
#[derive(Debug, clap::Args)]
pub(crate) struct Fail {
    /// Something that fails: `provider:anthropic`, `region:us-east`, `account:…`, `key:…`, `quota:…`, `egress:…`, `model:…`
    /// or `target:…`, optionally with its symptom: `provider:anthropic=timeout`. Several fail together, and a call shows
    /// the one it meets first: egress, region, provider, key, account, quota, model, target.
    #[arg(long, value_name = "KIND:NAME[=SYMPTOM]")]
    pub(crate) fail: Vec<String>,
    /// The symptom that what fails shows; else the first that its kind causes, and for `whatif` each of them.
    #[arg(long, value_name = "SYMPTOM")]
    pub(crate) with: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Trace {
    /// The route that the request enters.
    pub(crate) route: String,
    #[command(flatten)]
    pub(crate) question: Question,
    /// The symptom of each call in turn, the last one for ever: `rate-limit`, `timeout,auth`, `timeout*3,rate-limit`; a
    /// call that answers is `answer`: `timeout*2,answer`.
    #[arg(long, value_name = "SYMPTOM,…", conflicts_with_all = ["fail", "with"])]
    pub(crate) on: Option<String>,
    #[command(flatten)]
    pub(crate) fail: Fail,
    /// The target of the pool that is called first; the usual one if not given. Given again, that of the next route
    /// that the request visits.
    #[arg(long, value_name = "TARGET")]
    pub(crate) from: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Whatif {
    #[command(flatten)]
    pub(crate) question: Question,
    #[command(flatten)]
    pub(crate) fail: Fail,
    /// Every single failure, one after the other.
    #[arg(long, conflicts_with_all = ["fail", "with"])]
    pub(crate) all: bool,
    /// Every pair of failures, too.
    #[arg(long, requires = "all")]
    pub(crate) pairs: bool,
    /// How much of every limit stays free, as in a resilience clause: `10%`.
    #[arg(long, value_name = "PERCENT")]
    pub(crate) headroom: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("property").required(true)))]
pub(crate) struct Prove {
    #[command(flatten)]
    pub(crate) question: Question,
    /// This is never called: `provider:deepseek`, `region:us-east`, `model:…`, `account:…`.
    #[arg(long, value_name = "KIND:NAME", group = "property")]
    pub(crate) never_reaches: Option<String>,
    /// Every request is answered within this time.
    #[arg(long, value_name = "DURATION", group = "property")]
    pub(crate) answers_within: Option<String>,
    /// Every request is answered or has failed within this time.
    #[arg(long, value_name = "DURATION", group = "property")]
    pub(crate) ends_within: Option<String>,
    /// No request causes more calls.
    #[arg(long, value_name = "N", group = "property")]
    pub(crate) attempts_at_most: Option<u64>,
    /// No request costs more, such as `"0.25 USD"`.
    #[arg(long, value_name = "MONEY", group = "property")]
    pub(crate) costs_at_most: Option<String>,
    /// Only routes whose names fit this glob; several can be given.
    #[arg(long, value_name = "GLOB")]
    pub(crate) route: Vec<String>,
    /// Only routes of this tier: critical, standard or best-effort.
    #[arg(long, value_name = "TIER")]
    pub(crate) tier: Option<String>,
    #[command(flatten)]
    pub(crate) fail: Fail,
    /// Whatever symptom shows at each call; else nothing, every single failure, and each symptom at every call, one
    /// after the other.
    #[arg(long, conflicts_with_all = ["fail", "with", "pairs"])]
    pub(crate) anything: bool,
    /// Every pair of failures, too.
    #[arg(long, conflicts_with_all = ["fail", "with"])]
    pub(crate) pairs: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    #[command(flatten)]
    pub(crate) question: Question,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Bounds {
    #[command(flatten)]
    pub(crate) question: Question,
    /// Only routes whose names fit this glob; several can be given.
    #[arg(long, value_name = "GLOB")]
    pub(crate) route: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Print every clause and level in force.
    Show {
        #[command(flatten)]
        question: Question,
        /// Also say which file and line each comes from.
        #[arg(long)]
        origin: bool,
    },
}
