//! Reported where the schema, or a gateway's own reader, misses a key.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("missing-key"),
    group: Group::Shape,
    level: Level::Deny,
    locked: true,
    page: include_str!("missing_key.md"),
    run: None,
    silence: Silence::Never,
};
