//! The routing of a LiteLLM file as LiteLLM itself understands it.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Place, Spanned};

/// Everything in a file that decides where a request goes.
#[derive(Clone, Debug, Default)]
pub struct Routing {
    /// The deployments LiteLLM serves, in the order of `model_list`.
    pub deployments: Vec<Deployment>,
    /// `fallbacks`, and behind them `default_fallbacks` as a list for `*`, which is how LiteLLM keeps them.
    pub general: Vec<Chain>,
    /// `context_window_fallbacks`; `None` where the setting is absent: an empty list in `litellm_settings` is not.
    pub context_window: Option<Vec<Chain>>,
    /// `content_policy_fallbacks`, likewise.
    pub content_policy: Option<Vec<Chain>>,
    /// `model_group_alias`: the alias, and the one name it stands for.
    pub aliases: BTreeMap<String, Spanned<String>>,
    /// `routing_groups`.
    pub sets: Vec<Set>,
    /// The numbers.
    pub settings: Settings,
    /// Settings that are followed for requests of one kind only.
    pub assumptions: Vec<Assumption>,
    /// Settings that can change a walk and are not followed here, as written.
    pub unfollowed: Vec<Spanned<String>>,
}

impl Routing {
    /// Why requests may go elsewhere than they are followed: settings that are not followed, or not for every request.
    pub fn gaps(&self) -> Vec<String> {
        let unfollowed = self.unfollowed.iter().map(|setting| format!("`{}` is not followed", setting.value));
        let narrow = self.assumptions.iter().filter(|assumed| assumed.narrows);
        let narrow = narrow.map(|assumed| format!("`{}` is followed {}", assumed.setting.value, assumed.scope));
        let group_filters = self.deployments.iter().any(|one| one.group_tags.filters == Some(true));
        let tags = (self.settings.selection.filters_by_tag || group_filters)
            .then(|| "tags decide, and only requests without a tag were followed".to_owned());
        unfollowed.chain(narrow).chain(tags).collect()
    }
}

/// What is taken to be so where a setting decides by what no file says.
#[derive(Clone, Debug)]
pub struct Assumption {
    /// The setting.
    pub setting: Spanned<String>,
    /// For what kind of request it is followed, after `it is followed`.
    pub scope: &'static str,
    /// Whether requests of another kind go elsewhere; else all that can happen is followed.
    pub narrows: bool,
}

/// An entry of `routing_groups`: several groups, how one of their deployments is picked and, since 1.97, a name for all.
#[derive(Clone, Debug)]
pub struct Set {
    /// `group_name`.
    pub name: String,
    /// `models`: the names of its groups.
    pub members: Vec<String>,
    /// How one of its deployments is picked.
    pub strategy: Strategy,
    /// For `routing_strategy: priority`, known since 1.104, the order of the deployments of each group.
    pub priorities: Option<BTreeMap<String, Order>>,
}

/// How one of several deployments is picked, `routing_strategy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// At random, by weights: `simple-shuffle`.
    #[default]
    Shuffle,
    /// By price: `cost-based-routing`.
    Cost,
    /// By what each has used, in the oldest way: `usage-based-routing`.
    Usage,
    /// By earlier traffic in any other way.
    Traffic,
}

/// One deployment: an entry of `model_list`.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// `model_name`: the group it belongs to.
    pub group: Spanned<String>,
    /// `litellm_params.model`.
    pub model: Spanned<String>,
    /// `model_info.id`, if the file gives one.
    pub id: Option<String>,
    /// `order`: the lowest is called first.
    pub order: Option<Order>,
    /// `num_retries` of its own.
    pub retries: Option<u32>,
    /// What a random pick goes by.
    pub weights: Weights,
    /// Whether its failures never take it out: its `cooldown_time` is 0, or its group is a wildcard.
    pub never_cools: bool,
    /// Whether it has a `mock_response`, and so always answers.
    pub mocked: bool,
    /// Whether `model_info.blocked` takes it out for good.
    pub blocked: bool,
    /// `rpm`; 0 for a negative one.
    pub rpm: Option<u32>,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it says of tags for its whole group, since 1.97.
    pub group_tags: GroupTags,
    /// `custom_llm_provider`.
    pub provider: Option<String>,
    /// What a token in and a token out cost together, in 10^-18 US dollars, where the deployment itself says both.
    pub price: Option<u128>,
}

