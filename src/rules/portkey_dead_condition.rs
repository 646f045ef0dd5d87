//! Reported while the file is read: conditions that decide nothing, or less than they seem to.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("portkey-dead-condition"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("portkey_dead_condition.md"),
    run: None,
    silence: Silence::Never,
};
