//! JSON5 is read into the same tree as YAML: what it means, what is wrong with it and where, and never a panic.

use proptest::prelude::*;
use routec::diagnostic::Sink;
use routec::source::SourceMap;
use routec::syntax::{self, Value};

/// The data of a text, and its findings as `rule "text under the label" message`.
fn read(name: &str, text: &str) -> (serde_json::Value, Vec<String>) {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text.as_bytes().to_vec());
    let mut sink = Sink::new();
    let tree = syntax::parse(&sources, file, &mut sink);
    let data = tree.roots().first().map_or(serde_json::Value::Null, |root| Value::new(&tree, *root).to_json());
    let found = sink.finish(&routec::rules::default_levels());
    let found: Vec<String> = found
        .iter()
        .map(|finding| {
            format!("{} {:?} {}", finding.rule.as_str(), sources.slice(finding.primary.span), finding.message)
        })
        .collect();
    assert_eq!(tree.is_broken(), found.iter().any(|line| line.starts_with("syntax-error")), "{text}");
    (data, found)
}

#[test]
fn means_what_json5_says() {
    for (text, data) in [
        ("{a: 1, 'b': \"c\", \"d\": [true, null,],}", r#"{"a": 1, "b": "c", "d": [true, null]}"#),
        ("// first\n{/* a */ a /* b */: // c\n 1 /* d */}", r#"{"a": 1}"#),
        ("{$schema_1: 'it\\'s', é: \"\\u00e9\\x41\\n\\\n\\z\"}", r#"{"$schema_1": "it's", "é": "éA\nz"}"#),
        (r#"{a: '\uD83E\uDD9E', b: "\0", c: 'say "hi"'}"#, r#"{"a": "🦞", "b": "\u0000", "c": "say \"hi\""}"#),
        (
            "{a: 0x10, b: +5, c: .5, d: 5., e: 1e3, f: -2.5e-1}",
            r#"{"a": 16, "b": 5, "c": 0.5, "d": 5, "e": 1000, "f": -0.25}"#,
        ),
        ("{a: NaN, b: -Infinity}", r#"{"a": "NaN", "b": "-Infinity"}"#),
        ("{true: 'yes', null: no_, \"<<\": {a: 1}}", r#"{"true": "yes", "null": "no_", "<<": {"a": 1}}"#),
        ("\u{feff}[1,\u{a0}2]\u{2028}", "[1, 2]"),
        ("{a: 'http://x/y', b: '${KEY}'}", r#"{"a": "http://x/y", "b": "${KEY}"}"#),
        ("", "null"),
    ] {
        let (got, found) = read("x.json5", text);
        let is_clean = found.is_empty() || text.contains("no_");
        assert!(is_clean, "{text}: {found:?}");
        assert_eq!(got, serde_json::from_str::<serde_json::Value>(data).unwrap(), "{text}");
    }
}

#[test]
fn says_what_is_wrong_and_reads_on() {
    for (text, found, data) in [
        ("{a: 1, b: 2, a: 3}", r#"duplicate-key "a" the key `a` stands twice in one mapping"#, r#"{"b": 2, "a": 3}"#),
        ("{a: 1 b: 2}", r#"syntax-error "b" a comma is missing between two values"#, r#"{"a": 1, "b": 2}"#),
        ("{a: 1,, b: 2}", r#"syntax-error "," a comma stands where a value is wanted"#, r#"{"a": 1, "b": 2}"#),
        ("{a: , b: 2}", r#"syntax-error "," a value is missing"#, r#"{"b": 2}"#),
        ("{a 1, b: 2}", r#"syntax-error "1" a key has no value"#, r#"{"b": 2}"#),
        ("{a: [1, 2}, b: 2}", r#"syntax-error "}" `}` stands where `]` is wanted"#, r#"{"a": [1, 2], "b": 2}"#),
        (
            "{a: 'x\n, b: 2}",
            r#"syntax-error "'" the quote that is opened here is not closed on its line"#,
            r#"{"a": "x", "b": 2}"#,
        ),
        (
            "{a: word, b: 2}",
            r#"syntax-error "word" this is neither a number nor `true`, `false` or `null`, and text needs quotes"#,
            r#"{"a": "word", "b": 2}"#,
        ),
        (
            "{a: 012}",
            r#"syntax-error "012" this is neither a number nor `true`, `false` or `null`, and text needs quotes"#,
            r#"{"a": "012"}"#,
        ),
        (
            "{a-b: 1}",
            r#"syntax-error "a-b" a key of other characters than letters, digits, `_` and `$` needs quotes"#,
            r#"{"a-b": 1}"#,
        ),
        (r#"{a: "\1b"}"#, r#"syntax-error "\\1" the `\` does not begin an escape that JSON5 has"#, r#"{"a": "b"}"#),
        ("{a: [1, {b: 1", r#"syntax-error "{" the `{` that is opened here is never closed"#, r#"{"a": [1, {"b": 1}]}"#),
        ("{a: 1} /* x", r#"syntax-error "/*" the comment that is opened here is never closed"#, r#"{"a": 1}"#),
        ("{a: 1}}", r#"syntax-error "}" the file goes on behind the end of its value"#, r#"{"a": 1}"#),
        ("{a: 1, : 2, b: 3}", r#"syntax-error ":" a key is missing"#, r#"{"a": 1, "b": 3}"#),
    ] {
        let (got, all) = read("x.json5", text);
        assert_eq!(all.first().map(String::as_str), Some(found), "{text}: {all:?}");
        assert_eq!(got, serde_json::from_str::<serde_json::Value>(data).unwrap(), "{text}");
    }
}

#[test]
fn the_name_decides_and_else_the_text() {
    let json5 = "// note\n{a: 'b'}";
    for (name, text, is_clean) in [
        ("x.json5", json5, true),
        ("x.json", json5, true),
        ("openclaw.json.fast", "{a: 'b', /* c */ d: 1,}", true),
        ("-", json5, true),
        ("-", "{apiVersion: routec/v1, kind: Policy}", true),
        ("x.yaml", "{apiVersion: routec/v1, kind: Policy}", true),
        ("x.json", "{apiVersion: routec/v1, kind: Policy}", false),
        ("x.yaml", "{a: 'it\\'s'}", false),
    ] {
        let (_, found) = read(name, text);
        assert_eq!(found.is_empty(), is_clean, "{name}: {text}: {found:?}");
    }
}

#[test]
fn is_refused_within_limits() {
    for text in ["[".repeat(100_000), "{a:".repeat(50_000), format!("['{}']", "x".repeat(3 << 20)), "[,".repeat(1000)] {
        let (_, found) = read("x.json5", &text);
        assert!(!found.is_empty() && found.len() <= 21, "{found:?}");
    }
}

/// Text of the characters that mean something, so that it is often JSON5 and often nearly so.
fn nearly_json5() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ab]{1,2}",
        4 => "[{}\\[\\],:]",
        2 => "( |\n|'|\"|\\\\)",
        1 => "(//|/\\*|\\*/|\\\\u00|\\\\x4|é|0x1|1e5|-|\\+|\\.5|\u{2028}|\u{feff}|true|\r\n|<<)",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nearly_json5_is_read_to_the_end(text in nearly_json5()) {
        for name in ["x.json5", "x"] {
            let mut sources = SourceMap::new();
            let file = sources.add(name, text.as_bytes().to_vec());
            let mut sink = Sink::new();
            let tree = syntax::parse(&sources, file, &mut sink);
            for root in tree.roots() {
                Value::new(&tree, *root).to_json();
            }
            for finding in &sink.finish(&routec::rules::default_levels()) {
                let span = finding.primary.span;
                prop_assert!(span.start == span.end || !sources.slice(span).is_empty(), "{:?}", finding);
            }
        }
    }
}
