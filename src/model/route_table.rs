//! The kind `RouteTable`: a cost and permission contract.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::{Entries, Spanned};

use super::document::ApiVersion;
use super::{Account, DeployPath, Egress, Key, Ladder, Name, Observability, Parity, Provider, Route, Target, Waiver};

/// Which models callers reach through which accounts, and what happens, in order, when a call fails.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RouteTable {
    /// The version of the language.
    pub api_version: ApiVersion,
    /// Says that this document is a route table.
    pub kind: RouteTableKind,
    /// What it is called.
    pub metadata: TableMetadata,
    /// Who sells the APIs.
    #[serde(default)]
    pub providers: Entries<Name, Provider>,
    /// Billing accounts.
    #[serde(default)]
    pub accounts: Entries<Name, Account>,
    /// Credentials, by reference.
    #[serde(default)]
    pub keys: Entries<Name, Key>,
    /// Network paths out.
    #[serde(default)]
    pub egress: Entries<Name, Egress>,
    /// Callable deployments.
    #[serde(default)]
    pub targets: Entries<Name, Target>,
    /// Failover steps, shared by name.
    #[serde(default)]
    pub ladders: Entries<Name, Ladder>,
    /// The names callers use.
    #[serde(default)]
    pub routes: Entries<Name, Route>,
    /// What can be seen of the requests.
    pub observability: Option<Spanned<Observability>>,
    /// The ways the gateway is deployed.
    #[serde(default)]
    pub paths: Entries<Name, DeployPath>,
    /// How far those may drift apart.
    pub parity: Option<Spanned<Parity>>,
    /// Agreed, dated exceptions.
    #[serde(default)]
    pub waivers: Vec<Spanned<Waiver>>,
}

impl RouteTable {
    /// A table of this name that holds nothing yet.
    pub fn named(name: Spanned<Name>) -> Self {
        Self {
            api_version: ApiVersion::V1,
            kind: RouteTableKind::RouteTable,
            metadata: TableMetadata { name, version: None, owner: None },
            providers: Entries::default(),
            accounts: Entries::default(),
            keys: Entries::default(),
            egress: Entries::default(),
            targets: Entries::default(),
            ladders: Entries::default(),
            routes: Entries::default(),
            observability: None,
            paths: Entries::default(),
            parity: None,
            waivers: Vec::new(),
        }
    }
}

/// The name of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RouteTableKind {
    /// A route table.
    RouteTable,
}

/// What a table is called.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TableMetadata {
    /// The name of the table; documents of the same name are parts of one table.
    pub name: Spanned<Name>,
    /// The version of the table, by semver; exactly one part carries it.
    pub version: Option<Spanned<super::document::TableVersion>>,
    /// Who answers for it.
    pub owner: Option<String>,
}
