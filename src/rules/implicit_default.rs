//! Reported where a gateway's fallback lists are read.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("implicit-default"),
    group: Group::Graph,
    level: Level::Warn,
    locked: false,
    page: include_str!("implicit_default.md"),
    run: None,
    silence: Silence::Never,
};
