//! Reported while the file is read: load balances without a fallback around them.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("portkey-unshielded-balance"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("portkey_unshielded_balance.md"),
    run: None,
    silence: Silence::Never,
};
