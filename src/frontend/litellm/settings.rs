//! Settings of the whole gateway that are known and still do not do what they say.

use crate::diagnostic::{Diagnostic, Sink, nearest, or_list, quote};
use crate::litellm::{CLASSES, Era, Release, allowed_fails_know, allows_none, retries_know};
use crate::syntax::Value;

use super::known::{self, GENERAL_SETTINGS, LITELLM_SETTINGS, PROVIDERS};
use super::{Sections, is_empty, keys, misread};

/// The strategies that the router knows; with any other it refuses to start.
const STRATEGIES: [&str; 8] = [
    "simple-shuffle",
    "least-busy",
    "latency-based-routing",
    "cost-based-routing",
    "usage-based-routing",
    "usage-based-routing-v2",
    "provider-budget-routing",
    "lar1",
];

/// Reports them.
pub(super) fn check(sections: &Sections<'_>, sink: &mut Sink) {
    unknown(sections, sink);
    if let Some(router) = sections.router {
        numbers(router, &["num_retries", "max_fallbacks", "timeout", "stream_timeout"], sink);
        strategy(router, sink);
        for key in ["retry_policy", "allowed_fails_policy"] {
            if let Some(policy) = router.get(key) {
                error_policy(key, policy, sections.release, sink);
            }
        }
        for (_, policy) in router.get("model_group_retry_policy").into_iter().flat_map(Value::entries) {
            error_policy("retry_policy", policy, sections.release, sink);
        }
        zero_cooldown(router, sink);
        budgets(router, sink);
        empty_lists(sections, router, sink);
    }
    if let Some(litellm) = sections.litellm {
        numbers(litellm, &["num_retries", "max_fallbacks", "request_timeout"], sink);
    }
    starved(sections, sink);
}

/// Keys that no section of this name has.
fn unknown(sections: &Sections<'_>, sink: &mut Sink) {
    for (key, name) in keys_of(sections.litellm).filter(|(_, name)| !LITELLM_SETTINGS.has(name)) {
        let help = if keys::is_router_key(name) {
            "move it to `router_settings`".to_owned()
        } else if GENERAL_SETTINGS.has(name) {
            "move it to `general_settings`".to_owned()
        } else {
            LITELLM_SETTINGS.near(name).map_or_else(|| "remove it, or find out what was meant".to_owned(), did_you_mean)
        };
        let message = format!("{} has no effect in `litellm_settings`", quote(name));
        sink.report(misread("dead-setting", key, "has no effect", message, &help));
    }
    for (key, name) in keys_of(sections.general).filter(|(_, name)| !GENERAL_SETTINGS.has(name)) {
        let help = if keys::is_router_key(name) {
            "move it to `router_settings`".to_owned()
        } else if LITELLM_SETTINGS.has(name) {
            "move it to `litellm_settings`".to_owned()
        } else if let Some(near) = GENERAL_SETTINGS.near(name) {
            did_you_mean(near)
        } else {
            // Extensions of the proxy read keys of their own here.
            continue;
        };
        let message = format!("LiteLLM ignores {} in `general_settings`", quote(name));
        sink.report(misread("dead-setting", key, "has no effect", message, &help));
    }
    let tops = sections.roots.iter().flat_map(|root| keys_of(Some(*root)));
    for (key, name) in tops.filter(|(_, name)| !known::SECTIONS.contains(name) && !keys::is_list(name)) {
        let help = if keys::is_router_key(name) {
            "move it below `router_settings`".to_owned()
        } else if LITELLM_SETTINGS.has(name) {
            "move it below `litellm_settings`".to_owned()
        } else if name.starts_with("x-") {
            continue;
        } else if let Some(near) = nearest(name, known::SECTIONS).filter(|near| known::is_slip(name, near)) {
            did_you_mean(near)
        } else {
            "no section of this name exists; remove it".to_owned()
        };
        let message = format!("LiteLLM ignores {} at the top level", quote(name));
        sink.report(misread("dead-setting", key, "has no effect", message, &help));
    }
}

fn keys_of(section: Option<Value<'_>>) -> impl Iterator<Item = (Value<'_>, &str)> {
    section.into_iter().flat_map(Value::entries).filter_map(|(key, _)| Some((key, key.raw_text()?)))
}

