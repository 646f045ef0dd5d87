//! Reported where the deployments of LiteLLM are compared with its routing strategy.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("litellm-unenforced-limit"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("litellm_unenforced_limit.md"),
    run: None,
    silence: Silence::Never,
};
