//! The rules: one file and one page each.
//!
//! To add one: write `<rule>.rs` with its `RULE` and `<rule>.md` with its page, then add the module and the entry of
//! [`ALL`] below, both in order of the alphabet. The page's examples are run by `tests/it/pages.rs`.

mod ambiguous_name;
mod bad_value;
mod broken_need;
mod contradictory_settings;
mod dead_setting;
mod duplicate_hop;
mod duplicate_key;
mod embedding_space_change;
mod expired_key;
mod expired_waiver;
mod expiring_key;
mod failover_cycle;
mod floating_model;
mod forbidden_waiver;
mod implicit_default;
mod litellm_default_fallback_cycle;
mod literal_secret;
mod masked_entitlement_error;
mod misnamed_route;
mod missing_key;
mod missing_timeout;
mod mixed_pool;
mod ownerless_key;
mod price_rise;
mod read_only_reload;
mod retired_model;
mod retiring_model;
mod runaway_attempts;
mod self_fallback;
mod shadowed_setting;
mod shared_secret;
mod silent_unrelated_fallback;
mod stale_catalog;
mod stale_equivalence;
mod stale_label;
mod step_past_deadline;
mod syntax_error;
mod unannounced_downgrade;
mod uncovered_overflow;
mod unknown_key;
mod unknown_model;
mod unknown_reference;
mod unlabeled_downgrade;
mod unpinned_image;
mod unpinned_runtime;
mod unprotected_route;
mod unreachable_step;
mod unused_definition;
mod unused_waiver;
mod unverifiable_need;
mod wrong_type;

mod cycle;
mod found;
mod rule;

pub use rule::{Context, Group, Rule, Silence, Terms, default_levels, find, listing, markdown_table, run};

/// Every rule, in order of the alphabet.
pub static ALL: &[&Rule] = &[
    &ambiguous_name::RULE,
    &bad_value::RULE,
    &broken_need::RULE,
    &contradictory_settings::RULE,
    &dead_setting::RULE,
    &duplicate_hop::RULE,
    &duplicate_key::RULE,
    &embedding_space_change::RULE,
    &expired_key::RULE,
    &expired_waiver::RULE,
    &expiring_key::RULE,
    &failover_cycle::RULE,
    &floating_model::RULE,
    &forbidden_waiver::RULE,
    &implicit_default::RULE,
    &litellm_default_fallback_cycle::RULE,
    &literal_secret::RULE,
    &masked_entitlement_error::RULE,
    &misnamed_route::RULE,
    &missing_key::RULE,
    &missing_timeout::RULE,
    &mixed_pool::RULE,
    &ownerless_key::RULE,
    &price_rise::RULE,
    &read_only_reload::RULE,
    &retired_model::RULE,
    &retiring_model::RULE,
    &runaway_attempts::RULE,
    &self_fallback::RULE,
    &shadowed_setting::RULE,
    &shared_secret::RULE,
    &silent_unrelated_fallback::RULE,
    &stale_catalog::RULE,
    &stale_equivalence::RULE,
    &stale_label::RULE,
    &step_past_deadline::RULE,
    &syntax_error::RULE,
    &unannounced_downgrade::RULE,
    &uncovered_overflow::RULE,
    &unknown_key::RULE,
    &unknown_model::RULE,
    &unknown_reference::RULE,
    &unlabeled_downgrade::RULE,
    &unpinned_image::RULE,
    &unpinned_runtime::RULE,
    &unprotected_route::RULE,
    &unreachable_step::RULE,
    &unused_definition::RULE,
    &unused_waiver::RULE,
    &unverifiable_need::RULE,
    &wrong_type::RULE,
];
