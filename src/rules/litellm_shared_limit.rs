//! Reported where the deployments of LiteLLM are compared with each other.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("litellm-shared-limit"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("litellm_shared_limit.md"),
    run: None,
    silence: Silence::Never,
};
