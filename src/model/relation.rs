//! How two models are related.

use super::{Catalogue, TargetNode};

/// How a model reached is related to the one it replaces, from the closest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The same model, another deployment.
    Same,
    /// The same family of the same vendor.
    Family,
    /// An equivalence class names both.
    Equivalent,
    /// The catalogue lacks one of them, so that nobody can tell.
    Unknown,
    /// None of these.
    Unrelated,
}

impl Relation {
    /// The relation in a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Family => "family",
            Self::Equivalent => "equivalent",
            Self::Unknown => "unknown",
            Self::Unrelated => "unrelated",
        }
    }
}

/// Answers how models are related.
#[derive(Clone, Copy, Debug)]
pub struct Relations<'a> {
    catalogue: &'a Catalogue,
}

impl<'a> Relations<'a> {
    /// Relations by a catalogue.
    pub fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue }
    }

    /// How the model of `to` is related to that of `from`.
    pub fn between(self, from: &TargetNode, to: &TargetNode) -> Relation {
        if from.doc.model.value == to.doc.model.value && from.doc.self_hosted == to.doc.self_hosted {
            return Relation::Same;
        }
        let (Some(a), Some(b)) = (from.model, to.model) else { return Relation::Unknown };
        if a == b {
            return Relation::Same;
        }
        let (left, right) = (&self.catalogue.model(a).model, &self.catalogue.model(b).model);
        let vendors = left.vendor.as_ref().zip(right.vendor.as_ref());
        let families = left.family.as_ref().zip(right.family.as_ref());
        if vendors.is_some_and(|(a, b)| a == b) && families.is_some_and(|(a, b)| a == b) {
            return Relation::Family;
        }
        match (self.catalogue.equivalence(a, b), vendors, families) {
            (Some(_), _, _) => Relation::Equivalent,
            // What the catalogue leaves out is unknown, and nobody is accused of it.
            (None, Some(_), Some(_)) => Relation::Unrelated,
            (None, _, _) => Relation::Unknown,
        }
    }

    /// The closest relation of `to` to any target of a pool; `Unknown` for an empty pool.
    pub fn to_pool<'t>(self, pool: impl IntoIterator<Item = &'t TargetNode>, to: &TargetNode) -> Relation {
        pool.into_iter().map(|from| self.between(from, to)).min().unwrap_or(Relation::Unknown)
    }
}
