//! The compiled table: what a runtime needs without knowing YAML. Every route and symptom has its flat, ordered plan.

mod entitlements;
mod models;
mod observability;
mod routes;
mod steps;
mod supply;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use entitlements::{CompiledEntitlement, CompiledPermission};
pub use models::{CompiledCapabilities, CompiledEquivalence, CompiledModel, CompiledPrices};
pub use observability::{CompiledAlert, CompiledLogFields, CompiledObservability, CompiledParity, CompiledPath};
pub use routes::{CompiledAudience, CompiledMember, CompiledNeeds, CompiledPlan, CompiledRoute, CompiledTraffic};
pub use steps::{CompiledLabel, CompiledStep, StepWord};
pub use supply::{CompiledAccount, CompiledEgress, CompiledKey, CompiledProvider, CompiledRegion, CompiledTarget};

/// The version of the format of a compiled table.
pub const TABLE_FORMAT: &str = "1.0.0";

/// The members of the compiled table; a verifier refuses any other.
pub const TABLE_MEMBERS: [&str; 18] = [
    "schemaVersion",
    "name",
    "version",
    "semantics",
    "catalogueAsOf",
    "providers",
    "accounts",
    "keys",
    "egress",
    "models",
    "equivalences",
    "targets",
    "routes",
    "grantsInForce",
    "entitlements",
    "observability",
    "paths",
    "parity",
];

/// How the plans of a table are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Semantics {
    /// As routec defines it: a visit takes the steps of a plan in order and each of them once; a route that is fallen
    /// back to is visited with its own plans, and when it fails the visit goes on.
    #[serde(rename = "routec/v1")]
    RoutecV1,
}

/// A compiled table. Named things are sorted by name, so that the order of the files it was made from changes no byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CompiledTable {
    /// The version of this format.
    pub schema_version: String,
    /// The name of the table.
    pub name: String,
    /// Its version, by semver.
    pub version: String,
    /// How the plans are walked.
    pub semantics: Semantics,
    /// The day on which the facts about models were true; the earliest of several.
    pub catalogue_as_of: String,
    /// Who sells the APIs.
    pub providers: Vec<CompiledProvider>,
    /// Billing accounts.
    pub accounts: Vec<CompiledAccount>,
    /// Credentials, by reference.
    pub keys: Vec<CompiledKey>,
    /// Network paths out.
    pub egress: Vec<CompiledEgress>,
    /// The models in use, with the facts and prices the table was checked against.
    pub models: Vec<CompiledModel>,
    /// Classes that name at least two of them.
    pub equivalences: Vec<CompiledEquivalence>,
    /// Callable deployments.
    pub targets: Vec<CompiledTarget>,
    /// The names callers use.
    pub routes: Vec<CompiledRoute>,
    /// Whether any grant was in force, so that what no grant allows is refused.
    pub grants_in_force: bool,
    /// Who may reach what.
    pub entitlements: Vec<CompiledEntitlement>,
    /// What can be seen of the requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observability: Option<CompiledObservability>,
    /// The ways the gateway is deployed.
    pub paths: Vec<CompiledPath>,
    /// How far those may drift apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parity: Option<CompiledParity>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_are_those_that_are_written() {
        let schema = schemars::schema_for!(CompiledTable);
        let properties = schema.get("properties").and_then(|all| all.as_object());
        let written: Vec<&str> = properties.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
        assert_eq!(written, TABLE_MEMBERS);
    }
}
