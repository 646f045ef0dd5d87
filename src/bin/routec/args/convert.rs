//! What can be typed to write a gateway's own file.

use std::path::PathBuf;

use clap::ValueEnum;

use super::Question;

#[derive(Debug, clap::Args)]
pub(crate) struct Convert {
    #[command(flatten)]
    pub(crate) question: Question,
    /// The gateway, and its version if it is not the newest known: `litellm@1.109`, `openclaw@2026.9`.
    #[arg(long, value_name = "GATEWAY[@VERSION]")]
    pub(crate) to: String,
    /// The folder or file to write; standard output if not given, and what is lost on standard error.
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// The least loss at which nothing is written.
    #[arg(long, value_enum, default_value_t = FailOnLoss::Never)]
    pub(crate) fail_on: FailOnLoss,
}

/// The least loss that fails a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOnLoss {
    /// None does.
    Never,
    /// What the gateway does otherwise, or not at all.
    Unsupported,
    /// What the gateway does nearly as the table says, too.
    Approximate,
}
