//! The supply side of a table: providers, accounts, keys, egress and targets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::{Entries, Spanned};

use super::{Count, Date, Duration, Model, ModelId, Name, NonEmpty, SecretRef, Tokens};

/// Who sells an API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Provider {
    /// The vendor's name.
    pub vendor: Option<String>,
    /// What the contract says about data.
    pub terms: Option<Terms>,
    /// Where its models run; `vendor` if not given.
    pub hosting: Option<Spanned<Hosting>>,
    /// Where the provider serves from.
    #[serde(default)]
    pub regions: Entries<Name, Region>,
}

/// Where the models of a provider run, and so who can see what they are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Hosting {
    /// On machines of the organisation's own.
    #[serde(rename = "self")]
    Own,
    /// In an enclave whose operator cannot see what runs in it.
    Confidential,
    /// At the vendor.
    Vendor,
}

/// What a contract says about data.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Terms {
    /// Whether the provider may train on what it is sent.
    pub trains_on_data: Option<bool>,
    /// For how many days the provider keeps what it is sent; 0 for not at all.
    pub retention_days: Option<Tokens>,
}

/// A place a provider serves from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Region {
    /// The law that holds there, as an ISO 3166 country code or `EU`.
    pub jurisdiction: Option<String>,
    /// The base URL of the API there.
    pub endpoint: Option<Spanned<String>>,
}

/// A billing account at a provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Account {
    /// The provider it is held with.
    pub provider: Spanned<Name>,
    /// Who pays.
    pub cost_center: Option<String>,
    /// The environment it belongs to (`prod`, `staging`, …).
    pub environment: Option<Spanned<String>>,
}

/// A credential of an account, by reference, with its limits.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Key {
    /// The account it belongs to.
    pub account: Spanned<Name>,
    /// Where the secret is kept.
    pub secret: Spanned<SecretRef>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its last day.
    pub expires: Option<Spanned<Date>>,
    /// What the provider lets it do.
    pub limits: Option<KeyLimits>,
    /// Keys that name the same quota share it.
    pub quota: Option<Spanned<Name>>,
}

/// What a provider lets a key do.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KeyLimits {
    /// Requests per minute.
    pub requests_per_minute: Option<Tokens>,
    /// Tokens per minute.
    pub tokens_per_minute: Option<Tokens>,
    /// Requests at the same time.
    pub concurrency: Option<Tokens>,
}

/// A network path out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Egress {
    /// The proxy, as a reference (`env:HTTPS_PROXY`) or a URL.
    pub proxy: Option<Spanned<String>>,
    /// The regions reachable this way; all if not given.
    pub regions: Option<NonEmpty<Spanned<Name>>>,
}

/// A callable deployment: model, provider, region, keys, egress and timeout.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Target {
    /// The model it serves.
    pub model: Spanned<ModelId>,
    /// The provider that serves it.
    pub provider: Spanned<Name>,
    /// The provider's region.
    pub region: Option<Spanned<Name>>,
    /// The keys, in the order they are used.
    pub keys: Option<NonEmpty<Spanned<Name>>>,
    /// The network paths, in the order they are used.
    pub egress: Option<NonEmpty<Spanned<Name>>>,
    /// How long one call may take.
    pub timeout: Option<Spanned<Duration>>,
    /// Parallel calls at most.
    pub concurrency: Option<Count>,
    /// Tools that the deployment runs for the caller (`web-search`, `code-execution`, an MCP server).
    #[serde(default)]
    pub tools: Vec<Spanned<Name>>,
    /// What the file itself says of the model, where a gateway's format lets it; it beats the catalogue.
    #[serde(skip)]
    pub own_facts: Option<Box<Model>>,
    /// Other ids under which the catalogue may know the model, tried first.
    #[serde(skip)]
    pub also_named: Vec<String>,
    /// Whether the id only looks like a catalogue's: a server of the user's own answers to it.
    #[serde(skip)]
    pub self_hosted: bool,
    /// Where it runs, where a gateway's file shows that; else the provider says it.
    #[serde(skip)]
    pub hosting: Option<Spanned<Hosting>>,
}
