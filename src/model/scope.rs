//! Names by which the parts of a table know each other.

use crate::source::Spanned;

use super::Name;
use super::table::Id;

/// The names of one kind: looked up by what is written, and listed in order.
pub(super) struct Scope<T> {
    names: Vec<(Name, Id<T>)>,
}

impl<T> Scope<T> {
    /// Of names that are all different.
    pub(super) fn of<'n>(names: impl IntoIterator<Item = (&'n Spanned<Name>, Id<T>)>) -> Self {
        let mut names: Vec<(Name, Id<T>)> = names.into_iter().map(|(name, id)| (name.value.clone(), id)).collect();
        names.sort_unstable();
        Self { names }
    }

    pub(super) fn get(&self, name: &str) -> Option<Id<T>> {
        let at = self.names.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.names.get(at).map(|(_, id)| *id)
    }

    /// The names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| name.as_str())
    }
}
