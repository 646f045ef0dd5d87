//! Reported while the file is read: keys that reach the provider as they are written.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("openclaw-placeholder-key"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("openclaw_placeholder_key.md"),
    run: None,
    silence: Silence::Never,
};
