//! One document of any kind, as written, and where it came from.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::Deserializer;

use crate::litellm::Routing;
use crate::source::{FileId, Place, Span};

use super::text::text;
use super::{Catalog, Expectations, Policy, Project, RouteTable};

/// The version of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The first version.
    #[serde(rename = "routec/v1")]
    V1,
}

/// A version by semver 2.0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableVersion(pub semver::Version);

impl<'de> Deserialize<'de> for TableVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a version", |text| semver::Version::parse(text).ok().map(Self))
    }
}

impl JsonSchema for TableVersion {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "title": "a version",
            "description": "a version by semver 2.0: major.minor.patch",
            // The expression semver.org suggests, with numbers kept within 64 bits.
            "pattern": concat!(
                r"^(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})",
                r"(-((0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?",
                r"(\+([0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*))?$"
            ),
            "examples": ["3.2.0"],
        })
    }
}

/// The kinds of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Which files belong together.
    Project,
    /// A route table.
    RouteTable,
    /// A catalogue of models.
    Catalog,
    /// A policy.
    Policy,
    /// Assertions about failover.
    Expectations,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Project, Self::RouteTable, Self::Catalog, Self::Policy, Self::Expectations];

    /// The kind as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Project => "Project",
            Self::RouteTable => "RouteTable",
            Self::Catalog => "Catalog",
            Self::Policy => "Policy",
            Self::Expectations => "Expectations",
        }
    }

    /// The file of its schema, and its name for `routec schema`.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::RouteTable => "route-table",
            Self::Catalog => "catalog",
            Self::Policy => "policy",
            Self::Expectations => "expectations",
        }
    }
}

/// The gateway whose own format a table was written in; it decides how the table is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gateway {
    /// None: routec's own language and semantics.
    Native,
    /// LiteLLM's `config.yaml`.
    LiteLlm,
    /// OpenClaw's `openclaw.json`.
    OpenClaw,
    /// A config of Portkey's gateway.
    Portkey,
    /// The resources of Envoy AI Gateway, also called Agent Router.
    Envoy,
}

impl Gateway {
    /// Those whose own files are read.
    pub const READ: [Self; 4] = [Self::LiteLlm, Self::OpenClaw, Self::Portkey, Self::Envoy];

    /// How people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "routec",
            Self::LiteLlm => "LiteLLM",
            Self::OpenClaw => "OpenClaw",
            Self::Portkey => "Portkey",
            Self::Envoy => "Envoy AI Gateway",
        }
    }

    /// Whether a table of its says by its ladders all that happens to a request, so that walks along them are what it does.
    pub fn walks_ladders(self) -> bool {
        match self {
            Self::Native | Self::OpenClaw | Self::Portkey | Self::Envoy => true,
            Self::LiteLlm => false,
        }
    }

    /// Whether a request is one run along one list. Then ladders differ by symptom only in how often a target is asked
    /// again; what stands at one place in several of them is one step, taken once whichever symptom takes it; a key that
    /// was refused is not used again until something waits; and the deadline of the route ends the request.
    pub fn is_one_run(self) -> bool {
        match self {
            Self::OpenClaw => true,
            Self::Native | Self::LiteLlm | Self::Portkey | Self::Envoy => false,
        }
    }

    /// Whether a route of its that another leads to is only the rest of that one's way, which no caller can ask for.
    pub fn continues_in_routes(self) -> bool {
        match self {
            Self::Portkey | Self::Envoy => true,
            Self::Native | Self::LiteLlm | Self::OpenClaw => false,
        }
    }

    /// The same behind its article.
    pub fn with_article(self) -> String {
        let article = if matches!(self, Self::OpenClaw | Self::Envoy) { "an" } else { "a" };
        format!("{article} {}", self.as_str())
    }
}

/// A document that was read.
#[derive(Debug)]
pub enum Document {
    /// Which files belong together.
    Project(Project),
    /// A part of a route table.
    RouteTable(Box<Part>),
    /// A catalogue of models.
    Catalog(Box<Catalog>),
    /// A policy.
    Policy(Box<Policy>),
    /// Assertions about failover.
    Expectations(Expectations),
}

/// A part of a table, and what its file could not say.
#[derive(Debug)]
pub struct Part {
    /// The table as written.
    pub table: RouteTable,
    /// The file.
    pub file: FileId,
    /// The beginning of the document, for findings about the whole.
    pub head: Span,
    /// Whose format the file is in.
    pub gateway: Gateway,
    /// What LiteLLM makes of the file, where it is one of LiteLLM's.
    pub routing: Option<Routing>,
    /// Entries of a gateway's fallback lists that are never used.
    pub dead_hops: Vec<DeadHop>,
    /// Whether parts of the file could not be read, so that what seems missing may stand in it.
    pub partial: bool,
    /// Whether things may be defined outside the file (an include, a database).
    pub open_world: bool,
    /// Names that stand in the file but could not be read; nothing is said about them a second time.
    pub unread: BTreeSet<String>,
}

impl Part {
    /// A table as a file of a gateway's has it, whole and without anything that is never used.
    pub fn of(gateway: Gateway, table: RouteTable, file: FileId, head: Span) -> Self {
        Self {
            table,
            file,
            head,
            gateway,
            routing: None,
            dead_hops: Vec::new(),
            partial: false,
            open_world: false,
            unread: BTreeSet::new(),
        }
    }
}

/// An entry of a gateway's fallback list that is never used: its source does not exist, or an earlier entry wins.
#[derive(Clone, Debug)]
pub struct DeadHop {
    /// The source as written.
    pub from: String,
    /// The target as written.
    pub to: String,
    /// The route that the target names.
    pub resolved: Option<String>,
    /// The list.
    pub list: &'static str,
    /// Where the target stands.
    pub place: Place,
}
