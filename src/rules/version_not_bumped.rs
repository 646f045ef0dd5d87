//! Reported by the comparison with another version of the table, where one is given.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("version-not-bumped"),
    group: Group::Governance,
    level: Level::Deny,
    locked: true,
    page: include_str!("version_not_bumped.md"),
    run: None,
    silence: Silence::Never,
};
