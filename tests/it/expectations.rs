//! Cases of expectations: which table they ask, and that a case which shows nothing never passes.

use crate::claims::{answer, folder, routec};

const FIRST: &str = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: first, version: 1.0.0}\nproviders: {p: {}}\n\
    targets: {a: {model: m/old, provider: p, timeout: 1s}}\nroutes:\n\
    \x20 chat: {pool: [{target: a}], failover: {any: [{stop: {}}]}}\n  both: {pool: [{target: a}], failover: {any: [{stop: {}}]}}\n";

const SECOND: &str = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: second, version: 1.0.0}\nproviders: {q: {}}\n\
    targets: {b: {model: m/b, provider: q, timeout: 1s}}\nroutes:\n\
    \x20 code: {pool: [{target: b}], failover: {any: [{stop: {}}]}}\n  both: {pool: [{target: b}], failover: {any: [{stop: {}}]}}\n";

const CATALOG: &str = "apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: c, asOf: 2026-11-01}\n\
    models: {m/new: {vendor: m, mode: chat, aliases: [m/old]}}\n";

/// The verdict of each case by its name, and the exit code.
fn verdicts(name: &str, cases: &[&str], args: &[&str]) -> (Vec<String>, Option<i32>) {
    let cases = cases.iter().enumerate().map(|(number, case)| format!("  - {{name: c{number}, {case}}}\n"));
    let text = format!("apiVersion: routec/v1\nkind: Expectations\ncases:\n{}", cases.collect::<String>());
    let files = [
        ("routes/1.yaml", FIRST),
        ("routes/2.yaml", SECOND),
        ("catalog/c.yaml", CATALOG),
        ("expectations/e.yaml", &text),
    ];
    let folder = folder(name, &files);
    let output = routec(&folder, &[&["test", "--format", "json"], args].concat());
    let answer = answer(&output);
    let results = answer.get("results").and_then(|results| results.as_array()).cloned().unwrap_or_default();
    let mut found: Vec<String> = results
        .iter()
        .filter_map(|result| Some(format!("{} {}", result.get("case")?.as_str()?, result.get("verdict")?.as_str()?)))
        .collect();
    found.sort();
    (found, output.status.code())
}

#[test]
fn a_case_asks_the_table_it_names_or_the_one_that_has_its_route() {
    let cases = [
        "fail: {}, route: chat, expect: {answers: a}",
        "fail: {}, route: code, expect: {answers: b}",
        "fail: {}, route: both, table: second, expect: {answers: b}",
    ];
    assert_eq!(verdicts("tables", &cases, &[]), (vec!["c0 ok".into(), "c1 ok".into(), "c2 ok".into()], Some(0)));
    assert_eq!(verdicts("typed", &cases, &["--table", "second"]), (vec!["c1 ok".into(), "c2 ok".into()], Some(0)));
    let open = ["fail: {}, route: both, expect: {answered: true}"];
    assert_eq!(verdicts("open", &open, &[]), (vec!["c0 broken".into()], Some(6)));
    assert_eq!(verdicts("decided", &open, &["--table", "first"]), (vec!["c0 ok".into()], Some(0)));
    let wrong = ["fail: {}, route: chat, table: frist, expect: {answered: true}"];
    assert_eq!(verdicts("wrong", &wrong, &[]), (vec!["c0 broken".into()], Some(6)));
}

#[test]
fn what_must_never_be_called_is_something_that_there_is() {
    let cases = [
        "fail: {}, route: chat, expect: {never: {providers: [pp]}}",
        "fail: {}, route: chat, expect: {answered: true, never: {}}",
        "fail: {}, route: chat, expect: {never: {models: [m/new]}}",
        "fail: {}, route: chat, expect: {never: {targets: ['a*']}}",
    ];
    let (found, code) = verdicts("never", &cases, &[]);
    assert_eq!(found, ["c0 broken", "c1 broken", "c2 failed", "c3 failed"]);
    assert_eq!(code, Some(6));
}

#[test]
fn an_empty_list_is_no_expectation() {
    for case in [
        "fail: {providers: []}, route: chat, expect: {answered: true}",
        "fail: {}, routes: {names: []}, expect: {answered: true}",
        "fail: {}, route: chat, expect: {answered: true, never: {models: []}}",
    ] {
        let text = format!("apiVersion: routec/v1\nkind: Expectations\ncases:\n  - {{name: c, {case}}}\n");
        let folder = folder("empty", &[("routes/1.yaml", FIRST), ("expectations/e.yaml", &text)]);
        let tested = routec(&folder, &["test"]);
        assert_eq!(tested.status.code(), Some(6), "{case}");
        let said = [tested.stdout, tested.stderr].concat();
        assert!(String::from_utf8_lossy(&said).contains("could not be read"), "{case}");
    }
}

