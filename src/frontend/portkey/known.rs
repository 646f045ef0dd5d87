//! The keys and providers that the gateway knows, and what people write for them.

/// Keys of the open-source gateway's releases and of Portkey's service, in the gateway's own spelling.
const KEYS: &str = include_str!("known/keys.txt");

/// The providers of the open-source gateway.
const PROVIDERS: &str = include_str!("known/providers.txt");

/// The release of the open-source gateway that the lists are those of.
pub(super) const RELEASE: &str = "1.15.2";

/// What a `strategy` may hold.
pub(super) const STRATEGY: [&str; 5] = ["conditions", "default", "mode", "on_status_codes", "sticky"];

/// What a `retry` may hold.
pub(super) const RETRY: [&str; 4] =
    ["attempts", "on_status_codes", "use_retry_after_header", "use_retry_after_headers"];

/// Keys that only Portkey's service reads: the open-source gateway passes over them.
pub(super) const HOSTED: [&str; 4] = ["cb_config", "default_params", "drop_params", "passthrough"];

/// What people write for keys of a node, and what the gateway reads.
pub(super) const MEANT: [(&str, &str); 9] = [
    ("fallback_status_codes", "on_status_codes"),
    ("max_retries", "retry"),
    ("override", "override_params"),
    ("params", "override_params"),
    ("retries", "retry"),
    ("status_codes", "on_status_codes"),
    ("timeout", "request_timeout"),
    ("timeout_ms", "request_timeout"),
    ("weights", "weight"),
];

fn names(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// The keys a node may hold.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    names(KEYS)
}

/// The providers of the open-source gateway.
pub(super) fn providers() -> impl Iterator<Item = &'static str> {
    names(PROVIDERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_hold_names() {
        for list in
            [keys().collect::<Vec<_>>(), providers().collect(), STRATEGY.to_vec(), RETRY.to_vec(), HOSTED.to_vec()]
        {
            assert!(list.is_sorted() && list.iter().all(|name| !name.is_empty() && !name.contains(' ')), "{list:?}");
        }
        assert!(
            MEANT.iter().all(|(written, meant)| !keys().any(|key| key == *written) && keys().any(|key| key == *meant))
        );
    }
}
