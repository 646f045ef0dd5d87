//! What policies make of levels, by the names of rules and of their own clauses.

use routec::artifact::json::sha256_hex;
use routec::driver::Outcome;

use crate::support::run;

const CATALOG: &str = "apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: acme, asOf: 2026-11-20}\nmodels:\n  acme/large: {vendor: acme, family: acme, mode: chat}\n";
const CLAUSES: &str = "rules:\n  - {id: acme-owned, each: route, require: 'route.slo.tier != \"critical\"', message: routes have owners, level: deny}\n  - {id: acme-scoped, each: route, require: 'route.name != \"chat\"', message: routes have places, level: deny}\n";

fn table(waivers: &str) -> String {
    format!(
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {{name: t, version: 1.0.0}}\nproviders: {{acme: {{}}}}\ntargets:\n  large: {{model: acme/large, provider: acme, timeout: 20s}}\nroutes:\n  chat: {{slo: {{tier: critical}}, pool: [{{target: large}}], failover: {{overloaded: [{{stop: {{}}}}]}}}}\n{waivers}"
    )
}

fn policy(name: &str, rest: &str) -> String {
    format!("apiVersion: routec/v1\nkind: Policy\nmetadata: {{name: {name}}}\n{rest}")
}

fn extends(bases: &[(&str, &str)]) -> String {
    let bases =
        bases.iter().map(|(file, text)| format!("  - {{file: {file}, sha256: {}}}\n", sha256_hex(text.as_bytes())));
    format!("extends:\n{}", bases.collect::<String>())
}

fn check(texts: &[&str]) -> Outcome {
    let texts: Vec<&[u8]> = texts.iter().copied().chain([CATALOG]).map(str::as_bytes).collect();
    run(&texts).1
}

/// The findings of a rule, as (level, message, whether it is waived).
fn of(outcome: &Outcome, rule: &str) -> Vec<(&'static str, String, bool)> {
    let found = outcome.findings.iter().filter(|finding| finding.rule.as_str() == rule);
    found.map(|finding| (finding.level.as_str(), finding.message.clone(), finding.waived.is_some())).collect()
}

#[test]
fn hold_for_all_findings_of_a_rule() {
    let plain = check(&[&table("")]);
    assert_eq!(of(&plain, "unprotected-route").first().unwrap().0, "deny");
    let lowered = check(&[&table(""), &policy("p", "levels: {unprotected-route: warn}\n")]);
    assert_eq!(of(&lowered, "unprotected-route").first().unwrap().0, "warn");
}

#[test]
fn of_a_clause_are_set_by_its_name() {
    let words = |rest: &str| {
        let outcome = check(&[&table(""), &policy("p", &format!("{CLAUSES}{rest}"))]);
        assert_eq!(of(&outcome, "unknown-reference"), []);
        of(&outcome, "custom-rule").into_iter().map(|(level, message, _)| (level, message)).collect::<Vec<_>>()
    };
    let (owned, scoped) =
        ("`acme-owned`: routes have owners".to_owned(), "`acme-scoped`: routes have places".to_owned());
    assert_eq!(words(""), [("deny", owned.clone()), ("deny", scoped.clone())]);
    assert_eq!(words("levels: {acme-owned: warn}\n"), [("warn", owned), ("deny", scoped.clone())]);
    assert_eq!(words("levels: {acme-owned: allow}\n"), [("deny", scoped)]);
}

#[test]
fn a_waiver_of_a_clause_covers_no_other_and_never_forbids_it() {
    let waiver = "waivers: [{rule: acme-owned, at: routes.chat, until: 2026-12-31, reason: agreed}]\n";
    let open = check(&[&table(waiver), &policy("p", CLAUSES)]);
    let waived: Vec<bool> = of(&open, "custom-rule").into_iter().map(|found| found.2).collect();
    assert_eq!(waived, [true, false]);
    let never = check(&[&table(waiver), &policy("p", &format!("{CLAUSES}waiverTerms: {{never: [acme-owned]}}\n"))]);
    assert!(of(&never, "custom-rule").iter().all(|found| !found.2));
    assert_eq!(of(&never, "forbidden-waiver").len(), 1);
    assert_eq!(of(&never, "unknown-reference"), []);
}

#[test]
fn of_what_a_policy_extends_only_rise() {
    let base = policy("base", &format!("{CLAUSES}levels: {{unprotected-route: deny}}\n"));
    let judged = |levels: &str| {
        let own = policy("own", &(extends(&[("2.yaml", &base)]) + levels));
        check(&[&table(""), &base, &own])
    };
    for lowered in ["unprotected-route: warn", "custom-rule: allow", "acme-owned: warn", "denied-hop: allow"] {
        let outcome = judged(&format!("levels: {{{lowered}}}\n"));
        let found = of(&outcome, "bad-value");
        assert!(
            matches!(found.as_slice(), [("deny", message, false)] if message.contains("cannot be lowered here")),
            "{found:?}"
        );
        assert_eq!(of(&outcome, "unprotected-route").first().unwrap().0, "deny");
        assert_eq!(of(&outcome, "custom-rule").iter().filter(|found| found.0 == "deny").count(), 2);
    }
    assert_eq!(of(&judged("levels: {price-rise: deny, acme-owned: deny}\n"), "bad-value"), []);
}

#[test]
fn of_several_bases_the_strictest_holds() {
    let strict = policy("strict", "levels: {unprotected-route: deny}\n");
    let lax = policy("lax", "levels: {unprotected-route: allow}\n");
    for order in [[("2.yaml", &strict), ("3.yaml", &lax)], [("2.yaml", &lax), ("3.yaml", &strict)]] {
        let own = policy("own", &extends(&order.map(|(file, text)| (file, text.as_str()))));
        let [(_, first), (_, second)] = order;
        let outcome = check(&[&table(""), first, second, &own]);
        assert_eq!(of(&outcome, "unprotected-route").first().unwrap().0, "deny");
    }
}

#[test]
fn nothing_lowers_the_pin_of_a_base() {
    let base = policy("base", "attemptsAtMost: 10\n");
    let own = policy("own", &(extends(&[("2.yaml", "another text")]) + "levels: {changed-base-policy: allow}\n"));
    let other = policy("other", "levels: {changed-base-policy: warn}\n");
    let outcome = check(&[&table(""), &base, &own, &other]);
    assert_eq!(of(&outcome, "changed-base-policy").first().unwrap().0, "deny");
    assert_eq!(of(&outcome, "bad-value").len(), 2);
}
