//! The rules: one file and one page each.
//!
//! To add one: write `<rule>.rs` with its `RULE` and `<rule>.md` with its page, then add the module and the entry of
//! [`ALL`] below, both in order of the alphabet. The page's examples are run by `tests/it/pages.rs`.

mod allowlist_mismatch;
mod ambiguous_name;
mod bad_value;
mod boundary_crossing;
mod broken_need;
mod budget_bypass;
mod changed_base_policy;
mod conflicting_env;
mod contradictory_settings;
mod custom_rule;
mod dead_setting;
mod denied_hop;
mod disordered_ladder;
mod duplicate_hop;
mod duplicate_key;
mod embedding_space_change;
mod empty_env;
mod environment_crossing;
mod envoy_same_backend;
mod envoy_unapplied_quota;
mod envoy_uncovered_failure;
mod envoy_unused_priority;
mod expired_key;
mod expired_waiver;
mod expiring_key;
mod failing_cascade;
mod failover_cycle;
mod floating_model;
mod forbidden_waiver;
mod forced_bypass;
mod fragile_route;
mod futile_retry;
mod implicit_default;
mod litellm_default_fallback_cycle;
mod litellm_shared_limit;
mod litellm_tag_gap;
mod litellm_unenforced_limit;
mod litellm_unexpanded_variable;
mod litellm_unknown_provider;
mod litellm_unpicked_deployment;
mod literal_secret;
mod masked_entitlement_error;
mod misnamed_route;
mod missing_alert;
mod missing_backoff;
mod missing_credential;
mod missing_env;
mod missing_journey_stage;
mod missing_key;
mod missing_log_field;
mod missing_timeout;
mod missing_version_field;
mod mixed_pool;
mod model_before_key;
mod model_before_network;
mod openclaw_drops_fallbacks;
mod openclaw_implicit_zero_cost;
mod openclaw_placeholder_key;
mod openclaw_single_fault_domain;
mod openclaw_slow_failover;
mod openclaw_unqualified_ref;
mod over_budget;
mod over_contingency_budget;
mod over_limit;
mod over_request_budget;
mod overlong_waiver;
mod ownerless_key;
mod portkey_dead_condition;
mod portkey_dead_fallback;
mod portkey_slow_retry;
mod portkey_success_fallback;
mod portkey_uncovered_failure;
mod portkey_unknown_provider;
mod portkey_unshielded_balance;
mod price_rise;
mod read_only_reload;
mod retired_model;
mod retiring_model;
mod runaway_attempts;
mod same_quota_fallback;
mod self_fallback;
mod shadowed_setting;
mod shared_fate_fallback;
mod shared_secret;
mod silent_unrelated_fallback;
mod stale_catalog;
mod stale_equivalence;
mod stale_label;
mod step_past_deadline;
mod syntax_error;
mod unannounced_downgrade;
mod uncapped_timeout;
mod uncounted_account;
mod uncovered_overflow;
mod unforecast_route;
mod ungranted_hop;
mod unguarded_partial;
mod unknown_key;
mod unknown_model;
mod unknown_reference;
mod unlabeled_downgrade;
mod unmatched_clause;
mod unpinned_image;
mod unpinned_runtime;
mod unpriced_model;
mod unprotected_route;
mod unreachable_step;
mod unscoped_route;
mod unused_definition;
mod unused_waiver;
mod unverifiable_need;
mod version_not_bumped;
mod widened_tools;
mod wrong_type;

mod bill;
mod breach;
mod context;
mod cycle;
mod found;
mod injected;
mod ladder;
mod rule;

pub use context::{Context, Terms};
pub use rule::{Group, Rule, Silence, default_levels, find, listing, markdown_table, run};

