//! How the resources of Envoy AI Gateway are walked: which calls a request makes, by priorities, retries and triggers.

use std::fmt::Write;

use routec::graph::{Next, Walk, usual};
use routec::model::{Gateway, Symptom, Table};

use crate::support::{findings, run};

/// A route of the model `m` with these backends, each an `AIServiceBackend` of an OpenAI-like API at a host of its name.
fn resources(refs: &str, rule: &str) -> String {
    let mut text = format!(
        "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {{name: r, namespace: llm}}\nspec:\n  \
         parentRefs: [{{name: gw, kind: Gateway, group: gateway.networking.k8s.io}}]\n  rules:\n    - matches: \
         [{{headers: [{{name: x-ai-eg-model, value: m}}]}}]\n      {rule}\n      backendRefs: [{refs}]\n"
    );
    for name in ["a", "b", "c"] {
        let _ = write!(
            text,
            "---\napiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIServiceBackend\nmetadata: {{name: {name}, namespace: llm}}\n\
             spec:\n  schema: {{name: OpenAI}}\n  backendRef: {{name: {name}, kind: Backend, group: gateway.envoyproxy.io}}\n---\n\
             apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: Backend\nmetadata: {{name: {name}, namespace: llm}}\n\
             spec: {{endpoints: [{{fqdn: {{hostname: {name}.llm.example, port: 443}}}}]}}\n"
        );
    }
    text
}

/// A policy for something, with this `retry`.
fn policy(name: &str, target: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {{name: {name}, namespace: llm}}\n\
         spec:\n  targetRefs: [{target}]\n  {spec}\n"
    )
}

const ROUTE: &str = "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}";
const GATEWAY: &str = "{group: gateway.networking.k8s.io, kind: Gateway, name: gw}";

fn table(texts: &[&str]) -> Table {
    let bytes: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
    let (_, outcome) = run(&bytes);
    let [table] = <[Table; 1]>::try_from(outcome.tables).map_err(|tables| tables.len()).unwrap();
    assert_eq!(table.gateway, Gateway::Envoy);
    table
}

/// The backends that a request for a route calls while each call shows a symptom.
fn calls(table: &Table, route: &str, symptom: Symptom) -> String {
    let (id, node) = table.routes.iter().find(|(_, node)| node.name.value.as_str() == route).unwrap();
    let mut walk = Walk::enter(table, id, usual(node).unwrap());
    let mut called = Vec::new();
    let name = |walk: &Walk<'_>| {
        let target = table.targets[walk.call().unwrap().target].name.value.to_string();
        target.split('/').next().unwrap().to_owned()
    };
    called.push(name(&walk));
    loop {
        match walk.fail(symptom) {
            Next::Call { .. } => {}
            Next::Visit { route, .. } => walk.choose(usual(&table.routes[route]).unwrap()),
            Next::Failed(_) => return called.join(" "),
        }
        called.push(name(&walk));
    }
}

const TWO: &str = "{name: a}, {name: b, priority: 1}";
const THREE: &str = "{name: a}, {name: b, priority: 1}, {name: c, priority: 2}";
const SPLIT: &str = "{name: a, weight: 3}, {name: b, weight: 1}, {name: c, priority: 1}";

#[test]
fn priorities_are_called_as_envoy_calls_them() {
    for (refs, retry, expected) in [
        (TWO, "numRetries: 1, numAttemptsPerPriority: 1", "a b"),
        (TWO, "numAttemptsPerPriority: 1", "a b a"),
        (TWO, "numRetries: 3, numAttemptsPerPriority: 2", "a a b b"),
        (TWO, "numRetries: 3", "a a a a"),
        (TWO, "numRetries: 0, numAttemptsPerPriority: 1", "a"),
        (THREE, "numRetries: 2, numAttemptsPerPriority: 1", "a b c"),
        (THREE, "numRetries: 1, numAttemptsPerPriority: 1", "a b"),
        (THREE, "numRetries: 5, numAttemptsPerPriority: 2", "a a b b c c"),
        (SPLIT, "numRetries: 3, numAttemptsPerPriority: 1", "a c a c"),
        (SPLIT, "numRetries: 2, numAttemptsPerPriority: 2", "a a c"),
        ("{name: a}", "numRetries: 3, numAttemptsPerPriority: 1", "a a a a"),
        ("{name: a, weight: 0}, {name: b, priority: 1}", "numRetries: 1, numAttemptsPerPriority: 1", "b b"),
        ("{name: a, priority: 5}, {name: b, priority: 2}", "numRetries: 1, numAttemptsPerPriority: 1", "b a"),
    ] {
        let retry = format!("retry: {{{retry}, retryOn: {{triggers: [5xx]}}}}");
        let text = resources(refs, "name: main") + &policy("p", ROUTE, &retry);
        assert_eq!(calls(&table(&[&text]), "m", Symptom::Overloaded), expected, "{refs} {retry}");
    }
}

