//! Spans, and values that carry one.

use std::fmt;

use super::FileId;

/// A range of bytes in a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl fmt::Debug for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}:{}..{}", self.file, self.start, self.end)
    }
}

impl Span {
    /// A span in a file.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }
}

/// Where a value stands: where it was written, and, through a YAML alias or merge key, where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where the value was written.
    pub defined: Span,
    /// The alias through which it is used here.
    pub alias: Option<Span>,
}

impl Place {
    /// Where a finding about the value points: the place of use.
    pub fn span(self) -> Span {
        self.alias.unwrap_or(self.defined)
    }
}

impl From<Span> for Place {
    fn from(defined: Span) -> Self {
        Self { defined, alias: None }
    }
}

/// A value and its place. Deliberately not comparable: compare the `value`.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, place: impl Into<Place>) -> Self {
        Self { value, place: place.into() }
    }

    /// Where a finding about the value points.
    pub fn span(&self) -> Span {
        self.place.span()
    }

    /// The same place with the value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), place: self.place }
    }
}

/// One named thing of a mapping: the name with its span, and what it names.
#[derive(Clone, Debug)]
pub struct Entry<K, V> {
    /// The key.
    pub name: Spanned<K>,
    /// The value.
    pub value: V,
}

/// A mapping in source order.
#[derive(Clone, Debug)]
pub struct Entries<K, V>(pub Vec<Entry<K, V>>);

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> Entries<K, V> {
    /// The entries in source order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry<K, V>> {
        self.0.iter()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, name: Spanned<K>, value: V) {
        self.0.push(Entry { name, value });
    }
}

impl<K, V> IntoIterator for Entries<K, V> {
    type Item = Entry<K, V>;
    type IntoIter = std::vec::IntoIter<Entry<K, V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a Entries<K, V> {
    type Item = &'a Entry<K, V>;
    type IntoIter = std::slice::Iter<'a, Entry<K, V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
