//! Reported where a gateway's sections and lists are read.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("shadowed-setting"),
    group: Group::Graph,
    level: Level::Warn,
    locked: false,
    page: include_str!("shadowed_setting.md"),
    run: None,
    silence: Silence::Never,
};
