//! Reported where the priorities of a rule are compared with what the rules of an `AIGatewayRoute` name.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("envoy-same-backend"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("envoy_same_backend.md"),
    run: None,
    silence: Silence::Never,
};