fn did_you_mean(near: &str) -> String {
    format!("did you mean {}?", quote(near))
}

/// Numbers that are none: LiteLLM starts with them, and requests fail.
fn numbers(section: Value<'_>, names: &[&str], sink: &mut Sink) {
    for name in names {
        let Some(value) = section.get(name).filter(|value| !value.is_null()) else { continue };
        let is_number = value.raw_text().is_some_and(|text| text.parse::<f64>().is_ok() || keys::is_reference(text));
        if !is_number {
            let fate =
                if *name == "num_retries" { "LiteLLM starts with it" } else { "LiteLLM starts, and requests fail" };
            let message = format!("{} is no number; {fate}", quote(name));
            sink.report(
                Diagnostic::new("wrong-type", value.place(), "a number is wanted here", message)
                    .help("write a number without a unit: times are in seconds"),
            );
        }
    }
}

fn strategy(router: Value<'_>, sink: &mut Sink) {
    let Some((text, value)) = router.get("routing_strategy").and_then(|value| Some((value.text()?, value))) else {
        return;
    };
    if !STRATEGIES.contains(&text) && !keys::is_reference(text) {
        let message = format!("there is no routing strategy {}; LiteLLM refuses to start", quote(text));
        let help = nearest(text, STRATEGIES).map_or_else(|| format!("one of {}", or_list(STRATEGIES, 8)), did_you_mean);
        sink.report(misread("bad-value", value, "not a strategy", message, &help));
    }
}

/// A policy by class of error.
fn error_policy(name: &str, policy: Value<'_>, release: Release, sink: &mut Sink) {
    let (ending, knows): (_, fn(&str, Era) -> bool) =
        if name == "retry_policy" { ("Retries", retries_know) } else { ("AllowedFails", allowed_fails_know) };
    for (key, value) in policy.entries() {
        let Some(text) = key.raw_text() else { continue };
        let class = text.strip_suffix(ending).unwrap_or_default();
        if !knows(class, release.era()) {
            let later = Era::ALL.into_iter().find(|era| knows(class, *era));
            let names: Vec<String> = CLASSES
                .iter()
                .filter(|class| knows(class, release.era()))
                .map(|class| format!("{class}{ending}"))
                .collect();
            let message = match later {
                Some(_) => format!("LiteLLM {release} ignores {} in {}", quote(text), quote(name)),
                None => format!("LiteLLM ignores {} in {}", quote(text), quote(name)),
            };
            let near = nearest(text, names.iter().map(String::as_str)).filter(|_| later.is_none());
            let help = match (later, near) {
                (Some(later), _) => format!("remove it: LiteLLM {} reads it", later.releases()),
                (None, Some(near)) => did_you_mean(near),
                (None, None) => format!("write the class of an error, such as `RateLimitError{ending}`"),
            };
            sink.report(misread("dead-setting", key, "has no effect", message, &help));
        } else if value.raw_text().is_some_and(|text| text.parse::<i64>().is_err() && !value.is_null()) {
            let message = format!("{} is no whole number; LiteLLM refuses to start", quote(text));
            sink.report(misread(
                "bad-value",
                value,
                "a whole number is wanted here",
                message,
                "write a number of attempts",
            ));
        } else if ending == "AllowedFails" && value.raw_text() == Some("0") && !allows_none(release.era()) {
            let message = format!("{} of 0 counts as unset in LiteLLM {release}: the default of 3 holds", quote(text));
            sink.report(misread("dead-setting", value, "has no effect", message, "allow one failure at least"));
        }
    }
}

fn zero_cooldown(router: Value<'_>, sink: &mut Sink) {
    let Some(value) = router.get("cooldown_time") else { return };
    let is_zero = value.raw_text().and_then(|text| text.parse::<f64>().ok()).is_some_and(|number| number == 0.0);
    if is_zero {
        let message = "a `cooldown_time` of 0 counts as unset: deployments that fail are left out for 5 s".to_owned();
        sink.report(misread(
            "dead-setting",
            value,
            "has no effect",
            message,
            "to switch cooldowns off, write `disable_cooldowns: true`",
        ));
    }
}

