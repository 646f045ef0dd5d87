//! What a plain scalar means, decided once: the YAML 1.2 core schema without its surprises.
//!
//! `true` and `false` are the only truths (`no`, `on`, `y` are words); numbers are decimal without leading zeros,
//! underscores, exponents, hexadecimal, infinity or NaN. Everything else is text, and the field decides whether text will do.

/// A scalar by its meaning; numbers keep their digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar<'t> {
    /// Nothing, `null` or `~`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Digits with an optional minus.
    Integer(&'t str),
    /// Digits, a point and digits.
    Decimal(&'t str),
    /// Text.
    Text(&'t str),
}

impl<'t> Scalar<'t> {
    /// The meaning of a plain (unquoted) scalar.
    pub fn plain(text: &'t str) -> Self {
        match text.as_bytes().first() {
            None | Some(b'~' | b'n' | b'N') if Self::is_null(text) => Self::Null,
            Some(b't' | b'T') if matches!(text, "true" | "True" | "TRUE") => Self::Bool(true),
            Some(b'f' | b'F') if matches!(text, "false" | "False" | "FALSE") => Self::Bool(false),
            Some(b'-' | b'0'..=b'9') => Self::number(text),
            None | Some(_) => Self::Text(text),
        }
    }

    /// Whether a plain scalar means nothing.
    pub(super) fn is_null(text: &str) -> bool {
        matches!(text, "" | "~" | "null" | "Null" | "NULL")
    }

    fn number(text: &'t str) -> Self {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let all = |part: &str| !part.is_empty() && part.len() <= 18 && part.bytes().all(|byte| byte.is_ascii_digit());
        let whole = |part: &str| all(part) && (part == "0" || !part.starts_with('0'));
        match digits.split_once('.') {
            None if whole(digits) => Self::Integer(text),
            Some((before, after)) if whole(before) && all(after) => Self::Decimal(text),
            None | Some(_) => Self::Text(text),
        }
    }

    /// What it is, in a word for messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Integer(_) | Self::Decimal(_) => "a number",
            Self::Text(_) => "text",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Scalar::{Bool, Decimal, Integer, Null, Text};
    use super::*;

    #[test]
    fn reads_the_core_schema_without_surprises() {
        for (text, meaning) in [
            ("", Null),
            ("~", Null),
            ("true", Bool(true)),
            ("no", Text("no")),
            ("on", Text("on")),
            ("42", Integer("42")),
            ("-1", Integer("-1")),
            ("00123", Text("00123")),
            ("1_000", Text("1_000")),
            ("0x1F", Text("0x1F")),
            ("1e3", Text("1e3")),
            ("1.50", Decimal("1.50")),
            (".nan", Text(".nan")),
            ("2026-11-22", Text("2026-11-22")),
            ("1.2.3", Text("1.2.3")),
        ] {
            assert_eq!(Scalar::plain(text), meaning, "{text}");
        }
    }
}
