//! What a deployment holds to no effect, or in a form for which LiteLLM starts without the deployment.

use crate::diagnostic::{Diagnostic, Level, Sink, quote};
use crate::syntax::Value;

use super::hosts::{host_of, tells_provider};
use super::known::{self, BARE_MODELS, LITELLM_PARAMS, PROVIDERS};
use super::settings::is_duration;
use super::{Sections, keys, misread};

/// Parameters that steer the router: a slip in the name of one of them takes a limit or a weight away. Others are
/// parameters of requests, of which providers have many of their own.
const STEERING: [&str; 27] = [
    "api_base",
    "api_key",
    "api_version",
    "aws_region_name",
    "base_url",
    "budget_duration",
    "cooldown_time",
    "custom_llm_provider",
    "input_cost_per_token",
    "litellm_credential_name",
    "max_budget",
    "max_parallel_requests",
    "mock_response",
    "num_retries",
    "order",
    "organization",
    "output_cost_per_token",
    "region_name",
    "rpd",
    "rpm",
    "stream_timeout",
    "tags",
    "tag_regex",
    "timeout",
    "tpm",
    "vertex_location",
    "weight",
];

/// Parameters of some providers that are a letter away from one of those.
const OTHERS: [&str; 4] = ["top_k", "min_p", "think", "tool"];

/// What stands in front of the names of some image models.
const QUALITIES: [&str; 6] = ["low", "medium", "high", "standard", "hd", "max-x-max"];

/// Fields of a deployment outside `litellm_params` and `model_info` that usage-based routing reads too.
const BESIDE: [&str; 4] = ["model_name", "litellm_params", "model_info", "blocked"];

/// Reports what stands in one deployment.
pub(super) fn check(item: Value<'_>, params: Value<'_>, group: &str, has_own_providers: bool, sink: &mut Sink) {
    // Where the text could not be read, values are not what they were meant to be.
    if item.tree().is_broken() {
        return;
    }
    let subject = format!("routes.{group}");
    for (key, _) in params.entries() {
        let Some(name) = key.raw_text() else { continue };
        if LITELLM_PARAMS.has(name) || OTHERS.contains(&name) {
            continue;
        }
        let near = crate::diagnostic::nearest(name, STEERING).filter(|near| known::is_slip(name, near));
        if let Some(near) = near {
            let message =
                format!("LiteLLM does not know {} and sends it to the provider with each request", quote(name));
            let help = format!("did you mean {}?", quote(near));
            sink.report(
                misread("unknown-key", key, "not a setting of LiteLLM", message, &help).about(subject.as_str()),
            );
        }
    }
    for (key, _) in item.entries() {
        let Some(name) = key.raw_text().filter(|name| !BESIDE.contains(name)) else { continue };
        if STEERING.contains(&name) && !matches!(name, "rpm" | "tpm") {
            let message = format!("LiteLLM ignores {} beside `litellm_params`", quote(name));
            sink.report(
                misread("dead-setting", key, "has no effect", message, "move it below `litellm_params`")
                    .about(subject.as_str()),
            );
        }
    }
    for found in forms(params).into_iter().chain(provider(params).filter(|_| !has_own_providers)) {
        sink.report(found.about(subject.as_str()));
    }
    if let Some(found) = budget(params) {
        sink.report(found.about(subject.as_str()));
    }
}

