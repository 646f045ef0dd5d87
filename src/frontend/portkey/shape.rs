//! Keys and values of a config: what the gateway does not read, refuses, or reads in another way than it looks.

use crate::diagnostic::{Diagnostic, Level, Sink, nearest, or_list, quote};
use crate::frontend::secrets::looks_real;
use crate::model::url_has_password;
use crate::syntax::{Scalar, Shape, Value};

use super::known::{self, HOSTED, MEANT, RELEASE, RETRY, STRATEGY};
use super::status::RETRIED;
use super::supply::{is_anonymous, provider_of};
use super::tree::{Mode, Node, entry, get, snake, whole};

/// Reports what the keys and values of a config get wrong.
pub(super) fn check(root: &Node<'_>, is_hosted: bool, sink: &mut Sink) {
    for node in root.all() {
        keys(node, is_hosted, sink);
        strategy(node, is_hosted, sink);
        retry(node, is_hosted, sink);
        numbers(node, sink);
        statuses(node.value, sink);
        provider(node, is_hosted, node.path.is_empty(), sink);
    }
    secrets(root.value, sink);
}

/// Whether only Portkey's service can read a config: it names keys kept there.
pub(super) fn is_hosted(root: &Node<'_>) -> bool {
    root.all().into_iter().any(|node| {
        let says = |key: &str| get(node.value, key).is_some();
        let is_slug = |text: Option<&str>| text.is_some_and(|text| text.starts_with('@'));
        says("virtual_key")
            || says("prompt_id")
            || says("passthrough")
            || is_slug(get(node.value, "provider").and_then(Value::text))
            || is_slug(node.model.as_ref().map(|model| model.value.as_str()))
    })
}

fn is_template(text: &str) -> bool {
    text.contains("${")
        || text.contains("{{")
        || text.starts_with('$')
        || (text.starts_with('<') && text.ends_with('>'))
}

fn keys(node: &Node<'_>, is_hosted: bool, sink: &mut Sink) {
    for (key, value) in node.value.entries() {
        let Some(name) = key.raw_text() else { continue };
        let own = snake(name);
        if own == "on_status_codes" {
            let message = if node.group.is_some() {
                "the gateway reads `on_status_codes` within `strategy` only; here it has no effect, and any failure falls over"
            } else {
                "the gateway ignores `on_status_codes` of a target; the `strategy` around it decides when to go on"
            };
            let finding = Diagnostic::new("dead-setting", key.place(), "has no effect", message)
                    .help("write it in the `strategy` of the group: `\"strategy\": {\"mode\": \"fallback\", \"on_status_codes\": [\u{2026}]}`");
            sink.report(if is_hosted { finding.at_most(Level::Warn) } else { finding });
        } else if own == "model" && node.group.is_none() && get(node.value, "provider").is_some() {
            let message = "the gateway ignores `model` of a target and sends the request's own model";
            let model = value.text().unwrap_or("MODEL");
            sink.report(
                Diagnostic::new("dead-setting", key.place(), "has no effect", message)
                    .help(format!("write `\"override_params\": {{\"model\": \"{}\"}}`", model.escape_debug())),
            );
        } else if HOSTED.contains(&own.as_str()) && !is_hosted {
            let message = format!("the open-source gateway ignores {}; only Portkey's service reads it", quote(name));
            sink.report(
                Diagnostic::new("dead-setting", key.place(), "has no effect there", message)
                    .at_most(Level::Warn)
                    .help("remove it where requests go through a gateway of your own"),
            );
        } else if !known::keys().any(|known| known == own) {
            let meant = MEANT.iter().find(|(written, _)| *written == own).map(|(_, meant)| *meant);
            let near = nearest(&own, known::keys()).filter(|near| near.len().abs_diff(own.len()) <= 2);
            let Some(meant) = meant.or(near) else { continue };
            let message = format!("the gateway does not know {}, and passes over it", quote(name));
            sink.report(
                Diagnostic::new("unknown-key", key.place(), "has no effect", message)
                    .help(format!("did you mean {}?", quote(meant))),
            );
        }
    }
}

