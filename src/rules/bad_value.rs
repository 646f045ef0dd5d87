//! Reported where the schema, or a gateway's own reader, refuses a value.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("bad-value"),
    group: Group::Shape,
    level: Level::Deny,
    locked: true,
    page: include_str!("bad_value.md"),
    run: None,
    silence: Silence::Never,
};
