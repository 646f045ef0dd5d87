//! A waiver covers one rule at one place: its own table's, one route's, and no more.

use routec::diagnostic::Diagnostic;
use routec::driver::Outcome;

use crate::support::run;

/// Routes that share a ladder, which falls back to a model unlike theirs and says nothing of it.
fn table(name: &str, routes: &[&str], waivers: &str) -> String {
    let head = format!(
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {{name: {name}, version: 1.0.0}}\nproviders: {{acme: {{}}, bolt: {{}}}}\ntargets:\n  large: {{model: acme/large, provider: acme, timeout: 20s}}\n  other: {{model: bolt/other, provider: bolt, timeout: 20s}}\nladders:\n  shared: {{overloaded: [{{fallback: {{target: other}}}}], any: [{{stop: {{}}}}]}}\nroutes:\n"
    );
    let routes = routes.iter().map(|route| format!("  {route}: {{pool: [{{target: large}}], ladder: shared}}\n"));
    head + &routes.collect::<String>() + waivers
}

const CATALOG: &str = "apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: acme, asOf: 2026-11-20}\nmodels:\n  acme/large: {vendor: acme, family: acme, mode: chat}\n  bolt/other: {vendor: bolt, family: bolt, mode: chat}\n";

fn waiver(at: &str) -> String {
    format!("waivers: [{{rule: silent-unrelated-fallback, at: {at}, until: 2026-12-31, reason: agreed}}]\n")
}

fn check(tables: &[String]) -> Outcome {
    let texts: Vec<&[u8]> = tables.iter().map(String::as_bytes).chain([CATALOG.as_bytes()]).collect();
    run(&texts).1
}

fn of<'o>(outcome: &'o Outcome, rule: &str) -> Vec<&'o Diagnostic> {
    outcome.findings.iter().filter(|finding| finding.rule.as_str() == rule).collect()
}

/// What is found, as (subject, whether it is waived, the help).
fn silent(outcome: &Outcome) -> Vec<(&str, bool, &str)> {
    let found = of(outcome, "silent-unrelated-fallback").into_iter();
    found
        .map(|finding| {
            (finding.subject.as_deref().unwrap(), finding.waived.is_some(), finding.help.as_deref().unwrap())
        })
        .collect()
}

#[test]
fn of_one_route_leaves_the_others_on_its_ladder() {
    for (waived, remaining) in [("alpha", "beta"), ("beta", "alpha")] {
        let table = table("t", &["alpha", "beta", "gamma"], &waiver(&format!("routes.{waived}")));
        let outcome = check(&[table]);
        let found = silent(&outcome);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.contains(&(&format!("routes.{waived}"), true, found.iter().find(|one| one.1).unwrap().2)));
        let rest = found.iter().find(|one| !one.1).unwrap();
        assert_eq!(rest.0, format!("routes.{remaining}"));
        assert!(rest.2.ends_with("; the same happens to `gamma`"), "{}", rest.2);
        assert_eq!((outcome.findings.denied(), outcome.findings.waived()), (1, 1));
    }
}

#[test]
fn of_one_table_leaves_the_others() {
    let outcome = check(&[table("one", &["alpha"], ""), table("two", &["toy"], &waiver("routes.alpha"))]);
    assert_eq!(
        silent(&outcome).iter().map(|one| (one.0, one.1)).collect::<Vec<_>>(),
        [("routes.alpha", false), ("routes.toy", false)]
    );
    assert_eq!(of(&outcome, "unused-waiver").len(), 1);
}

#[test]
fn of_a_name_is_not_of_a_longer_one_with_a_dot() {
    let outcome = check(&[table("t", &["chat.eu"], &waiver("routes.chat"))]);
    assert_eq!(silent(&outcome).iter().map(|one| (one.0, one.1)).collect::<Vec<_>>(), [("routes.chat.eu", false)]);
    let outcome = check(&[table("t", &["chat.eu"], &waiver("routes"))]);
    assert_eq!(silent(&outcome).iter().map(|one| (one.0, one.1)).collect::<Vec<_>>(), [("routes.chat.eu", true)]);
}

#[test]
fn of_many_routes_are_one_finding_at_a_place() {
    let names: Vec<String> = (0..2000).map(|number| format!("route-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let outcome = check(&[table("t", &names, &waiver("routes.route-7"))]);
    let found = silent(&outcome);
    assert_eq!(found.iter().filter(|one| !one.1).count(), 1);
    assert_eq!(found.iter().filter(|one| one.1).map(|one| one.0).collect::<Vec<_>>(), ["routes.route-7"]);
    assert!(found.iter().any(|one| one.2.contains("the same happens to `route-1`, `route-2`")), "{found:?}");
}

#[test]
fn with_a_blank_where_a_key_is_required_covers_nothing() {
    let policy =
        "apiVersion: routec/v1\nkind: Policy\nmetadata: {name: p}\nwaiverTerms: {require: [ticket, approvedBy]}\n";
    let waiver = "waivers: [{rule: silent-unrelated-fallback, at: routes.alpha, until: 2026-12-31, reason: agreed, ticket: \"\", approvedBy: \" \"}]\n";
    let outcome = check(&[table("t", &["alpha"], waiver), policy.to_owned()]);
    assert_eq!(silent(&outcome).iter().filter(|one| one.1).count(), 0);
    assert_eq!(of(&outcome, "forbidden-waiver").len(), 1);
}
