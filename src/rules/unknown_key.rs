//! Reported where the schema knows no key of that name.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unknown-key"),
    group: Group::Shape,
    level: Level::Deny,
    locked: false,
    page: include_str!("unknown_key.md"),
    run: None,
    silence: Silence::Never,
};