fn strategy(node: &Node<'_>, is_hosted: bool, sink: &mut Sink) {
    let Some((key, strategy)) = entry(node.value, "strategy") else {
        if node.group.is_some() {
            let (place, message) =
                (node.place(), "`targets` without a `strategy`; no target is called, and requests fail");
            sink.report(
                Diagnostic::new("missing-key", place, "no `strategy` beside it", message).help(
                    "write `\"strategy\": {\"mode\": \"fallback\"}`, or `loadbalance`, `conditional` or `single`",
                ),
            );
        }
        return;
    };
    let modes = || or_list(Mode::ALL.map(|(word, _)| word), 4);
    if let Some(word) = strategy.text() {
        let message = "a `strategy` is an object; the gateway refuses the config with 400";
        sink.report(
            Diagnostic::new("wrong-type", strategy.place(), "a text", message)
                .help(format!("write `\"strategy\": {{\"mode\": \"{}\"}}`", word.escape_debug())),
        );
        return;
    }
    match strategy.get_entry("mode") {
        None => {
            let message = "a `strategy` without a `mode`; the gateway refuses the config with 400";
            sink.report(
                Diagnostic::new("missing-key", key.place(), "no `mode`", message)
                    .help(format!("`mode` is {}", modes())),
            );
        }
        Some((_, mode)) => {
            let word = mode.raw_text().unwrap_or_default();
            if !Mode::ALL.iter().any(|(known, _)| *known == word) && !is_template(word) {
                let message = format!("there is no mode {}; the gateway refuses the config with 400", quote(word));
                let near = nearest(word, Mode::ALL.map(|(word, _)| word));
                let help = near
                    .map_or_else(|| format!("`mode` is {}", modes()), |near| format!("did you mean {}?", quote(near)));
                sink.report(Diagnostic::new("bad-value", mode.place(), "no such mode", message).help(help));
            }
        }
    }
    within(strategy, "strategy", &STRATEGY, sink);
    if let Some((sticky, _)) = strategy.get_entry("sticky").filter(|_| !is_hosted) {
        let message = "the open-source gateway ignores `sticky`, and chooses anew for each request";
        sink.report(
            Diagnostic::new("dead-setting", sticky.place(), "has no effect there", message)
                .at_most(Level::Warn)
                .help("remove it where requests go through a gateway of your own"),
        );
    }
    targets(node, key, sink);
}

/// The targets of a strategy: a list with something in it.
fn targets(node: &Node<'_>, strategy: Value<'_>, sink: &mut Sink) {
    let place = strategy.place();
    match entry(node.value, "targets") {
        None => {
            let message = "a `strategy` without `targets`; the gateway refuses the config with 400";
            sink.report(
                Diagnostic::new("missing-key", place, "no `targets` beside it", message)
                    .help("write `\"targets\": [{\"provider\": \u{2026}}, \u{2026}]`"),
            );
        }
        Some((_, list)) if !list.is_sequence() => {
            let message = "`targets` is a list; the gateway refuses the config with 400";
            sink.report(
                Diagnostic::new("wrong-type", list.place(), "no list", message)
                    .help("write `\"targets\": [{\"provider\": \u{2026}}, \u{2026}]`"),
            );
        }
        Some((key, list)) if list.items().next().is_none() => {
            let message = "without a target every request fails with 500; the gateway takes the config all the same";
            sink.report(
                Diagnostic::new("bad-value", key.place(), "an empty list", message)
                    .help("list the targets, each with its `provider`"),
            );
        }
        Some(_) => {}
    }
}

