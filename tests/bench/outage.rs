//! Every single failure of large tables: 200 elements on 1,000 to 20,000 routes, and a policy with every kind of clause.

use std::fmt::Write;

use routec::contingency::{Network, single_failures};
use routec::driver::{Job, Outcome, Role, check};
use routec::model::Percent;
use routec::source::SourceMap;

/// Providers; each has two accounts, four keys, a quota and a region, and serves some models: about 200 elements.
const PROVIDERS: usize = 19;

/// A table of so many routes, each with its own traffic, over the same supply. Every fourth has steps of its own.
pub(crate) fn table(routes: usize) -> String {
    let mut out =
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: wide, version: 1.0.0}\nproviders:\n".to_owned();
    for provider in 0..PROVIDERS {
        let _ = writeln!(out, "  p{provider}: {{regions: {{g{provider}: {{jurisdiction: EU}}}}}}");
    }
    out.push_str("accounts:\n");
    for account in 0..2 * PROVIDERS {
        let _ = writeln!(out, "  a{account}: {{provider: p{}, environment: prod, costCenter: CC-1}}", account / 2);
    }
    out.push_str("keys:\n");
    for key in 0..4 * PROVIDERS {
        let _ = writeln!(
            out,
            "  k{key}: {{account: a{}, secret: \"env:K{key}\", owner: x, quota: q{}, limits: {{requestsPerMinute: 400000}}}}",
            key / 2,
            key / 2
        );
    }
    out.push_str("egress: {direct: {}, proxy: {}}\ntargets:\n");
    for target in 0..2 * PROVIDERS {
        let (provider, first) = (target / 2, target * 2);
        let _ = writeln!(
            out,
            "  t{target}: {{model: acme/m{}, provider: p{provider}, region: g{provider}, keys: [k{first}, k{}], egress: [direct, proxy], timeout: 10s}}",
            target % 8,
            first + 1
        );
    }
    out.push_str("ladders:\n");
    for ladder in 0..PROVIDERS {
        let next = (2 * ladder + 9) % (2 * PROVIDERS);
        let _ = writeln!(
            out,
            "  l{ladder}:\n    rate-limit: [{{backoff: {{initial: 1s, attempts: 1}}}}, {{next-key: {{}}}}, {{fallback: {{target: t{next}}}}}]\n    timeout: [{{raise-timeout: {{to: 20s}}}}, {{switch-egress: {{to: proxy}}}}, {{fallback: {{target: t{next}}}}}]\n    auth: [{{next-key: {{}}}}, {{stop: {{}}}}]\n    any: [{{fallback: {{target: t{next}}}}}]"
        );
    }
    out.push_str("routes:\n");
    for route in 0..routes {
        let provider = route % PROVIDERS;
        let own = if route % 4 == 0 {
            "\n    failover: {overloaded: [{backoff: {initial: 1s, attempts: 1}}, {fallback: {target: t3}}]}"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "  r{route}:\n    audience: {{teams: [x{}], environments: [prod]}}\n    data: [internal]\n    traffic: {{requestsPerMonth: {}, peakRequestsPerMinute: {}, inputTokens: 1000, outputTokens: 200}}\n    slo: {{deadline: 90s, tier: critical}}\n    pool: [{{target: t{}}}]\n    ladder: l{provider}{own}",
            route % 50,
            10_000 + route,
            1 + route % 40,
            2 * provider
        );
    }
    out
}

fn catalogue() -> String {
    let mut out =
        "apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: acme, asOf: 2026-11-20}\nmodels:\n".to_owned();
    for model in 0..8 {
        let _ = writeln!(
            out,
            "  acme/m{model}: {{vendor: acme, family: m, mode: chat, tier: standard, limits: {{contextTokens: 200000}}, price: {{input: 1 USD/MTok, output: 4 USD/MTok}}}}"
        );
    }
    out
}

const POLICY: &str = "apiVersion: routec/v1
kind: Policy
metadata: {name: all}
grants: [{id: everyone, to: {environments: [prod]}, allow: {providers: [\"p*\"], accounts: [\"a*\"], data: [internal]}}]
denials: [{id: eu, data: [internal], unless: {jurisdictions: [EU]}, reason: contract}]
budgets:
  - {id: month, costCenter: CC-1, per: month, limit: 900000000 USD, counting: expected}
  - {id: outage, costCenter: CC-1, per: month, limit: 900000000 USD, counting: contingency, outage: 48h}
  - {id: request, route: \"*\", limit: 5 USD, counting: worst-request}
resilience: [{id: critical, routes: {tier: critical}, survive: [provider, key, region, egress]}]
rules: [{id: own, each: hop, require: 'hop.step < 9', message: short ladders, level: deny}]
";

/// A table checked alone, or with the policy.
fn judged(routes: usize, with_policy: bool) -> (SourceMap, Job) {
    let mut sources = SourceMap::new();
    let mut files = vec![
        (sources.add("table.yaml", table(routes).into_bytes()), Role::Any),
        (sources.add("catalog.yaml", catalogue().into_bytes()), Role::Any),
    ];
    if with_policy {
        files.push((sources.add("policy.yaml", POLICY.as_bytes().to_vec()), Role::Any));
    }
    (
        sources,
        Job {
            files,
            pins: Vec::new(),
            lost: Vec::new(),
            deployed: routec::environment::Files::default(),
            surroundings: routec::environment::Surroundings::default(),
            as_of: "2026-11-22".parse().unwrap(),
            litellm: routec::litellm::Release::NEWEST,
        },
    )
}

/// Prints how long every single failure takes, and what judging policies adds to a check.
pub(crate) fn report(mean: impl Fn(u32, &mut dyn FnMut()) -> f64) {
    println!(
        "\n{:>8} {:>9} {:>9} {:>10} {:>14} {:>10} {:>10}",
        "routes", "elements", "failures", "ms", "ns/route/fail", "check ms", "x policy"
    );
    for (routes, runs) in [(1_000, 20), (5_000, 5), (10_000, 3), (20_000, 2)] {
        let (sources, job) = judged(routes, false);
        let outcome: Outcome = check(&sources, &job);
        let table = outcome.tables.first().unwrap();
        let failures = single_failures(table);
        let mut elements: Vec<_> = failures.iter().map(|failure| &failure.element).collect();
        elements.dedup();
        let took = mean(runs, &mut || {
            let network = Network::new(table, Percent(0));
            let lost: usize =
                failures.iter().map(|failure| network.fail(std::slice::from_ref(failure)).lost(&network).len()).sum();
            std::hint::black_box(lost);
        });
        let alone = mean(runs, &mut || drop(check(&sources, &job)));
        let (sources, job) = judged(routes, true);
        let with_policy = mean(runs, &mut || drop(check(&sources, &job)));
        println!(
            "{routes:>8} {:>9} {:>9} {took:>10.1} {:>14.1} {alone:>10.1} {:>10.2}",
            elements.len(),
            failures.len(),
            took * 1e6 / (routes * failures.len()) as f64,
            with_policy / alone
        );
    }
}
