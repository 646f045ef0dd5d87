//! Reported while the file is read: fallbacks that no failure makes go on.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("portkey-dead-fallback"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("portkey_dead_fallback.md"),
    run: None,
    silence: Silence::Never,
};
