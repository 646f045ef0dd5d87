//! What can be typed to compare two versions of a table.

use clap::ValueEnum;

#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// The old version: a folder, a file, or a git revision such as `main` or `v1.2:path`. A revision alone means the
    /// same place as the other side.
    pub(crate) old: String,
    /// The new version.
    #[arg(default_value = ".")]
    pub(crate) new: String,
    /// The table to compare, where there are several.
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// What the change was meant to touch, such as `routes.support-*`; anything else that changed fails. Several can be
    /// given.
    #[arg(long, value_name = "GLOB")]
    pub(crate) intent: Vec<String>,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub(crate) format: DiffFormat,
    /// Fail if there is any difference.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// How a difference looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people.
    Text,
    /// For scripts.
    Json,
    /// For pull requests and tickets.
    Markdown,
}
