//! Reported where the text becomes a tree.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("syntax-error"),
    group: Group::Shape,
    level: Level::Deny,
    locked: true,
    page: include_str!("syntax_error.md"),
    run: None,
    silence: Silence::Never,
};
