//! What can be typed to ask a table questions.

use clap::{Subcommand, ValueEnum};

use super::Input;

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
    /// The symptom that what fails shows; else each that its kind causes, in every combination, and for `trace` the first.
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
    /// A tag of the request, which LiteLLM can choose deployments by; several can be given.
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
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