#[test]
fn the_command_of_a_failed_case_names_its_table() {
    let cases = "apiVersion: routec/v1\nkind: Expectations\ncases:\n\
        \x20 - {name: c, fail: {with: timeout}, route: code, expect: {answered: true}}\n";
    let files = [("routes/1.yaml", FIRST), ("routes/2.yaml", SECOND), ("expectations/e.yaml", cases)];
    let folder = folder("named", &files);
    let text = String::from_utf8(routec(&folder, &["test"]).stdout).unwrap();
    assert!(text.contains("again: routec trace code --table second --on timeout\n"), "{text}");
    let again = routec(&folder, &["trace", "code", "--table", "second", "--on", "timeout"]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("the caller gets timeout"));
}

#[test]
fn a_finding_that_routes_share_is_expected_of_each() {
    // Both routes of this table lead through one ladder, whose step nobody reaches.
    let table = "{apiVersion: routec/v1, kind: RouteTable, metadata: {name: t, version: 1.0.0}, providers: {p: {}, q: {}}, \
        targets: {a: {model: m/a, provider: p, timeout: 1s}, b: {model: m/a, provider: q, timeout: 1s}}, \
        ladders: {l: {any: [{stop: {}}, {fallback: {target: b}}]}}, \
        routes: {one: {pool: [{target: a}], ladder: l}, two: {pool: [{target: a}], ladder: l}}}";
    let catalog = "{apiVersion: routec/v1, kind: Catalog, metadata: {name: c, asOf: 2026-11-01}, \
        models: {m/a: {vendor: m, mode: chat}}}";
    let (one, two) = ("{rule: unreachable-step, at: routes.one}", "{rule: unreachable-step, at: routes.two}");
    for (finds, said) in [
        (format!("{one}, {two}"), "1 run, 0 failed"),
        ("{rule: unreachable-step}".to_owned(), "1 run, 0 failed"),
        (one.to_owned(), "found unreachable-step at level warn at routes.two, and it is not expected"),
        (two.to_owned(), "found unreachable-step at level warn at routes.one, and it is not expected"),
        (
            format!("{one}, {two}, {{rule: unreachable-step, at: routes.three}}"),
            "expected unreachable-step at routes.three, and it is not found",
        ),
    ] {
        let text = format!(
            "apiVersion: routec/v1\nkind: Expectations\nchecks:\n  - {{name: c, table: {table}, catalog: {catalog}, finds: [{finds}]}}\n"
        );
        let folder = folder("shared", &[("expectations/e.yaml", &text), ("routes/1.yaml", FIRST)]);
        let tested = routec(&folder, &["test", "--as-of", "2026-11-02"]);
        let text = String::from_utf8_lossy(&tested.stdout);
        assert!(text.contains(said) && text.contains("and it is") == said.contains("and it is"), "{finds}: {text}");
    }
}

#[test]
fn no_name_of_a_case_or_clause_becomes_a_command() {
    let cases = "apiVersion: routec/v1\nkind: Expectations\ncases:\n\
        \x20 - {name: \"x\\n::error::y\", fail: {}, route: chat, expect: {never: {providers: [\"z\\n::error::y\"]}}}\n\
        \x20 - {name: \"v\\n::error::y\", fail: {}, route: chat, expect: {answered: true}}\n\
        \x20 - {name: \"w\\n::error::y\", fail: {}, route: chat, expect: {answered: false}}\n";
    let policy = "apiVersion: routec/v1\nkind: Policy\nmetadata: {name: p, owner: \"o\\n::error::y\"}\nrules:\n\
        \x20 - {id: r, each: hop, require: 'true', message: \"evil\\n::error::y\", level: deny}\n";
    let files = [("routes/1.yaml", FIRST), ("policies/p.yaml", policy), ("expectations/e.yaml", cases)];
    let folder = folder("hostile", &files);
    for args in [&["test"][..], &["policy", "show", "--origin"]] {
        let text = String::from_utf8(routec(&folder, args).stdout).unwrap();
        assert!(text.contains("::error::y"), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
    }
}
