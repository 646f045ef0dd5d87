//! What a failing thing is, whatever it is called and in whatever order failures are given.

use std::fmt::Write;

use routec::contingency::{Element, Failure, Network, single_failures};
use routec::model::{Percent, Symptom, Table};

use crate::support::run;

/// A table with one route, whose target is hit by everything that can fail, and a way out for each symptom but one.
fn table(without: &str, ask: impl Fn(&Table)) {
    let symptoms = ["timeout", "overloaded", "auth", "billing", "rate-limit", "not-entitled"];
    let ways: Vec<String> = symptoms
        .iter()
        .filter(|symptom| **symptom != without)
        .map(|symptom| format!("{symptom}: [{{fallback: {{target: far}}}}]"))
        .collect();
    let yaml = format!(
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {{name: t, version: 1.0.0}}\nproviders: {{acme: {{regions: {{us: {{}}}}}}, bolt: {{}}}}\n\
         egress: {{direct: {{}}, proxy: {{}}}}\naccounts: {{prod: {{provider: acme}}}}\n\
         keys: {{a: {{account: prod, secret: \"env:A\", owner: x, quota: org}}}}\n\
         targets:\n  near: {{model: m/near, provider: acme, region: us, keys: [a], egress: [direct], timeout: 5s}}\n\
         \x20 far: {{model: m/far, provider: bolt, egress: [proxy], timeout: 5s}}\n\
         routes:\n  main: {{pool: [{{target: near}}], failover: {{{}, any: [{{stop: {{}}}}]}}}}\n",
        ways.join(", ")
    );
    ask(run(&[yaml.as_bytes()]).1.tables.first().unwrap());
}

fn failing(table: &Table, what: &str) -> Failure {
    let element = Element::parse(table, what).unwrap();
    Failure { symptom: *element.causes().first().unwrap(), element }
}

#[test]
fn of_two_failures_a_call_shows_the_one_it_meets_first() {
    // From the network to the model: each is met before all that follow it.
    let layers = [
        ("egress:direct", "timeout"),
        ("region:us", "timeout"),
        ("provider:acme", "overloaded"),
        ("key:a", "auth"),
        ("account:prod", "billing"),
        ("quota:org", "rate-limit"),
        ("model:m/near", "not-entitled"),
        ("target:near", "overloaded"),
    ];
    for (number, (first, symptom)) in layers.iter().enumerate() {
        table(symptom, |table| {
            let network = Network::new(table, Percent(0));
            for (second, _) in layers.iter().skip(number + 1) {
                let pair = [failing(table, first), failing(table, second)];
                let [a, b] = pair.clone();
                let lost = |pair: &[Failure]| network.fail(pair).lost(&network).len();
                assert_eq!((lost(&pair), lost(&[b, a])), (1, 1), "{first} before {second}");
            }
        });
    }
}

#[test]
fn of_two_symptoms_of_one_thing_a_call_shows_the_timeout() {
    table("timeout", |table| {
        let network = Network::new(table, Percent(0));
        let overloaded = failing(table, "provider:acme");
        let timeout = Failure { symptom: Symptom::Timeout, ..overloaded.clone() };
        assert!(network.fail(&[overloaded.clone(), timeout.clone()]).loses_any());
        assert!(network.fail(&[timeout, overloaded]).loses_any());
    });
}

#[test]
fn a_model_is_its_entry_in_the_catalogue() {
    let yaml = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\nproviders: {acme: {}, bolt: {}}\n\
        targets:\n  near: {model: anthropic/claude-sonnet-4-5, provider: acme, timeout: 5s}\n\
        \x20 far: {model: claude-sonnet-4-5-20250929, provider: bolt, timeout: 5s}\n\
        routes:\n  main: {pool: [{target: near}], failover: {any: [{fallback: {target: far}}]}}\n";
    let (_, outcome) = run(&[yaml.as_bytes()]);
    let table = &outcome.tables[0];
    let models = single_failures(table).into_iter().filter(|failure| failure.element.word() == "model");
    assert_eq!(models.count(), 1);
    let spelt = ["model:anthropic/claude-sonnet-4-5", "model:claude-sonnet-4-5-20250929"];
    let found = spelt.map(|text| Element::parse(table, text).unwrap());
    assert_eq!(found[0], found[1]);
    let network = Network::new(table, Percent(0));
    assert!(network.fail(&[failing(table, spelt[1])]).loses_any());
}

/// Each of five thousand routes falls back to the next, and only the last one is at another provider.
#[test]
fn a_chain_of_routes_is_followed_once() {
    let mut yaml = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\n\
        providers: {acme: {}, bolt: {}}\n\
        targets: {near: {model: m/x, provider: acme, timeout: 1s}, far: {model: m/x, provider: bolt, timeout: 1s}}\nroutes:\n"
        .to_owned();
    for route in 0..4999 {
        let next = route + 1;
        let _ = writeln!(
            yaml,
            "  r{route}: {{pool: [{{target: near}}], failover: {{any: [{{fallback: {{route: r{next}}}}}]}}}}"
        );
    }
    yaml.push_str("  r4999: {pool: [{target: far}], failover: {any: [{stop: {}}]}}\n");
    let (_, outcome) = run(&[yaml.as_bytes()]);
    let network = Network::new(&outcome.tables[0], Percent(0));
    let lost = |what: &str| network.fail(&[failing(&outcome.tables[0], what)]).lost(&network).len();
    assert_eq!((lost("provider:acme"), lost("provider:bolt"), lost("model:m/x")), (0, 1, 5000));
}
