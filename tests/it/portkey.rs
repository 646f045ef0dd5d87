//! Portkey's configs are walked as its gateway walks them; `.ci/portkey` asks the gateway itself.

use routec::claims::{Weather, follow};
use routec::graph::{Bounds, Case, FailoverGraph};
use routec::model::Symptom::{self, Auth, Overloaded, RateLimit, Timeout};

use crate::support::run;

/// The targets that a request of the first route calls while its calls end so, by the last word of their place.
fn calls(config: &str, shows: &[Symptom]) -> String {
    let (_, outcome) = run(&[config.as_bytes()]);
    let table = outcome.tables.first().unwrap();
    let (route, _) = table.routes.iter().next().unwrap();
    let weather = Weather::InTurn(shows.iter().map(|symptom| Some(*symptom)).collect());
    let journey = follow(table, route, &[], &weather).unwrap();
    let names = journey.calls().map(|call| table.targets[call.target].name.value.to_string().replace("targets", ""));
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn requests_go_as_the_gateway_sends_them() {
    const LEAF: &str = r#"{"provider": "openai", "api_key": "k"}"#;
    let two = format!("[{LEAF}, {LEAF}]");
    let fallback = |settings: &str, targets: &str| {
        format!(r#"{{"strategy": {{"mode": "fallback"{settings}}}, "targets": {targets}}}"#)
    };
    for (config, shows, expected) in [
        // Without a list any failure goes on; with one, only what is on it.
        (fallback("", &two), &[Auth, Auth][..], "[0] [1]"),
        (fallback(r#", "on_status_codes": [429]"#, &two), &[Overloaded], "[0]"),
        (fallback(r#", "on_status_codes": []"#, &two), &[RateLimit], "[0]"),
        // What reaches nobody is 500 to the gateway.
        (fallback(r#", "on_status_codes": [429, 503]"#, &two), &[Timeout], "[0]"),
        (fallback(r#", "on_status_codes": [500]"#, &two), &[Timeout], "[0] [1]"),
        // The status of the last call decides further out, not the one that led there.
        (
            fallback(r#", "on_status_codes": [429]"#, &format!("[{}, {LEAF}]", fallback("", &two))),
            &[RateLimit, Overloaded],
            "[0].[0] [0].[1]",
        ),
        (
            fallback("", &format!("[{}, {LEAF}]", fallback(r#", "on_status_codes": [429]"#, &two))),
            &[Overloaded, Auth],
            "[0].[0] [1]",
        ),
        // Retries are counted for the target, whatever the statuses.
        (
            fallback(r#", "on_status_codes": [429]}, "retry": {"attempts": 2"#, &two),
            &[RateLimit, Overloaded, RateLimit, Auth],
            "[0] [0] [0] [1]",
        ),
    ] {
        let got = calls(&config, shows);
        assert_eq!(got, expected, "{config} on {shows:?}");
    }
}

#[test]
fn bounds_count_retries_once_and_one_way_out() {
    // Three targets with two retries each: nine calls, and one after the other.
    let leaf = r#"{"provider": "openai", "api_key": "k"}"#;
    let inner =
        format!(r#"{{"strategy": {{"mode": "fallback", "on_status_codes": [429]}}, "targets": [{leaf}, {leaf}]}}"#);
    let config = format!(
        r#"{{"strategy": {{"mode": "fallback", "on_status_codes": [429, 503]}}, "retry": {{"attempts": 2}}, "targets": [{inner}, {leaf}]}}"#
    );
    let (_, outcome) = run(&[config.as_bytes()]);
    let table = outcome.tables.first().unwrap();
    let graph = FailoverGraph::build(table);
    let bounds = Bounds::new(table, &graph, Case::Adversarial, &|_| Some(0));
    let (entry, _) = table.routes.iter().next().unwrap();
    assert_eq!(bounds.attempts(entry), Ok(9));
}

#[test]
fn a_file_of_several_configs_is_a_table_each() {
    let file = r#"{"chat": {"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "a"}, {"virtual_key": "b"}]},
        "data": [{"name": "search", "config": {"strategy": {"mode": "single"}, "targets": [{"virtual_key": "c"}]}}]}"#;
    let (_, outcome) = run(&[file.as_bytes()]);
    let names: Vec<&str> = outcome.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["chat", "search"]);
}
