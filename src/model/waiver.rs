//! Waivers: agreed, dated exceptions to one rule at one place.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::Spanned;

use super::Date;

/// An agreed, dated exception to one rule at one place.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Waiver {
    /// The rule it covers.
    pub rule: Spanned<String>,
    /// What it covers, such as `routes.support-chat`; or everything of a kind, such as `routes`.
    pub at: Spanned<String>,
    /// Its last day.
    pub until: Spanned<Date>,
    /// The change or incident in which it was agreed.
    pub ticket: Option<String>,
    /// Why it is acceptable.
    pub reason: String,
    /// Who agreed.
    pub approved_by: Option<String>,
}
