//! The document of the models in use, of kind `Catalog`.

use serde_json::Value as Json;

use crate::artifact::compiled::{CompiledEquivalence, CompiledModel, CompiledTable};

use super::member::{Mapping, named, word};

pub(super) fn document(table: &CompiledTable) -> Json {
    let head = Mapping::default().with("name", "models-in-use").with("asOf", table.catalogue_as_of.as_str());
    Mapping::default()
        .with("apiVersion", "routec/v1")
        .with("kind", "Catalog")
        .with("metadata", head)
        .inner("models", named(&table.models, |model| &model.id, model))
        .list("equivalences", table.equivalences.iter().map(equivalence))
        .into()
}

fn model(model: &CompiledModel) -> Mapping {
    let (can, price) = (&model.capabilities, &model.usd_per_million_tokens);
    let limits = Mapping::default()
        .maybe("contextTokens", model.context_tokens)
        .maybe("outputTokens", model.output_tokens)
        .maybe("dimensions", model.dimensions);
    let capabilities = Mapping::default()
        .maybe("tools", can.tools)
        .maybe("parallelTools", can.parallel_tools)
        .maybe("vision", can.vision)
        .maybe("audio", can.audio)
        .maybe("documents", can.documents)
        .maybe("structuredOutput", can.structured_output)
        .maybe("reasoning", can.reasoning)
        .maybe("streaming", can.streaming)
        .maybe("caching", can.caching);
    let dollars = |price: &Option<String>| price.as_ref().map(|price| format!("{price} USD/MTok"));
    let prices = Mapping::default()
        .maybe("input", dollars(&price.input))
        .maybe("output", dollars(&price.output))
        .maybe("cacheRead", dollars(&price.cache_read))
        .maybe("cacheWrite", dollars(&price.cache_write));
    let lifecycle = Mapping::default()
        .maybe("released", model.released.as_deref())
        .maybe("retires", model.retires.as_deref())
        .maybe("knowledge", model.knowledge.as_deref());
    Mapping::default()
        .maybe("vendor", model.vendor.as_deref())
        .maybe("family", model.family.as_deref())
        .maybe("mode", model.mode.map(word))
        .maybe("tier", model.tier.map(word))
        .inner("limits", limits)
        .inner("capabilities", capabilities)
        .inner("price", prices)
        .inner("lifecycle", lifecycle)
        .list("aliases", model.aliases.iter().map(String::as_str))
        .maybe("floating", model.floating)
        .maybe("source", model.source.as_deref())
}

fn equivalence(class: &CompiledEquivalence) -> Mapping {
    Mapping::default()
        .with("id", class.id.as_str())
        .list("for", class.purposes.iter().map(String::as_str))
        .list("models", class.models.iter().map(String::as_str))
        .maybe("evidence", class.evidence.as_deref())
        .with("reviewed", class.reviewed.as_str())
}
