//! Reported while the file is read: statuses that a fallback leaves out.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("portkey-uncovered-failure"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("portkey_uncovered_failure.md"),
    run: None,
    silence: Silence::Never,
};