#[test]
fn triggers_decide_which_symptoms_lead_on() {
    use Symptom::{Auth, ContextOverflow, Overloaded, RateLimit, Timeout};
    for (on, leading) in [
        ("{triggers: [5xx]}", vec![Overloaded, Timeout]),
        ("{triggers: [reset]}", vec![Timeout]),
        ("{httpStatusCodes: [429]}", vec![RateLimit, Timeout]),
        ("{triggers: [retriable-status-codes], httpStatusCodes: [429, 401]}", vec![RateLimit, Auth]),
        ("{triggers: [gateway-error], httpStatusCodes: [429]}", vec![Overloaded, Timeout]),
        ("{triggers: [unavailable]}", vec![]),
        ("{}", vec![Overloaded, Timeout]),
    ] {
        let retry = format!("retry: {{numRetries: 1, numAttemptsPerPriority: 1, retryOn: {on}}}");
        let table = table(&[&(resources(TWO, "name: main") + &policy("p", ROUTE, &retry))]);
        for symptom in [RateLimit, Overloaded, Timeout, Auth, ContextOverflow] {
            let expected = if leading.contains(&symptom) { "a b" } else { "a" };
            assert_eq!(calls(&table, "m", symptom), expected, "{on} {symptom:?}");
        }
    }
}

#[test]
fn the_closest_policy_is_in_force() {
    let retry = "retry: {numRetries: 1, numAttemptsPerPriority: 1, retryOn: {triggers: [5xx]}}";
    let limit = "rateLimit: {type: Global}";
    let rule = "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r, sectionName: main}";
    for (policies, expected) in [
        (policy("far", GATEWAY, retry), "a b"),
        (policy("far", GATEWAY, retry) + &policy("near", ROUTE, limit), "a"),
        (
            policy("far", GATEWAY, retry) + &policy("near", ROUTE, &format!("mergeType: StrategicMerge\n  {limit}")),
            "a b",
        ),
        (policy("route", ROUTE, limit) + &policy("rule", rule, retry), "a b"),
        (policy("other", &ROUTE.replace("name: r", "name: s"), retry), "a"),
        (policy("other", ROUTE, retry).replace("namespace: llm", "namespace: ops"), "a"),
        (policy("other", &rule.replace("main", "else"), retry), "a"),
    ] {
        let table = table(&[&(resources(TWO, "name: main") + &policies)]);
        assert_eq!(calls(&table, "m", Symptom::Overloaded), expected, "{policies}");
    }
}

#[test]
fn names_and_numbers_for_addresses_are_kept_apart() {
    let retry = "retry: {numRetries: 2, numAttemptsPerPriority: 1, retryOn: {triggers: [5xx]}}";
    let zoned = format!("loadBalancer: {{type: RoundRobin, zoneAware: {{preferLocal: {{}}}}}}\n  {retry}");
    let number = "{ip: {address: 10.0.0.7, port: 80}}";
    let name = "{fqdn: {hostname: b.llm.example, port: 443}}";
    for (endpoint, spec, expected) in
        [(name, retry, "a b a"), (number, retry, "a a a"), (name, zoned.as_str(), "a a a")]
    {
        let text = resources(TWO, "name: main").replace(name, endpoint) + &policy("p", ROUTE, spec);
        assert_eq!(calls(&table(&[&text]), "m", Symptom::Overloaded), expected, "{endpoint} {spec}");
    }
}

#[test]
fn timeouts_are_those_that_hold() {
    let with = "retry: {numAttemptsPerPriority: 1, perRetry: {timeout: 20s}}";
    let without = "retry: {numAttemptsPerPriority: 1}";
    for (rule, retry, call, request) in [
        ("name: main", with, Some(20), Some(60)),
        ("timeouts: {request: 1m30s}", with, Some(20), Some(90)),
        ("timeouts: {request: 90s, backendRequest: 30s}", with, Some(20), Some(30)),
        ("timeouts: {request: 90s}", without, Some(90), Some(90)),
        ("streamIdleTimeout: 5s", without, Some(5), Some(60)),
        ("timeouts: {request: 0s}", without, None, None),
    ] {
        let table = table(&[&(resources(TWO, rule) + &policy("p", ROUTE, retry))]);
        let seconds = |milliseconds: u64| milliseconds / 1000;
        let target = table.targets.values().next().unwrap();
        assert_eq!(target.doc.timeout.as_ref().map(|timeout| seconds(timeout.value.0)), call, "{rule}");
        let slo = table.routes.values().next().unwrap().doc.slo.as_ref();
        let deadline = slo.and_then(|slo| slo.value.deadline.as_ref());
        assert_eq!(deadline.map(|deadline| seconds(deadline.value.0)), request, "{rule}");
    }
}

