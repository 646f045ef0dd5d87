//! Priorities that no failed request is sent to, and failures that end a request although another priority is there.

use crate::diagnostic::{Diagnostic, Label, Level, Sink, or_list, quote};
use crate::model::Duration;
use crate::source::Place;
use crate::syntax::Value;

use super::objects::{Object, Objects, Sort, get};
use super::policies::{InForce, in_force, targets};
use super::retry::{Fate, Retry, TRIGGERS};
use super::rules::{Ref, Rule};
use super::split::{Split, split};
use super::supply::home;

/// Reports what priorities and retries do not do.
pub(super) fn check(objects: &Objects<'_>, rules: &[Rule<'_, '_>], sink: &mut Sink) {
    for rule in rules {
        let force = in_force(objects, rule);
        pool(rule, sink);
        gap(rule, sink);
        same_domain(objects, rule, sink);
        request_timeout(rule, &force, sink);
        if let [first, .., last] = rule.tiers().as_slice()
            && !apart(objects, rule, &force, last, sink)
        {
            unused(rule, &force, (first, last), sink);
        }
    }
    overridden(objects, rules, sink);
    for policy in objects.of(Sort::BackendTrafficPolicy) {
        lonely_statuses(policy, sink);
        second_policy(objects, policy, sink);
    }
}

/// An `InferencePool` chooses by itself.
fn pool(rule: &Rule<'_, '_>, sink: &mut Sink) {
    for backend in rule.refs.iter().filter(|backend| backend.is_pool) {
        for key in ["priority", "modelNameOverride", "headerMutation", "bodyMutation"] {
            if let Some((place, _)) = backend.value.get_entry(key).filter(|(_, value)| !value.is_null()) {
                let message = format!("{} of an InferencePool is ignored", quote(key));
                sink.report(
                    Diagnostic::new("dead-setting", place.place(), "has no effect", message).help(
                        "remove it: the pool chooses among its servers by itself, and fails over to nothing else",
                    ),
                );
            }
        }
    }
}

/// The priority of a rule, 0 where it says none, wins over what a `Backend` says of itself.
fn overridden(objects: &Objects<'_>, rules: &[Rule<'_, '_>], sink: &mut Sink) {
    for address in objects.of(Sort::Backend) {
        let Some(key) =
            address.spec_key("fallback").filter(|_| address.spec("fallback").and_then(Value::raw_text) == Some("true"))
        else {
            continue;
        };
        let is_of = |backend: &&Ref<'_>| {
            let service = objects.find(Sort::AiServiceBackend, backend.namespace, backend.name.0);
            let named = service.and_then(|service| service.spec("backendRef")).and_then(|named| get(named, "name"));
            named.and_then(Value::raw_text) == Some(address.name.0)
        };
        let Some(backend) = rules.iter().flat_map(|rule| &rule.refs).find(is_of) else { continue };
        let message =
            format!("`fallback` of the Backend is overridden: in the rule it has the priority {}", backend.priority);
        sink.report(
            Diagnostic::new("dead-setting", key.place(), "has no effect", message)
                .related(backend.place().span(), "the priority here wins, 0 where there is none")
                .help("remove it, and write `priority: 1` at the backend in the rule"),
        );
    }
}

/// Envoy asks for priorities without gaps.
fn gap(rule: &Rule<'_, '_>, sink: &mut Sink) {
    let tiers = rule.tiers();
    let levels = tiers.iter().filter_map(|tier| tier.first());
    let gap = (0u32..).zip(levels).find(|(at, backend)| !backend.is_pool && backend.priority != *at);
    let Some((wanted, backend)) = gap else { return };
    let place = get(backend.value, "priority").unwrap_or(backend.name.1);
    let message = format!(
        "no backend of the rule has the priority {wanted}, and Envoy asks for priorities without gaps from 0 on"
    );
    sink.report(
        Diagnostic::new("bad-value", place.place(), "a gap before this", message)
            .at_most(Level::Warn)
            .help(format!("write `priority: {wanted}`, and count on from there")),
    );
}

