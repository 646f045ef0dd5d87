//! The kind `Project`: which files belong together, and which policies judge them.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::Spanned;

use super::document::ApiVersion;
use super::{Date, Name};

/// Which files belong together, and which policies judge them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Project {
    /// The version of the language.
    pub api_version: ApiVersion,
    /// Says that this document is a project.
    pub kind: ProjectKind,
    /// What it is called.
    pub metadata: ProjectMetadata,
    /// Globs of the route tables, native or in a gateway's own format; `routes/**` if not given.
    pub tables: Option<Vec<Spanned<String>>>,
    /// Globs of the catalogues; `catalog/**` if not given.
    pub catalogs: Option<Vec<Spanned<String>>>,
    /// Globs of the policies; `policies/**` if not given.
    pub policies: Option<Vec<Spanned<String>>>,
    /// Globs of the expectations; `expectations/**` if not given.
    pub expectations: Option<Vec<Spanned<String>>>,
    /// The day on which to judge dates; the day of the check if not given.
    pub as_of: Option<Date>,
}

/// The name of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ProjectKind {
    /// A project.
    Project,
}

/// What a project is called.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProjectMetadata {
    /// The name of the project.
    pub name: Name,
    /// Who answers for it.
    pub owner: Option<String>,
}
