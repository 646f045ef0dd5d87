//! Reported where the retries of a route are compared with what the rules of an `AIGatewayRoute` name.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("envoy-unused-priority"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("envoy_unused_priority.md"),
    run: None,
    silence: Silence::Never,
};
