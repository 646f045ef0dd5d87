//! What can be typed to make, sign and verify artifacts.

use std::path::PathBuf;

use clap::ValueEnum;
use routec::artifact::keys::Algorithm;

use super::{Answer, Input};

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
    /// The repository the files come from; nothing is read from git's own settings, which may hold credentials.
    #[arg(long, value_name = "URI")]
    pub(crate) source_uri: Option<String>,
    /// Replace an existing file, whatever it holds.
    #[arg(long)]
    pub(crate) force: bool,
}

/// What an artifact is recompiled from before it is signed.
#[derive(Debug, clap::Args)]
pub(crate) struct Reproduce {
    /// Compile these files or folders again first, and sign only if the payload comes out byte for byte as it is; the
    /// current folder if none is given.
    #[arg(id = "reproduce", long = "reproduce", value_name = "PROJECT", num_args = 0.., default_missing_value = ".")]
    pub(crate) from: Option<Vec<String>>,
    /// A catalogue the artifact was built with besides the project's own.
    #[arg(long, value_name = "FILE", requires = "reproduce")]
    pub(crate) catalog: Vec<String>,
    /// A policy the artifact was built with besides the project's own.
    #[arg(long, value_name = "FILE", requires = "reproduce")]
    pub(crate) policy: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Keygen {
    /// Where to write the keys: NAME.pem and NAME.pub.pem. Existing files are left alone.
    pub(crate) name: PathBuf,
    /// How the key signs: `ed25519`, or `ecdsa-p256-sha256` as key management services do.
    #[arg(long, value_name = "NAME", default_value_t = Algorithm::Ed25519)]
    pub(crate) algorithm: Algorithm,
    /// Encrypt the private key under a passphrase.
    #[arg(long)]
    pub(crate) encrypt: bool,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseFrom,
}

/// Where the passphrase of a private key comes from; never the command line, which everybody on the machine can read.
#[derive(Debug, clap::Args)]
pub(crate) struct PassphraseFrom {
    /// The file whose only line is the passphrase of the private key; `/dev/fd/3` is a file that is open already.
    /// The terminal is asked if nothing is given.
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_env")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The environment variable that holds the passphrase of the private key.
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) passphrase_env: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The artifact. Nothing of it is verified.
    pub(crate) artifact: PathBuf,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = Answer::Text)]
    pub(crate) format: Answer,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The artifact; it is replaced by the signed one.
    pub(crate) artifact: PathBuf,
    /// The private key, as PKCS#8 PEM, plain or encrypted.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    #[command(flatten)]
    pub(crate) reproduce: Reproduce,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseFrom,
    /// Write the signature as a Sigstore bundle too, for cosign and its kin.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Pae {
    /// The artifact.
    pub(crate) artifact: PathBuf,
    /// Print the 32 bytes of their SHA-256 instead, for signers of ECDSA that take a digest.
    #[arg(long)]
    pub(crate) digest: bool,
    /// The file to write; standard output if not given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("from").required(true).args(["signature", "bundle"]))]
pub(crate) struct Attach {
    /// The artifact; it is replaced by the signed one.
    pub(crate) artifact: PathBuf,
    /// The public key that signed, as SPKI PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The signature: 64 bytes of Ed25519, or DER of ECDSA.
    #[arg(long, value_name = "FILE")]
    pub(crate) signature: Option<PathBuf>,
    /// A Sigstore bundle with the signature, over the very payload of the artifact.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Bundle {
    /// The signed artifact.
    pub(crate) artifact: PathBuf,
    /// The public key whose signature goes into the bundle, as SPKI PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The file to write; `<artifact>.<begin of the fingerprint>.sigstore.json` if not given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("whom").args(["trust", "require_key"]).required(true))]
pub(crate) struct Verify {
    /// The artifact.
    pub(crate) artifact: PathBuf,
    /// The trust file that says whose signatures it needs (`routec schema trust`).
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
    /// Without a trust file: a public key that must have signed it, as SPKI PEM. Give every one that must.
    #[arg(long, value_name = "FILE", conflicts_with = "trust")]
    pub(crate) require_key: Vec<PathBuf>,
    /// The table it must be.
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// What was accepted before: refuses an older artifact, and remembers this one. Made by the first use.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Write the verified table, as plain JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) extract: Option<PathBuf>,
    /// Without a trust file: accept an artifact built from uncommitted files.
    #[arg(long, conflicts_with = "trust")]
    pub(crate) allow_dirty: bool,
    /// Accept an artifact that is too old, to start when there is no other.
    #[arg(long)]
    pub(crate) allow_expired: bool,
    /// The time at which to judge it (YYYY-MM-DDTHH:MM:SSZ), for audits: nothing is remembered. Now if not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("whose").args(["trust", "require_key"]).required(true))]
pub(crate) struct Ticket {
    /// The artifact.
    pub(crate) artifact: PathBuf,
    /// The artifact that it replaces, to say what changed; it must be the one whose digest the new one carries.
    #[arg(long, value_name = "FILE")]
    pub(crate) previous: Option<PathBuf>,
    /// The trust file that says whose signatures it needs.
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
    /// Without a trust file: a public key that must have signed it, as SPKI PEM. Give every one that must.
    #[arg(long, value_name = "FILE", conflicts_with = "trust")]
    pub(crate) require_key: Vec<PathBuf>,
    /// Without a trust file: accept an artifact built from uncommitted files.
    #[arg(long, requires = "require_key")]
    pub(crate) allow_dirty: bool,
    /// The time at which to judge it (YYYY-MM-DDTHH:MM:SSZ), for audits; now if not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// How to render it.
    #[arg(long, value_enum, default_value_t = TicketFormat::Markdown)]
    pub(crate) format: TicketFormat,
}

/// How a ticket looks, and where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TicketFormat {
    /// For a ticket.
    Markdown,
    /// For scripts.
    Json,
    /// Markdown for the summary of a GitHub workflow's step, which `GITHUB_STEP_SUMMARY` names; printed elsewhere.
    StepSummary,
}
