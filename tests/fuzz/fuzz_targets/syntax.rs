//! The reader of text on arbitrary bytes: no panic, and every span lies within its file on whole characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use routec::diagnostic::Sink;
use routec::source::SourceMap;
use routec::syntax::{self, Tree, Value};

fuzz_target!(|bytes: &[u8]| {
    for name in ["fuzz.yaml", "fuzz.json5", "fuzz"] {
        let mut sources = SourceMap::new();
        let file = sources.add(name, bytes.to_vec());
        let mut sink = Sink::new();
        let tree = syntax::parse(&sources, file, &mut sink);
        for root in tree.roots() {
            visit(&tree, Value::new(&tree, *root), 0);
        }
        for finding in sink.finish(&routec::rules::default_levels()).iter() {
            assert!(sources.file(file).text().get(finding.primary.span.start as usize..finding.primary.span.end as usize).is_some());
        }
    }
});

fn visit(tree: &Tree<'_>, value: Value<'_>, depth: usize) {
    if depth > 400 || tree.is_overdrawn() {
        return;
    }
    let span = value.place().defined;
    assert!(span.start <= span.end);
    for item in value.items() {
        visit(tree, item, depth + 1);
    }
    for (key, item) in value.entries() {
        let span = key.place().defined;
        assert!(span.start <= span.end);
        visit(tree, item, depth + 1);
    }
}
