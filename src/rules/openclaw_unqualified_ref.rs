//! Reported while the file is read: references whose provider is not the one that is meant.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("openclaw-unqualified-ref"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("openclaw_unqualified_ref.md"),
    run: None,
    silence: Silence::Never,
};
