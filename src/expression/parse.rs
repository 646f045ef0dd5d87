//! The tree of an expression out of the `cel` crate's parser: the only file that knows the crate.

use std::ops::Range;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue, SourceInfo, operators};
use cel::parser::ParseErrors;

use super::tokens::{Kind, Token};
use super::tree::{Function, Node, Op, Part, Word};
use super::value::Value;
use super::{MOST_NESTED, Problem};
use crate::diagnostic::quote;

/// The crate's own limit counts its grammar rules; ours are stricter, so it must not be the one that speaks.
const CRATE_LEVELS: u16 = 512;

/// The tree of a text whose tokens are within the limits.
pub(super) fn parse(text: &str, tokens: &[Token<'_>]) -> Result<Node, Vec<Problem>> {
    // An environment without macros leaves `exists(…)` and its like as the calls they are written as, with their
    // places; expanded, they would be loops over accumulators.
    let parser = cel::Env::default().with_optional_support(false).parser().max_recursion_depth(CRATE_LEVELS);
    let (root, places) = match parser.parse_with_source_info(text) {
        Ok(parsed) => parsed,
        Err(errors) => return Err(vec![syntax(text, tokens, &errors)]),
    };
    let mut reader = Reader { tokens, places: &places, whole: 0..text.len(), depth: 0, problems: Vec::new() };
    let node = reader.node(&root);
    if reader.problems.is_empty() { Ok(node) } else { Err(reader.problems) }
}

/// The first syntax error, in our words: those after it are the parser's guesses.
fn syntax(text: &str, tokens: &[Token<'_>], errors: &ParseErrors) -> Problem {
    let at = errors.errors.iter().filter_map(|error| offset(text, error.pos)).min().unwrap_or(0);
    match (tokens.iter().find(|token| token.end() > at), tokens.last()) {
        (Some(token), _) => {
            Problem::new(token.start..token.end(), format!("{} is not expected here", quote(token.text)))
        }
        (None, Some(last)) => {
            Problem::new(last.start..last.end(), format!("the expression ends too early, after {}", quote(last.text)))
        }
        (None, None) => Problem::new(0..text.len(), "the expression is empty"),
    }
}

/// The byte at a line and a column of characters, both counted from one.
fn offset(text: &str, (line, column): (isize, isize)) -> Option<usize> {
    let above = usize::try_from(line.checked_sub(1)?).ok()?;
    let before = usize::try_from(column.checked_sub(1)?).ok()?;
    let start: usize = text.split_inclusive('\n').take(above).map(str::len).sum();
    let rest = text.get(start..)?;
    Some(start + rest.char_indices().nth(before).map_or(rest.len(), |(at, _)| at))
}

struct Reader<'r> {
    tokens: &'r [Token<'r>],
    places: &'r SourceInfo,
    whole: Range<usize>,
    depth: usize,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// The index of the token a part of the crate's tree is placed at.
    fn token(&self, id: u64) -> Option<usize> {
        let start = usize::try_from(self.places.offset_for(id)?.0).ok()?;
        self.tokens.binary_search_by_key(&start, |token| token.start).ok()
    }

    /// The bytes of a token.
    fn range(&self, index: Option<usize>) -> Range<usize> {
        index.and_then(|index| self.tokens.get(index)).map_or(self.whole.clone(), |token| token.start..token.end())
    }

    /// The bytes of a part with the parentheses around it, so that what contains it spans whole brackets.
    fn wide(&self, node: &Node) -> Range<usize> {
        let Range { mut start, mut end } = node.range;
        let first = self.tokens.partition_point(|token| token.start < start);
        let mut before = first.checked_sub(1);
        while let Some(index) = before {
            let Some(open) = self.tokens.get(index).filter(|token| token.text == "(" && token.kind == Kind::Open)
            else {
                break;
            };
            let called = index.checked_sub(1).and_then(|name| self.tokens.get(name));
            let Some(close) = open.partner.and_then(|partner| self.tokens.get(partner)) else { break };
            let closes_next = self.tokens.iter().find(|token| token.start >= end).map(|token| token.start);
            if called.is_some_and(|token| token.kind == Kind::Name) || closes_next != Some(close.start) {
                break;
            }
            (start, end) = (open.start, close.end());
            before = index.checked_sub(1);
        }
        start..end
    }

    fn nodes(&mut self, parts: &[IdedExpr]) -> Vec<Node> {
        parts.iter().map(|part| self.node(part)).collect()
    }

    /// A part and those in it. The checker and the judge go down the same way and need more stack than the crate, hence
    /// the limit of our own.
    fn node(&mut self, part: &IdedExpr) -> Node {
        let index = self.token(part.id);
        if self.depth > MOST_NESTED {
            let message = format!("the expression nests more than {MOST_NESTED} operations in each other");
            let node = self.refuse(self.range(index), &message);
            // Said once: the operands beside it are as deep.
            self.problems.dedup_by(|again, first| again.message == first.message && again.message == message);
            return node;
        }
        self.depth += 1;
        let node = self.inner(part, index);
        self.depth -= 1;
        node
    }

    fn inner(&mut self, part: &IdedExpr, index: Option<usize>) -> Node {
        let range = self.range(index);
        match &part.expr {
            Expr::Ident(name) => Node { range, part: Part::Name(name.clone()) },
            Expr::Literal(literal) => self.literal(index, literal),
            Expr::Select(select) => {
                let of = self.node(&select.operand);
                let name = Word { name: select.field.clone(), range: self.range(index.map(|dot| dot + 1)) };
                Node { range: self.wide(&of).start..name.range.end, part: Part::Field(Box::new(of), name) }
            }
            Expr::List(list) => {
                let end = self.partner(index).end;
                Node { range: range.start..end, part: Part::List(self.nodes(&list.elements)) }
            }
            Expr::Call(call) => self.call(index, call),
            Expr::Map(_) | Expr::Struct(_) => self.refuse(range, "maps and messages are not supported in rules"),
            Expr::Unspecified | Expr::Comprehension(_) => self.refuse(range, "this is not supported in rules"),
        }
    }

    /// The bytes of the bracket that closes the one at an index.
    fn partner(&self, index: Option<usize>) -> Range<usize> {
        self.range(index.and_then(|index| self.tokens.get(index)).and_then(|token| token.partner))
    }

    fn refuse(&mut self, range: Range<usize>, message: &str) -> Node {
        self.problems.push(Problem::new(range.clone(), message));
        Node { range, part: Part::Literal(Value::Unknown) }
    }

    fn literal(&mut self, index: Option<usize>, literal: &LiteralValue) -> Node {
        let mut range = self.range(index);
        let value = match literal {
            LiteralValue::Boolean(value) => Value::Bool(**value),
            LiteralValue::String(value) => Value::Text(value.inner().to_owned()),
            LiteralValue::Int(value) => {
                if **value < 0 {
                    // The crate folds the sign into the number and places it at the digits.
                    range.start = self.range(index.and_then(|index| index.checked_sub(1))).start;
                }
                Value::Int(**value)
            }
            LiteralValue::Bytes(_) | LiteralValue::Double(_) | LiteralValue::Null | LiteralValue::UInt(_) => {
                return self.refuse(range, "only texts, whole numbers, `true` and `false` are supported in rules");
            }
        };
        Node { range, part: Part::Literal(value) }
    }

    /// A call, which the crate places at its `(`, or an operator, which it places at its sign.
    fn call(&mut self, index: Option<usize>, call: &CallExpr) -> Node {
        let target = call.target.as_deref().map(|target| self.node(target));
        let args = self.nodes(&call.args);
        let sign = self.range(index);
        if let Some(op) = operator(&call.func_name) {
            let places = args.iter().map(|arg| self.wide(arg));
            let (start, end) =
                places.fold((sign.start, sign.end), |(start, end), arg| (start.min(arg.start), end.max(arg.end)));
            return Node { range: start..end, part: Part::Op(op, args) };
        }
        match call.func_name.as_str() {
            operators::INDEX => {
                let node = self.refuse(sign, "nothing can be picked with `[ ]` in rules");
                let last = self.problems.pop();
                let help = "write `object.field`, or go through a list with `exists` or `all`";
                self.problems.extend(last.map(|problem| problem.with_help(help)));
                return node;
            }
            operators::DIVIDE | operators::MODULO => return self.refuse(sign, "this is not an operator of rules"),
            _ => {}
        }
        let name = self.range(index.and_then(|open| open.checked_sub(1)));
        let start = target.as_ref().map_or(name.start, |target| self.wide(target).start);
        let range = start..self.partner(index).end.max(name.end);
        let word = Word { name: call.func_name.clone(), range: name };
        Node { range, part: Part::Call(Function::named(&call.func_name), word, target.map(Box::new), args) }
    }
}

