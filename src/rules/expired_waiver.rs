//! Reported by the sink: only it knows which waivers covered a finding.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("expired-waiver"),
    group: Group::Governance,
    level: Level::Deny,
    locked: true,
    page: include_str!("expired_waiver.md"),
    run: None,
    silence: Silence::Never,
};
