//! The routing of a LiteLLM file as LiteLLM itself understands it.

use std::collections::BTreeMap;

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
    /// The numbers.
    pub settings: Settings,
    /// Settings that can change a walk and are not followed here, as written.
    pub unfollowed: Vec<Spanned<String>>,
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
    /// Whether deployments of one group are picked at random by their weights: `simple-shuffle`.
    pub shuffles: bool,
    /// Whether a 400 of the provider leads to fallbacks, `fallback_on_unsupported_params`.
    pub falls_back_on_bad_requests: bool,
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
            shuffles: true,
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
