//! The check of the macros that go through a list.

use std::ops::Range;

use super::{Checker, Kind};
use crate::diagnostic::quote;
use crate::expression::Problem;
use crate::expression::tree::{Function, Node, Word};

impl<'t> Checker<'t> {
    /// A macro that binds each item of a list in turn.
    pub(super) fn each(
        &mut self,
        function: Function,
        word: &Word,
        list: &'t Node,
        (item, range): (&'t str, &Range<usize>),
        body: &'t Node,
    ) -> Kind {
        let of = match self.kind(list) {
            Kind::List(of) => *of,
            Kind::Any => Kind::Any,
            kind @ (Kind::Bool | Kind::Int | Kind::Text | Kind::Object(_)) => {
                self.mismatch(list, &kind, &format!("{} needs a list", quote(&word.name)));
                Kind::Any
            }
        };
        // CEL would let an item hide a fact of the same name; a reader would not see which is meant.
        if self.root.field(item).is_some() || self.bound.iter().any(|(bound, _)| *bound == item) {
            let problem = Problem::new(range.clone(), format!("{} already names a fact or an item", quote(item)));
            self.tell(problem.with_help("give the item a name of its own"));
        }
        // In front, so that inside the macro its own item is found first.
        self.bound.insert(0, (item, of.clone()));
        let kind = if function == Function::Map {
            self.kind(body)
        } else {
            self.need(body, &Kind::Bool, &word.name);
            Kind::Bool
        };
        self.bound.remove(0);
        match function {
            Function::Map => Kind::List(Box::new(kind)),
            Function::Filter => Kind::List(Box::new(of)),
            Function::All
            | Function::Exists
            | Function::ExistsOne
            | Function::Has
            | Function::Size
            | Function::Contains
            | Function::StartsWith
            | Function::EndsWith => Kind::Bool,
        }
    }
}
