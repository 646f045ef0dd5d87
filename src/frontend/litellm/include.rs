//! `include`: the files that a configuration is made of, and what becomes of a section that two of them have.

use std::collections::{BTreeSet, VecDeque};

use crate::diagnostic::{Diagnostic, Sink, or_list, quote};
use crate::source::{FileId, Link, Place, SourceMap};
use crate::syntax::{self, Tree, Value};

use super::misread;

/// The files that a configuration includes, each once, in the order in which LiteLLM joins them: those named by the file
/// itself first, then those that they name.
pub(super) struct Included<'s> {
    pub(super) trees: Vec<Tree<'s>>,
    /// Whether every file that is named was read.
    pub(super) is_whole: bool,
}

/// The mentions of other files, as they are written.
pub(in crate::frontend) fn mentions(root: Value<'_>) -> Vec<String> {
    written(root, &mut Sink::new()).into_iter().map(|(name, _)| name).collect()
}

fn written(root: Value<'_>, sink: &mut Sink) -> Vec<(String, Place)> {
    let Some((key, list)) = root.get_entry("include") else { return Vec::new() };
    let names: Vec<(String, Place)> =
        list.items().filter_map(|item| Some((item.text()?.to_owned(), item.place()))).collect();
    if !list.is_sequence() || names.len() != list.items().count() {
        let message = "`include` is no list of file names; LiteLLM refuses to start".to_owned();
        sink.report(misread("bad-value", key, "a list is wanted here", message, "write `include: [other.yaml]`"));
        return Vec::new();
    }
    names
}

/// Reads the files that a configuration includes.
pub(super) fn read<'s>(sources: &'s SourceMap, file: FileId, root: Value<'_>, sink: &mut Sink) -> Included<'s> {
    let mut found = Included { trees: Vec::new(), is_whole: true };
    let mut loaded = BTreeSet::from([file]);
    let with =
        |from: FileId, names: Vec<(String, Place)>| names.into_iter().map(move |(name, place)| (from, name, place));
    let mut pending: VecDeque<_> = with(file, written(root, sink)).collect();
    while let Some((from, name, place)) = pending.pop_front() {
        let id = match sources.linked(from, &name) {
            Some(Link::File(id)) => *id,
            Some(Link::Lost(why)) => {
                found.is_whole = false;
                let message =
                    format!("the included file {} cannot be read, {why}; LiteLLM refuses to start", quote(&name));
                sink.report(
                    Diagnostic::new("unknown-reference", place, "no such file beside this one", message)
                        .help("names are relative to the file that includes them"),
                );
                continue;
            }
            None => {
                found.is_whole = false;
                continue;
            }
        };
        if !loaded.insert(id) {
            continue;
        }
        let tree = syntax::parse(sources, id, sink);
        found.is_whole &= !tree.is_broken();
        let root = tree.roots().first().map(|root| Value::new(&tree, *root));
        match root.filter(|root| root.is_mapping()) {
            Some(root) => pending.extend(with(id, written(root, sink))),
            None if tree.is_broken() => {}
            None => {
                let message = format!("the included file {} holds no mapping; LiteLLM refuses to start", quote(&name));
                sink.report(Diagnostic::new("wrong-type", place, "not a configuration", message));
            }
        }
        found.trees.push(tree);
    }
    found
}

/// The values that make a key of the top level: lists of several files are joined, and anything else replaces what an
/// earlier file says.
pub(super) fn join<'t>(roots: &[Value<'t>], name: &str) -> Vec<(Value<'t>, Value<'t>)> {
    let mut parts: Vec<(Value<'t>, Value<'t>)> = Vec::new();
    for entry in roots.iter().filter_map(|root| root.get_entry(name)) {
        let is_joined = entry.1.is_sequence() && parts.iter().all(|(_, value)| value.is_sequence());
        if !is_joined {
            parts.clear();
        }
        parts.push(entry);
    }
    parts
}

/// Reports the sections that an included file takes away.
pub(super) fn report_replaced(roots: &[Value<'_>], sink: &mut Sink) {
    for (at, root) in roots.iter().enumerate() {
        for (key, loser) in root.entries() {
            let later = roots.iter().skip(at + 1).find_map(|root| root.get_entry(key.raw_text()?));
            let Some((winner_key, winner)) = later.filter(|_| !loser.is_sequence()) else { continue };
            if loser.is_null() || loser.to_json() == winner.to_json() {
                continue;
            }
            let name = key.raw_text().unwrap_or_default();
            let entries = loser.entries();
            let gone: Vec<&str> =
                entries.iter().filter_map(|(key, _)| key.raw_text()).filter(|key| winner.get(key).is_none()).collect();
            let message = if gone.is_empty() {
                format!("an included file sets {} too, and that one replaces this", quote(name))
            } else {
                format!(
                    "an included file sets {} too, and replaces this one as a whole: {} {} gone",
                    quote(name),
                    or_list(gone.iter().copied(), 5).replace(" or ", " and "),
                    if gone.len() == 1 { "is" } else { "are" }
                )
            };
            let found = misread(
                "shadowed-setting",
                key,
                "does nothing",
                message,
                "keep the section in one file: LiteLLM joins the lists of two files, and no mappings",
            )
            .related(winner_key.span(), "this one wins");
            // Losing fallbacks or a master key to a file that never mentions them is worse than a value set twice.
            sink.report(if gone.is_empty() { found } else { found.at_least(crate::diagnostic::Level::Deny) });
        }
    }
}
