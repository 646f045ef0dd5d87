//! Generates route tables of any size: what a large company's table looks like, without a finding.

use std::fmt::Write;

/// A clean table of about so many bytes, in routec's own language.
pub(crate) fn table(bytes: usize) -> String {
    let mut out = String::from(
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: generated, version: 1.0.0, owner: platform}\n\nproviders:\n",
    );
    let head = "    vendor: acme\n    terms: {trainsOnData: false, retentionDays: 0}\n    regions:\n";
    for provider in 0..4 {
        let _ = writeln!(
            out,
            "  provider-{provider}:\n{head}      us-east: {{jurisdiction: US, endpoint: \"https://us.p{provider}.example\"}}\n      eu-west: {{jurisdiction: EU, endpoint: \"https://eu.p{provider}.example\"}}"
        );
    }
    out.push_str("\naccounts:\n");
    for provider in 0..4 {
        let _ = writeln!(
            out,
            "  account-{provider}: {{provider: provider-{provider}, costCenter: CC-{provider}, environment: prod}}"
        );
    }
    out.push_str("\nkeys:\n");
    for key in 0..8 {
        let _ = writeln!(
            out,
            "  key-{key}:\n    account: account-{}\n    secret: env:KEY_{key}   # rotated every quarter\n    owner: platform\n    expires: 2030-01-31\n    limits: {{requestsPerMinute: 900000000, tokensPerMinute: 900000000000, concurrency: 80}}\n    quota: quota-{}",
            key % 4,
            key % 4
        );
    }
    out.push_str("\negress:\n  direct: {}\n  proxy: {proxy: env:HTTPS_PROXY, regions: [us-east]}\n\nladders:\n  standard:\n    rate-limit:\n      - backoff: {initial: 500ms, factor: 2, max: 8s, attempts: 2}\n      - next-key: {}\n    timeout:\n      - raise-timeout: {to: 60s}\n      - switch-egress: {to: proxy}\n    overloaded:\n      - backoff: {initial: 1s, attempts: 1}\n    context-overflow: [{stop: {}}]\n    not-entitled:\n      - check: {runbook: \"https://runbooks.example/models\", owner: platform}\n      - stop: {}\n");
    let mut targets = String::from("\ntargets:\n");
    let mut routes = String::from("\nroutes:\n");
    let mut number = 0;
    while out.len() + targets.len() + routes.len() < bytes {
        let provider = number % 4;
        for (half, region, egress) in [("a", "us-east", "direct, proxy"), ("b", "eu-west", "direct")] {
            let _ = writeln!(
                targets,
                "  target-{number}-{half}:\n    model: acme/model-{}\n    provider: provider-{provider}\n    region: {region}\n    keys: [key-{}, key-{}]\n    egress: [{egress}]\n    timeout: 45s",
                number % 40,
                provider,
                provider + 4
            );
        }
        let _ = writeln!(
            routes,
            "  route-{number}:   # owned by team {}\n    audience: {{teams: [team-{}], environments: [prod]}}\n    data: [internal]\n    needs: {{contextTokens: 100000, tools: true, streaming: true}}\n    traffic: {{requestsPerMonth: 900000, peakRequestsPerMinute: 300, inputTokens: 3200, outputTokens: 420}}\n    slo: {{deadline: 300s, tier: standard}}\n    pool: [{{target: target-{number}-a, weight: 1}}]\n    ladder: standard\n    failover:\n      overloaded:\n        - fallback: {{target: target-{number}-b, label: {{relation: same, gaps: [], announce: header}}, for: 30m}}",
            number % 97,
            number % 97
        );
        if number % 2 > 0 {
            let _ = writeln!(routes, "        - fallback: {{route: route-{}}}", number - 1);
        }
        number += 1;
    }
    out.push_str(&targets);
    out.push_str(&routes);
    out
}

/// The catalogue of the generated table.
pub(crate) fn catalogue() -> String {
    let mut out =
        String::from("apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: generated, asOf: 2026-11-22}\nmodels:\n");
    for number in 0..40 {
        let _ = writeln!(
            out,
            "  acme/model-{number}:\n    vendor: acme\n    family: model\n    mode: chat\n    tier: standard\n    limits: {{contextTokens: 200000, outputTokens: 64000}}\n    capabilities: {{tools: true, vision: true, streaming: true}}\n    price: {{input: 3 USD/MTok, output: 15 USD/MTok}}\n    source: https://acme.example/models"
        );
    }
    out
}

/// A policy with a clause of every kind, which the generated table keeps.
pub(crate) const POLICY: &str = "apiVersion: routec/v1
kind: Policy
metadata: {name: generated, version: 1.0.0, owner: security}
grants:
  - id: everyone
    to: {environments: [prod]}
    allow: {models: [\"acme/*\"], providers: [\"provider-*\"], regions: [\"us-*\", \"eu-*\"], accounts: [\"account-*\"], data: [internal]}
denials: [{id: terms, data: [internal], forbid: {trainsOnData: true}, reason: contract}]
budgets:
  - {id: month, account: account-0, per: month, limit: 900000000 USD, counting: expected}
  - {id: outage, costCenter: CC-1, per: month, limit: 900000000 USD, counting: contingency, outage: 48h}
  - {id: request, route: \"*\", limit: 90 USD, counting: worst-request}
resilience: [{id: network, routes: {tier: standard}, survive: [egress], headroom: 10%}]
rules: [{id: released, each: hop, require: '!hop.model.id.contains(\"preview\")', message: released models only, level: deny}]
";
