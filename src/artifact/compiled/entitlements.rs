//! Who may reach what, resolved: for every route and every member of its audience, the targets and the grant that allows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one caller of a route may reach with one class of data, whatever fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledEntitlement {
    /// The route that is called.
    pub route: String,
    /// The team of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The user or service account, for callers that are not known by their team; without a team and a user it is everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The environment; any if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The class of data; any if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What may be reached, by grant, sorted.
    pub allowed: Vec<CompiledPermission>,
    /// What the route can reach and the caller may not, sorted: a waiver covers the finding. The gateway must not call it for them.
    pub refused: Vec<String>,
}

/// What one grant allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledPermission {
    /// The grant; not given where no grant is in force, so that everything is allowed that nothing denies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// The targets, sorted.
    pub targets: Vec<String>,
}
