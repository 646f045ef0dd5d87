//! Reported where the text becomes a tree, and where the parts of a table are joined.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("duplicate-key"),
    group: Group::Shape,
    level: Level::Deny,
    locked: true,
    page: include_str!("duplicate_key.md"),
    run: None,
    silence: Silence::Never,
};
