//! A catalogue as YAML: models by id, keys in the order of the language's page, nothing for what is unknown.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use crate::backend::yaml::scalar;
use crate::model::{
    Capabilities, CatalogFormat, Date, Lifecycle, Mode, Model, ModelId, ModelLimits, Prices, Tier, Tokens,
};

/// The whole document.
pub(super) fn catalog(models: &BTreeMap<ModelId, Model>, format: CatalogFormat, as_of: Date, sha256: &str) -> String {
    let format = format.as_str();
    let mut out = format!(
        "# Made by `routec catalog import`: import again rather than edit. What is absent is unknown.\n\
         apiVersion: routec/v1\n\
         kind: Catalog\n\
         metadata:\n\
         \x20 name: {format}\n\
         \x20 asOf: {as_of}\n\
         \x20 importedFrom: {{format: {format}, sha256: {}}}\n",
        scalar(sha256)
    );
    out.push_str(if models.is_empty() { "models: {}\n" } else { "models:\n" });
    for (id, model) in models {
        let before = out.len();
        let _ = writeln!(out, "  {}:", scalar(id.as_str()));
        let key = out.len();
        body(&mut out, model);
        if out.len() == key {
            out.truncate(before);
            let _ = writeln!(out, "  {}: {{}}", scalar(id.as_str()));
        }
    }
    out
}

fn body(out: &mut String, model: &Model) {
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(out, "    {key}: {value}");
        }
    };
    line("vendor", model.vendor.as_deref().map(scalar));
    line("family", model.family.as_deref().map(scalar));
    line("mode", model.mode.map(Mode::as_str).map(str::to_owned));
    line("tier", model.tier.map(Tier::as_str).map(str::to_owned));
    line("limits", limits(&model.limits));
    line("capabilities", capabilities(&model.capabilities));
    line("price", prices(&model.price));
    line("lifecycle", lifecycle(&model.lifecycle));
    let aliases: Vec<String> = model.aliases.iter().map(|alias| scalar(alias.value.as_str())).collect();
    line("aliases", (!aliases.is_empty()).then(|| format!("[{}]", aliases.join(", "))));
    line("floating", model.floating.map(|floating| floating.to_string()));
    line("source", model.source.as_deref().map(scalar));
}

/// A mapping on one line, of what is known.
fn flow<T: Display>(members: impl IntoIterator<Item = (&'static str, Option<T>)>) -> Option<String> {
    let known = members.into_iter().filter_map(|(key, value)| Some(format!("{key}: {}", value?)));
    let known: Vec<String> = known.collect();
    (!known.is_empty()).then(|| format!("{{{}}}", known.join(", ")))
}

fn limits(limits: &ModelLimits) -> Option<String> {
    let ModelLimits { context_tokens, output_tokens, dimensions } = limits;
    let count = |tokens: &Option<Tokens>| tokens.map(Tokens::get);
    flow([
        ("contextTokens", count(context_tokens)),
        ("outputTokens", count(output_tokens)),
        ("dimensions", count(dimensions)),
    ])
}

fn capabilities(capabilities: &Capabilities) -> Option<String> {
    let Capabilities {
        tools,
        parallel_tools,
        vision,
        audio,
        documents,
        structured_output,
        reasoning,
        streaming,
        caching,
    } = capabilities;
    flow([
        ("tools", *tools),
        ("parallelTools", *parallel_tools),
        ("vision", *vision),
        ("audio", *audio),
        ("documents", *documents),
        ("structuredOutput", *structured_output),
        ("reasoning", *reasoning),
        ("streaming", *streaming),
        ("caching", *caching),
    ])
}

fn prices(prices: &Prices) -> Option<String> {
    let Prices { input, output, cache_read, cache_write } = prices;
    flow([("input", *input), ("output", *output), ("cacheRead", *cache_read), ("cacheWrite", *cache_write)])
}

fn lifecycle(lifecycle: &Lifecycle) -> Option<String> {
    let Lifecycle { released, retires, knowledge } = lifecycle;
    flow([
        ("released", released.map(|date| date.to_string())),
        ("retires", retires.as_ref().map(|date| date.value.to_string())),
        ("knowledge", knowledge.map(|month| month.to_string())),
    ])
}
