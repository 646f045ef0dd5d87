//! Generated files are current. `SNAPSHOTS=overwrite cargo test` rewrites them.

use routec::model::Gateway;
use routec::{rules, schema};
use serde_json::Value as Json;
use snapbox::{Data, assert_data_eq};

use crate::support::{run, text};

#[test]
fn schemas_are_current() {
    for name in schema::NAMES {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schema/{name}.schema.json"));
        let found = schema::to_text(&schema::by_name(name).unwrap());
        assert_data_eq!(found, Data::read_from(&path, None).raw());
    }
}

#[test]
fn the_table_of_rules_in_the_readme_is_current() {
    let readme = text("README.md");
    let (before, rest) = readme.split_once("<!-- rules -->\n").expect("the README marks where its rules begin");
    let (table, after) = rest.split_once("<!-- /rules -->").expect("the README marks where its rules end");
    let current = rules::markdown_table();
    if std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite") {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        std::fs::write(path, [before, "<!-- rules -->\n", &current, "<!-- /rules -->", after].concat()).unwrap();
        return;
    }
    assert!(table == current, "the README's table of rules is not current: SNAPSHOTS=overwrite cargo test");
}

#[test]
fn every_property_has_a_description() {
    for name in schema::NAMES {
        let schema = schema::by_name(name).unwrap();
        let mut bare = Vec::new();
        describe(&schema, name, &mut bare);
        assert!(bare.is_empty(), "{name}: no description for {bare:?}");
    }
}

fn describe(schema: &Json, at: &str, bare: &mut Vec<String>) {
    let Some(object) = schema.as_object() else { return };
    if let Some(properties) = object.get("properties").and_then(Json::as_object) {
        for (key, property) in properties {
            if property.get("description").and_then(Json::as_str).is_none_or(str::is_empty) {
                bare.push(format!("{at}.{key}"));
            }
        }
    }
    if object.contains_key("oneOf") && !object.contains_key("properties") {
        bare.push(format!("{at}: a bare oneOf"));
    }
    for (key, value) in object {
        match value {
            Json::Object(_) => describe(value, &format!("{at}.{key}"), bare),
            Json::Array(items) => items.iter().for_each(|item| describe(item, &format!("{at}.{key}[]"), bare)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
}

#[test]
fn the_readme_and_the_help_name_the_same_exit_codes() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_routec")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, codes) = help.split_once("Exit codes: ").expect("the help names the exit codes");
    let helped: Vec<u8> = codes.split(',').filter_map(|part| part.split_whitespace().next()?.parse().ok()).collect();
    let readme = text("README.md");
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok());
    let documented: Vec<u8> = rows.collect();
    assert_eq!(helped, documented);
    assert_eq!(helped, [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn every_gateway_that_is_read_is_named_where_they_are_listed() {
    let (_, outcome) = run(&[b"some: other file\n"]);
    let help = outcome.findings.iter().find_map(|finding| finding.help.clone()).unwrap();
    for gateway in Gateway::READ {
        for (place, list) in [("README.md", text("README.md")), ("the help", help.clone())] {
            assert!(list.contains(gateway.as_str()), "{place} does not name {}", gateway.as_str());
        }
    }
}
