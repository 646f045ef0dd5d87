//! The tree of an expression, with the place of every part.

use std::ops::Range;

use super::value::Value;

/// A part of an expression.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The bytes of the text it spans, without the parentheses around it.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) part: Part,
}

/// What a part of an expression is.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// A value that stands in the text.
    Literal(Value),
    /// The name of a fact, or of an item a macro binds.
    Name(String),
    /// A field of an object.
    Field(Box<Node>, Word),
    /// A list that stands in the text.
    List(Vec<Node>),
    /// An operator and its operands.
    Op(Op, Vec<Node>),
    /// A call: the function, if there is one of that name, its name, what it is called on, its arguments.
    Call(Option<Function>, Word, Option<Box<Node>>, Vec<Node>),
}

/// A name and its place.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// The name.
    pub(super) name: String,
    /// The bytes of the text it spans.
    pub(super) range: Range<usize>,
}

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Not,
    Negate,
    And,
    Or,
    If,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
}

impl Op {
    /// The operator as it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Not => "!",
            Self::Negate | Self::Subtract => "-",
            Self::And => "&&",
            Self::Or => "||",
            Self::If => "? :",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Multiply => "*",
        }
    }
}

/// A function or a macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Has,
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl Function {
    /// Every function, its name, and how it is written.
    const TABLE: [(Self, &'static str, &'static str); 10] = [
        (Self::Size, "size", "size(list)"),
        (Self::Contains, "contains", "text.contains(part)"),
        (Self::StartsWith, "startsWith", "text.startsWith(part)"),
        (Self::EndsWith, "endsWith", "text.endsWith(part)"),
        (Self::Has, "has", "has(object.field)"),
        (Self::All, "all", "list.all(item, condition)"),
        (Self::Exists, "exists", "list.exists(item, condition)"),
        (Self::ExistsOne, "exists_one", "list.exists_one(item, condition)"),
        (Self::Filter, "filter", "list.filter(item, condition)"),
        (Self::Map, "map", "list.map(item, value)"),
    ];

    /// The function of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|(_, known, _)| *known == name).map(|(function, ..)| *function)
    }

    /// The names of all functions.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        Self::TABLE.iter().map(|(_, name, _)| *name)
    }

    /// How the function is written.
    pub(super) fn usage(self) -> &'static str {
        Self::TABLE.iter().find(|(function, ..)| *function == self).map_or("", |(_, _, usage)| usage)
    }
}
