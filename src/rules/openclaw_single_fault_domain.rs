//! Reported while the file is read: compares the server, else the provider, of every model of a chain.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("openclaw-single-fault-domain"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("openclaw_single_fault_domain.md"),
    run: None,
    silence: Silence::Never,
};
