//! Keys that LiteLLM accepts and ignores, or reads in another way than they look, and secrets in plain sight.

use crate::diagnostic::{Diagnostic, Sink, nearest, quote};
use crate::litellm::Era;
use crate::model::url_has_password;
use crate::syntax::{Scalar, Shape, Value};

use crate::frontend::secrets::looks_real;

use super::{Sections, is_empty, misread};

/// What `router_settings` may hold (the arguments of LiteLLM's router, release 1.109); any other key is dropped with a
/// line in the log.
const ROUTER_KEYS: &[&str] = &[
    "alerting_config",
    "allowed_fails",
    "allowed_fails_policy",
    "assistants_config",
    "background_health_check_model_groups",
    "cache_kwargs",
    "cache_responses",
    "caching_groups",
    "client_ttl",
    "content_policy_fallbacks",
    "context_window_fallbacks",
    "cooldown_time",
    "debug_level",
    "default_fallbacks",
    "default_litellm_params",
    "default_max_parallel_requests",
    "default_priority",
    "deployment_affinity_ttl_seconds",
    "disable_cooldowns",
    "enable_health_check_routing",
    "enable_mid_stream_fallback_continuation",
    "enable_pre_call_checks",
    "enable_tag_filtering",
    "enable_weighted_failover",
    "fallback_on_unsupported_params",
    "fallbacks",
    "guardrail_list",
    "health_check_ignore_transient_errors",
    "health_check_staleness_threshold",
    "ignore_invalid_deployments",
    "max_fallbacks",
    "model_group_affinity_config",
    "model_group_alias",
    "model_group_retry_policy",
    "model_list",
    "num_retries",
    "optional_pre_call_checks",
    "plugins",
    "polling_interval",
    "provider_budget_config",
    "redis_db",
    "redis_host",
    "redis_password",
    "redis_port",
    "redis_url",
    "retry_after",
    "retry_policy",
    "router_general_settings",
    "routing_groups",
    "routing_strategy",
    "routing_strategy_args",
    "search_tools",
    "session_affinity_repin_on_failover",
    "set_verbose",
    "stream_timeout",
    "tag_filtering_match_any",
    "tag_routing_prefix",
    "timeout",
];

/// Those that have come since the oldest era, with the first era that has them.
const NEWER_KEYS: [(&str, Era); 6] = [
    ("background_health_check_model_groups", Era::Once),
    ("plugins", Era::Once),
    ("tag_routing_prefix", Era::Once),
    ("enable_mid_stream_fallback_continuation", Era::Resuming),
    ("fallback_on_unsupported_params", Era::Resuming),
    ("session_affinity_repin_on_failover", Era::Resuming),
];

/// What people write for settings of the router that are called otherwise.
const MEANT: [(&str, &str); 6] = [
    ("max_retries", "num_retries"),
    ("request_timeout", "timeout"),
    ("model_alias", "model_group_alias"),
    ("model_aliases", "model_group_alias"),
    ("fallback_models", "fallbacks"),
    ("retries", "num_retries"),
];

/// The fallback lists.
pub(super) const LISTS: [&str; 4] =
    ["fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "default_fallbacks"];

/// Whether the router has a setting of this name.
pub(super) fn is_router_key(name: &str) -> bool {
    ROUTER_KEYS.contains(&name)
}

/// Whether it is the name of a list of fallbacks, as LiteLLM has it or as people guess.
pub(super) fn is_list(name: &str) -> bool {
    LISTS.contains(&name) || GUESSED_LISTS.contains(&name)
}

/// Names that people give to lists of fallbacks.
const GUESSED_LISTS: [&str; 2] = ["fallback_models", "model_fallbacks"];

/// Reports what the file says to no effect.
pub(super) fn check(sections: &Sections<'_>, sink: &mut Sink) {
    router_keys(sections, sink);
    misplaced(sections, sink);
    two_places(sections, sink);
    // A secret is one in a section too that another file replaces.
    for section in sections.roots.iter().flat_map(|root| WITH_SECRETS.iter().filter_map(|name| root.get(name))) {
        for (key, value) in section.entries() {
            secret(key, value, key.raw_text() == Some("master_key"), sink);
        }
    }
}

/// The sections that secrets are looked for in, besides the deployments.
const WITH_SECRETS: [&str; 4] = ["general_settings", "litellm_settings", "router_settings", "environment_variables"];

fn router_keys(sections: &Sections<'_>, sink: &mut Sink) {
    let Some(router) = sections.router else { return };
    for (key, value) in router.entries() {
        let Some(name) = key.raw_text() else { continue };
        if ROUTER_KEYS.contains(&name) {
            if let Some((_, since)) = NEWER_KEYS.iter().find(|(key, since)| *key == name && *since > sections.era()) {
                let release = sections.release;
                let message = format!("LiteLLM {release} ignores {} in `router_settings`", quote(name));
                let help = format!("remove it: LiteLLM {} reads it", since.releases());
                sink.report(misread("dead-setting", key, "has no effect", message, &help));
            }
            continue;
        }
        if matches!(name, "health_check_interval" | "health_check_concurrency") {
            let message = format!("LiteLLM refuses to start with {} in `router_settings`", quote(name));
            sink.report(misread("bad-value", key, "not accepted here", message, "move it to `general_settings`"));
            continue;
        }
        let message = format!("LiteLLM ignores {} in `router_settings`, with a warning in its log", quote(name));
        let meant = MEANT.iter().find(|(guessed, _)| *guessed == name).map(|(_, key)| *key);
        let help = match meant.or_else(|| nearest(name, ROUTER_KEYS.iter().copied())) {
            Some(near) => format!("did you mean {}?", quote(near)),
            None if matches!(value.shape(), Shape::Mapping) => {
                "no setting of this name exists; remove the section".to_owned()
            }
            None => "no setting of this name exists; remove it".to_owned(),
        };
        sink.report(misread("dead-setting", key, "has no effect", message, &help));
    }
}

fn misplaced(sections: &Sections<'_>, sink: &mut Sink) {
    let mut dead = |key: Value<'_>, message: String, help: &str| {
        sink.report(misread("dead-setting", key, "has no effect", message, help));
    };
    for name in LISTS.into_iter().chain(GUESSED_LISTS) {
        for (key, _) in sections.top(name) {
            let message = format!("LiteLLM ignores {} at the top level", quote(name));
            dead(key, message, "move it below `router_settings`");
        }
    }
    for item in sections.deployments() {
        for part in [Some(item), item.get("litellm_params"), item.get("model_info")].into_iter().flatten() {
            for name in ["fallbacks", "fallback", "context_window_fallbacks"] {
                let is_request_list =
                    name == "fallbacks" && item.get("litellm_params").is_some_and(|params| params.id() == part.id());
                if let Some((key, _)) = part.get_entry(name).filter(|_| !is_request_list) {
                    let message = format!("LiteLLM ignores {} inside a deployment", quote(name));
                    dead(key, message, "write `router_settings.fallbacks: [{group: [other-group]}]` instead");
                }
            }
        }
        if let Some((key, _)) = item.get("litellm_params").and_then(|params| params.get_entry("max_retries")) {
            let message = "`max_retries` of a deployment has no effect on how often LiteLLM's router tries".to_owned();
            dead(key, message, "write `num_retries`");
        }
    }
}

