//! Reported while the file is read: models of chains whose row has no price.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("openclaw-implicit-zero-cost"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("openclaw_implicit_zero_cost.md"),
    run: None,
    silence: Silence::Never,
};
