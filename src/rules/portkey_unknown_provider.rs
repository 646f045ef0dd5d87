//! Reported while the file is read: providers that the gateway does not have.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("portkey-unknown-provider"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("portkey_unknown_provider.md"),
    run: None,
    silence: Silence::Never,
};
