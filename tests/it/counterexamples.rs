//! What a finding shows besides its own place: the way of the request, and what it is judged by.

use routec::rules::{self, Group};

use crate::support::{blocks, run};

/// A table with these parts, and the catalogue of its models.
fn table(parts: &str) -> [String; 2] {
    let head = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\n";
    let catalogue = "apiVersion: routec/v1\nkind: Catalog\nmetadata: {name: c, asOf: 2026-11-20}\nmodels:\n  \
                     acme/large: {vendor: acme, family: acme, mode: chat}\n";
    [format!("{head}{parts}"), catalogue.to_owned()]
}

/// The labels of the findings of a rule: the text that each stands at, and what it says; of its trace, then of others.
fn labels(texts: &[String], rule: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    let (sources, outcome) = run(&bytes);
    let shown = |labels: &[routec::diagnostic::Label]| {
        labels.iter().map(|label| format!("{}: {}", sources.slice(label.span), label.text)).collect()
    };
    let findings = outcome.findings.iter().filter(|finding| finding.rule.as_str() == rule);
    findings.map(|finding| (shown(&finding.trace), shown(&finding.related))).collect()
}

#[test]
fn every_breach_shows_the_request_that_goes_wrong() {
    let mut bare = Vec::new();
    for name in [
        "boundary-crossing",
        "budget-bypass",
        "denied-hop",
        "environment-crossing",
        "forced-bypass",
        "missing-credential",
        "ungranted-hop",
        "widened-tools",
    ] {
        let rule = rules::find(name).unwrap();
        let found = labels(&blocks(rule.page, "Example"), name);
        assert!(!found.is_empty(), "{name}");
        bare.extend(found.iter().filter(|(trace, _)| trace.len() < 2).map(|_| name));
    }
    assert!(bare.is_empty(), "no way of a request is shown by {bare:?}");
}

#[test]
fn a_target_of_the_pool_is_reached_at_once() {
    let texts = table(
        "providers: {acme: {}}\naccounts: {acme-p: {provider: acme}}\n\
         targets: {large: {model: acme/large, provider: acme, timeout: 9s}}\n\
         routes: {chat: {pool: [{target: large}], failover: {any: [{stop: {}}]}}}\n",
    );
    let found = labels(&texts, "missing-credential");
    let trace =
        ["chat: a request for `chat` is answered by `acme/large`", "large: where `large` answers"].map(str::to_owned);
    assert_eq!(found.first().map(|(found, _)| found.as_slice()), Some(trace.as_slice()));
}

#[test]
fn a_target_without_a_key_is_reached_through_a_route() {
    let texts = table(
        "providers: {acme: {}, bolt: {}}\naccounts: {acme-p: {provider: acme}, bolt-p: {provider: bolt}}\n\
         keys: {a: {account: acme-p, secret: env:A, owner: x}}\n\
         targets:\n  large: {model: acme/large, provider: acme, keys: [a], timeout: 9s}\n  \
         spare: {model: acme/large, provider: bolt, timeout: 9s}\n\
         routes:\n  chat: {pool: [{target: large}], failover: {timeout: [{fallback: {route: second}}]}}\n  \
         second: {pool: [{target: spare}], failover: {any: [{stop: {}}]}}\n",
    );
    let found = labels(&texts, "missing-credential");
    let trace = [
        "chat: a request for `chat` is answered by `acme/large`",
        "second: `chat` on timeout, step 1: to route `second`",
        "spare: where `spare` answers",
    ]
    .map(str::to_owned);
    assert_eq!(found.first().map(|(found, _)| found.as_slice()), Some(trace.as_slice()));
}

#[test]
fn a_boundary_that_is_left_is_shown() {
    let texts = table(
        "providers: {acme: {}, bolt: {}}\n\
         targets:\n  large: {model: acme/large, provider: acme, timeout: 9s}\n  \
         spare: {model: acme/large, provider: bolt, timeout: 9s}\n\
         routes:\n  chat: {boundary: [provider], pool: [{target: large}], \
         failover: {any: [{fallback: {target: spare}}]}}\n",
    );
    let found = labels(&texts, "boundary-crossing");
    let related: Vec<&str> = found.iter().flat_map(|(_, related)| related).map(String::as_str).collect();
    assert_eq!(related, ["provider: what its requests must not leave"]);
}

