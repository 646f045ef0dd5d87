//! The routing as LiteLLM itself understands it, for following requests: nothing is mended, nothing is reported.

use std::collections::BTreeMap;

use crate::litellm::{
    AllowedFails, Chain, Deployment, GroupTags, Order, RetryPolicy, Routing, Selection, Settings as Numbers, Target,
    Weights,
};
use crate::source::Spanned;
use crate::syntax::Value;

use super::selection::{Selecting, price};
use super::{Sections, is_empty, keys};

/// Reads the routing of a file.
pub(super) fn read(sections: &Sections<'_>) -> Routing {
    let list = |name: &str| chosen(sections, name).map(chains);
    let mut general = list("fallbacks").unwrap_or_default();
    if let Some((key, value)) = chosen_entry(sections, "default_fallbacks") {
        let targets: Vec<Target> = value.items().filter_map(target).collect();
        if !targets.is_empty() {
            let key = Spanned::new("*".to_owned(), key.place());
            general.push(Chain { key, is_default: true, targets });
        }
    }
    let selecting = Selecting::read(sections);
    Routing {
        deployments: deployments(sections),
        general,
        context_window: list("context_window_fallbacks"),
        content_policy: list("content_policy_fallbacks"),
        aliases: aliases(sections),
        sets: selecting.sets,
        settings: numbers(sections, selecting.selection),
        assumptions: selecting.assumptions,
        unfollowed: selecting.unfollowed,
    }
}

/// A list setting as Python's `or` chooses it: the router's where it holds anything, else LiteLLM's unless that is null.
fn chosen<'t>(sections: &Sections<'t>, name: &str) -> Option<Value<'t>> {
    chosen_entry(sections, name).map(|(_, value)| value)
}

fn chosen_entry<'t>(sections: &Sections<'t>, name: &str) -> Option<(Value<'t>, Value<'t>)> {
    let router = sections.router.and_then(|section| section.get_entry(name)).filter(|(_, value)| !is_empty(*value));
    router.or_else(|| sections.litellm?.get_entry(name).filter(|(_, value)| !value.is_null()))
}

/// The entries of a list: of a mapping with several keys only the first counts, and a single value is walked letter by
/// letter.
fn chains(list: Value<'_>) -> Vec<Chain> {
    let entry = |item: Value<'_>| {
        let (key, value) = item.entries().into_iter().next()?;
        let targets = match value.text() {
            Some(text) => text
                .chars()
                .map(|letter| Target { name: letter.to_string(), place: value.place(), with: None, is_mapping: false })
                .collect(),
            None => value.items().filter_map(target).collect(),
        };
        let key = Spanned::new(key.raw_text()?.to_owned(), key.place());
        Some(Chain { key, is_default: false, targets })
    };
    list.items().filter_map(entry).collect()
}

fn target(item: Value<'_>) -> Option<Target> {
    if !item.is_mapping() {
        return Some(Target { name: item.raw_text()?.to_owned(), place: item.place(), with: None, is_mapping: false });
    }
    let name = item.get("model")?;
    let is_bare = item.entries().len() == 1;
    let with = (!is_bare).then(|| item.to_json().to_string());
    Some(Target { name: name.raw_text()?.to_owned(), place: name.place(), with, is_mapping: true })
}

fn deployments(sections: &Sections<'_>) -> Vec<Deployment> {
    sections.deployments().into_iter().filter_map(deployment).collect()
}

