//! Reported where the schema, or a gateway's own reader, wants another type.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("wrong-type"),
    group: Group::Shape,
    level: Level::Deny,
    locked: true,
    page: include_str!("wrong_type.md"),
    run: None,
    silence: Silence::Never,
};