#[test]
fn what_makes_a_pool_resident_is_shown() {
    for (hosting, why) in [
        ("self", "the pool runs on own machines by this, so its requests must stay on them"),
        ("confidential", "the pool runs in an enclave by this, so its requests must stay in one"),
    ] {
        let texts = table(&format!(
            "providers: {{own: {{hosting: {hosting}}}, bolt: {{}}}}\n\
             targets:\n  large: {{model: acme/large, provider: own, timeout: 9s}}\n  \
             spare: {{model: acme/large, provider: bolt, timeout: 9s}}\n\
             routes:\n  chat: {{pool: [{{target: large}}], failover: {{any: [{{fallback: {{target: spare}}}}]}}}}\n",
        ));
        let found = labels(&texts, "boundary-crossing");
        let related: Vec<&String> = found.iter().flat_map(|(_, related)| related).collect();
        assert_eq!(related, [&format!("{hosting}: {why}")]);
    }
    let gateway = "model_list:\n- model_name: chat\n  litellm_params: {model: openai/qwen, api_base: \"http://10.0.0.7/v1\", api_key: os.environ/A}\n\
                   - model_name: cloud\n  litellm_params: {model: openai/gpt-4o, api_key: os.environ/B}\n\
                   router_settings: {fallbacks: [{chat: [cloud]}]}\n";
    let found = labels(&[gateway.to_owned()], "boundary-crossing");
    let related: Vec<&String> = found.iter().flat_map(|(_, related)| related).collect();
    let why = "\"http://10.0.0.7/v1\": the pool runs on own machines by this, so its requests must stay on them";
    assert_eq!(related, [why]);
}

#[test]
fn what_a_fallback_shares_with_the_pool_is_shown() {
    let texts = table(
        "providers: {acme: {regions: {eu: {}}}}\naccounts: {acme-p: {provider: acme}}\nkeys:\n  \
         a: {account: acme-p, secret: env:A, owner: x, quota: org}\n  \
         b: {account: acme-p, secret: env:B, owner: x, quota: org}\n\
         targets:\n  large: {model: acme/large, provider: acme, region: eu, keys: [a], timeout: 9s}\n  \
         spare: {model: acme/large, provider: acme, region: eu, keys: [b], timeout: 9s}\n\
         routes:\n  chat:\n    pool: [{target: large}]\n    failover:\n      \
         rate-limit: [{fallback: {target: spare}}]\n      billing: [{fallback: {target: spare}}]\n      \
         overloaded: [{fallback: {target: spare}}]\n",
    );
    let related =
        |rule: &str| -> Vec<String> { labels(&texts, rule).into_iter().flat_map(|(_, related)| related).collect() };
    let trace = |rule: &str| labels(&texts, rule).swap_remove(0).0;
    let begins = "chat: a request for `chat` is answered by `acme/large`".to_owned();
    let then = |symptom: &str| format!("spare: `chat` on {symptom}, step 1: to target `spare`");
    assert_eq!(trace("same-quota-fallback"), [begins.clone(), then("rate-limit")]);
    assert_eq!(trace("shared-fate-fallback"), [begins, then("overloaded")]);
    assert_eq!(related("same-quota-fallback"), ["org: `a` was tried before", "acme-p: `a` was tried before"]);
    assert_eq!(related("shared-fate-fallback"), ["eu: where `large` of the pool is called"]);
}

/// Rules about what is written or left out, whatever a request does: their findings have no way to show.
const WITHOUT_A_WAY: [&str; 17] = [
    "allowlist-mismatch",
    "ambiguous-name",
    "contradictory-settings",
    "dead-setting",
    "implicit-default",
    "misnamed-route",
    "missing-timeout",
    "mixed-pool",
    "shadowed-setting",
    "stale-label",
    "uncovered-overflow",
    "unforecast-route",
    "unknown-reference",
    "unpriced-model",
    "unprotected-route",
    "unscoped-route",
    "unused-definition",
];