/// A deployment that LiteLLM serves: it leaves out one whose limits are no numbers, and never calls a strategy's marker.
fn deployment(item: Value<'_>) -> Option<Deployment> {
    let group = item.get("model_name")?;
    let params = item.get("litellm_params")?;
    let model = params.get("model")?;
    let info = item.get("model_info");
    let is_number = |key: &str| match params.get(key).filter(|value| !value.is_null()) {
        Some(value) => value.raw_text().is_some_and(|text| text.parse::<f64>().is_ok() || keys::is_reference(text)),
        None => true,
    };
    let name = model.raw_text()?;
    if !is_number("rpm") || !is_number("tpm") || name.starts_with("auto_router/") {
        return None;
    }
    let said = |key: &str| info.and_then(|info| info.get(key));
    let weight = |key: &str| {
        let text = params.get(key)?.raw_text()?;
        let amount = crate::model::scaled(text, 3).map(|scaled| scaled.value);
        // What is no amount, such as a number below 0, weighs nothing.
        text.parse::<f64>().ok().map(|_| amount.unwrap_or(0))
    };
    let cools = said("cooldown_time").or_else(|| params.get("cooldown_time")).and_then(Value::raw_text);
    Some(Deployment {
        group: Spanned::new(group.raw_text()?.to_owned(), group.place()),
        model: Spanned::new(name.to_owned(), model.place()),
        id: said("id").and_then(Value::raw_text).map(str::to_owned),
        order: params.get("order").filter(|order| !order.is_null()).or_else(|| said("order")).and_then(order),
        retries: params.get("num_retries").and_then(number),
        weights: Weights { by: [weight("weight"), weight("rpm"), weight("tpm")] },
        never_cools: group.raw_text()?.contains('*')
            || cools.and_then(|text| text.parse::<f64>().ok()).is_some_and(|seconds| seconds.abs() < 1e-9),
        mocked: params.get("mock_response").is_some_and(|value| !value.is_null()),
        blocked: said("blocked").is_some_and(is_true),
        rpm: params
            .get("rpm")
            .and_then(Value::raw_text)
            .and_then(|text| u32::try_from(text.parse::<i64>().ok()?.max(0)).ok()),
        tags: params.get("tags").into_iter().flat_map(Value::items).filter_map(text).collect(),
        group_tags: GroupTags {
            filters: said("enable_tag_filtering").filter(|value| !value.is_null()).map(is_true),
            fails_open: said("allow_fail_open").is_some_and(is_true),
        },
        provider: params.get("custom_llm_provider").and_then(text),
        price: price(params),
    })
}

fn text(value: Value<'_>) -> Option<String> {
    value.raw_text().map(str::to_owned)
}

pub(super) fn order(value: Value<'_>) -> Option<Order> {
    if let Some(text) = value.text() {
        return Some(Order::Text(text.to_owned()));
    }
    let text = value.raw_text()?;
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: i64 = whole.parse().ok().filter(|whole| (0..1_000_000_000).contains(whole))?;
    let part: i64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    Some(Order::Number(sign * (whole * 1000 + part)))
}

fn aliases(sections: &Sections<'_>) -> BTreeMap<String, Spanned<String>> {
    let written = sections.router.and_then(|router| router.get("model_group_alias"));
    let pairs = written.into_iter().flat_map(Value::entries).filter_map(|(key, value)| {
        let model = if value.is_mapping() { value.get("model")? } else { value };
        Some((key.raw_text()?.to_owned(), Spanned::new(model.raw_text()?.to_owned(), model.place())))
    });
    pairs.collect()
}

fn numbers(sections: &Sections<'_>, selection: Selection) -> Numbers {
    let known = Numbers::default();
    let router = |key: &str| sections.router.and_then(|section| section.get(key)).filter(|value| !value.is_null());
    let litellm = |key: &str| sections.litellm.and_then(|section| section.get(key)).filter(|value| !value.is_null());
    let either = |key: &str| router(key).or_else(|| litellm(key)).and_then(number);
    let groups = router("model_group_retry_policy").into_iter().flat_map(Value::entries);
    Numbers {
        retries: either("num_retries").unwrap_or(known.retries),
        module_retries: litellm("num_retries").and_then(number),
        max_fallbacks: either("max_fallbacks").unwrap_or(known.max_fallbacks),
        retries_per_request: litellm("num_retries_per_request").and_then(number),
        retry_policy: router("retry_policy").map(|value| RetryPolicy { by_class: by_class(value, "Retries") }),
        group_retry_policies: groups
            .filter_map(|(key, value)| {
                Some((key.raw_text()?.to_owned(), RetryPolicy { by_class: by_class(value, "Retries") }))
            })
            .collect(),
        allowed_fails: AllowedFails {
            number: router("allowed_fails").and_then(number),
            by_class: router("allowed_fails_policy").map(|value| by_class(value, "AllowedFails")),
        },
        no_cooldowns: router("disable_cooldowns").is_some_and(is_true),
        falls_back_on_bad_requests: router("fallback_on_unsupported_params").is_none_or(is_true),
        selection,
    }
}

/// The numbers of a policy by the class of failure: the keys less what they end in.
fn by_class(policy: Value<'_>, ending: &str) -> BTreeMap<String, u32> {
    let pairs = policy.entries().into_iter();
    pairs.filter_map(|(key, value)| Some((key.raw_text()?.strip_suffix(ending)?.to_owned(), number(value)?))).collect()
}

fn number(value: Value<'_>) -> Option<u32> {
    value.raw_text()?.parse().ok()
}

pub(super) fn is_true(value: Value<'_>) -> bool {
    value.raw_text().is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on"))
}
