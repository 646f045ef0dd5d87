//! Reported by the sink: only it knows which rules are beyond waivers.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("forbidden-waiver"),
    group: Group::Governance,
    level: Level::Deny,
    locked: true,
    page: include_str!("forbidden_waiver.md"),
    run: None,
    silence: Silence::Never,
};