/// `provider_budget_config`: half an entry is worse than none.
fn budgets(router: Value<'_>, sink: &mut Sink) {
    for (key, budget) in router.get("provider_budget_config").into_iter().flat_map(Value::entries) {
        let Some(provider) = key.raw_text() else { continue };
        let first = |names: [&str; 2]| names.iter().find_map(|name| budget.get(name)).filter(|value| !value.is_null());
        let limit = first(["budget_limit", "max_budget"]);
        let period = first(["time_period", "budget_duration"]);
        let provider_is_known = PROVIDERS.has(provider);
        match (limit, period) {
            (None, Some(_)) => {
                let message = format!(
                    "the budget of {} has a period and no limit, and every call to it is refused from the first one on",
                    quote(provider)
                );
                sink.report(misread(
                    "bad-value",
                    key,
                    "no `budget_limit` here",
                    message,
                    "add `budget_limit`, in US dollars",
                ));
            }
            (Some(_), None) => {
                let message = format!("the budget of {} has no period, so nobody enforces it", quote(provider));
                sink.report(misread("dead-setting", key, "has no effect", message, "add `time_period`, such as `1d`"));
            }
            (_, Some(period)) if !period.raw_text().is_some_and(is_duration) => {
                let message =
                    format!("the period of the budget of {} cannot be read, so nobody enforces it", quote(provider));
                sink.report(misread(
                    "dead-setting",
                    period,
                    "has no effect",
                    message,
                    "write a number and a unit: `30s`, `30m`, `12h`, `1d`, `2w` or `1mo`",
                ));
            }
            _ if !provider_is_known => {
                let message = format!("there is no provider {}, so its budget holds for nobody", quote(provider));
                let help = PROVIDERS
                    .near(provider)
                    .map_or_else(|| "write the prefix of `model`, such as `openai`".to_owned(), did_you_mean);
                sink.report(misread("dead-setting", key, "has no effect", message, &help));
            }
            _ => {}
        }
    }
}

/// Whether LiteLLM reads it as a duration: a number and a unit.
pub(super) fn is_duration(text: &str) -> bool {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    (unit.len() < text.len() && matches!(unit, "s" | "m" | "h" | "d" | "w" | "mo"))
        || matches!(text, "hourly" | "daily" | "weekly" | "monthly" | "yearly")
        || keys::is_reference(text)
}

/// An empty list does not switch off what the other section says.
fn empty_lists(sections: &Sections<'_>, router: Value<'_>, sink: &mut Sink) {
    let Some(litellm) = sections.litellm else { return };
    for name in keys::LISTS {
        let (Some((key, empty)), Some((other, list))) = (router.get_entry(name), litellm.get_entry(name)) else {
            continue;
        };
        if is_empty(empty) && !is_empty(list) {
            let message =
                format!("an empty {} does not switch the list off: that of `litellm_settings` holds", quote(name));
            sink.report(
                misread("dead-setting", key, "has no effect", message, "remove the other list")
                    .related(other.span(), "this one holds"),
            );
        }
    }
}

/// `num_retries_per_request` counts the attempts of the whole request, and none may be left for a fallback.
fn starved(sections: &Sections<'_>, sink: &mut Sink) {
    let number = |value: Value<'_>| value.raw_text()?.parse::<u32>().ok();
    let Some((key, value)) = sections.litellm.and_then(|section| section.get_entry("num_retries_per_request")) else {
        return;
    };
    let Some(most) = number(value).filter(|most| *most > 0) else { return };
    let retries = sections.retries().and_then(|(_, value)| number(value)).unwrap_or(2);
    let noted = if retries > 0 { retries.saturating_add(2) } else { 1 };
    let before_fallback = noted.min(sections.era().notes_at_most());
    let Some((list, _)) = sections.setting("fallbacks").or_else(|| sections.setting("default_fallbacks")) else {
        return;
    };
    if most <= before_fallback {
        let message = format!(
            "`num_retries_per_request` of {most} is used up by the first group with `num_retries` of {retries}, and no fallback is ever tried"
        );
        let help = format!("make it more than {before_fallback}, or lower `num_retries`");
        sink.report(
            misread("contradictory-settings", key, "this one wins", message, &help).related(list.span(), "never used"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::is_duration;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        for good in ["1d", "30s", "12h", "1mo"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["fortnight", "1", "d", "1y", "1.5d"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }
}
