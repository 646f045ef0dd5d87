//! LiteLLM's model map, as in its releases 1.92 to 1.109: `model_prices_and_context_window.json`.
//!
//! Prices are US dollars a token. A model is looked up by its key or by the key behind a provider's prefix, as
//! LiteLLM does (`_check_provider_match` in `litellm/utils.py`), so an entry answers to both here.

use std::collections::BTreeSet;

use crate::frontend::litellm::facts;
use crate::model::{DOLLARS_PER_TOKEN, Lifecycle, Mode, Model, ModelId, ModelLimits, Prices};
use crate::source::Spanned;
use crate::syntax::Value;

use super::Found;
use super::doubt::Doubt;
use super::fields::Fields;

/// The entry that shows which keys there are.
const SAMPLE: &str = "sample_spec";

/// The entry with the regular expressions by which LiteLLM guesses.
const GUESSES: &str = "fallback_generalizations";

/// Families of providers that share the prefix of the first: LiteLLM takes their entries for each other's.
const FAMILIES: [&str; 3] = ["vertex_ai", "fireworks_ai", "bedrock"];

pub(super) fn read(root: Value<'_>) -> Found {
    let mut found = Found::default();
    let entries = root.entries();
    found.entries = entries.len();
    let keys: BTreeSet<&str> = entries.iter().filter_map(|(key, _)| key.raw_text()).collect();
    for (key, value) in entries {
        let Some(name) = key.raw_text() else { continue };
        if name == GUESSES {
            guesses(value, &mut found);
        } else if name == SAMPLE || !value.is_mapping() {
            found.doubts.add(Doubt::NotAModel, name);
        } else if name.contains('*') {
            found.doubts.add(Doubt::Pattern, name);
        } else if let Some(id) = ModelId::native(name) {
            entry(Spanned::new(id, key.place()), value, &keys, &mut found);
        } else {
            found.doubts.add(Doubt::BadId, name);
        }
    }
    found
}

fn guesses(value: Value<'_>, found: &mut Found) {
    let rules: Vec<Value<'_>> = value.get("rules").into_iter().flat_map(Value::items).collect();
    if rules.is_empty() {
        found.doubts.add(Doubt::NotAModel, GUESSES);
    }
    for rule in rules {
        found.doubts.add(Doubt::Guess, rule.get("name").and_then(Value::text).unwrap_or(GUESSES));
    }
}

fn entry(key: Spanned<ModelId>, value: Value<'_>, keys: &BTreeSet<&str>, found: &mut Found) {
    let name = key.value.as_str();
    let mut fields = Fields { value, name, doubts: &mut found.doubts };
    let Ok(mode) = mode(&mut fields) else { return };
    let context_tokens = fields.tokens("max_input_tokens");
    let output_tokens = fields.tokens("max_output_tokens");
    let mut model = Model {
        mode,
        limits: ModelLimits { context_tokens, output_tokens, dimensions: fields.tokens("output_vector_size") },
        capabilities: facts::capabilities(|key| fields.truth(key)),
        price: prices(&mut fields),
        lifecycle: Lifecycle { retires: fields.date("deprecation_date"), ..Lifecycle::default() },
        source: fields.address("source"),
        ..Model::default()
    };
    let provider = fields.text("litellm_provider").map(prefix);
    let mut id = key.value.clone();
    if let Some(provider) = provider
        && !name.strip_prefix(provider).is_some_and(|rest| rest.starts_with('/'))
    {
        found.doubts.add(Doubt::NoProvider, name);
        let whole = format!("{provider}/{name}");
        // Where the map has the whole id as a key, that entry is the provider's.
        if let Some(whole) = ModelId::native(&whole).filter(|whole| !keys.contains(whole.as_str())) {
            id = whole;
            model.aliases.push(key);
        }
    }
    found.models.insert(id, model);
}

/// What a model is for; an error for what routec has no word for.
fn mode(fields: &mut Fields<'_, '_>) -> Result<Option<Mode>, ()> {
    let Some(word) = fields.text("mode") else {
        fields.doubts.add(Doubt::NoMode, fields.name);
        return Ok(None);
    };
    let mode = facts::mode(word);
    if mode.is_none() {
        fields.doubts.add(Doubt::OtherMode, fields.name);
    }
    mode.map(Some).ok_or(())
}

fn prices(fields: &mut Fields<'_, '_>) -> Prices {
    let mut price = |key: &str| fields.price(key, DOLLARS_PER_TOKEN);
    let prices = Prices {
        input: price("input_cost_per_token"),
        output: price("output_cost_per_token"),
        cache_read: price("cache_read_input_token_cost"),
        cache_write: price("cache_creation_input_token_cost"),
    };
    let is_known = prices.input.is_some() || prices.output.is_some();
    if !is_known {
        let tiers = fields.value.get("tiered_pricing").is_some_and(Value::is_sequence);
        fields.doubts.add(if tiers { Doubt::TieredPrice } else { Doubt::NoPrice }, fields.name);
    }
    let rises = |key: &str| key.contains("_cost_per_token_above_") && key.ends_with("_tokens");
    if is_known && fields.value.entries().iter().any(|(key, _)| key.raw_text().is_some_and(rises)) {
        fields.doubts.add(Doubt::LongPrompt, fields.name);
    }
    prices
}

/// What stands before the slash where users name a model of a provider.
fn prefix(provider: &str) -> &str {
    FAMILIES.into_iter().find(|family| provider.starts_with(family)).unwrap_or(provider)
}
