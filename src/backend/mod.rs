//! Checked tables to gateways' own files, with a list of what those cannot say.

mod beyond;
mod general;
mod litellm;
mod loss;
mod openclaw;
mod walk;
pub(crate) mod yaml;

use crate::gate::Checked;
use crate::model::Name;

pub use loss::{Grade, Loss};

/// Whose file is written, and for which release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// LiteLLM's `config.yaml`: major and minor release.
    LiteLlm(u32, u32),
    /// OpenClaw's `openclaw.json`: year and month of the release.
    OpenClaw(u32, u32),
}

impl Dialect {
    /// The newest releases whose behaviour is known: what is written where no version is asked for.
    pub const NEWEST: [(&'static str, Self); 2] =
        [("litellm", Self::LiteLlm(1, 109)), ("openclaw", Self::OpenClaw(2026, 9))];

    /// Reads `litellm`, `litellm@1.109`, `openclaw@2026.9.6`.
    ///
    /// # Errors
    /// Says what is wanted, where the gateway is not one that is written, or the version is none or too old.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
        let Some((_, newest)) = Self::NEWEST.iter().find(|(known, _)| *known == name) else {
            let known = Self::NEWEST.map(|(name, _)| format!("`{name}`")).join(" and ");
            return Err(format!("`{name}` is no gateway that routec writes for; it knows {known}"));
        };
        let Some(version) = version else { return Ok(*newest) };
        let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
        let (Some(Some(major)), Some(Some(minor)), true) =
            (parts.next(), parts.next(), parts.all(|part| part.is_some()))
        else {
            return Err(format!("`{version}` is no version of {name}, such as `{}`", newest.version()));
        };
        match newest {
            Self::LiteLlm(..) if (major, minor) >= (1, 92) => Ok(Self::LiteLlm(major, minor)),
            Self::LiteLlm(..) => Err(format!("LiteLLM {version} is older than 1.92, the first whose walk is known")),
            Self::OpenClaw(..) if (major, minor) >= (2026, 8) => Ok(Self::OpenClaw(major, minor)),
            Self::OpenClaw(..) => Err(format!(
                "OpenClaw {version} is older than 2026.8, the first with `agents.entries` and `modelPolicy`"
            )),
        }
    }

    /// How the gateway calls itself.
    pub fn gateway(self) -> &'static str {
        match self {
            Self::LiteLlm(..) => "LiteLLM",
            Self::OpenClaw(..) => "OpenClaw",
        }
    }

    /// The release, as `1.109`.
    pub fn version(self) -> String {
        let (Self::LiteLlm(major, minor) | Self::OpenClaw(major, minor)) = self;
        format!("{major}.{minor}")
    }
}

/// A gateway's file, and what it loses.
#[derive(Clone, Debug)]
pub struct Emitted {
    /// How the gateway calls the file.
    pub file_name: &'static str,
    /// What stands in it.
    pub text: String,
    /// What becomes of each thing of the table: the gravest first, then in the order of the table's text.
    pub losses: Vec<Loss>,
}

/// Writes a checked table as a gateway's own file.
pub fn write(checked: &Checked<'_>, dialect: Dialect) -> Emitted {
    match dialect {
        Dialect::LiteLlm(major, minor) => litellm::write(checked, (major, minor)),
        Dialect::OpenClaw(..) => openclaw::write(checked, dialect),
    }
}

/// The line with which a written file begins.
fn headline(checked: &Checked<'_>, dialect: Dialect) -> String {
    let table = checked.table();
    let version = table.version.as_ref().map_or_else(String::new, |version| format!(" {}", version.value.0));
    format!(
        "Written by routec from {}{version} for {} {}. Change the table, not this file.",
        table.name,
        dialect.gateway(),
        dialect.version()
    )
}

/// The environment variable for the secret of a key that is kept elsewhere.
fn variable_for(key: &Name) -> String {
    let letters = key.as_str().chars();
    let name: String =
        letters.map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' }).collect();
    format!("ROUTEC_KEY_{name}")
}
