//! Reported while the file is read: adds up what OpenClaw spends on each model and compares it with the run's timeout.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("openclaw-slow-failover"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("openclaw_slow_failover.md"),
    run: None,
    silence: Silence::Never,
};
