//! The JSON of an artifact: one meaning, one byte string.
//!
//! Inside the profile (integers within ±(2^53-1), ASCII member names, no control characters) the form of RFC 8785 is
//! plain compact JSON with sorted members, and every common tool writes the same bytes. Outside it tools differ, so
//! [`canonical`] refuses to leave it.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

/// The deepest nesting of arrays and objects that is read or written.
pub const MAX_DEPTH: usize = 64;

/// The largest integer that every JSON reader keeps exactly: 2^53-1.
pub const MAX_INTEGER: u64 = 9_007_199_254_740_991;

/// Why something is not sealed, or is not a key, an envelope or a statement: one sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealError {
    message: String,
}

/// The canonical bytes of a value (RFC 8785), or why it is outside the profile.
pub fn canonical(value: &Value) -> Result<Vec<u8>, SealError> {
    let mut out = String::new();
    write_value(&mut out, value, 0)?;
    Ok(out.into_bytes())
}

/// Reads one JSON value and nothing else: no byte order mark, no trailing data, no member twice at any depth.
pub fn parse_strict(bytes: &[u8]) -> Result<Value, SealError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| SealError::new(format!("not UTF-8 from byte {}", error.valid_up_to())))?;
    if text.starts_with('\u{feff}') {
        return Err(SealError::new("begins with a byte order mark"));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0 }.deserialize(&mut reader).map_err(|error| SealError::new(error.to_string()))?;
    reader.end().map_err(|error| SealError::new(error.to_string()))?;
    Ok(value)
}

/// Where two values first differ, in the order of their canonical bytes, as a JSON pointer (RFC 6901); `None` if they
/// are equal. The pointer of a member that only one has is that member's.
pub fn first_difference(a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            names.into_iter().find_map(|name| {
                let inner = match (left.get(name), right.get(name)) {
                    (Some(left), Some(right)) => first_difference(left, right)?,
                    (Some(_) | None, Some(_) | None) => String::new(),
                };
                Some(format!("/{}{inner}", name.replace('~', "~0").replace('/', "~1")))
            })
        }
        (Value::Array(left), Value::Array(right)) => {
            let mut both = left.iter().zip(right).enumerate();
            let inner =
                both.find_map(|(index, (left, right))| Some(format!("/{index}{}", first_difference(left, right)?)));
            inner.or_else(|| (left.len() != right.len()).then(|| format!("/{}", left.len().min(right.len()))))
        }
        (a, b) => (a != b).then(String::new),
    }
}

/// The SHA-256 of the bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The SHA-256 of the bytes as 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    sha256(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether a text is a SHA-256 as [`sha256_hex`] writes it.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Writes the text of the profile as a JSON string; the text has no control characters.
pub(super) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

fn write_value(out: &mut String, value: &Value, depth: usize) -> Result<(), SealError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_integer(out, number)?,
        Value::String(text) => {
            refuse_control_characters(text)?;
            write_string(out, text);
        }
        Value::Array(items) => {
            let depth = deeper(depth)?;
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, item, depth)?;
            }
            out.push(']');
        }
        Value::Object(members) => write_object(out, members, deeper(depth)?)?,
    }
    Ok(())
}

fn write_object(out: &mut String, members: &Map<String, Value>, depth: usize) -> Result<(), SealError> {
    // The map may keep the order of insertion. ASCII names sort alike by byte, code point and UTF-16 code unit.
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| name.as_bytes());
    out.push('{');
    for (index, (name, value)) in sorted.into_iter().enumerate() {
        if !name.is_ascii() {
            return Err(SealError::new(format!("member name `{}` is not ASCII", name.escape_debug())));
        }
        refuse_control_characters(name)?;
        if index > 0 {
            out.push(',');
        }
        write_string(out, name);
        out.push(':');
        write_value(out, value, depth)?;
    }
    out.push('}');
    Ok(())
}

fn write_integer(out: &mut String, number: &Number) -> Result<(), SealError> {
    let exact = number.as_i64().filter(|integer| integer.unsigned_abs() <= MAX_INTEGER);
    let Some(integer) = exact else {
        return Err(SealError::new(format!(
            "number `{number}` is not an integer within ±(2^53-1); write it as a string"
        )));
    };
    out.push_str(&integer.to_string());
    Ok(())
}

