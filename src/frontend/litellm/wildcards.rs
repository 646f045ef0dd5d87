//! Names with a `*` where LiteLLM takes every name for exactly what it says.
//!
//! Only a `model_name` of `model_list` is matched as a pattern. Aliases are looked up by the whole name of the request,
//! and so are the keys of fallback lists, with a provider prefix taken off or added; there `*` alone stands for any
//! group, and no other `*` for anything.

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::source::{Place, Spanned};
use crate::syntax::Value;

use super::{Sections, misread};

/// Reports aliases that look like patterns.
pub(super) fn check(sections: &Sections<'_>, sink: &mut Sink) {
    let aliases = sections.router.and_then(|router| router.get("model_group_alias"));
    for (key, target) in aliases.into_iter().flat_map(Value::entries) {
        let Some(alias) = key.raw_text().filter(|alias| alias.contains('*')) else { continue };
        let message = format!(
            "the alias {} is no pattern to LiteLLM: no request has this very name, and those that it is meant for go past it",
            quote(alias)
        );
        let help = "write an alias for each name, or a group of this name in `model_list`, where `*` is a pattern";
        sink.report(
            misread("dead-setting", key, "matches only itself", message, help)
                .related(target.span(), "never answers by this alias"),
        );
    }
}

/// Whether the key of a fallback list looks like a pattern and is none.
pub(super) fn is_dead_key(key: &str) -> bool {
    key.contains('*') && key != "*"
}

/// A key of a fallback list that looks like a pattern.
pub(super) fn dead_key(key: &Spanned<String>, group: Option<Place>) -> Diagnostic {
    let message = format!(
        "{} is no pattern as the key of a fallback list: LiteLLM looks for the name of the request, and never finds it here",
        quote(&key.value)
    );
    let help = "write an entry for each name that is called, or use `default_fallbacks`, which are for every group";
    let finding = Diagnostic::new("dead-setting", key.place, "matches only itself", message).help(help);
    match group {
        Some(group) => finding.related(group.span(), "what is called through this has other names"),
        None => finding,
    }
}
