//! The types the checker infers, and the words for them.

use super::shape::{Shape, Type};
use super::value::Value;

/// An inferred type.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Not known: of the items of an empty list, and where a problem was already told.
    Any,
    Bool,
    Int,
    Text,
    List(Box<Kind>),
    Object(&'static Shape),
}

impl Kind {
    /// The kind of a declared type.
    pub(super) fn declared(kind: &Type) -> Self {
        match kind {
            Type::Bool => Self::Bool,
            Type::Int => Self::Int,
            Type::Text => Self::Text,
            Type::List(item) => Self::List(Box::new(Self::declared(item))),
            Type::Object(shape) => Self::Object(shape),
        }
    }

    /// The kind of a value that stands in the text.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Bool,
            Value::Int(_) => Self::Int,
            Value::Text(_) => Self::Text,
            Value::Unknown | Value::List(_) | Value::Object(_) => Self::Any,
        }
    }

    /// What both are, if they agree; what is not known agrees with everything.
    pub(super) fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Any, known) | (known, Self::Any) => Some(known.clone()),
            (Self::Bool, Self::Bool) | (Self::Int, Self::Int) | (Self::Text, Self::Text) => Some(self.clone()),
            (Self::List(left), Self::List(right)) => left.join(right).map(|item| Self::List(Box::new(item))),
            (Self::Object(left), Self::Object(right)) => (left.name == right.name).then(|| self.clone()),
            (Self::Bool | Self::Int | Self::Text | Self::List(_) | Self::Object(_), _) => None,
        }
    }

    /// The object in it that `==` cannot compare.
    pub(super) fn object(&self) -> Option<&'static Shape> {
        match self {
            Self::Object(shape) => Some(shape),
            Self::List(item) => item.object(),
            Self::Any | Self::Bool | Self::Int | Self::Text => None,
        }
    }

    /// The kind in words, as in "is a text".
    pub(super) fn words(&self) -> String {
        match self {
            Self::Any => "of no known type".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Int => "a number".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::List(item) => format!("a list{}", item.of_many()),
            Self::Object(_) => "an object".to_owned(),
        }
    }

    /// The kind in words after a list, as in "a list of texts".
    fn of_many(&self) -> String {
        match self {
            Self::Any => String::new(),
            Self::Bool => " of true and false".to_owned(),
            Self::Int => " of numbers".to_owned(),
            Self::Text => " of texts".to_owned(),
            Self::List(item) => format!(" of lists{}", item.of_many()),
            Self::Object(_) => " of objects".to_owned(),
        }
    }
}
