//! The `api.json` of models.dev: providers by id, each with its models by id.
//!
//! The keys are those of `packages/core/src/schema.ts` and of the README of its repository; prices are US dollars per
//! million tokens, and the list of modalities is complete.

use crate::model::{
    Capabilities, DOLLARS_PER_MILLION, Lifecycle, Mode, Model, ModelId, ModelLimits, Month, Prices, Tokens,
};
use crate::syntax::Value;

use super::Found;
use super::doubt::{Doubt, Doubts};
use super::fields::Fields;

pub(super) fn read(root: Value<'_>) -> Found {
    let mut found = Found::default();
    for (provider, value) in root.entries() {
        let Some(provider) = provider.raw_text() else { continue };
        let source = Fields { value, name: provider, doubts: &mut found.doubts }.address("doc");
        for (key, value) in value.get("models").into_iter().flat_map(Value::entries) {
            found.entries += 1;
            let name = format!("{provider}/{}", key.raw_text().unwrap_or_default());
            match ModelId::native(&name) {
                Some(_) if !value.is_mapping() => found.doubts.add(Doubt::NotAModel, &name),
                Some(id) if found.models.contains_key(&id) => found.doubts.add(Doubt::Twice, &name),
                Some(id) => {
                    if let Some(model) = model(&name, value, &mut found.doubts) {
                        found.models.insert(id, Model { source: source.clone(), ..model });
                    }
                }
                None => found.doubts.add(Doubt::BadId, &name),
            }
        }
    }
    found
}

fn model(name: &str, value: Value<'_>, doubts: &mut Doubts) -> Option<Model> {
    let mut fields = Fields { value, name, doubts };
    let modalities = fields.inner("modalities");
    let (takes, gives) = modalities.map_or((None, None), |mut lists| (lists.texts("input"), lists.texts("output")));
    let mode = match &gives {
        Some(gives) if gives.contains(&"image") && !gives.contains(&"text") => Some(Mode::Image),
        Some(gives) if gives.contains(&"audio") && !gives.contains(&"text") => Some(Mode::Audio),
        Some(gives) if !gives.contains(&"text") => {
            fields.doubts.add(Doubt::OtherMode, name);
            return None;
        }
        // Models that answer in words and those that give vectors look alike.
        Some(_) | None => {
            fields.doubts.add(Doubt::NoMode, name);
            None
        }
    };
    let has = |kind: &str| takes.as_ref().map(|takes| takes.contains(&kind));
    let (tools, parallel_tools) = tools(&mut fields);
    let capabilities = Capabilities {
        tools,
        parallel_tools,
        vision: has("image"),
        audio: has("audio"),
        documents: has("pdf"),
        structured_output: fields.truth("structured_output"),
        reasoning: fields.truth("reasoning"),
        streaming: None,
        caching: None,
    };
    if fields.text("status") == Some("deprecated") {
        fields.doubts.add(Doubt::Undated, name);
    }
    Some(Model {
        family: fields.text("family").map(str::to_owned),
        mode,
        limits: fields.inner("limit").map(|mut limit| limits(&mut limit)).unwrap_or_default(),
        capabilities,
        price: prices(&mut fields),
        lifecycle: lifecycle(&mut fields),
        ..Model::default()
    })
}

/// Whether a model calls tools, and several at once: a truth, or a mapping with both.
fn tools(fields: &mut Fields<'_, '_>) -> (Option<bool>, Option<bool>) {
    if fields.value.get("tool_call").is_some_and(Value::is_mapping) {
        let inner = fields.inner("tool_call");
        return inner.map_or((None, None), |mut tools| (tools.truth("supported"), tools.truth("parallel")));
    }
    (fields.truth("tool_call"), None)
}

/// The prompt may have `input` tokens where that is said, else the whole window.
fn limits(limit: &mut Fields<'_, '_>) -> ModelLimits {
    let window: Option<Tokens> = limit.tokens("context");
    ModelLimits {
        context_tokens: limit.tokens("input").or(window),
        output_tokens: limit.tokens("output"),
        dimensions: None,
    }
}

fn prices(fields: &mut Fields<'_, '_>) -> Prices {
    let prices = fields.inner("cost").map(|mut cost| {
        let mut price = |key: &str| cost.price(key, DOLLARS_PER_MILLION);
        Prices {
            input: price("input"),
            output: price("output"),
            cache_read: price("cache_read"),
            cache_write: price("cache_write"),
        }
    });
    let prices = prices.unwrap_or_default();
    if prices.input.is_none() && prices.output.is_none() {
        fields.doubts.add(Doubt::NoPrice, fields.name);
    }
    prices
}

/// Days where days are said; a month alone is no day.
fn lifecycle(fields: &mut Fields<'_, '_>) -> Lifecycle {
    let month = |text: &str| text.get(..7).and_then(|month| month.parse::<Month>().ok());
    Lifecycle {
        released: fields.text("release_date").and_then(|text| text.parse().ok()),
        retires: None,
        knowledge: fields.text("knowledge").and_then(month),
    }
}
