//! Reported where catalogues are joined and where a gateway's aliases are read.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("ambiguous-name"),
    group: Group::Graph,
    level: Level::Deny,
    locked: false,
    page: include_str!("ambiguous_name.md"),
    run: None,
    silence: Silence::Never,
};
