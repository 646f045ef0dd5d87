//! The names that LiteLLM knows, section by section; what it does with others differs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::diagnostic::nearest;

/// A list of names, one a line behind a line that says what they are.
#[derive(Debug)]
pub(super) struct Known(LazyLock<BTreeSet<&'static str>>);

impl Known {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// The known name that another one is a slip of.
    pub(super) fn near(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.0.iter().copied()).filter(|near| is_slip(name, near))
    }
}

/// Whether a name is another one with a letter or two wrong, and not just its beginning.
pub(super) fn is_slip(written: &str, meant: &str) -> bool {
    written.len().abs_diff(meant.len()) <= 2
}

fn names(text: &'static str) -> BTreeSet<&'static str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

/// What `litellm_settings` may hold.
pub(super) static LITELLM_SETTINGS: Known = Known(LazyLock::new(|| names(include_str!("known/litellm_settings.txt"))));

/// What `general_settings` may hold.
pub(super) static GENERAL_SETTINGS: Known = Known(LazyLock::new(|| names(include_str!("known/general_settings.txt"))));

/// What a deployment's `litellm_params` may hold, without what only its provider knows.
pub(super) static LITELLM_PARAMS: Known = Known(LazyLock::new(|| names(include_str!("known/litellm_params.txt"))));

/// The prefixes of `model` that name a provider.
pub(super) static PROVIDERS: Known = Known(LazyLock::new(|| names(include_str!("known/providers.txt"))));

/// The models whose provider is found without a prefix. The gateway looks for newer ones in a list on the network.
pub(super) static BARE_MODELS: Known = Known(LazyLock::new(|| names(include_str!("known/bare_models.txt"))));

/// The sections of the file.
pub(super) const SECTIONS: [&str; 32] = [
    "agent_list",
    "agents",
    "assistant_settings",
    "callback_settings",
    "classifier_plugin",
    "credential_list",
    "default_vertex_config",
    "environment_variables",
    "files_settings",
    "finetune_settings",
    "general_settings",
    "guardrails",
    "include",
    "litellm_settings",
    "mcp_aliases",
    "mcp_servers",
    "mcp_tools",
    "model_list",
    "pass_through_endpoints",
    "plugins",
    "policies",
    "policy_attachments",
    "prompts",
    "router_settings",
    "sandbox_tools",
    "search_tools",
    "skills",
    "tools",
    "vector_store_registry",
    "vector_stores",
    "worker_registry",
    "websearch_interception_params",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_hold_names() {
        for text in [
            include_str!("known/litellm_settings.txt"),
            include_str!("known/general_settings.txt"),
            include_str!("known/litellm_params.txt"),
            include_str!("known/providers.txt"),
            include_str!("known/bare_models.txt"),
        ] {
            let lines: Vec<&str> = text.lines().skip(1).collect();
            assert!(text.starts_with("# ") && lines.len() > 50);
            assert!(lines.is_sorted() && lines.iter().all(|line| !line.is_empty() && !line.contains(' ')));
        }
    }

    #[test]
    fn slips_are_told_from_other_words() {
        assert_eq!(LITELLM_PARAMS.near("rpmm"), Some("rpm"));
        assert_eq!(LITELLM_PARAMS.near("wieght"), Some("weight"));
        assert_eq!(LITELLM_PARAMS.near("input_cost"), None);
        assert!(PROVIDERS.has("openai") && !PROVIDERS.has("mistralai"));
    }
}