/// Values of a form that LiteLLM does not take.
fn forms(params: Value<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let said = |key: &str| params.get(key).filter(|value| !value.is_null());
    let is_number =
        |value: Value<'_>| value.raw_text().is_some_and(|text| text.parse::<f64>().is_ok() || keys::is_reference(text));
    for key in
        ["rpm", "tpm", "itpm", "otpm", "max_retries", "max_budget", "input_cost_per_token", "output_cost_per_token"]
    {
        if let Some(value) = said(key).filter(|value| !is_number(*value)) {
            let message = format!("{} is no number, so LiteLLM starts without this deployment", quote(key));
            found.push(Diagnostic::new("wrong-type", value.place(), "a number is wanted here", message));
        }
    }
    for key in ["weight", "max_parallel_requests"] {
        let text_of = |value: Value<'_>| value.text().is_some_and(|text| !keys::is_reference(text));
        if let Some(value) = said(key).filter(|value| text_of(*value) || value.is_sequence() || value.is_mapping()) {
            let message = format!("{} is no number, so requests to this group fail", quote(key));
            found.push(
                Diagnostic::new("wrong-type", value.place(), "a number is wanted here", message)
                    .help("write it without quotes and without a unit"),
            );
        }
    }
    for key in ["timeout", "stream_timeout"] {
        if let Some(value) = said(key).filter(|value| !is_number(*value) && value.raw_text().is_some()) {
            let message = format!("{} is no number, so requests to this deployment fail", quote(key));
            found.push(
                Diagnostic::new("wrong-type", value.place(), "a number is wanted here", message)
                    .help("write seconds, without a unit"),
            );
        }
    }
    if let Some(value) = said("tags").filter(|value| !value.is_sequence()) {
        let message = "`tags` is no list, so LiteLLM starts without this deployment";
        found.push(
            Diagnostic::new("wrong-type", value.place(), "a list is wanted here", message).help("write `tags: [name]`"),
        );
    }
    found
}

/// A provider that LiteLLM does not know.
fn provider(params: Value<'_>) -> Option<Diagnostic> {
    let (model, value) = params.get("model").and_then(|value| Some((value.raw_text()?, value)))?;
    let named = params.get("custom_llm_provider").and_then(|value| Some((value.raw_text()?, value)));
    let address = params.get("api_base").or_else(|| params.get("base_url")).and_then(Value::raw_text).map(host_of);
    // The addresses of some vendors tell the provider too, and what stands in a variable nobody knows here.
    let may_tell = address.as_deref().is_some_and(|host| host.is_empty() || tells_provider(host));
    if may_tell || keys::is_reference(model) || params.get("litellm_credential_name").is_some() {
        return None;
    }
    let Some((provider, value)) = named.or_else(|| Some((model.split_once('/')?.0, value))) else {
        return bare_model(model, value, address.as_deref());
    };
    // A size or a quality in front is how some image models are told.
    let is_size = provider.starts_with(|letter: char| letter.is_ascii_digit()) || QUALITIES.contains(&provider);
    if provider == "*" || is_size || PROVIDERS.has(provider) || keys::is_reference(provider) {
        return None;
    }
    let message = format!("LiteLLM knows no provider {}, and starts without this deployment", quote(provider));
    let help = match PROVIDERS.near(provider).filter(|_| address.is_none()) {
        Some(near) => format!("did you mean {}?", quote(&format!("{near}/"))),
        None => in_front(model, address.as_deref()),
    };
    Some(
        misread("litellm-unknown-provider", value, "no provider of this name", message, &help)
            .unless_known(format!("{provider}/*")),
    )
}

/// A model without a provider in front.
fn bare_model(model: &str, value: Value<'_>, address: Option<&str>) -> Option<Diagnostic> {
    let by_form = model.contains(['*', '.', ':']);
    if by_form || BARE_MODELS.has(model) {
        return None;
    }
    let message = format!(
        "LiteLLM cannot tell the provider of {}, and starts without this deployment unless its list of models has the name by then",
        quote(model)
    );
    let found = misread("litellm-unknown-provider", value, "no provider in front", message, &in_front(model, address));
    Some(found.at_most(Level::Warn).unless_known(model))
}

fn in_front(model: &str, address: Option<&str>) -> String {
    let router = quote(&format!("openrouter/{model}"));
    match address {
        Some("openrouter.ai") => format!("write {router}, and no address"),
        Some(_) => format!("for a server that speaks OpenAI's API write {}", quote(&format!("openai/{model}"))),
        None => format!("put the provider that serves it in front, such as {router}"),
    }
}

