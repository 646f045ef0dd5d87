//! Reported where names are resolved, and nowhere else.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unknown-reference"),
    group: Group::Graph,
    level: Level::Deny,
    locked: true,
    page: include_str!("unknown_reference.md"),
    run: None,
    silence: Silence::Never,
};
