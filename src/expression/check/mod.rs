//! The type check of an expression: what it names must be there, and must be what its operator takes.

mod each;

use super::Problem;
use super::kind::Kind;
use super::shape::Shape;
use super::tree::{Function, Node, Op, Part, Word};
use crate::diagnostic::{nearest, or_list, quote};

/// All that is wrong with an expression.
pub(super) fn check(text: &str, tree: &Node, root: &'static Shape) -> Vec<Problem> {
    let mut checker = Checker { text, root, bound: Vec::new(), problems: Vec::new() };
    let kind = checker.kind(tree);
    if kind.join(&Kind::Bool).is_none() {
        let message = format!("{} is {}, a rule must be true or false", checker.quote(tree), kind.words());
        checker.tell(Problem::new(tree.range.clone(), message));
    }
    checker.problems
}

struct Checker<'t> {
    text: &'t str,
    root: &'static Shape,
    /// The items that macros bind around the part at hand.
    bound: Vec<(&'t str, Kind)>,
    problems: Vec<Problem>,
}

impl<'t> Checker<'t> {
    fn tell(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// A part as it is written.
    fn quote(&self, node: &Node) -> String {
        quote(self.text.get(node.range.clone()).unwrap_or_default())
    }

    fn kind(&mut self, node: &'t Node) -> Kind {
        match &node.part {
            Part::Literal(value) => Kind::of(value),
            Part::Name(name) => self.name(name, node),
            Part::Field(of, word) => self.field(of, word),
            Part::List(items) => self.list(items),
            Part::Op(op, args) => self.op(*op, args, node),
            Part::Call(function, word, target, args) => self.call(*function, word, target.as_deref(), args, node),
        }
    }

    fn name(&mut self, name: &str, node: &Node) -> Kind {
        if let Some((_, kind)) = self.bound.iter().find(|(bound, _)| *bound == name) {
            return kind.clone();
        }
        if let Some(field) = self.root.field(name) {
            return Kind::declared(&field.kind);
        }
        let bound = self.bound.iter().map(|(bound, _)| *bound);
        let help = did_you_mean(name, bound.chain(self.root.fields.iter().map(|field| field.name)));
        let problem = Problem::new(node.range.clone(), format!("there is no fact {}", quote(name)));
        self.tell(problem.with_help(help));
        Kind::Any
    }

    fn field(&mut self, of: &'t Node, word: &Word) -> Kind {
        let message = match self.kind(of) {
            Kind::Any => return Kind::Any,
            Kind::Object(shape) => {
                if let Some(field) = shape.field(&word.name) {
                    return Kind::declared(&field.kind);
                }
                let message = format!("{} has no field {}", quote(shape.name), quote(&word.name));
                let help = did_you_mean(&word.name, shape.names());
                self.tell(Problem::new(word.range.clone(), message).with_help(help));
                return Kind::Any;
            }
            kind @ (Kind::Bool | Kind::Int | Kind::Text | Kind::List(_)) => {
                format!("{} is {}, it has no field {}", self.quote(of), kind.words(), quote(&word.name))
            }
        };
        self.tell(Problem::new(word.range.clone(), message));
        Kind::Any
    }

    fn list(&mut self, items: &'t [Node]) -> Kind {
        let mut all = Kind::Any;
        for item in items {
            let kind = self.kind(item);
            match all.join(&kind) {
                Some(joined) => all = joined,
                None => self.mismatch(item, &kind, &format!("the items before it are each {}", all.words())),
            }
        }
        Kind::List(Box::new(all))
    }

    /// Tells that a part is not what it should be.
    fn mismatch(&mut self, node: &Node, kind: &Kind, but: &str) {
        let problem = Problem::new(node.range.clone(), format!("{} is {}, {but}", self.quote(node), kind.words()));
        self.tell(match kind {
            Kind::Object(shape) => problem.with_help(format!("name one of its fields: {}", or_list(shape.names(), 8))),
            Kind::Any | Kind::Bool | Kind::Int | Kind::Text | Kind::List(_) => problem,
        });
    }

    /// The kind of a part, which must be a given one.
    fn need(&mut self, node: &'t Node, wanted: &Kind, by: &str) {
        let kind = self.kind(node);
        if kind.join(wanted).is_none() {
            self.mismatch(node, &kind, &format!("{} needs {}", quote(by), wanted.words()));
        }
    }

    fn op(&mut self, op: Op, args: &'t [Node], node: &Node) -> Kind {
        match (op, args) {
            (Op::Not | Op::And | Op::Or, _) => {
                for arg in args {
                    self.need(arg, &Kind::Bool, op.sign());
                }
                Kind::Bool
            }
            (Op::Negate | Op::Add | Op::Subtract | Op::Multiply, _) => {
                let told = self.problems.len();
                for arg in args {
                    self.need(arg, &Kind::Int, op.sign());
                }
                // What comes of a wrong operand is not worth a second problem.
                if self.problems.len() == told { Kind::Int } else { Kind::Any }
            }
            (Op::If, [condition, yes, no]) => {
                self.need(condition, &Kind::Bool, op.sign());
                let (left, right) = (self.kind(yes), self.kind(no));
                left.join(&right).unwrap_or_else(|| {
                    self.mismatch(no, &right, &format!("{} is {}", self.quote(yes), left.words()));
                    Kind::Any
                })
            }
            (Op::Equal | Op::NotEqual, [left, right]) => {
                self.equal(op, left, right);
                Kind::Bool
            }
            (Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual, [left, right]) => {
                self.ordered(op, left, right);
                Kind::Bool
            }
            (Op::In, [item, list]) => {
                self.within(item, list);
                Kind::Bool
            }
            // Unreachable as long as the parser counts operands.
            (
                Op::If | Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual | Op::In,
                _,
            ) => {
                self.tell(Problem::new(node.range.clone(), format!("{} lacks an operand", quote(op.sign()))));
                Kind::Any
            }
        }
    }

    fn equal(&mut self, op: Op, left: &'t Node, right: &'t Node) {
        let (a, b) = (self.kind(left), self.kind(right));
        let mut told = false;
        for (node, kind) in [(left, &a), (right, &b)] {
            if kind.object().is_some() {
                self.mismatch(node, kind, &format!("{} does not compare objects", quote(op.sign())));
                told = true;
            }
        }
        if !told && a.join(&b).is_none() {
            self.mismatch(right, &b, &format!("{} is {}", self.quote(left), a.words()));
        }
    }

    fn ordered(&mut self, op: Op, left: &'t Node, right: &'t Node) {
        let (a, b) = (self.kind(left), self.kind(right));
        let mut told = false;
        for (node, kind) in [(left, &a), (right, &b)] {
            if matches!(kind, Kind::Bool | Kind::List(_) | Kind::Object(_)) {
                self.mismatch(node, kind, &format!("{} compares numbers or texts", quote(op.sign())));
                told = true;
            }
        }
        if !told && a.join(&b).is_none() {
            self.mismatch(right, &b, &format!("{} is {}", self.quote(left), a.words()));
        }
    }

    fn within(&mut self, item: &'t Node, list: &'t Node) {
        let (a, b) = (self.kind(item), self.kind(list));
        match &b {
            Kind::Any => {}
            Kind::List(_) if a.object().is_some() => self.mismatch(item, &a, "`in` does not compare objects"),
            Kind::List(of) => {
                if a.join(of).is_none() {
                    self.mismatch(item, &a, &format!("{} is {}", self.quote(list), b.words()));
                }
            }
            Kind::Text => {
                let message = format!("{} is a text, `in` needs a list", self.quote(list));
                let help = format!("write {} to look for a part", quote(Function::Contains.usage()));
                self.tell(Problem::new(list.range.clone(), message).with_help(help));
            }
            Kind::Bool | Kind::Int | Kind::Object(_) => self.mismatch(list, &b, "`in` needs a list"),
        }
    }

    fn call(
        &mut self,
        function: Option<Function>,
        word: &Word,
        target: Option<&'t Node>,
        args: &'t [Node],
        node: &Node,
    ) -> Kind {
        let Some(function) = function else {
            // Its arguments are left alone: they may name items that only a macro of the right name binds.
            let problem =
                Problem::new(word.range.clone(), format!("there is no function {} in rules", quote(&word.name)));
            let help = did_you_mean(&word.name, Function::names());
            self.tell(problem.with_help(help));
            target.map(|target| self.kind(target));
            return Kind::Any;
        };
        match (function, target, args) {
            (Function::Size, Some(of), []) | (Function::Size, None, [of]) => {
                let kind = self.kind(of);
                if !matches!(kind, Kind::Any | Kind::Text | Kind::List(_)) {
                    self.mismatch(of, &kind, &format!("{} needs a list or a text", quote(&word.name)));
                }
                Kind::Int
            }
            (Function::Contains | Function::StartsWith | Function::EndsWith, Some(of), [part]) => {
                self.text_or_list(function, of, word);
                self.need(part, &Kind::Text, &word.name);
                Kind::Bool
            }
            (Function::Has, None, [Node { part: Part::Field(of, field), .. }]) => {
                self.field(of, field);
                Kind::Bool
            }
            (
                Function::All | Function::Exists | Function::ExistsOne | Function::Filter | Function::Map,
                Some(list),
                [Node { part: Part::Name(item), range }, body],
            ) => self.each(function, word, list, (item, range), body),
            _ => {
                let message = format!("{} is written {}", quote(&word.name), quote(function.usage()));
                self.tell(Problem::new(word.range.start..node.range.end, message));
                target.map(|target| self.kind(target));
                Kind::Any
            }
        }
    }

    /// The text a text function is called on; a list is most likely a slip.
    fn text_or_list(&mut self, function: Function, of: &'t Node, word: &Word) {
        let kind = self.kind(of);
        if let (Kind::List(_), Function::Contains) = (&kind, function) {
            let message = format!("{} is {}, `contains` needs a text", self.quote(of), kind.words());
            let problem = Problem::new(of.range.clone(), message);
            self.tell(problem.with_help("write `item in list` to look for an item"));
        } else if kind.join(&Kind::Text).is_none() {
            self.mismatch(of, &kind, &format!("{} needs a text", quote(&word.name)));
        }
    }
}

/// The help for a name that is not known.
fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let list = || format!("there is {}", or_list(known.iter().copied(), 12));
    nearest(name, known.iter().copied()).map_or_else(list, |near| format!("did you mean {}?", quote(near)))
}
