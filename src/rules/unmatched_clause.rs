//! Reported by the driver, once every table has been read: only then it is known what no table matches.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unmatched-clause"),
    group: Group::Governance,
    level: Level::Warn,
    locked: false,
    page: include_str!("unmatched_clause.md"),
    run: None,
    silence: Silence::Never,
};
