//! What can be typed to make a catalogue.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Read LiteLLM's model map or the `api.json` of models.dev, and say on standard error what misleads in it.
    Import(Import),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// The file: `model_prices_and_context_window.json`, or `api.json`.
    pub(crate) file: PathBuf,
    /// The catalogue to write; standard output if not given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The day on which the data was fetched; that of `SOURCE_DATE_EPOCH` if not given, never today's.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
}
