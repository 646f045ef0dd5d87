//! Where the configs of a document are: the document itself, or entries of a file that keeps several.

use crate::source::Span;
use crate::syntax::Value;

use super::known;
use super::tree::{Mode, entry, get, snake};

/// How deep a config may stand in a file that keeps several.
const DEEPEST: usize = 3;

/// A config in a document.
pub(super) enum Found<'t> {
    /// With the name that the file gives it, if it gives one.
    Config(Value<'t>, Option<&'t str>),
    /// As a text, which Portkey's service answers with: its parts have no places.
    Text(Span),
}

/// Every config of a document, in the order of the text.
pub(super) fn configs(root: Value<'_>) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    if is_config(root) {
        found.push(Found::Config(root, None));
    } else {
        look(root, 0, &mut found);
    }
    found
}

fn look<'t>(value: Value<'t>, depth: usize, found: &mut Vec<Found<'t>>) {
    if depth > DEEPEST {
        return;
    }
    let name_of =
        |holder: Value<'t>| ["name", "slug", "id"].iter().find_map(|key| holder.get(key).and_then(Value::text));
    for item in value.items() {
        if is_tree(item) {
            found.push(Found::Config(item, name_of(item)));
        } else {
            look(item, depth + 1, found);
        }
    }
    for (key, within) in value.entries() {
        let name = key.raw_text().filter(|name| !matches!(*name, "config" | "data" | "configs"));
        if is_tree(within) {
            found.push(Found::Config(within, name.or_else(|| name_of(value))));
        } else if key.raw_text() == Some("config") && within.text().is_some_and(is_text) {
            found.push(Found::Text(within.span()));
        } else {
            look(within, depth + 1, found);
        }
    }
}

fn is_text(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('{')
        && (text.contains("\"strategy\"") || text.contains("\"targets\"") || text.contains("\"virtual_key\""))
}

/// Whether a value can be nothing else than a config: it has a strategy and targets that look like targets.
fn is_tree(value: Value<'_>) -> bool {
    let mode = get(value, "strategy").and_then(|strategy| strategy.get("mode")).and_then(Value::text);
    let is_known = mode.is_some_and(|word| Mode::ALL.iter().any(|(known, _)| *known == word));
    let targets = get(value, "targets");
    (is_known && targets.is_some()) || targets.is_some_and(|targets| targets.items().any(is_target))
}

/// Whether an item is a target or a group of them.
fn is_target(item: Value<'_>) -> bool {
    const TELLING: [&str; 6] =
        ["virtual_key", "override_params", "passthrough", "custom_host", "request_timeout", "retry"];
    let says = |key: &str| entry(item, key).is_some();
    item.is_mapping()
        && (TELLING.iter().any(|key| says(key))
            || is_tree(item)
            || (says("provider") && (says("api_key") || is_bare(item))))
}

/// Whether a provider is all a target says, besides what every target may say.
fn is_bare(item: Value<'_>) -> bool {
    item.entries()
        .iter()
        .all(|(key, _)| key.raw_text().is_some_and(|name| known::keys().any(|known| known == snake(name))))
}

/// Whether a document is a config.
fn is_config(root: Value<'_>) -> bool {
    let says = |key: &str| entry(root, key).is_some();
    if !root.is_mapping() || says("model_list") {
        return false;
    }
    let mode = get(root, "strategy").and_then(|strategy| strategy.get("mode")).and_then(Value::text);
    let has_mode = mode.is_some_and(|word| Mode::ALL.iter().any(|(known, _)| *known == word));
    // A strategy as a text, or with a mode that does not exist, beside targets; or a mode whose targets are missing.
    let has_group = is_tree(root)
        || (has_mode && is_bare(root))
        || (says("strategy") && get(root, "targets").is_some_and(Value::is_sequence) && is_bare(root));
    let is_slug = get(root, "provider").and_then(Value::text).is_some_and(|provider| provider.starts_with('@'));
    let has_retry = get(root, "retry").is_some_and(|retry| entry(retry, "attempts").is_some());
    let tells = says("virtual_key")
        || is_slug
        || (says("provider") && (says("api_key") || says("override_params") || says("custom_host")))
        || (has_retry && (says("override_params") || says("cache") || root.entries().len() == 1));
    has_group || (tells && is_bare_but_slips(root))
}

/// Whether all keys but a slip or two are a config's.
fn is_bare_but_slips(root: Value<'_>) -> bool {
    let is_known = |name: &str| {
        let own = snake(name);
        let is_meant = known::MEANT.iter().any(|(written, _)| *written == own);
        known::keys().any(|known| known == own) || is_meant || own == "model"
    };
    let others = root.entries().into_iter().filter(|(key, _)| !key.raw_text().is_some_and(is_known));
    others.count() <= 1
}
