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
        "[\\PC\n\t\"'#:]{0,16}".prop_map(serde_json::Value::from),
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
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_and_yaml_of_the_same_data_read_the_same(data in data()) {
        let json = serde_json::to_string(&data).unwrap();
        prop_assert_eq!(ours(&json), Some(data.clone()));
        let yaml = serde_yaml::to_string(&data).unwrap();
        prop_assert_eq!(ours(&yaml), Some(data));
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
