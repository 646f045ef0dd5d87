//! Reported where the values of a LiteLLM file are read.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("litellm-unexpanded-variable"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("litellm_unexpanded_variable.md"),
    run: None,
    silence: Silence::Never,
};
