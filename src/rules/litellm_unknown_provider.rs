//! Reported where the deployments of a LiteLLM file are read.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("litellm-unknown-provider"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("litellm_unknown_provider.md"),
    run: None,
    silence: Silence::Never,
};