/// One setting in both sections: which one wins, and what becomes of the other.
fn two_places(sections: &Sections<'_>, sink: &mut Sink) {
    let (Some(router), Some(litellm)) = (sections.router, sections.litellm) else { return };
    for name in LISTS.into_iter().chain(["num_retries", "max_fallbacks"]) {
        let (Some((own, a)), Some((general, b))) = (router.get_entry(name), litellm.get_entry(name)) else { continue };
        if is_empty(a) || is_empty(b) || a.to_json() == b.to_json() {
            continue;
        }
        let is_late = name == "num_retries" && sections.era().puts_module_retries_first();
        let (winner, loser, wins) = if is_late {
            (general, own, format!("on LiteLLM {} `litellm_settings` wins", sections.release))
        } else {
            (own, general, "`router_settings` wins".to_owned())
        };
        let message = format!("{} is set in both sections; {wins} and this one is ignored", quote(name));
        sink.report(
            misread("shadowed-setting", loser, "does nothing", message, "keep one of the two, in `router_settings`")
                .related(winner.span(), "this one wins"),
        );
    }
    if let (Some((slow, a)), Some((request, b))) = (router.get_entry("timeout"), litellm.get_entry("request_timeout"))
        && a.raw_text() != b.raw_text()
    {
        let message = "two timeouts disagree; `litellm_settings.request_timeout` wins over `router_settings.timeout`";
        sink.report(
            misread("contradictory-settings", slow, "does nothing", message.to_owned(), "keep one of the two")
                .related(request.span(), "this one wins"),
        );
    }
}

/// Reports a secret that stands in the file itself. A real key or password is told from a placeholder by its looks.
pub(super) fn secret(key: Value<'_>, value: Value<'_>, always: bool, sink: &mut Sink) {
    let Some(name) = key.raw_text() else { return };
    let Shape::Scalar(Scalar::Text(text)) = value.shape() else { return };
    if text.contains("://") && url_has_password(text) {
        let message = format!("the URL {} carries a password", quote(name));
        sink.report(
            Diagnostic::new("literal-secret", value.place(), "a password within", message)
                .help("write `os.environ/NAME`, and change the password: whoever has read the file knows it"),
        );
        return;
    }
    let lower = name.to_ascii_lowercase();
    let is_secret_key = ["api_key", "apikey", "secret", "password", "token", "master_key", "credentials", "access_key"]
        .iter()
        .any(|word| lower.ends_with(word));
    if !is_secret_key || is_reference(text) || !(always || looks_real(text)) {
        return;
    }
    let message = format!("the secret {} stands in the file itself", quote(name));
    sink.report(
        Diagnostic::new("literal-secret", value.place(), "a secret, not a reference", message)
            .help("write `os.environ/NAME`, and change the secret: whoever has read the file knows it"),
    );
}

/// Whether a value names a place where a secret is kept.
pub(super) fn is_reference(text: &str) -> bool {
    text.is_empty()
        || text.starts_with("os.environ/")
        || text.starts_with('$')
        || text.contains("{{")
        || text.starts_with("oidc/")
}
