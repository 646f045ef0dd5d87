//! Quotas that count nothing: of models that no rule asks the backend for, and of whole backends.
//!
//! Facts are those of the gateway's page about quotas and of `api/v1alpha1/quota_policy.go`: a quota of a model counts
//! only calls with that `modelNameOverride`; `serviceQuota` is not enforced yet.

use crate::diagnostic::{Diagnostic, Level, Sink, nearest, or_list, quote};
use crate::syntax::Value;

use super::objects::{Object, Objects, Sort, get, text};
use super::rules::{Ref, Rule};

/// Reports quotas that are not applied.
pub(super) fn check(objects: &Objects<'_>, rules: &[Rule<'_, '_>], sink: &mut Sink) {
    for policy in objects.of(Sort::QuotaPolicy) {
        if let Some(key) = policy.spec_key("serviceQuota") {
            let message = "`serviceQuota` is accepted and not enforced yet: no request is counted or refused by it";
            sink.report(
                Diagnostic::new("dead-setting", key.place(), "has no effect", message)
                    .help("give each model a quota below `perModelQuotas`"),
            );
        }
        let limited: Vec<(&str, Value<'_>)> = policy
            .list("perModelQuotas")
            .into_iter()
            .filter_map(|quota| get(quota, "modelName"))
            .filter_map(|name| Some((name.raw_text()?, name)))
            .collect();
        let asked = asked(policy, rules);
        // Rules in other files may ask for the model.
        if asked.is_empty() {
            continue;
        }
        for (model, place) in &limited {
            if !asked.iter().any(|(_, backend)| backend.model.is_some_and(|(asked, _)| asked == *model)) {
                sink.report(unapplied(model, *place, &asked));
            }
        }
        uncounted(&limited, &asked, sink);
    }
}

/// The backends that a policy is for, as rules name them.
fn asked<'r, 't>(policy: &Object<'t>, rules: &'r [Rule<'r, 't>]) -> Vec<(&'r Rule<'r, 't>, &'r Ref<'t>)> {
    let targets = policy.list("targetRefs");
    let named = |backend: &Ref<'_>| {
        policy.is_in(backend.namespace) && targets.iter().any(|target| text(*target, "name") == Some(backend.name.0))
    };
    let all = rules.iter().flat_map(|rule| rule.refs.iter().map(move |backend| (rule, backend)));
    all.filter(|(_, backend)| !backend.is_pool && named(backend)).collect()
}

fn unapplied(model: &str, place: Value<'_>, asked: &[(&Rule<'_, '_>, &Ref<'_>)]) -> Diagnostic {
    let overrides: Vec<&str> = asked.iter().filter_map(|(_, backend)| backend.model).map(|(model, _)| model).collect();
    let message = format!(
        "no rule asks the backend for {} with `modelNameOverride`, so this quota is never applied",
        quote(model)
    );
    let help = match (nearest(model, overrides.iter().copied()), overrides.is_empty()) {
        (Some(near), _) => format!("did you mean {}?", quote(near)),
        (None, true) => format!(
            "write `modelNameOverride: {model}` at the backend in the rule: the name in the request does not count"
        ),
        (None, false) => format!("known: {}", or_list(overrides.iter().copied(), 6)),
    };
    let finding = Diagnostic::new("envoy-unapplied-quota", place.place(), "counts nothing", message).help(help);
    match asked.first() {
        Some((_, backend)) => finding.related(
            backend.model.map_or(backend.name.1, |(_, value)| value).span(),
            if backend.model.is_some() { "asks for another model" } else { "asks for the model of the request" },
        ),
        None => finding,
    }
}

/// Backends of one rule of which some calls are counted and others are not: what is refused at one is served by another.
fn uncounted(limited: &[(&str, Value<'_>)], asked: &[(&Rule<'_, '_>, &Ref<'_>)], sink: &mut Sink) {
    let quota = |backend: &Ref<'_>| {
        let (model, _) = backend.model?;
        limited.iter().find(|(limited, _)| *limited == model)
    };
    for (rule, backend) in asked {
        let counted = asked.iter().find(|(other, counted)| {
            std::ptr::eq(*other, *rule) && quota(counted).is_some() && counted.is_same_backend(backend)
        });
        let Some((_, counted)) = counted.filter(|_| quota(backend).is_none()) else { continue };
        let place = backend.model.map_or(backend.name.1, |(_, value)| value);
        let message = format!(
            "calls of {} that ask for {} are not counted, and those of the same rule that ask for {} are",
            quote(backend.name.0),
            backend.model.map_or("the model of the request".to_owned(), |(model, _)| quote(model)),
            quote(counted.model.map_or("", |(model, _)| model))
        );
        let finding = Diagnostic::new("envoy-unapplied-quota", place.place(), "no quota for this one", message);
        let finding = finding
            .at_most(Level::Warn)
            .help("add this model to `perModelQuotas` too, or send its calls through another backend");
        sink.report(match quota(counted) {
            Some((_, name)) => finding.related(name.span(), "the quota of the other one"),
            None => finding,
        });
    }
}
