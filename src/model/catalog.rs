//! The kind `Catalog`: what models can do, what they cost and how long they live.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::{Entries, Spanned};

use super::document::ApiVersion;
use super::{Date, ModelId, Month, Name, NonEmpty, Price, Sha256, Tokens};

/// Models and classes of equivalent models. What is absent is unknown, not false.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Catalog {
    /// The version of the language.
    pub api_version: ApiVersion,
    /// Says that this document is a catalogue.
    pub kind: CatalogKind,
    /// What it is called, and of which day it is.
    pub metadata: CatalogMetadata,
    /// Models by id.
    #[serde(default)]
    pub models: Entries<ModelId, Model>,
    /// Models that may stand in for each other.
    #[serde(default)]
    pub equivalences: Vec<Spanned<Equivalence>>,
}

/// The name of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum CatalogKind {
    /// A catalogue.
    Catalog,
}

/// What a catalogue is called, and of which day it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CatalogMetadata {
    /// The name of the catalogue.
    pub name: Name,
    /// The day on which its facts were true.
    pub as_of: Spanned<Date>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The file it was made from, if `routec catalog import` made it.
    pub imported_from: Option<ImportedFrom>,
}

/// The file that a catalogue was made from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ImportedFrom {
    /// Whose format it was in.
    pub format: CatalogFormat,
    /// The SHA-256 of its bytes.
    pub sha256: Sha256,
}

/// Whose model data a catalogue was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CatalogFormat {
    /// LiteLLM's model map, `model_prices_and_context_window.json`.
    Litellm,
    /// The `api.json` of models.dev.
    ModelsDev,
}

impl CatalogFormat {
    /// The format as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Litellm => "litellm",
            Self::ModelsDev => "models-dev",
        }
    }
}

/// What is known of a model.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Model {
    /// Who makes it.
    pub vendor: Option<String>,
    /// The line it belongs to.
    pub family: Option<String>,
    /// What it is for.
    pub mode: Option<Mode>,
    /// Where it stands in its vendor's range.
    pub tier: Option<Tier>,
    /// How much it takes and gives.
    #[serde(default)]
    pub limits: ModelLimits,
    /// What it can do.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// What it costs.
    #[serde(default)]
    pub price: Prices,
    /// When it came and when it goes.
    #[serde(default)]
    pub lifecycle: Lifecycle,
    /// Other ids under which gateways name exactly this model.
    #[serde(default)]
    pub aliases: Vec<Spanned<ModelId>>,
    /// Whether the vendor can point the id at another model.
    pub floating: Option<bool>,
    /// Where the facts come from.
    pub source: Option<String>,
}

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Conversations and completions.
    Chat,
    /// Vectors of texts.
    Embedding,
    /// Pictures out.
    Image,
    /// Speech in or out.
    Audio,
    /// Ranking of texts.
    Rerank,
    /// Judging content.
    Moderation,
}

impl Mode {
    /// The mode as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embedding => "embedding",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Rerank => "rerank",
            Self::Moderation => "moderation",
        }
    }
}

/// Where a model stands in its vendor's range, from the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// The strongest.
    Frontier,
    /// The everyday model.
    Standard,
    /// The cheapest.
    Small,
}

impl Tier {
    /// The tier as documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Frontier => "frontier",
            Self::Standard => "standard",
            Self::Small => "small",
        }
    }
}

/// How much a model takes and gives.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ModelLimits {
    /// Tokens a prompt may have.
    pub context_tokens: Option<Tokens>,
    /// Tokens an answer may have.
    pub output_tokens: Option<Tokens>,
    /// The length of an embedding model's vectors.
    pub dimensions: Option<Tokens>,
}

/// What a model can do.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Capabilities {
    /// Calls tools.
    pub tools: Option<bool>,
    /// Calls several tools at once.
    pub parallel_tools: Option<bool>,
    /// Takes images.
    pub vision: Option<bool>,
    /// Takes audio.
    pub audio: Option<bool>,
    /// Takes documents such as PDF.
    pub documents: Option<bool>,
    /// Follows a JSON Schema in its answers.
    pub structured_output: Option<bool>,
    /// Reasons before it answers.
    pub reasoning: Option<bool>,
    /// Answers token by token.
    pub streaming: Option<bool>,
    /// Caches prompts.
    pub caching: Option<bool>,
}

/// What a model costs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Prices {
    /// Prompt tokens.
    pub input: Option<Price>,
    /// Answer tokens.
    pub output: Option<Price>,
    /// Prompt tokens read from the cache.
    pub cache_read: Option<Price>,
    /// Prompt tokens written to the cache.
    pub cache_write: Option<Price>,
}

/// When a model came and when it goes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Lifecycle {
    /// The day it was released.
    pub released: Option<Date>,
    /// The day the vendor withdraws it.
    pub retires: Option<Spanned<Date>>,
    /// The month up to which it knows the world.
    pub knowledge: Option<Month>,
}

/// Models that may stand in for each other, for a purpose, with evidence and a date.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Equivalence {
    /// The name of the class.
    pub id: Spanned<Name>,
    /// What they are equivalent for.
    #[serde(rename = "for", default)]
    pub purposes: Vec<String>,
    /// The models.
    pub models: NonEmpty<Spanned<ModelId>>,
    /// What shows it, as a path or URL.
    pub evidence: Option<String>,
    /// The day it was last reviewed.
    pub reviewed: Spanned<Date>,
}

impl Model {
    /// These facts, and over them those that a file states itself.
    #[must_use]
    pub fn overlaid(self, own: &Self) -> Self {
        let mut base = self;
        macro_rules! over {
        ($($field:ident).+) => {
            if own.$($field).+.is_some() {
                base.$($field).+ = own.$($field).+.clone();
            }
        };
    }
        over!(mode);
        over!(limits.context_tokens);
        over!(limits.output_tokens);
        over!(capabilities.tools);
        over!(capabilities.parallel_tools);
        over!(capabilities.vision);
        over!(capabilities.audio);
        over!(capabilities.documents);
        over!(capabilities.structured_output);
        over!(capabilities.reasoning);
        over!(capabilities.caching);
        over!(price.input);
        over!(price.output);
        base
    }
}
