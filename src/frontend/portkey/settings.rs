//! The gateway's own settings, `conf.json`: plugins, integrations and their limits. They hold no routes, only keys.

use crate::diagnostic::{Diagnostic, Level, Sink, quote};
use crate::syntax::Value;

use super::shape::secrets;

/// Whether a document is the settings file of the gateway (`conf.example.json` of Portkey-AI/gateway).
pub(super) fn is_settings(root: Value<'_>) -> bool {
    let list = |key: &str| root.get(key).filter(|list| list.is_sequence());
    let has_integrations = list("integrations").is_some_and(|integrations| {
        integrations.items().next().is_some()
            && integrations.items().all(|item| item.get("provider").is_some() && item.get("slug").is_some())
    });
    has_integrations
        || (list("plugins_enabled").is_some() && (root.get("credentials").is_some() || root.get("cache").is_some()))
}

/// Says what the file is, and reports the secrets in it.
pub(super) fn check(root: Value<'_>, sink: &mut Sink) {
    let place = root.entries().first().map_or(root, |(key, _)| *key).place();
    let slugs: Vec<&str> = root
        .get("integrations")
        .into_iter()
        .flat_map(Value::items)
        .filter_map(|item| item.get("slug").and_then(Value::text))
        .collect();
    let named = match slugs.as_slice() {
        [] => String::new(),
        [only] => format!(" and the integration {}", quote(only)),
        [first, ..] => format!(" and {} integrations, {} first", slugs.len(), quote(first)),
    };
    let message = format!(
        "these are the settings of Portkey's gateway: plugins{named}, and no routes; only its keys were checked"
    );
    sink.report(
        Diagnostic::new("missing-key", place, "no `strategy` and no `targets`", message)
            .at_most(Level::Warn)
            .help("routes are in the configs that requests send as `x-portkey-config`: give such a file, an object with `strategy` and `targets`"),
    );
    secrets(root, sink);
}
