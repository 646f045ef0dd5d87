//! An imported catalogue is one: it is read without findings, models answer to their keys, and order changes nothing.

use routec::import::{Imported, read};
use routec::source::SourceMap;

use crate::support::{findings, run, text};

fn import(json: &str) -> Imported {
    let mut sources = SourceMap::new();
    let file = sources.add("map.json", json.as_bytes().to_vec());
    read(&sources, file, "2026-11-22".parse().unwrap()).unwrap()
}

#[test]
fn an_imported_catalogue_knows_models_by_id_and_by_key_and_has_no_findings() {
    let catalog = import(&text("tests/commands/models.json")).text;
    let config = "\
model_list:
  - {model_name: a, litellm_params: {model: swift-2, timeout: 30}}
  - {model_name: b, litellm_params: {model: fable/swift-2, timeout: 30}}
";
    let (sources, outcome) = run(&[config.as_bytes(), catalog.as_bytes()]);
    assert_eq!(findings(&sources, &outcome), []);
    assert_eq!(outcome.extent.known_models, 2);
    assert_eq!(outcome.catalogue.len(), 9);
}

#[test]
fn the_order_of_entries_changes_only_the_digest() {
    let a = r#""a/x": {"litellm_provider": "a", "mode": "chat"}"#;
    let b = r#""b/x": {"litellm_provider": "b", "mode": "rerank", "input_cost_per_token": 1e-7}"#;
    let models = |json: String| import(&json).text.split_once("models:").unwrap().1.to_owned();
    assert_eq!(models(format!("{{{a}, {b}}}")), models(format!("{{{b}, {a}}}")));
}
