//! A JSON value as YAML that people can read: block collections, and scalars that mean the same to every reader.

use std::fmt::Write as _;

use serde_json::Value;

use crate::diagnostic::is_bidi;

/// Writes a mapping, with members in the order given.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0);
    out
}

fn block(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                indent(out, depth);
                out.push_str(&scalar(key));
                out.push(':');
                rest(out, member, depth);
            }
        }
        Value::Array(items) => {
            for item in items {
                indent(out, depth);
                out.push('-');
                entry(out, item, depth);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            indent(out, depth);
            out.push_str(&flat(value));
            out.push('\n');
        }
    }
}

/// What stands behind the colon of a key.
fn rest(out: &mut String, value: &Value, depth: usize) {
    if is_flat(value) {
        out.push(' ');
        out.push_str(&flat(value));
        out.push('\n');
    } else {
        out.push('\n');
        block(out, value, depth + 1);
    }
}

/// What stands behind the dash of a list: the first member of a mapping on the same line.
fn entry(out: &mut String, value: &Value, depth: usize) {
    let Value::Object(members) = value else { return rest(out, value, depth) };
    for (number, (key, member)) in members.iter().enumerate() {
        if number == 0 {
            out.push(' ');
        } else {
            indent(out, depth + 1);
        }
        out.push_str(&scalar(key));
        out.push(':');
        rest(out, member, depth + 1);
    }
    if members.is_empty() {
        out.push_str(" {}\n");
    }
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Whether a value stands on one line: scalars, and collections of scalars that are short.
fn is_flat(value: &Value) -> bool {
    let is_scalar = |value: &Value| !value.is_object() && !value.is_array();
    match value {
        Value::Array(items) => items.iter().all(is_scalar) && flat(value).len() <= 100,
        Value::Object(members) => members.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{}: {}", scalar(key), flat(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A text: plain where no reader takes it for anything else, else in double quotes with JSON's escapes, which are YAML's.
pub(crate) fn scalar(text: &str) -> String {
    let starts_plain = text.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let is_plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./".contains(letter));
    // What YAML 1.1 takes for a truth value or for nothing.
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    if starts_plain && is_plain && !words.contains(&text.to_ascii_lowercase().as_str()) {
        text.to_owned()
    } else {
        let quoted = Value::from(text).to_string();
        let mut out = String::with_capacity(quoted.len());
        for letter in quoted.chars() {
            // Line breaks to YAML 1.1, marks that readers refuse, and those that turn the direction of text.
            if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}') || is_bidi(letter) {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            } else {
                out.push(letter);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collections_are_blocks_and_short_lists_lines() {
        let value = serde_json::json!({
            "model_list": [{"model_name": "a", "litellm_params": {"model": "openai/gpt-4o", "timeout": 45}}],
            "router_settings": {"fallbacks": [{"a": ["b", "no"]}], "num_retries": 0, "empty": {}, "1x": "2026-01-01"},
        });
        snapbox::assert_data_eq!(
            write(&value),
            snapbox::str![[r#"
model_list:
  - model_name: a
    litellm_params:
      model: openai/gpt-4o
      timeout: 45
router_settings:
  fallbacks:
    - a: [b, "no"]
  num_retries: 0
  empty: {}
  "1x": "2026-01-01"

"#]]
        );
    }

    #[test]
    fn every_text_reads_back_as_itself() {
        for text in [
            "",
            " ",
            "a: b",
            "#x",
            "- y",
            "*",
            "&a",
            "on",
            "1.0",
            "0x1",
            "é",
            "a\nb\t\"\\",
            "~",
            "=",
            "\u{1}",
            "{{",
            "%",
            "a\u{7f}\u{85}",
            "\u{2028}\u{feff}",
            "\u{202e}x",
            "\u{1f600}",
        ] {
            let value = serde_json::json!({"k": text, text: 1});
            let back: Value = serde_yaml::from_str(&write(&value)).unwrap();
            assert_eq!(back["k"], text, "{text:?}");
        }
    }
}