#[test]
fn files_that_are_given_together_are_one_table() {
    let route = resources(TWO, "name: main");
    let retry = "retry: {numRetries: 1, numAttemptsPerPriority: 1, retryOn: {triggers: [5xx]}}";
    let apart = policy("p", ROUTE, retry);
    assert_eq!(calls(&table(&[&route, &apart]), "m", Symptom::Overloaded), "a b");
    assert_eq!(calls(&table(&[&apart, &route]), "m", Symptom::Overloaded), "a b");
    // Two environments define the same resources, and neither is a part of the other.
    let (_, outcome) = run(&[route.as_bytes(), route.as_bytes()]);
    assert_eq!(outcome.tables.len(), 2);
}

#[test]
fn routes_are_called_after_models() {
    let rules = "- matches:\n        - headers: [{name: X-AI-EG-Model, value: one}]\n        - headers: [{name: x-ai-eg-model, value: two}, \
                 {name: x-team, value: red}]\n      backendRefs: [{name: a}]\n    - matches: [{headers: [{name: x-ai-eg-model, \
                 value: one}]}]\n      backendRefs: [{name: b, modelNameOverride: three}]\n    - name: rest\n      backendRefs: [{name: b}]";
    let text = resources("{name: a}", "name: main");
    let (head, tail) = text.split_once("- matches").unwrap();
    let (_, tail) = tail.split_once("---").unwrap();
    let table = table(&[&format!("{head}{rules}\n---{tail}")]);
    let routes: Vec<&str> = table.routes.values().map(|route| route.name.value.as_str()).collect();
    assert_eq!(routes, ["one (r, rule 1)", "two", "one (r, rule 2)", "rest"]);
    let targets: Vec<&str> = table.targets.values().map(|target| target.name.value.as_str()).collect();
    assert_eq!(targets, ["a/one", "a/two", "b/three", "b"]);
}

#[test]
fn credentials_and_addresses_say_who_answers() {
    let text = "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: r}\nspec:\n  rules:\n    - \
                backendRefs: [{name: aws, modelNameOverride: m}, {name: local, modelNameOverride: m}]\n---\n\
                apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIServiceBackend\nmetadata: {name: aws}\nspec:\n  schema: \
                {name: AWSBedrock}\n  backendRef: {name: aws, kind: Backend, group: gateway.envoyproxy.io}\n---\n\
                apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: Backend\nmetadata: {name: aws}\nspec: {endpoints: [{fqdn: \
                {hostname: bedrock-runtime.eu-central-1.amazonaws.com, port: 443}}]}\n---\n\
                apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: BackendSecurityPolicy\nmetadata: {name: creds}\nspec:\n  \
                targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: aws}]\n  type: AWSCredentials\n  \
                awsCredentials: {region: eu-central-1, credentialsFile: {secretRef: {name: keys}}}\n---\n\
                apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIServiceBackend\nmetadata: {name: local}\nspec:\n  schema: \
                {name: OpenAI}\n  backendRef: {name: local, kind: Backend, group: gateway.envoyproxy.io}\n---\n\
                apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: Backend\nmetadata: {name: local}\nspec: {endpoints: [{ip: {address: 10.0.0.7, port: 80}}]}\n";
    let table = table(&[text]);
    let said: Vec<String> = table
        .targets
        .values()
        .map(|target| {
            let doc = &target.doc;
            let region = doc.region.as_ref().map_or("-", |region| region.value.as_str());
            let keys: Vec<_> = target
                .keys
                .iter()
                .map(|key| table.keys[*key].doc.secret.value.reference().unwrap().to_owned())
                .collect();
            format!("{} {region} {} {}", doc.provider.value, doc.hosting.is_some(), keys.join(" "))
        })
        .collect();
    assert_eq!(said, ["bedrock eu-central-1 false k8s:default/keys#credentials", "local - true "]);
}

#[test]
fn other_documents_of_a_manifest_stay_what_they_are() {
    let config = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: lite}\ndata:\n  config.yaml: |\n    model_list:\n      - model_name: chat\n        \
                  litellm_params: {model: openai/gpt-5.2, api_key: os.environ/K, timeout: 30}\n";
    let plain = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: 1}\n";
    let text = resources("{name: a}", "name: main") + config + plain;
    let (sources, outcome) = run(&[text.as_bytes()]);
    let gateways: Vec<Gateway> = outcome.tables.iter().map(|table| table.gateway).collect();
    assert_eq!(gateways, [Gateway::Envoy, Gateway::LiteLlm]);
    assert_eq!(findings(&sources, &outcome), []);
}