#[test]
fn what_is_said_of_a_request_is_shown_on_its_way() {
    let mut bare = Vec::new();
    for rule in rules::ALL {
        if !matches!(rule.group, Group::Graph | Group::Relation | Group::Ladder | Group::Entitlement | Group::Budget) {
            continue;
        }
        let name = rule.id.as_str();
        let found = labels(&blocks(rule.page, "Example"), name);
        if found.iter().any(|(trace, _)| trace.is_empty()) != WITHOUT_A_WAY.contains(&name) {
            bare.push(name);
        }
    }
    assert_eq!(bare, [""; 0], "shown without the way of a request, or listed as such and shown with one");
}

/// A route for these callers that falls back to `spare`, and the grants.
fn granted(audience: &str, grants: &str) -> Vec<String> {
    let mut texts = table(&format!(
        "providers: {{acme: {{}}, bolt: {{}}}}\n\
         targets:\n  large: {{model: acme/large, provider: acme, timeout: 9s}}\n  \
         spare: {{model: acme/large, provider: bolt, timeout: 9s}}\n\
         routes:\n  chat: {{audience: {audience}, data: [public, internal], pool: [{{target: large}}], \
         failover: {{any: [{{fallback: {{target: spare}}}}]}}}}\n",
    ))
    .to_vec();
    texts.push(format!("apiVersion: routec/v1\nkind: Policy\nmetadata: {{name: p}}\ngrants:\n{grants}"));
    texts
}

#[test]
fn the_grant_that_comes_closest_is_shown_with_what_it_lacks() {
    let acme = "  - {id: g, to: {teams: [ta, tb]}, allow: {providers: [acme]}}\n";
    let staging = "  - {id: s, to: {teams: [ta], environments: [staging]}, allow: {}}\n";
    let others = "  - {id: o, to: {teams: [tc], users: [u]}, allow: {}}\n";
    for (audience, grants, nearest) in [
        (
            "{teams: [ta]}",
            acme.to_owned(),
            "the nearest grant, `g`, does not allow it: provider `bolt`, allowed: `acme`",
        ),
        (
            "{teams: [ta], environments: [prod]}",
            format!("{acme}{staging}"),
            "the nearest grant, `g`, does not allow it: provider `bolt`, allowed: `acme`",
        ),
        ("{teams: [ta], environments: [prod]}", staging.to_owned(), "this grant would allow it, but only in `staging`"),
        (
            "{teams: [ta]}",
            staging.to_owned(),
            "this grant would allow it, but only in `staging`, and the `audience` names no environment",
        ),
        (
            "{teams: [ta], environments: [prod]}",
            others.to_owned(),
            "this grant would allow it, but only for team `tc`, user `u`",
        ),
        (
            "{users: [v], environments: [prod]}",
            staging.to_owned(),
            "this grant would allow it, but only for team `ta`, and only in `staging`",
        ),
    ] {
        let found = labels(&granted(audience, &grants), "ungranted-hop");
        let shown: Vec<&str> = found
            .iter()
            .flat_map(|(_, related)| related)
            .filter_map(|label| Some(label.split_once("}: ")?.1))
            .collect();
        assert!(shown.contains(&nearest), "{audience} {grants} {shown:?}");
    }
}

#[test]
fn up_to_three_refusals_are_named_and_the_others_counted() {
    let grants = "  - {id: g, to: {teams: [ta]}, allow: {providers: [acme]}}\n";
    for (audience, told) in [
        ("{teams: [ta]}", "to team `ta` for `public`, to team `ta` for `internal`"),
        (
            "{teams: [ta, tb]}",
            "to team `ta` for `public`, to team `ta` for `internal`, to team `tb` for `public`, nor in 1 other case",
        ),
        (
            "{teams: [ta], users: [u, v]}",
            "to team `ta` for `public`, to team `ta` for `internal`, to user `u` for `public`, nor in 3 other cases",
        ),
    ] {
        let texts = granted(audience, grants);
        let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let outcome = run(&bytes).1;
        let all: Vec<&str> = outcome
            .findings
            .iter()
            .filter(|finding| finding.rule.as_str() == "ungranted-hop")
            .map(|finding| finding.message.as_str())
            .collect();
        let message = format!("`chat` reaches `spare` when something fails, which no grant allows {told}");
        assert!(all.contains(&message.as_str()), "{all:?}");
    }
}
