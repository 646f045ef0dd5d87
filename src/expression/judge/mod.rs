//! The judgement of a checked expression: three-valued, so that a fact nobody stated is neither true nor false.

mod each;

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::tree::{Function, Node, Op, Part};
use super::value::{Value, Verdict, any};

/// Whether an expression is true of the facts.
pub(super) fn judge(text: &str, tree: &Node, facts: &BTreeMap<&'static str, Value>) -> Verdict {
    let judge = Judge { text, facts, steps: Cell::new(super::MOST_STEPS) };
    let answer = judge.truth(tree, None);
    match answer {
        // Whatever came out after the steps ran out may have come out wrong.
        _ if judge.spent() => Verdict::Exhausted,
        Ok(true) => Verdict::Holds,
        Ok(false) => Verdict::Fails,
        Err(unknown) => Verdict::Unknown(unknown),
    }
}

/// A value, or the words for what is not known.
type Answer<'v> = Result<Cow<'v, Value>, String>;

struct Judge<'j> {
    text: &'j str,
    facts: &'j BTreeMap<&'static str, Value>,
    steps: Cell<u32>,
}

/// An item that a macro binds, and the scope around the macro.
#[derive(Clone, Copy)]
struct Scope<'s> {
    around: Option<&'s Scope<'s>>,
    name: &'s str,
    value: &'s Value,
    /// The list the item is of, and its index there.
    list: &'s Node,
    index: usize,
}

impl<'s> Scope<'s> {
    /// The innermost scope that binds a name.
    fn find(scope: Option<&'s Self>, name: &str) -> Option<&'s Self> {
        let mut at = scope;
        while let Some(scope) = at {
            if scope.name == name {
                return Some(scope);
            }
            at = scope.around;
        }
        None
    }
}

impl Judge<'_> {
    /// Pays for some work.
    fn pay(&self, steps: u32) -> Result<(), String> {
        self.steps.set(self.steps.get().saturating_sub(steps));
        if self.spent() { Err(String::new()) } else { Ok(()) }
    }

    /// Whether the steps ran out.
    fn spent(&self) -> bool {
        self.steps.get() == 0
    }

    /// The words for a part whose value is not known: its path, or the part as it is written.
    fn unknown(&self, node: &Node, scope: Option<&Scope<'_>>) -> String {
        if self.pay(1).is_err() {
            return String::new();
        }
        match &node.part {
            Part::Name(name) => match Scope::find(scope, name) {
                Some(bound) => format!("{}[{}]", self.unknown(bound.list, bound.around), bound.index),
                None => name.clone(),
            },
            Part::Field(of, word) => format!("{}.{}", self.unknown(of, scope), word.name),
            Part::Literal(_) | Part::List(_) | Part::Op(..) | Part::Call(..) => {
                self.text.get(node.range.clone()).unwrap_or_default().to_owned()
            }
        }
    }

    fn value<'v>(&'v self, node: &'v Node, scope: Option<&'v Scope<'v>>) -> Answer<'v> {
        self.pay(1)?;
        match &node.part {
            Part::Literal(value) => Ok(Cow::Borrowed(value)),
            Part::Name(name) => {
                let value = Scope::find(scope, name).map(|scope| scope.value).or_else(|| self.facts.get(name.as_str()));
                value
                    .filter(|value| !matches!(value, Value::Unknown))
                    .map(Cow::Borrowed)
                    .ok_or_else(|| self.unknown(node, scope))
            }
            Part::Field(of, word) => self.field(node, of, &word.name, scope),
            Part::List(items) => self.list(items, scope),
            Part::Op(op, args) => self.op(*op, args, node, scope),
            Part::Call(function, _, target, args) => self.call(*function, target.as_deref(), args, node, scope),
        }
    }

