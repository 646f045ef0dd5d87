//! Reported by the driver, which reads the files that policies extend and compares their digests.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("changed-base-policy"),
    group: Group::Governance,
    level: Level::Deny,
    locked: true,
    page: include_str!("changed_base_policy.md"),
    run: None,
    silence: Silence::Never,
};
