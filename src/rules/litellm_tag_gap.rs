//! Reported where the tags of LiteLLM groups are followed along its lists.

use crate::diagnostic::{Level, RuleId};

use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("litellm-tag-gap"),
    group: Group::Gateway,
    level: Level::Warn,
    locked: false,
    page: include_str!("litellm_tag_gap.md"),
    run: None,
    silence: Silence::Never,
};
