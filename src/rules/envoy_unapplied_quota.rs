//! Reported where the quotas of a backend are compared with what the rules of an `AIGatewayRoute` name.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("envoy-unapplied-quota"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("envoy_unapplied_quota.md"),
    run: None,
    silence: Silence::Never,
};
