//! Reported while the file is read: what the retries of one request come to.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("portkey-slow-retry"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("portkey_slow_retry.md"),
    run: None,
    silence: Silence::Never,
};
