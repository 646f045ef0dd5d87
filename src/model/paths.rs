//! The ways a gateway is deployed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Spanned;

/// A way the gateway is deployed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DeployPath {
    /// How it is installed.
    pub kind: PathKind,
    /// The range of Node.js versions it runs on.
    pub node: Option<Spanned<String>>,
    /// The container image.
    pub image: Option<Spanned<String>>,
    /// The Compose or Kubernetes file, relative to this file.
    pub file: Option<Spanned<String>>,
    /// The service in that file.
    pub service: Option<Spanned<String>>,
    /// The configuration files it reads.
    #[serde(default)]
    pub config: Vec<String>,
    /// The environment files it reads, later ones below earlier ones; relative to this file, `~` for what is not read.
    #[serde(default)]
    pub env: Vec<Spanned<String>>,
    /// Whether the configuration is mounted read-only.
    pub read_only: Option<bool>,
    /// How it takes up a new configuration.
    pub reload: Option<Spanned<Reload>>,
}

/// How a gateway is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PathKind {
    /// A global npm package.
    NpmGlobal,
    /// A Python package.
    Pip,
    /// One container.
    Docker,
    /// Docker Compose.
    Compose,
    /// Kubernetes.
    Kubernetes,
    /// A service of the operating system.
    Systemd,
}

/// How a gateway takes up a new configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reload {
    /// While it runs, by watching or rewriting the file.
    Hot,
    /// By a restart.
    Restart,
}
