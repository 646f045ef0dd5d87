//! The judgement of the macros that go through a list.

use super::{Judge, Scope};
use crate::expression::tree::{Function, Node};
use crate::expression::value::Value;

impl Judge<'_> {
    /// A macro that binds each item of a list in turn.
    pub(super) fn each<'v>(
        &'v self,
        function: Function,
        list: &'v Node,
        name: &'v str,
        body: &'v Node,
        around: Option<&'v Scope<'v>>,
    ) -> Result<Value, String> {
        let range = self.value(list, around)?;
        let Value::List(items) = &*range else { return Err(self.unknown(list, around)) };
        let scopes = items.iter().enumerate().map(|(index, value)| Scope { around, name, value, list, index });
        match function {
            Function::Exists => self.exists(scopes, body, true).map(Value::Bool),
            Function::All => self.exists(scopes, body, false).map(Value::Bool),
            Function::ExistsOne => self.exists_one(scopes, body).map(Value::Bool),
            Function::Filter => {
                let mut kept = Vec::new();
                for scope in scopes {
                    if self.truth(body, Some(&scope))? {
                        self.pay(scope.value.weight())?;
                        kept.push(scope.value.clone());
                    }
                }
                Ok(Value::List(kept))
            }
            Function::Map => {
                let mut values = Vec::new();
                for scope in scopes {
                    let value = self.value(body, Some(&scope))?;
                    self.pay(value.weight())?;
                    values.push(value.into_owned());
                }
                Ok(Value::List(values))
            }
            Function::Size | Function::Contains | Function::StartsWith | Function::EndsWith | Function::Has => {
                Err(self.unknown(body, around))
            }
        }
    }

    /// `exists` and `all`: one item can settle it, whatever is not known of the others.
    fn exists<'s>(&self, scopes: impl Iterator<Item = Scope<'s>>, body: &Node, by: bool) -> Result<bool, String> {
        let mut answer = Ok(!by);
        for scope in scopes {
            match self.truth(body, Some(&scope)) {
                Ok(truth) if truth == by => return Ok(by),
                Ok(_) => {}
                // No item after the steps ran out is worth a look.
                Err(unknown) if self.spent() => return Err(unknown),
                Err(unknown) => answer = answer.and(Err(unknown)),
            }
        }
        answer
    }

    /// `exists_one`: two true items settle it, whatever is not known of the others.
    fn exists_one<'s>(&self, scopes: impl Iterator<Item = Scope<'s>>, body: &Node) -> Result<bool, String> {
        let mut answer = Ok(());
        let mut found = 0_usize;
        for scope in scopes {
            match self.truth(body, Some(&scope)) {
                Ok(true) if found == 1 => return Ok(false),
                Ok(truth) => found += usize::from(truth),
                Err(unknown) if self.spent() => return Err(unknown),
                Err(unknown) => answer = answer.and(Err(unknown)),
            }
        }
        answer.map(|()| found == 1)
    }
}