fn refuse_control_characters(text: &str) -> Result<(), SealError> {
    match text.chars().find(|character| character.is_control()) {
        None => Ok(()),
        Some(control) => {
            Err(SealError::new(format!("string holds the control character U+{:04X}", u32::from(control))))
        }
    }
}

fn deeper(depth: usize) -> Result<usize, SealError> {
    if depth < MAX_DEPTH { Ok(depth + 1) } else { Err(SealError::new(too_deep())) }
}

fn too_deep() -> String {
    format!("nested deeper than {MAX_DEPTH} levels")
}

/// Reads a value found below `depth` arrays and objects; `serde_json` alone would keep the last of two equal members.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        deeper(self.depth).map(|depth| Self { depth }).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("member `{}` is given twice", name.escape_debug())));
            }
            let value = members.next_value_seed(inner)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

impl SealError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for SealError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> String {
        let value = parse_strict(text.as_bytes()).unwrap();
        String::from_utf8(canonical(&value).unwrap()).unwrap()
    }

    fn refused(text: &str) -> String {
        match parse_strict(text.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(value) => canonical(&value).unwrap_err().to_string(),
        }
    }

    #[test]
    fn canonical_bytes_never_change() {
        let text = r#" { "b":[3,-9007199254740991,9007199254740991,0], "a_":null,"a":{"Z":true,"A":false}, "":"", "aB":"q\"\\\/é😀\u20ac" } "#;
        let golden = r#"{"":"","a":{"A":false,"Z":true},"aB":"q\"\\/é😀€","a_":null,"b":[3,-9007199254740991,9007199254740991,0]}"#;
        assert_eq!(round(text), golden);
        assert_eq!(round(golden), golden);
        assert_eq!(sha256_hex(golden.as_bytes()), "0bddb57f238b116020623286670da9a1f834e494eeb5806415c7099058f25c5a");
    }

    #[test]
    fn numbers_other_than_safe_integers_are_refused() {
        for number in ["1.0", "1e3", "-0", "1e-7", "9007199254740992", "-9007199254740992", "18446744073709551616"] {
            let message = refused(number);
            assert!(message.ends_with("write it as a string"), "{number}: {message}");
        }
    }

    #[test]
    fn text_outside_the_profile_is_refused() {
        assert_eq!(refused(r#""a\u001fb""#), "string holds the control character U+001F");
        assert_eq!(refused("\"a\u{7f}b\""), "string holds the control character U+007F");
        assert_eq!(refused("\"\u{85}\""), "string holds the control character U+0085");
        assert_eq!(refused(r#"{"é":1}"#), "member name `é` is not ASCII");
        assert_eq!(refused(r#"{"a\n":1}"#), "string holds the control character U+000A");
        assert!(parse_strict(br#""\ud800""#).is_err(), "a lone surrogate is not a character");
    }

    #[test]
    fn members_given_twice_are_refused_at_every_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"x":2,"a":3}}]"#, r#"{"x":[[{"a":[],"\u0061":{}}]]}"#] {
            assert!(refused(text).starts_with("member `a` is given twice"), "{text}");
        }
    }

    #[test]
    fn only_one_value_in_plain_utf8_is_read() {
        assert_eq!(refused("\u{feff}{}"), "begins with a byte order mark");
        assert_eq!(parse_strict(b"{\"a\":\"\xff\"}").unwrap_err().to_string(), "not UTF-8 from byte 6");
        for text in ["", "{} {}", "{}x", "[1,]", "{\"a\":1,}", "007", "NaN", "'a'", "// c\n{}"] {
            assert!(parse_strict(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded_when_read_and_when_written() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse_strict(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(refused(&nested(MAX_DEPTH + 1)).starts_with("nested deeper than 64 levels"));
        assert!(parse_strict(nested(100_000).as_bytes()).is_err());
        let deep = (0..=MAX_DEPTH).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
        assert_eq!(canonical(&deep).unwrap_err().to_string(), "nested deeper than 64 levels");
    }
}