    fn field<'v>(&'v self, node: &'v Node, of: &'v Node, name: &str, scope: Option<&'v Scope<'v>>) -> Answer<'v> {
        let value = match self.value(of, scope)? {
            Cow::Borrowed(Value::Object(fields)) => fields.get(name).map(Cow::Borrowed),
            Cow::Owned(Value::Object(mut fields)) => fields.remove(name).map(Cow::Owned),
            Cow::Borrowed(_) | Cow::Owned(_) => None,
        };
        value.filter(|value| !matches!(**value, Value::Unknown)).ok_or_else(|| self.unknown(node, scope))
    }

    fn list<'v>(&'v self, items: &'v [Node], scope: Option<&'v Scope<'v>>) -> Answer<'v> {
        let mut values = Vec::new();
        for item in items {
            let value = self.value(item, scope)?;
            self.pay(value.weight())?;
            values.push(value.into_owned());
        }
        Ok(Cow::Owned(Value::List(values)))
    }

    fn truth<'v>(&'v self, node: &'v Node, scope: Option<&'v Scope<'v>>) -> Result<bool, String> {
        match *self.value(node, scope)? {
            Value::Bool(value) => Ok(value),
            Value::Unknown | Value::Int(_) | Value::Text(_) | Value::List(_) | Value::Object(_) => {
                Err(self.unknown(node, scope))
            }
        }
    }

    fn number<'v>(&'v self, node: &'v Node, scope: Option<&'v Scope<'v>>) -> Result<i64, String> {
        match *self.value(node, scope)? {
            Value::Int(value) => Ok(value),
            Value::Unknown | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Object(_) => {
                Err(self.unknown(node, scope))
            }
        }
    }

    fn op<'v>(&'v self, op: Op, args: &'v [Node], node: &'v Node, scope: Option<&'v Scope<'v>>) -> Answer<'v> {
        let truth = match (op, args) {
            (Op::If, [condition, yes, no]) => {
                let chosen = if self.truth(condition, scope)? { yes } else { no };
                return self.value(chosen, scope);
            }
            (Op::Negate | Op::Add | Op::Subtract | Op::Multiply, _) => return self.sum(op, args, node, scope),
            (Op::Not, [of]) => !self.truth(of, scope)?,
            (Op::And, [left, right]) => self.settled(left, right, false, scope)?,
            (Op::Or, [left, right]) => self.settled(left, right, true, scope)?,
            (_, [left, right]) => self.compared(op, left, right, node, scope)?,
            _ => return Err(self.unknown(node, scope)),
        };
        Ok(Cow::Owned(Value::Bool(truth)))
    }

    /// `&&` and `||`: one side can settle it alone, whatever is not known of the other.
    fn settled<'v>(
        &'v self,
        left: &'v Node,
        right: &'v Node,
        by: bool,
        scope: Option<&'v Scope<'v>>,
    ) -> Result<bool, String> {
        let left = self.truth(left, scope);
        if left == Ok(by) {
            return Ok(by);
        }
        let right = self.truth(right, scope);
        if right == Ok(by) { right } else { left.and(right) }
    }

    fn sum<'v>(&'v self, op: Op, args: &'v [Node], node: &'v Node, scope: Option<&'v Scope<'v>>) -> Answer<'v> {
        let result = match (op, args) {
            (Op::Negate, [of]) => self.number(of, scope)?.checked_neg(),
            (Op::Add, [left, right]) => self.number(left, scope)?.checked_add(self.number(right, scope)?),
            (Op::Subtract, [left, right]) => self.number(left, scope)?.checked_sub(self.number(right, scope)?),
            (_, [left, right]) => self.number(left, scope)?.checked_mul(self.number(right, scope)?),
            _ => None,
        };
        let too_large = || format!("{}, which is too large a number", self.unknown(node, scope));
        result.map(|number| Cow::Owned(Value::Int(number))).ok_or_else(too_large)
    }

    fn compared<'v>(
        &'v self,
        op: Op,
        left: &'v Node,
        right: &'v Node,
        node: &'v Node,
        scope: Option<&'v Scope<'v>>,
    ) -> Result<bool, String> {
        let (a, b) = (self.value(left, scope)?, self.value(right, scope)?);
        self.pay(a.weight().min(b.weight()))?;
        let order = match (&*a, &*b) {
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            _ => None,
        };
        let answer = match (op, &*b) {
            (Op::Equal, _) => a.same(&b),
            (Op::NotEqual, _) => a.same(&b).map(|same| !same),
            (Op::Less, _) => order.map(Ordering::is_lt),
            (Op::LessEqual, _) => order.map(Ordering::is_le),
            (Op::Greater, _) => order.map(Ordering::is_gt),
            (Op::GreaterEqual, _) => order.map(Ordering::is_ge),
            (Op::In, Value::List(items)) => {
                self.pay(b.weight())?;
                any(items.iter().map(|item| a.same(item)))
            }
            _ => None,
        };
        answer.ok_or_else(|| self.unknown(node, scope))
    }

    fn call<'v>(
        &'v self,
        function: Option<Function>,
        target: Option<&'v Node>,
        args: &'v [Node],
        node: &'v Node,
        scope: Option<&'v Scope<'v>>,
    ) -> Answer<'v> {
        let unknown = || Err(self.unknown(node, scope));
        let value = match (function, target, args) {
            (Some(Function::Size), Some(of), []) | (Some(Function::Size), None, [of]) => {
                let of = self.value(of, scope)?;
                self.pay(of.weight())?;
                let size = match &*of {
                    Value::List(items) => items.len(),
                    Value::Text(text) => text.chars().count(),
                    Value::Unknown | Value::Bool(_) | Value::Int(_) | Value::Object(_) => return unknown(),
                };
                i64::try_from(size).ok().map(Value::Int)
            }
            // An unknown fact is exactly what `has` asks about, so it always has an answer.
            (Some(Function::Has), None, [field]) => Some(Value::Bool(self.value(field, scope).is_ok())),
            (Some(function), Some(list), [Node { part: Part::Name(item), .. }, body]) => {
                return self.each(function, list, item, body, scope).map(Cow::Owned);
            }
            (Some(function), Some(of), [part]) => {
                let (of, part) = (self.value(of, scope)?, self.value(part, scope)?);
                self.pay(of.weight().saturating_add(part.weight()))?;
                let (Value::Text(text), Value::Text(part)) = (&*of, &*part) else { return unknown() };
                Some(Value::Bool(if function == Function::StartsWith {
                    text.starts_with(part.as_str())
                } else if function == Function::EndsWith {
                    text.ends_with(part.as_str())
                } else {
                    text.contains(part.as_str())
                }))
            }
            _ => None,
        };
        value.map(Cow::Owned).map_or_else(unknown, Ok)
    }
}
