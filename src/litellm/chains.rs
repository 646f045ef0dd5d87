//! Which entry of a fallback list is found for a name.

use std::collections::BTreeMap;

use super::providers::{with_prefix, without_prefix};
use super::{Chain, Era};

/// The fallback lists of a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// `fallbacks`, with `default_fallbacks` behind them.
    General,
    /// `context_window_fallbacks`.
    ContextWindow,
    /// `content_policy_fallbacks`.
    ContentPolicy,
}

impl List {
    /// Every list.
    pub const ALL: [Self; 3] = [Self::General, Self::ContextWindow, Self::ContentPolicy];

    /// The setting.
    pub fn setting(self) -> &'static str {
        match self {
            Self::General => "fallbacks",
            Self::ContextWindow => "context_window_fallbacks",
            Self::ContentPolicy => "content_policy_fallbacks",
        }
    }

    /// Whether `*` stands for every group in it, and a key for the name with another prefix: the lists for one kind of
    /// failure knew neither until 1.104.
    pub fn knows_star(self, era: Era) -> bool {
        self == Self::General || era == Era::Resuming
    }
}

/// An entry that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number in the list.
    pub entry: usize,
    /// Which of the names asked for it was found under; `None` for the list of `*`.
    pub key: Option<usize>,
}

/// One list by the keys of its entries.
#[derive(Debug, Default)]
pub struct Index<'r> {
    first: BTreeMap<&'r str, usize>,
    last: BTreeMap<&'r str, usize>,
}

impl<'r> Index<'r> {
    pub(super) fn new(chains: &'r [Chain]) -> Self {
        Self::of(chains.iter().map(|chain| chain.key.value.as_str()))
    }

    /// The list whose entries have these keys.
    pub fn of(keys: impl IntoIterator<Item = &'r str>) -> Self {
        let mut index = Self::default();
        for (at, key) in keys.into_iter().enumerate() {
            index.first.entry(key).or_insert(at);
            index.last.insert(key, at);
        }
        index
    }

    /// The entry of a list for the first of some names that has one.
    pub fn entry(&self, list: List, names: &[&str], era: Era) -> Option<Found> {
        if list.knows_star(era) { self.find(names, era) } else { self.find_exactly(names) }
    }

    /// The first name with an entry of its own; else the entry of `*`.
    fn find(&self, names: &[&str], era: Era) -> Option<Found> {
        let own = names.iter().enumerate().find_map(|(key, name)| Some((key, self.own(name, era)?)));
        match own {
            Some((key, entry)) => Some(Found { entry, key: Some(key) }),
            None => self.star().map(|entry| Found { entry, key: None }),
        }
    }

    /// The first name with an entry of just that key.
    fn find_exactly(&self, names: &[&str]) -> Option<Found> {
        let own =
            |(key, name): (usize, &&str)| self.first.get(*name).map(|entry| Found { entry: *entry, key: Some(key) });
        names.iter().enumerate().find_map(own)
    }

    fn star(&self) -> Option<usize> {
        self.last.get("*").copied()
    }

    /// The entry of a name: the first with just that key, else the last with the key less its provider or, since 1.104,
    /// with its provider. A key with a star in it is compared like any other: `*` itself names a group of that name.
    fn own(&self, name: &str, era: Era) -> Option<usize> {
        if let Some(entry) = self.first.get(name) {
            return Some(*entry);
        }
        let other = |name: Option<String>| name.and_then(|name| self.last.get(name.as_str()).copied());
        let with = other(with_prefix(name).filter(|_| era == Era::Resuming));
        other(without_prefix(name)).max(with)
    }
}
