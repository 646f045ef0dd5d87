//! Reported while the file is read: agents whose own model, given alone, means an empty list.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("openclaw-drops-fallbacks"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("openclaw_drops_fallbacks.md"),
    run: None,
    silence: Silence::Never,
};
