//! Finds what a validator names by its path, in a tree where a mapping may hold any number of keys.

use std::collections::BTreeMap;

use crate::syntax::Value;

/// A value that a path leads to, with the key it stands behind.
#[derive(Clone, Copy)]
pub(super) struct Found<'t> {
    pub(super) value: Value<'t>,
    pub(super) key: Option<Value<'t>>,
    pub(super) is_item: bool,
}

/// The mappings of a document that were asked for, each with its keys in order: a document in which everything is wrong
/// asks for all of them, again and again.
pub(super) struct Lookup<'t> {
    root: Value<'t>,
    mappings: BTreeMap<String, BTreeMap<&'t str, (Value<'t>, Value<'t>)>>,
}

impl<'t> Lookup<'t> {
    pub(super) fn new(root: Value<'t>) -> Self {
        Self { root, mappings: BTreeMap::new() }
    }

    /// What stands at a path, as far as the document has it.
    pub(super) fn at(&mut self, segments: &[String]) -> Found<'t> {
        let mut found = Found { value: self.root, key: None, is_item: false };
        let mut path = String::new();
        for segment in segments {
            let next = if found.value.is_sequence() {
                let item = segment.parse::<usize>().ok().and_then(|at| found.value.items().nth(at));
                item.map(|value| Found { value, key: found.key, is_item: true })
            } else {
                let entry = self.entry(&path, found.value, segment);
                entry.map(|(key, value)| Found { value, key: Some(key), is_item: false })
            };
            match next {
                Some(next) => found = next,
                None => break,
            }
            path.push('\0');
            path.push_str(segment);
        }
        found
    }

    /// The key and value of a name in the mapping at a path.
    pub(super) fn entry_at(&mut self, segments: &[String], name: &str) -> Option<(Value<'t>, Value<'t>)> {
        let mapping = self.at(segments).value;
        let path: String = segments.iter().flat_map(|segment| ["\0", segment]).collect();
        self.entry(&path, mapping, name)
    }

    fn entry(&mut self, path: &str, mapping: Value<'t>, name: &str) -> Option<(Value<'t>, Value<'t>)> {
        if !self.mappings.contains_key(path) {
            let mut keys = BTreeMap::new();
            for (key, value) in mapping.entries() {
                if let Some(text) = key.raw_text() {
                    keys.entry(text).or_insert((key, value));
                }
            }
            self.mappings.insert(path.to_owned(), keys);
        }
        self.mappings.get(path)?.get(name).copied()
    }
}
