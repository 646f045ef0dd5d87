//! Reported while the file is read: successes among the statuses that make a fallback go on.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("portkey-success-fallback"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("portkey_success_fallback.md"),
    run: None,
    silence: Silence::Never,
};
