//! Reported by the sink: only it knows which waivers covered a finding.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unused-waiver"),
    group: Group::Governance,
    level: Level::Warn,
    locked: false,
    page: include_str!("unused_waiver.md"),
    run: None,
    silence: Silence::Never,
};