/// Every rule, in order of the alphabet.
pub static ALL: &[&Rule] = &[
    &allowlist_mismatch::RULE,
    &ambiguous_name::RULE,
    &bad_value::RULE,
    &boundary_crossing::RULE,
    &broken_need::RULE,
    &budget_bypass::RULE,
    &changed_base_policy::RULE,
    &conflicting_env::RULE,
    &contradictory_settings::RULE,
    &custom_rule::RULE,
    &dead_setting::RULE,
    &denied_hop::RULE,
    &disordered_ladder::RULE,
    &duplicate_hop::RULE,
    &duplicate_key::RULE,
    &embedding_space_change::RULE,
    &empty_env::RULE,
    &environment_crossing::RULE,
    &envoy_same_backend::RULE,
    &envoy_unapplied_quota::RULE,
    &envoy_uncovered_failure::RULE,
    &envoy_unused_priority::RULE,
    &expired_key::RULE,
    &expired_waiver::RULE,
    &expiring_key::RULE,
    &failing_cascade::RULE,
    &failover_cycle::RULE,
    &floating_model::RULE,
    &forbidden_waiver::RULE,
    &forced_bypass::RULE,
    &fragile_route::RULE,
    &futile_retry::RULE,
    &implicit_default::RULE,
    &litellm_default_fallback_cycle::RULE,
    &litellm_shared_limit::RULE,
    &litellm_tag_gap::RULE,
    &litellm_unenforced_limit::RULE,
    &litellm_unexpanded_variable::RULE,
    &litellm_unknown_provider::RULE,
    &litellm_unpicked_deployment::RULE,
    &literal_secret::RULE,
    &masked_entitlement_error::RULE,
    &misnamed_route::RULE,
    &missing_alert::RULE,
    &missing_backoff::RULE,
    &missing_credential::RULE,
    &missing_env::RULE,
    &missing_journey_stage::RULE,
    &missing_key::RULE,
    &missing_log_field::RULE,
    &missing_timeout::RULE,
    &missing_version_field::RULE,
    &mixed_pool::RULE,
    &model_before_key::RULE,
    &model_before_network::RULE,
    &openclaw_drops_fallbacks::RULE,
    &openclaw_implicit_zero_cost::RULE,
    &openclaw_placeholder_key::RULE,
    &openclaw_single_fault_domain::RULE,
    &openclaw_slow_failover::RULE,
    &openclaw_unqualified_ref::RULE,
    &over_budget::RULE,
    &over_contingency_budget::RULE,
    &over_limit::RULE,
    &over_request_budget::RULE,
    &overlong_waiver::RULE,
    &ownerless_key::RULE,
    &portkey_dead_condition::RULE,
    &portkey_dead_fallback::RULE,
    &portkey_slow_retry::RULE,
    &portkey_success_fallback::RULE,
    &portkey_uncovered_failure::RULE,
    &portkey_unknown_provider::RULE,
    &portkey_unshielded_balance::RULE,
    &price_rise::RULE,
    &read_only_reload::RULE,
    &retired_model::RULE,
    &retiring_model::RULE,
    &runaway_attempts::RULE,
    &same_quota_fallback::RULE,
    &self_fallback::RULE,
    &shadowed_setting::RULE,
    &shared_fate_fallback::RULE,
    &shared_secret::RULE,
    &silent_unrelated_fallback::RULE,
    &stale_catalog::RULE,
    &stale_equivalence::RULE,
    &stale_label::RULE,
    &step_past_deadline::RULE,
    &syntax_error::RULE,
    &unannounced_downgrade::RULE,
    &uncapped_timeout::RULE,
    &uncounted_account::RULE,
    &uncovered_overflow::RULE,
    &unforecast_route::RULE,
    &ungranted_hop::RULE,
    &unguarded_partial::RULE,
    &unknown_key::RULE,
    &unknown_model::RULE,
    &unknown_reference::RULE,
    &unlabeled_downgrade::RULE,
    &unmatched_clause::RULE,
    &unpinned_image::RULE,
    &unpinned_runtime::RULE,
    &unpriced_model::RULE,
    &unprotected_route::RULE,
    &unreachable_step::RULE,
    &unscoped_route::RULE,
    &unused_definition::RULE,
    &unused_waiver::RULE,
    &unverifiable_need::RULE,
    &version_not_bumped::RULE,
    &widened_tools::RULE,
    &wrong_type::RULE,
];
