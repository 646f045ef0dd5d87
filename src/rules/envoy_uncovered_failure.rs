//! Reported where the triggers of a policy are compared with what the rules of an `AIGatewayRoute` name.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("envoy-uncovered-failure"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("envoy_uncovered_failure.md"),
    run: None,
    silence: Silence::Never,
};
