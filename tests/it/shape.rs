//! The published schemas accept exactly what the types accept: over the examples, the pages and mutations of both.

use routec::diagnostic::Sink;
use routec::model::{Catalog, Expectations, Kind, Policy, Project, RouteTable};
use routec::source::SourceMap;
use routec::syntax::{self, Value};
use routec::{rules, shape};

use crate::support::{blocks, files, text};

/// Whether the schema accepts the first document of a text, and whether the type does.
fn verdicts(text: &str) -> Option<(bool, bool)> {
    let mut sources = SourceMap::new();
    let file = sources.add("x.yaml", text.as_bytes().to_vec());
    let mut sink = Sink::new();
    let tree = syntax::parse(&sources, file, &mut sink);
    // Keys that stand twice are the text's fault, and neither sees them.
    if !sink.is_empty() {
        return None;
    }
    let root = Value::new(&tree, *tree.roots().first()?);
    let kind = root
        .get("kind")
        .and_then(Value::raw_text)
        .and_then(|word| Kind::ALL.into_iter().find(|kind| kind.as_str() == word))?;
    let by_type = match kind {
        Kind::Project => syntax::read::<Project>(root).is_ok(),
        Kind::RouteTable => syntax::read::<RouteTable>(root).is_ok(),
        Kind::Catalog => syntax::read::<Catalog>(root).is_ok(),
        Kind::Policy => syntax::read::<Policy>(root).is_ok(),
        Kind::Expectations => syntax::read::<Expectations>(root).is_ok(),
    };
    Some((shape::accepts(kind, &root.to_json()), by_type))
}

fn documents() -> Vec<String> {
    let mut texts: Vec<String> = files("examples", &[".yaml"]).iter().map(|name| text(name)).collect();
    for rule in rules::ALL {
        texts.extend(blocks(rule.page, "Example"));
        texts.extend(blocks(rule.page, "Instead"));
    }
    texts.retain(|text| text.contains("apiVersion: routec/v1") && !text.contains("\n---"));
    texts
}

#[test]
fn documents_are_judged_alike() {
    let mut seen = 0;
    for text in documents() {
        let Some((schema, kind)) = verdicts(&text) else { continue };
        assert_eq!(schema, kind, "{text}");
        seen += 1;
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn mutated_documents_are_judged_alike() {
    let words = [
        "null",
        "true",
        "3",
        "-1",
        "1.5",
        "\"\"",
        "text",
        "[]",
        "{}",
        "[a]",
        "{a: b}",
        "45s",
        "2026-13-01",
        "99999999999999999999",
        "~",
    ];
    let mut wrong = 0;
    let mut seen = 0;
    for text in documents() {
        // Small documents only: every mutation compiles the schema anew.
        if text.len() > 1500 {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate().step_by(2) {
            let Some((before, value)) = line.split_once(": ") else { continue };
            let word = words[(at + line.len()) % words.len()];
            let flow = value.split([',', '}', ']']).next().unwrap_or(value);
            let mutated_line = if value.starts_with(['{', '[']) {
                format!("{before}: {word}")
            } else {
                format!("{before}: {}", value.replacen(flow, word, 1))
            };
            let mut mutated = lines.clone();
            mutated[at] = &mutated_line;
            if let Some((schema, kind)) = verdicts(&mutated.join("\n")) {
                assert_eq!(schema, kind, "{}", mutated.join("\n"));
                seen += 1;
                wrong += usize::from(!schema);
            }
        }
    }
    assert!(seen > 100 && wrong > 30, "{seen} judged, {wrong} refused");
}
