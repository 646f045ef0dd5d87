//! Which variables of the environment a table needs, and who needs them.

use std::collections::BTreeMap;

use crate::diagnostic::{Label, quote};
use crate::source::Spanned;

use super::Context;

/// The variables that keys of reachable targets are read from, each with the first key that needs it; none where no
/// environment could set them.
pub(super) fn needed_by_keys(context: &Context<'_>) -> BTreeMap<String, Label> {
    let table = context.table;
    let mut needed = BTreeMap::new();
    if context.environments.is_empty() {
        return needed;
    }
    for target in context.used_targets() {
        for key in &table.targets[*target].keys {
            let key = &table.keys[*key];
            if let Some(name) = key.doc.secret.value.reference().and_then(|text| text.strip_prefix("env:")) {
                let text = format!("{} needs it", quote(key.name.value.as_str()));
                needed.entry(name.to_owned()).or_insert(Label { span: key.doc.secret.span(), text });
            }
        }
    }
    needed
}

/// These, and those that network paths are read from.
pub(super) fn needed(context: &Context<'_>) -> BTreeMap<String, Label> {
    let mut needed = needed_by_keys(context);
    for egress in context.table.egress.values() {
        let proxy: Option<&Spanned<String>> = egress.value.proxy.as_ref();
        if let Some((proxy, name)) = proxy.and_then(|proxy| Some((proxy, proxy.value.strip_prefix("env:")?))) {
            let text = format!("{} needs it", quote(egress.name.value.as_str()));
            needed.entry(name.to_owned()).or_insert(Label { span: proxy.span(), text });
        }
    }
    needed
}