/// A budget that nobody keeps.
fn budget(params: Value<'_>) -> Option<Diagnostic> {
    let (key, limit) = params.get_entry("max_budget").filter(|(_, value)| !value.is_null())?;
    let is_zero = limit.raw_text().and_then(|text| text.parse::<f64>().ok()).is_some_and(|number| number == 0.0);
    let (message, help) = match params.get("budget_duration").and_then(|value| Some((value.raw_text()?, value))) {
        _ if is_zero => ("a `max_budget` of 0 counts as none", "to take the deployment out, remove it"),
        None => ("`max_budget` without `budget_duration` is ignored", "add `budget_duration`, such as `1d`"),
        Some((text, _)) if !is_duration(text) => (
            "`budget_duration` cannot be read, so `max_budget` is not enforced",
            "write a number and a unit: `30m`, `12h`, `1d`, `2w` or `1mo`",
        ),
        Some(_) => return None,
    };
    Some(misread("dead-setting", key, "has no effect", message.to_owned(), help))
}

/// Values written as `${NAME}`, which only a shell or a template expands.
pub(super) fn unexpanded(sections: &Sections<'_>, sink: &mut Sink) {
    let mut found: Vec<Value<'_>> = Vec::new();
    let in_section = [sections.router, sections.litellm, sections.general].into_iter().flatten();
    let variables = sections.top("environment_variables").into_iter().map(|(_, value)| value);
    for section in sections.deployments().into_iter().chain(in_section).chain(variables) {
        collect(section, 0, &mut found);
    }
    let Some(first) = found.first() else { return };
    let text = first.raw_text().unwrap_or_default();
    let message = match found.len() {
        1 => format!("LiteLLM does not expand {}, and uses it as it stands", quote(text)),
        count => format!(
            "LiteLLM does not expand {} and {} more like it, and uses them as they stand",
            quote(text),
            count - 1
        ),
    };
    let name: String = text
        .trim_start_matches(|letter: char| !letter.is_ascii_alphabetic())
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect();
    let help = format!(
        "write `os.environ/{name}`; if another program fills these in before LiteLLM reads the file, check what it writes"
    );
    let mut diagnostic = misread("litellm-unexpanded-variable", *first, "taken for the value itself", message, &help);
    for other in found.iter().skip(1).take(3) {
        diagnostic = diagnostic.related(other.span(), "and this");
    }
    sink.report(diagnostic);
}

fn collect<'t>(value: Value<'t>, depth: usize, found: &mut Vec<Value<'t>>) {
    if depth > 6 {
        return;
    }
    if value.text().is_some_and(is_unexpanded) {
        found.push(value);
    }
    for item in value.items() {
        collect(item, depth + 1, found);
    }
    for (_, value) in value.entries() {
        collect(value, depth + 1, found);
    }
}

/// Whether a value holds `${NAME}`, `$NAME`, or `os.environ` in a form that is not the one LiteLLM reads.
fn is_unexpanded(text: &str) -> bool {
    let is_name = |name: &str| name.chars().next().is_some_and(|letter| letter.is_ascii_uppercase() || letter == '_');
    let in_braces = text.split("${").skip(1).any(|rest| is_name(rest) && rest.contains('}'));
    let bare = text.strip_prefix('$').is_some_and(|name| {
        is_name(name)
            && name.len() > 3
            && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
    });
    let misspelt = ["os.environ.", "os.environ[", "os.getenv("].iter().any(|start| text.starts_with(start))
        || (text.contains("://os.environ/") || text.contains("://$"));
    in_braces || bare || misspelt
}

#[cfg(test)]
mod tests {
    use super::is_unexpanded;

    #[test]
    fn variables_of_other_programs_are_told() {
        for text in [
            "${OPENAI_API_KEY}",
            "http://${HOST}:11434",
            "$OPENAI_API_KEY",
            "${A:-b}",
            "os.environ[\"A\"]",
            "os.environ.A",
        ] {
            assert!(is_unexpanded(text), "{text}");
        }
        for text in ["os.environ/OPENAI_API_KEY", "$5", "{{ .Values.key }}", "${{ secrets.KEY }}", "costs $USD or so"] {
            assert!(!is_unexpanded(text), "{text}");
        }
    }
}