/// The operator behind a function name of the crate.
fn operator(name: &str) -> Option<Op> {
    Some(match name {
        operators::LOGICAL_NOT => Op::Not,
        operators::NEGATE => Op::Negate,
        operators::LOGICAL_AND => Op::And,
        operators::LOGICAL_OR => Op::Or,
        operators::CONDITIONAL => Op::If,
        operators::EQUALS => Op::Equal,
        operators::NOT_EQUALS => Op::NotEqual,
        operators::LESS => Op::Less,
        operators::LESS_EQUALS => Op::LessEqual,
        operators::GREATER => Op::Greater,
        operators::GREATER_EQUALS => Op::GreaterEqual,
        operators::IN => Op::In,
        operators::ADD => Op::Add,
        operators::SUBSTRACT => Op::Subtract,
        operators::MULTIPLY => Op::Multiply,
        _ => return None,
    })
}

/// What the crate itself makes of an expression: the oracle the judge is tested against.
#[cfg(test)]
pub(super) fn oracle(text: &str, facts: &std::collections::BTreeMap<&'static str, Value>) -> Result<bool, String> {
    fn known(value: &Value) -> cel::Value {
        match value {
            Value::Unknown => cel::Value::Null,
            Value::Bool(value) => cel::Value::Bool(*value),
            Value::Int(value) => cel::Value::Int(*value),
            Value::Text(value) => cel::Value::from(value.clone()),
            Value::List(items) => cel::Value::List(std::sync::Arc::new(items.iter().map(known).collect())),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (cel::objects::Key::from(*name), known(value)));
                cel::Value::Map(cel::objects::Map { map: std::sync::Arc::new(fields.collect()) })
            }
        }
    }
    let mut context = cel::Context::default();
    for (name, value) in facts {
        context.add_variable_from_value(*name, known(value));
    }
    let program = cel::Program::compile(text).map_err(|errors| errors.to_string())?;
    let value = program.execute(&context).map_err(|error| error.to_string())?;
    if let cel::Value::Bool(value) = value { Ok(value) } else { Err(format!("{value:?}")) }
}