/// What `model_info` of a deployment says of tags; the first of a group that says something counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupTags {
    /// `enable_tag_filtering`, which goes before the router's.
    pub filters: Option<bool>,
    /// `allow_fail_open`: whether tags that leave nobody are passed over.
    pub fails_open: bool,
}

/// The parameters that weigh a random pick; the first that any deployment has decides for the group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    /// `weight`, `rpm` and `tpm`, in thousandths.
    pub by: [Option<u64>; 3],
}

/// The value of `order`. LiteLLM compares what YAML gives it, so text compares as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// A number, in thousandths.
    Number(i64),
    /// Text.
    Text(String),
}

impl std::fmt::Display for Order {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) if number % 1000 == 0 => write!(formatter, "{}", number / 1000),
            Self::Number(number) => {
                let (sign, number) = (if *number < 0 { "-" } else { "" }, number.unsigned_abs());
                write!(formatter, "{sign}{}.{:03}", number / 1000, number % 1000)
            }
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

/// One entry of a fallback list: whose it is, and where it leads.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The name it is kept under.
    pub key: Spanned<String>,
    /// Whether it comes from `default_fallbacks`.
    pub is_default: bool,
    /// The targets in order.
    pub targets: Vec<Target>,
}

/// A target of a fallback list.
#[derive(Clone, Debug)]
pub struct Target {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// For a mapping with more than a `model`, what it says: LiteLLM takes it for another attempt than the bare name.
    pub with: Option<String>,
    /// Whether it is a mapping: those are never taken for the group that has just failed.
    pub is_mapping: bool,
}

/// The numbers that decide how often and how far.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Retries within a group.
    pub retries: u32,
    /// What `litellm_settings` say of them: before 1.97 that went before `router_settings`.
    pub module_retries: Option<u32>,
    /// How deep lists may be nested, `max_fallbacks`.
    pub max_fallbacks: u32,
    /// `num_retries_per_request`: a cap on the retries of a whole request.
    pub retries_per_request: Option<u32>,
    /// `retry_policy`.
    pub retry_policy: Option<RetryPolicy>,
    /// `model_group_retry_policy`; one replaces the general policy whole.
    pub group_retry_policies: BTreeMap<String, RetryPolicy>,
    /// When failures take a deployment out.
    pub allowed_fails: AllowedFails,
    /// `disable_cooldowns`.
    pub no_cooldowns: bool,
    /// Which deployments of a group are called.
    pub selection: Selection,
    /// Whether a 400 of the provider leads to fallbacks, `fallback_on_unsupported_params`.
    pub falls_back_on_bad_requests: bool,
}

/// What decides which deployments of a group are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// How one of several is picked.
    pub strategy: Strategy,
    /// `enable_weighted_failover`: whether the others of a group come before its lists.
    pub fails_over: bool,
    /// `enable_pre_call_checks`.
    pub checks_before: bool,
    /// `enable_tag_filtering`.
    pub filters_by_tag: bool,
    /// How many tags of the request a deployment needs.
    pub tags_needed: TagsNeeded,
    /// Providers whose entry in `provider_budget_config` has a time and no limit, which is as if it was used up.
    pub unfunded: BTreeSet<String>,
}

/// How many tags of a request a deployment needs, `tag_filtering_match_any`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagsNeeded {
    /// One of them.
    #[default]
    One,
    /// All of them.
    All,
}

impl Default for Settings {
    /// What LiteLLM does where the file says nothing.
    fn default() -> Self {
        Self {
            retries: 2,
            module_retries: None,
            max_fallbacks: 5,
            retries_per_request: None,
            retry_policy: None,
            group_retry_policies: BTreeMap::new(),
            allowed_fails: AllowedFails::default(),
            no_cooldowns: false,
            selection: Selection::default(),
            falls_back_on_bad_requests: true,
        }
    }
}

/// Retries by the class of the failure, as a `retry_policy` says them: `RateLimitError` has `RateLimitErrorRetries`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The number for each class named; `Default` is `DefaultRetries`.
    pub by_class: BTreeMap<String, u32>,
}

/// `allowed_fails` and `allowed_fails_policy` of `router_settings`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedFails {
    /// `allowed_fails`, if the router is given one.
    pub number: Option<u32>,
    /// The number for each class named; `None` without a policy.
    pub by_class: Option<BTreeMap<String, u32>>,
}