fn retry(node: &Node<'_>, is_hosted: bool, sink: &mut Sink) {
    let Some((key, retry)) = entry(node.value, "retry") else { return };
    if !retry.is_mapping() {
        let message = "`retry` is an object; the gateway refuses the config with 400";
        sink.report(
            Diagnostic::new("wrong-type", retry.place(), "no object", message)
                .help("write `\"retry\": {\"attempts\": 2}`"),
        );
        return;
    }
    within(retry, "retry", &RETRY, sink);
    match entry(retry, "attempts") {
        None => {
            let message = "a `retry` without `attempts`; the gateway refuses the config with 400";
            sink.report(
                Diagnostic::new("missing-key", key.place(), "no `attempts`", message).help("write `\"attempts\": 2`"),
            );
        }
        Some((_, attempts)) => {
            if whole(attempts).is_some_and(|attempts| attempts < 0) {
                let message = "a number of retries below zero; nothing is retried";
                sink.report(
                    Diagnostic::new("bad-value", attempts.place(), "below zero", message)
                        .help("write `\"attempts\": 0` for no retries, or how many there may be"),
                );
            }
        }
    }
    if let Some((spelled, _)) = entry(retry, "use_retry_after_headers").filter(|_| !is_hosted) {
        let message = "the open-source gateway reads `use_retry_after_header`, so this has no effect there; Portkey's service reads it";
        sink.report(
            Diagnostic::new("dead-setting", spelled.place(), "has no effect there", message)
                .at_most(Level::Warn)
                .help("write `use_retry_after_header` for a gateway of your own, and try it: in the package of npm each 429 then fails with 500"),
        );
    }
    if let Some((spelled, _)) = entry(retry, "use_retry_after_header").filter(|_| is_hosted) {
        let message = "Portkey's service reads `use_retry_after_headers`, so this has no effect there";
        sink.report(
            Diagnostic::new("dead-setting", spelled.place(), "has no effect there", message)
                .at_most(Level::Warn)
                .help("write `use_retry_after_headers`"),
        );
    }
}

/// The keys of a `strategy` or `retry`, of which there are few, so that any other is a mistake.
fn within(holder: Value<'_>, of: &str, known: &[&str], sink: &mut Sink) {
    for (key, _) in holder.entries() {
        let Some(name) = key.raw_text() else { continue };
        let own = snake(name);
        if known.contains(&own.as_str()) || name.starts_with(['_', '$', '/']) {
            continue;
        }
        let is_trigger = own.contains("status") || own.contains("code");
        let consequence = match of {
            "strategy" if is_trigger => ", so any failure falls over".to_owned(),
            "retry" if is_trigger => {
                format!(", so {} are retried", RETRIED.map(|status| status.to_string()).join(", "))
            }
            _ => String::new(),
        };
        let message = format!("the gateway does not know {} in `{of}`, and passes over it{consequence}", quote(name));
        let near = nearest(&own, known.iter().copied()).or(is_trigger.then_some("on_status_codes"));
        let help = near.map_or_else(
            || format!("`{of}` holds {}", or_list(known.iter().copied(), 6).replace(" or ", " and ")),
            |near| format!("did you mean {}?", quote(near)),
        );
        sink.report(Diagnostic::new("unknown-key", key.place(), "has no effect", message).help(help));
    }
}

/// Values that are numbers: the gateway refuses texts, also those that hold digits.
fn numbers(node: &Node<'_>, sink: &mut Sink) {
    let retry = get(node.value, "retry").and_then(|retry| entry(retry, "attempts"));
    let own = ["weight", "request_timeout"].iter().filter_map(|key| entry(node.value, key));
    for (key, value) in own.chain(retry) {
        let Shape::Scalar(scalar) = value.shape() else { continue };
        let is_number = matches!(scalar, Scalar::Integer(_) | Scalar::Decimal(_));
        let text = value.raw_text().unwrap_or_default();
        if is_number || is_template(text) {
            continue;
        }
        let name = key.raw_text().unwrap_or_default();
        let message =
            format!("{} is {}, not a number; the gateway refuses the config with 400", quote(name), scalar.word());
        let digits = text.trim();
        let help = if digits.parse::<f64>().is_ok() {
            format!("write it without quotes: `\"{name}\": {digits}`")
        } else {
            "write a number".to_owned()
        };
        sink.report(Diagnostic::new("wrong-type", value.place(), "a number is wanted here", message).help(help));
    }
    if let Some(timeout) = get(node.value, "request_timeout")
        && let Some(milliseconds) = whole(timeout).filter(|milliseconds| *milliseconds < 500)
    {
        let (message, help) = if milliseconds <= 0 {
            (
                "a `request_timeout` that is not above zero counts for nothing".to_owned(),
                "write milliseconds, or remove it".to_owned(),
            )
        } else {
            (
                format!("`request_timeout` is {milliseconds} milliseconds: hardly a model answers so soon"),
                format!("it counts milliseconds: write `{milliseconds}000` for {milliseconds} seconds"),
            )
        };
        sink.report(
            Diagnostic::new("bad-value", timeout.place(), "milliseconds", message).at_most(Level::Warn).help(help),
        );
    }
}

