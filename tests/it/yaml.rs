//! The tree is what another YAML reader sees: the same data from routec's reader and from `serde_yaml`'s successor.

use proptest::prelude::*;
use routec::diagnostic::Sink;
use routec::source::SourceMap;
use routec::syntax::{self, Value};

use crate::support::{files, text};

fn ours(text: &str) -> Option<serde_json::Value> {
    let mut sources = SourceMap::new();
    let file = sources.add("x.yaml", text.as_bytes().to_vec());
    let tree = syntax::parse(&sources, file, &mut Sink::new());
    if tree.is_broken() {
        return None;
    }
    tree.roots().first().map(|root| Value::new(&tree, *root).to_json())
}

/// The quick scanner and the full parser give the same tree, node by node and byte by byte, and find the same.
fn reads_alike(text: &str) -> Result<(), TestCaseError> {
    let mut sources = SourceMap::new();
    let file = sources.add("x.yaml", text.as_bytes().to_vec());
    let (mut quick, mut full) = (Sink::new(), Sink::new());
    let tree = format!("{:#?}", syntax::parse(&sources, file, &mut quick));
    prop_assert_eq!(tree, format!("{:#?}", syntax::parse_in_full(&sources, file, &mut full)), "{}", text);
    let found = |sink: Sink| format!("{:?}", sink.finish(&routec::rules::default_levels()));
    prop_assert_eq!(found(quick), found(full), "{}", text);
    Ok(())
}

/// Text of the characters that mean something, so that it is often YAML and often nearly so.
fn nearly_yaml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ab]{1,2}",
        3 => Just(": ".to_owned()),
        2 => Just("\n".to_owned()),
        3 => "\n {0,4}",
        2 => Just("- ".to_owned()),
        1 => "[-?:,\\[\\]{}#&*!|>'\"%@`.~<=\\\\ \t]",
        1 => "( #c|'a'|\"b\"|'a b': |\"\": |\\[a, b\\]|\\{a: b\\}|---|\\.\\.\\.|é|\r\n|\u{feff}|\u{85})",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

#[test]
fn files_read_alike_quickly_and_in_full() {
    let mut compared = 0;
    for name in
        ["examples", "policies", "schema", "tests", "src"].iter().flat_map(|top| files(top, &[".yaml", ".json", ".md"]))
    {
        let text = text(&name);
        reads_alike(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        for block in text.split("```yaml\n").skip(1) {
            let block = block.split("```").next().unwrap();
            reads_alike(block).unwrap_or_else(|error| panic!("{name}: {error}"));
            // Every beginning of a document is a document that somebody is just writing.
            for (end, _) in block.char_indices().step_by(23) {
                reads_alike(block.get(..end).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
        compared += 1;
    }
    assert!(compared > 100);
}

#[test]
fn examples_read_the_same() {
    let mut compared = 0;
    for name in files("examples", &[".yaml"]) {
        let text = text(&name);
        let theirs: serde_json::Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(ours(&text), Some(theirs), "{name}");
        compared += 1;
    }
    assert!(compared > 5);
}

/// Data whose meaning no reader disputes, as YAML in flow and block style.
fn data() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        (-100_000i64..100_000).prop_map(serde_json::Value::from),
        "[a-z][a-z ]{0,12}[a-z]".prop_map(serde_json::Value::from),
        // Older readers take U+2028 and U+2029 for line breaks, and the writer of the test is one of them.
        "[[\\PC\n\t\"'#:]--[\u{2028}\u{2029}]]{0,16}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-zA-Z0-9_-]{1,8}", inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nearly_yaml_reads_alike_quickly_and_in_full(text in nearly_yaml()) {
        reads_alike(&text)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_and_yaml_of_the_same_data_read_the_same(data in data()) {
        let json = serde_json::to_string(&data).unwrap();
        prop_assert_eq!(ours(&json), Some(data.clone()));
        let yaml = serde_yaml::to_string(&data).unwrap();
        prop_assert_eq!(ours(&yaml), Some(data));
    }

    #[test]
    fn data_reads_alike_quickly_and_in_full(data in data()) {
        reads_alike(&serde_json::to_string(&data).unwrap())?;
        reads_alike(&serde_json::to_string_pretty(&data).unwrap())?;
        reads_alike(&serde_yaml::to_string(&data).unwrap())?;
    }

    #[test]
    fn no_text_panics(text in "[\\PC\n\t]{0,200}") {
        let _ = ours(&text);
    }

    #[test]
    fn yaml_like_text_never_panics(text in "([a-z]{1,3}(: |:\n|- |\n|  |\\[|\\]|\\{|\\}|, |&a |\\*a |#|\"|'|\\|\n|<<: ){0,2}){0,40}") {
        let _ = ours(&text);
    }
}