/// Two priorities that are down together.
fn same_domain(objects: &Objects<'_>, rule: &Rule<'_, '_>, sink: &mut Sink) {
    let domain = |backend: &Ref<'_>| {
        let service = objects.find(Sort::AiServiceBackend, backend.namespace, backend.name.0)?;
        home(objects, service).domain
    };
    let tiers = rule.tiers();
    for pair in tiers.windows(2) {
        let [before, after] = pair else { continue };
        for backend in after {
            let same = before.iter().find(|other| {
                other.is_same_backend(backend)
                    || domain(other).zip(domain(backend)).is_some_and(|(one, two)| one == two)
            });
            let Some(other) = same.filter(|_| before.len() == 1) else { continue };
            let what = if other.is_same_backend(backend) { "the same backend" } else { "the same address" };
            let message = format!(
                "priority {} is {what} as priority {}: when it is down, both are",
                backend.priority, other.priority
            );
            sink.report(
                Diagnostic::new("envoy-same-backend", backend.place(), what, message)
                    .related(other.place().span(), "has just failed")
                    .help("name a backend at another address or in another region; another model there helps with that model's limits only")
                    .about(rule.subject()),
            );
        }
    }
}

/// Whether the backends of a rule are kept apart, so that priorities mean nothing.
fn apart(
    objects: &Objects<'_>,
    rule: &Rule<'_, '_>,
    force: &InForce<'_, '_>,
    last: &[&Ref<'_>],
    sink: &mut Sink,
) -> bool {
    let (Some(split), Some(to)) = (split(objects, rule, force), last.first()) else { return false };
    let place = get(to.value, "priority").unwrap_or(to.name.1);
    let message = format!("{} gets its share of all requests and no failed one", quote(to.name.0));
    let found = |why: &str, help: &str| {
        Diagnostic::new("envoy-unused-priority", place.place(), "not a priority here", format!("{message}: {why}"))
            .at_most(Level::Warn)
            .help(help)
            .about(rule.subject())
    };
    sink.report(match split {
        Split::Addresses(one, other) => found(
            "Envoy Gateway splits a rule by weight where some backends have names for addresses and others numbers",
            "give all backends of the rule a Backend with `fqdn`, or all one with `ip`; a Service is `name.namespace.svc.cluster.local`",
        )
        .related(one.place().span(), "called one way")
        .related(other.place().span(), "called the other way"),
        Split::Zones => {
            let found = found(
                "Envoy Gateway splits a rule by weight where the local zone is preferred",
                "take `loadBalancer.zoneAware` out of the policy of this route",
            );
            match force.policy {
                Some(policy) => found.related(policy.name.1.span(), "prefers the local zone"),
                None => found,
            }
        }
    });
    true
}

/// Why no failed request is sent to a priority, or which failures are not.
fn unused(rule: &Rule<'_, '_>, force: &InForce<'_, '_>, (first, last): (&[&Ref<'_>], &[&Ref<'_>]), sink: &mut Sink) {
    let (Some(from), Some(to)) = (first.first(), last.first()) else { return };
    let tiers = rule.tiers();
    let place = get(to.value, "priority").unwrap_or(to.name.1);
    let hop = |text: String, place: Place| Label { span: place.span(), text };
    let start = hop(format!("a request is sent to {}, which fails", quote(from.name.0)), from.place());
    let end = |text: &str| vec![start.clone(), hop(text.to_owned(), place.place())];
    // A host that health checks take out makes way for the next priority, sometimes in time for a retry.
    let finding = |message: String, help: &str| {
        let found = Diagnostic::new("envoy-unused-priority", place.place(), "not called for a failed request", message);
        let found = found.help(help).about(rule.subject());
        if force.checks_health { found.at_most(Level::Warn) } else { found }
    };
    let to_name = quote(to.name.0);
    let Some(retry) = &force.retry else {
        let later =
            if force.checks_health { "; only later ones are, once health checks have taken the first out" } else { "" };
        let message = format!("no failed request is sent on to {to_name}: nothing here makes Envoy call again{later}");
        let policy = format!(
            "a BackendTrafficPolicy for the HTTPRoute {} with `retry: {{numRetries: {}, numAttemptsPerPriority: 1}}`",
            quote(rule.route.name.0),
            tiers.len() - 1
        );
        let found = finding(message, "").trace(end("no retry, so the caller gets the failure"));
        sink.report(match (force.policy, force.replaced) {
            (Some(own), Some(far)) => found
                .related(own.name.1.span(), "in force for this route, and has no `retry`")
                .related(far.name.1.span(), "has `retry`, and is replaced as a whole")
                .help("write `retry` into the policy of the route, or `mergeType: StrategicMerge` so that both hold"),
            (Some(own), None) if !force.is_far => found
                .related(own.name.1.span(), "in force for this route, and has no `retry`")
                .help(format!("write `retry: {{numRetries: {}, numAttemptsPerPriority: 1}}` there", tiers.len() - 1)),
            // The policy may stand in another file.
            (Some(_) | None, _) => {
                found.at_most(Level::Warn).help(format!("add {policy}; if another file has it, check both together"))
            }
        });
        return;
    };
    let related = |found: Diagnostic| found.related(retry.place.span(), "the retries of this route");
    if !retry.is_live() {
        let message = format!("no failed request is sent on to {to_name}: `retry` is there, and nothing triggers it");
        let help = "write `numRetries` from 1 on, and `triggers: [reset, connect-failure, retriable-status-codes]` with `httpStatusCodes: [429, 503]`";
        sink.report(related(finding(message, help).trace(end("not retried, so the caller gets the failure"))));
    } else if retry.per_priority == 0 {
        let message = format!(
            "no failed request is sent on to {to_name}: without `numAttemptsPerPriority` retries stay at the first priority"
        );
        let help = "write `numAttemptsPerPriority: 1` beside `numRetries`";
        sink.report(related(finding(message, help).trace(end("every retry goes to the first priority again"))));
    } else if u64::from(retry.times) < retry.needed(tiers.len()) {
        let needed = retry.needed(tiers.len());
        let message = format!(
            "{} further {} do not reach {to_name}: with {} at each priority it takes {needed}",
            retry.times,
            if retry.times == 1 { "call" } else { "calls" },
            retry.per_priority
        );
        let help = format!("write `numRetries: {needed}`, or fewer `numAttemptsPerPriority`");
        sink.report(related(finding(message, &help).trace(end("the retries are used up before this one"))));
    } else {
        uncovered(rule, retry, &to_name, sink);
    }
}

/// Failures of a provider that end the request although another priority is there.
fn uncovered(rule: &Rule<'_, '_>, retry: &Retry<'_>, to: &str, sink: &mut Sink) {
    let each = retry.timeout.as_ref().or(rule.idle.as_ref());
    let before = retry.needed(rule.tiers().len());
    let missed: Vec<&str> = [
        (Fate::Status(429), "answers 429"),
        (Fate::Status(503), "answers 503"),
        (Fate::Unreachable, "refuses the connection"),
        (Fate::Reset, "hangs"),
    ]
    .into_iter()
    .filter(|(fate, _)| !retry.retries(*fate))
    .map(|(_, words)| words)
    .collect();
    let place = get(retry.value, "retryOn")
        .and_then(|_| retry.value.get_entry("retryOn"))
        .map_or(retry.place, |(key, _)| key.place());
    if !missed.is_empty() {
        let message =
            format!("{to} is not tried when a provider {}", or_list(missed.iter().copied(), 4).replace('`', ""));
        sink.report(
            Diagnostic::new("envoy-uncovered-failure", place, "not among these", message)
                .help("add the triggers `reset` (hangs, breaks), `connect-failure` and `retriable-status-codes`, and to `httpStatusCodes` 429 and 503; `5xx` covers all but 429")
                .shared_by(rule.route.name.0, "triggers")
                .about(rule.subject()),
        );
    } else if let Some(deadline) = rule.deadline.as_ref().filter(|_| each.is_none()) {
        let message = format!(
            "{to} is not tried when a provider hangs: nothing gives up on a call before the request itself ends after {}",
            Duration(deadline.value.0)
        );
        sink.report(
            Diagnostic::new("envoy-uncovered-failure", retry.place, "no time for a call", message)
                .related(deadline.span(), "the whole request ends here")
                .help("write `perRetry: {timeout: 20s}`, so short that all calls fit into the request, or `streamIdleTimeout` in the rule")
                .shared_by(rule.route.name.0, "timeout")
                .about(rule.subject()),
        );
    } else if let (Some(each), Some(deadline)) = (each, &rule.deadline)
        && each.value.0.saturating_mul(before) >= deadline.value.0
    {
        let calls = if before == 1 { "call" } else { "calls" };
        let message = format!(
            "{to} is not tried when the providers before it hang: {before} {calls} of {} take all of the {} that the request has",
            each.value, deadline.value
        );
        sink.report(
            Diagnostic::new("envoy-uncovered-failure", each.place, "too long for a call", message)
                .related(deadline.span(), "the whole request ends here")
                .help(
                    "shorter timeouts for each call, or a longer `timeouts.request` in the rule; without one it is 60s",
                )
                .shared_by(rule.route.name.0, "timeout")
                .about(rule.subject()),
        );
    }
}

/// Envoy Gateway takes `backendRequest` for the whole request, and the gateway's own default wins over that of a policy.
fn request_timeout(rule: &Rule<'_, '_>, force: &InForce<'_, '_>, sink: &mut Sink) {
    let timeouts = get(rule.value, "timeouts");
    let each = timeouts.and_then(|timeouts| timeouts.get_entry("backendRequest")).filter(|(_, value)| !value.is_null());
    if let (Some((key, _)), Some(retry)) = (each, &force.retry) {
        let message = "`backendRequest` ends the whole request, with all its retries, and not each call";
        sink.report(
            Diagnostic::new("dead-setting", key.place(), "not for each call", message)
                .related(retry.place.span(), "the retries that it cuts off")
                .help("write `retry.perRetry.timeout` in the policy for each call, and `timeouts.request` for all of them"),
        );
    }
    let http = force.policy.and_then(|policy| policy.spec("timeout")).and_then(|timeout| get(timeout, "http"));
    if let Some((key, _)) = http.and_then(|http| http.get_entry("requestTimeout")).filter(|(_, value)| !value.is_null())
    {
        let message = "`requestTimeout` of the policy is never used: every rule of an AIGatewayRoute has a timeout of its own, 60s if it says nothing";
        sink.report(
            Diagnostic::new("dead-setting", key.place(), "has no effect", message)
                .related(rule.place().span(), "its own timeout wins")
                .help("write `timeouts: {request: 120s}` into the rule")
                .shared_by(rule.route.name.0, "requestTimeout"),
        );
    }
}

/// Statuses that no trigger looks at, and triggers that look at what no model API answers.
fn lonely_statuses(policy: &Object<'_>, sink: &mut Sink) {
    let Some(on) = policy.spec("retry").and_then(|retry| get(retry, "retryOn")) else { return };
    let triggers: Vec<Value<'_>> = get(on, "triggers").into_iter().flat_map(Value::items).collect();
    let has = |name: &str| triggers.iter().any(|trigger| trigger.raw_text() == Some(name));
    let statuses = on.get_entry("httpStatusCodes").filter(|(_, value)| value.items().next().is_some());
    if let Some((key, _)) = statuses.filter(|_| !triggers.is_empty() && !has("retriable-status-codes")) {
        let message = "these statuses are not looked at: `triggers` lacks `retriable-status-codes`";
        sink.report(
            Diagnostic::new("dead-setting", key.place(), "has no effect", message)
                .help("add `retriable-status-codes` to `triggers`"),
        );
    }
    if let Some(trigger) = triggers
        .iter()
        .find(|trigger| trigger.raw_text() == Some("retriable-status-codes"))
        .filter(|_| statuses.is_none())
    {
        let message = "`retriable-status-codes` without `httpStatusCodes` triggers nothing";
        sink.report(
            Diagnostic::new("dead-setting", trigger.place(), "has no effect", message)
                .help("write `httpStatusCodes: [429, 503]` beside it"),
        );
    }
    let is_grpc =
        |trigger: &Value<'_>| TRIGGERS.iter().any(|(name, is_http)| trigger.raw_text() == Some(name) && !is_http);
    if let Some(first) = triggers.first().filter(|_| triggers.iter().all(is_grpc)) {
        let message = "these triggers look at the status of gRPC calls, which no model API answers with";
        sink.report(Diagnostic::new("dead-setting", first.place(), "has no effect", message).help(
            "write `triggers: [reset, connect-failure, retriable-status-codes]` with `httpStatusCodes: [429, 503]`",
        ));
    }
}

/// Of two policies for one route the older one wins, and the other is not applied.
fn second_policy(objects: &Objects<'_>, policy: &Object<'_>, sink: &mut Sink) {
    let key = |target: Value<'_>| {
        let part = |key: &str| get(target, key).and_then(Value::raw_text);
        Some((part("kind")?.to_owned(), part("name")?.to_owned(), part("sectionName").map(str::to_owned)))
    };
    for target in targets(policy) {
        let wanted = key(target);
        let earlier = objects
            .of(Sort::BackendTrafficPolicy)
            .take_while(|other| !std::ptr::eq(*other, policy))
            .filter(|other| other.namespace == policy.namespace && other.name.0 != policy.name.0)
            .find(|other| wanted.is_some() && targets(other).into_iter().any(|other| key(other) == wanted));
        let Some(earlier) = earlier else { continue };
        let Some(name) = get(target, "name") else { continue };
        let message = format!(
            "two policies are for {}, and only the older one is applied",
            quote(name.raw_text().unwrap_or_default())
        );
        sink.report(
            Diagnostic::new("dead-setting", name.place(), "the second policy for it", message)
                .related(earlier.name.1.span(), "the other one")
                .help("join both in one policy"),
        );
    }
}
