//! The members of one entry, each of the type that its key wants; what is not is counted and unknown.

use crate::model::{Date, Price, Tokens, scaled};
use crate::source::Spanned;
use crate::syntax::{Scalar, Shape, Value};

use super::doubt::{Doubt, Doubts};

/// A mapping of the entry of a name.
pub(super) struct Fields<'t, 'd> {
    /// The mapping.
    pub(super) value: Value<'t>,
    /// The name of the entry, as notes show it.
    pub(super) name: &'d str,
    /// Where what misleads is counted.
    pub(super) doubts: &'d mut Doubts,
}

impl<'t> Fields<'t, '_> {
    /// A member that is there and not null.
    fn get(&self, key: &str) -> Option<Value<'t>> {
        self.value.get(key).filter(|value| !value.is_null())
    }

    /// The members of a member.
    pub(super) fn inner(&mut self, key: &str) -> Option<Fields<'t, '_>> {
        let value = self.get(key)?;
        if value.is_mapping() { Some(Fields { value, name: self.name, doubts: self.doubts }) } else { self.wrong() }
    }

    pub(super) fn truth(&mut self, key: &str) -> Option<bool> {
        match self.get(key)?.shape() {
            Shape::Scalar(Scalar::Bool(truth)) => Some(truth),
            Shape::Scalar(Scalar::Null | Scalar::Integer(_) | Scalar::Decimal(_) | Scalar::Text(_))
            | Shape::Sequence
            | Shape::Mapping
            | Shape::Missing => self.wrong(),
        }
    }

    pub(super) fn text(&mut self, key: &str) -> Option<&'t str> {
        let value = self.get(key)?;
        if is_quoted(value) { value.text() } else { self.wrong() }
    }

    /// The texts of a list.
    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<&'t str>> {
        let value = self.get(key)?;
        if value.is_sequence() { Some(value.items().filter_map(Value::text).collect()) } else { self.wrong() }
    }

    /// A number of tokens; 0 is nobody's limit.
    pub(super) fn tokens(&mut self, key: &str) -> Option<Tokens> {
        let text = self.number(key)?;
        match scaled(text, 0).filter(|scaled| scaled.is_exact).and_then(|scaled| Tokens::try_from(scaled.value).ok()) {
            Some(tokens) if tokens.get() == 0 => {
                self.doubts.add(Doubt::ZeroLimit, self.name);
                None
            }
            Some(tokens) => Some(tokens),
            None => self.wrong(),
        }
    }

    /// A price, in US dollars by the unit that the shift stands for.
    pub(super) fn price(&mut self, key: &str, shift: i32) -> Option<Price> {
        let text = self.number(key)?;
        let Some(read) = scaled(text, shift) else { return self.wrong() };
        if !read.is_exact {
            self.doubts.add(Doubt::FinePrice, self.name);
        }
        Some(Price(read.value))
    }

    /// A day.
    pub(super) fn date(&mut self, key: &str) -> Option<Spanned<Date>> {
        let value = self.get(key)?;
        let date = value.text().and_then(|text| text.parse().ok());
        if date.is_none() {
            self.doubts.add(Doubt::BadDate, self.name);
        }
        Some(Spanned::new(date?, value.place()))
    }

    /// An address of the web.
    pub(super) fn address(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        let is_plain = text.len() <= 500 && text.bytes().all(|byte| byte.is_ascii_graphic());
        (is_plain && text.starts_with("https://")).then(|| text.to_owned())
    }

    /// The digits of a number.
    fn number(&mut self, key: &str) -> Option<&'t str> {
        let value = self.get(key)?;
        let text = value.raw_text().filter(|text| text.starts_with(|letter: char| letter.is_ascii_digit()));
        match text {
            Some(text) if !is_quoted(value) => Some(text),
            Some(_) | None => self.wrong(),
        }
    }

    fn wrong<T>(&mut self) -> Option<T> {
        self.doubts.add(Doubt::WrongValue, self.name);
        None
    }
}

/// Whether a scalar is a JSON string; numbers with exponents are text to YAML, too.
fn is_quoted(value: Value<'_>) -> bool {
    value.tree().slice(value.span()).starts_with('"')
}
