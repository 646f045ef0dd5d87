//! Reported where the deployments of a LiteLLM group are compared with each other.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("litellm-unpicked-deployment"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("litellm_unpicked_deployment.md"),
    run: None,
    silence: Silence::Never,
};