/// The lists of statuses of a node, wherever they stand: whole numbers from 100 to 599.
fn statuses(node: Value<'_>, sink: &mut Sink) {
    let holders = ["strategy", "retry"].iter().filter_map(|key| get(node, key)).filter(|holder| holder.is_mapping());
    for (_, list) in holders.filter_map(|holder| entry(holder, "on_status_codes")) {
        if !list.is_sequence() {
            let message = "`on_status_codes` is a list; the gateway refuses the config with 400";
            let finding = Diagnostic::new("wrong-type", list.place(), "no list", message);
            sink.report(finding.help("write a list of numbers: `[429, 500, 503]`"));
        }
        for item in list.items() {
            match whole(item) {
                Some(100..=599) => {}
                Some(status) => {
                    let message = format!("no response has the status {status}, so it never decides anything");
                    sink.report(
                        Diagnostic::new("bad-value", item.place(), "no such status", message)
                            .help("statuses of failures are 400 to 599"),
                    );
                }
                None if item.raw_text().is_some_and(is_template) => {}
                None => {
                    let message = "a status is a number; the gateway refuses the config with 400";
                    let text = item.raw_text().unwrap_or_default();
                    let help = if text.parse::<u16>().is_ok() {
                        format!("write {} without quotes", quote(text))
                    } else {
                        "list every status by itself, such as `500, 502, 503, 504`".to_owned()
                    };
                    sink.report(Diagnostic::new("wrong-type", item.place(), "no number", message).help(help));
                }
            }
        }
    }
}

fn provider(node: &Node<'_>, is_hosted: bool, is_root: bool, sink: &mut Sink) {
    let Some(provider) = provider_of(node) else {
        if node.group.is_none() && !is_root && is_anonymous(node) {
            let message = format!("{} names no provider, so there is nobody to call", quote(&node.label));
            sink.report(
                Diagnostic::new("missing-key", node.place(), "no `provider`", message)
                    .at_most(Level::Warn)
                    .help("write `\"provider\": \"openai\"` with an `api_key`, or the slug of a provider kept at Portkey: `\"provider\": \"@SLUG\"`"),
            );
        }
        return;
    };
    let is_plain =
        get(node.value, "provider").is_some() && !provider.value.starts_with('@') && !is_template(provider.value);
    if !is_plain || known::providers().any(|known| known == provider.value) {
        return;
    }
    let message = format!(
        "the gateway (release {RELEASE}) has no provider {}; it refuses the whole config with 400",
        quote(provider.value)
    );
    let help = nearest(provider.value, known::providers()).map_or_else(
        || "write one of the gateway's providers, or the slug of one kept at Portkey: `@SLUG`".to_owned(),
        |near| format!("did you mean {}?", quote(near)),
    );
    let finding = Diagnostic::new("portkey-unknown-provider", provider.place, "no such provider", message).help(help);
    // The service adds providers without a release.
    sink.report(if is_hosted { finding.at_most(Level::Warn) } else { finding });
}

/// Secrets anywhere in a config, or in the gateway's own settings.
pub(super) fn secrets(value: Value<'_>, sink: &mut Sink) {
    for item in value.items() {
        secrets(item, sink);
    }
    for (key, value) in value.entries() {
        secrets(value, sink);
        let (Some(name), Some(text)) = (key.raw_text(), value.text()) else { continue };
        if is_template(text) {
            continue;
        }
        let lower = name.to_ascii_lowercase().replace(['-', '_'], "");
        let words =
            ["apikey", "token", "secret", "password", "secretaccesskey", "privatekey", "passphrase", "authorization"];
        let is_secret = words.iter().any(|word| lower.ends_with(word));
        let bare = text.strip_prefix("Bearer ").unwrap_or(text);
        let is_key = is_secret && (looks_real(bare) || text.contains("PRIVATE KEY-----"));
        let is_address = text.contains("://") && url_has_password(text);
        if !is_key && !is_address {
            continue;
        }
        let (label, message) = if is_key {
            ("a secret, not a reference", format!("the secret {} stands in the file itself", quote(name)))
        } else {
            ("a password within", format!("the URL {} carries a password", quote(name)))
        };
        sink.report(Diagnostic::new("literal-secret", value.place(), label, message).help(
            "fill it in from the environment when the request is made, or keep it at Portkey and name its slug, `\"provider\": \"@SLUG\"`; change it: whoever has read the file knows it",
        ));
    }
}
