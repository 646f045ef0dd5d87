//! Mappings that leave out what is not said, and lengths of time and shares in the words of the language.

use serde_json::{Map, Value as Json};

use crate::model::{Duration, Percent};

/// A mapping that is being written.
#[derive(Default)]
pub(super) struct Mapping(Map<String, Json>);

impl Mapping {
    /// With a member.
    pub(super) fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// With a member, if it is said.
    pub(super) fn maybe(self, name: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With a list, unless it is empty.
    pub(super) fn list<T: Into<Json>>(self, name: &str, items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<Json> = items.into_iter().map(Into::into).collect();
        if items.is_empty() { self } else { self.with(name, items) }
    }

    /// With a mapping, unless it is empty.
    pub(super) fn inner(self, name: &str, inner: Self) -> Self {
        if inner.0.is_empty() { self } else { self.with(name, inner) }
    }
}

impl From<Mapping> for Json {
    fn from(mapping: Mapping) -> Self {
        Self::Object(mapping.0)
    }
}

/// Things by name.
pub(super) fn named<'i, T: 'i>(
    items: impl IntoIterator<Item = &'i T>,
    name: fn(&T) -> &String,
    value: impl Fn(&T) -> Mapping,
) -> Mapping {
    items.into_iter().fold(Mapping::default(), |all, item| all.with(name(item), value(item)))
}

/// A length of time as documents write it.
pub(super) fn time(milliseconds: u64) -> String {
    Duration(milliseconds).to_string()
}

/// A share as documents write it.
pub(super) fn share(basis_points: u32) -> String {
    Percent(basis_points).to_string()
}

/// A word of the language, as the wire type spells it.
pub(super) fn word(word: impl serde::Serialize) -> Json {
    serde_json::to_value(word).unwrap_or_default()
}
