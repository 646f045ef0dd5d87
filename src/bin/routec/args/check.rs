//! What can be typed to check and draw tables.

use clap::ValueEnum;

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
    /// The release of the gateway that reads a file of its own, such as `litellm@1.97`; else the newest known.
    #[arg(long, value_name = "NAME@VERSION")]
    pub(crate) gateway: Option<String>,
    /// Variables around OpenClaw's file: `process`, `workspace`, `state` or `gateway`, and a file of `NAME=value` lines; a
    /// file alone holds those of its state, for which `.env` beside `openclaw.json` is read unless one is given. Can be
    /// given several times.
    #[arg(long, value_name = "[KIND=]FILE")]
    pub(crate) env: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) input: Input,
    /// How to report: human, concise, json, sarif or github, optionally `=FILE`. Several can be given.
    #[arg(long, short, value_name = "FORMAT[=FILE]")]
    pub(crate) output: Vec<String>,
    /// Another version, as a folder, file or git revision: what changed since must be told by the table's version.
    #[arg(long, value_name = "REV_OR_PATH")]
    pub(crate) base: Option<String>,
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
