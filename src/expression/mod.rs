//! Custom-rule expressions in CEL: read, checked against the facts a rule may use, and judged.

mod check;
mod judge;
mod kind;
mod limits;
mod parse;
mod shape;
mod tokens;
mod tree;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

pub use shape::{Field, Shape, Type};
pub use value::{Value, Verdict};

/// The most bytes an expression may have.
pub const MOST_BYTES: usize = 4096;

/// The most levels of brackets and of `? :` an expression may nest.
pub const MOST_LEVELS: usize = 64;

/// The most operators and dots an expression may have.
pub const MOST_OPERATORS: usize = 512;

/// The most operations an expression may nest: in `a + b + c`, `a + b` is inside another.
pub const MOST_NESTED: usize = 128;

/// The most steps one judgement may take.
pub const MOST_STEPS: u32 = 100_000;

/// The most problems told of one expression; a text with more is no expression at all.
const MOST_PROBLEMS: usize = 32;

/// One thing wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The bytes of the text it is about.
    pub range: Range<usize>,
    /// One lower-case sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: None }
    }

    fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// An expression that was read and found to be sound.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    tree: tree::Node,
}

impl Expression {
    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the expression is true of the facts; what is not among them is not known.
    pub fn judge(&self, facts: &BTreeMap<&'static str, Value>) -> Verdict {
        judge::judge(&self.text, &self.tree, facts)
    }
}

/// Reads an expression and checks it against the facts it may use.
///
/// # Errors
///
/// All that is wrong with it, in the order of the text. A text that does not read as CEL is not checked further, and of
/// its grammar only the first fault is told: what follows from one is a guess.
pub fn compile(text: &str, root: &'static Shape) -> Result<Expression, Vec<Problem>> {
    let tree = read(text).and_then(|tree| {
        let problems = check::check(text, &tree, root);
        if problems.is_empty() { Ok(tree) } else { Err(problems) }
    });
    match tree {
        Ok(tree) => Ok(Expression { text: text.to_owned(), tree }),
        Err(mut problems) => {
            problems.sort_by_key(|problem| (problem.range.start, problem.range.end));
            problems.dedup();
            problems.truncate(MOST_PROBLEMS);
            Err(problems)
        }
    }
}

/// The tree of a text. The crate's recursive parser sees a text only after it was found to be small and shallow.
fn read(text: &str) -> Result<tree::Node, Vec<Problem>> {
    if text.len() > MOST_BYTES {
        let message = format!("the expression has {} bytes, the most is {MOST_BYTES}", text.len());
        return Err(vec![Problem::new(0..text.len(), message)]);
    }
    let (mut tokens, mut problems) = tokens::read(text);
    limits::check(&mut tokens, &mut problems);
    if tokens.is_empty() && problems.is_empty() {
        problems.push(Problem::new(0..text.len(), "the expression is empty"));
    }
    if problems.is_empty() { parse::parse(text, &tokens) } else { Err(problems) }
}
