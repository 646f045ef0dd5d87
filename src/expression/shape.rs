//! What facts an expression may use, as the caller declares them.

use std::fmt;

/// The type of a fact.
#[derive(Clone, Copy)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A text.
    Text,
    /// A list whose items have one type.
    List(&'static Type),
    /// Facts that belong together.
    Object(&'static Shape),
}

impl fmt::Debug for Type {
    // By hand, because shapes may refer to each other in a circle.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => formatter.write_str("Bool"),
            Self::Int => formatter.write_str("Int"),
            Self::Text => formatter.write_str("Text"),
            Self::List(item) => write!(formatter, "List({item:?})"),
            Self::Object(shape) => write!(formatter, "Object({})", shape.name),
        }
    }
}

/// The fields of an object, or the facts at the root of an expression.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What the object is called in messages; shapes of one name are one shape.
    pub name: &'static str,
    /// The fields, in the order they are documented.
    pub fields: &'static [Field],
}

impl Shape {
    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The names of the fields.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }
}

/// One field of a shape.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in expressions.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// What it says, in one sentence.
    pub about: &'static str,
}
