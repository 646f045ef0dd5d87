//! The models in use, each once under its id in the catalogue, and the classes that name several of them.

use std::collections::BTreeMap;

use crate::model::{Catalogue, Equivalence, ModelIndex, Price, Table, Tokens};
use crate::source::Spanned;

use super::super::compiled::{CompiledCapabilities, CompiledEquivalence, CompiledModel, CompiledPrices};

/// The models that targets serve and the catalogue knows, by id.
pub(super) fn used<'c>(table: &Table, catalogue: &'c Catalogue) -> BTreeMap<&'c str, ModelIndex> {
    let known = table.targets.values().filter_map(|target| target.model);
    known.map(|index| (catalogue.model(index).id.value.as_str(), index)).collect()
}

pub(super) fn model(catalogue: &Catalogue, index: ModelIndex) -> CompiledModel {
    let entry = catalogue.model(index);
    let (facts, id) = (&entry.model, entry.id.value.as_str());
    let (can, price, life) = (&facts.capabilities, &facts.price, &facts.lifecycle);
    let aliases = facts.aliases.iter().map(|alias| alias.value.as_str());
    // An alias that stands for another model is not this one's.
    let mut aliases: Vec<String> =
        aliases.filter(|alias| *alias != id && catalogue.find(alias) == Some(index)).map(str::to_owned).collect();
    aliases.sort();
    aliases.dedup();
    CompiledModel {
        id: id.to_owned(),
        aliases,
        vendor: facts.vendor.clone(),
        family: facts.family.clone(),
        mode: facts.mode,
        tier: facts.tier,
        context_tokens: facts.limits.context_tokens.map(Tokens::get),
        output_tokens: facts.limits.output_tokens.map(Tokens::get),
        dimensions: facts.limits.dimensions.map(Tokens::get),
        capabilities: CompiledCapabilities {
            tools: can.tools,
            parallel_tools: can.parallel_tools,
            vision: can.vision,
            audio: can.audio,
            documents: can.documents,
            structured_output: can.structured_output,
            reasoning: can.reasoning,
            streaming: can.streaming,
            caching: can.caching,
        },
        usd_per_million_tokens: CompiledPrices {
            input: price.input.map(Price::decimal),
            output: price.output.map(Price::decimal),
            cache_read: price.cache_read.map(Price::decimal),
            cache_write: price.cache_write.map(Price::decimal),
        },
        released: life.released.map(|date| date.to_string()),
        retires: life.retires.as_ref().map(|date| date.value.to_string()),
        knowledge: life.knowledge.map(|month| month.to_string()),
        floating: facts.floating,
        source: facts.source.clone(),
    }
}

/// The classes that name at least two models in use, and of each only those.
pub(super) fn equivalences(catalogue: &Catalogue, used: &BTreeMap<&str, ModelIndex>) -> Vec<CompiledEquivalence> {
    let class = |class: &Spanned<Equivalence>| {
        let class = &class.value;
        let named: Vec<ModelIndex> =
            class.models.iter().filter_map(|model| catalogue.find(model.value.as_str())).collect();
        let models: Vec<String> =
            used.iter().filter(|(_, index)| named.contains(index)).map(|(id, _)| (*id).to_owned()).collect();
        (models.len() > 1).then(|| CompiledEquivalence {
            id: class.id.value.to_string(),
            purposes: class.purposes.clone(),
            models,
            evidence: class.evidence.clone(),
            reviewed: class.reviewed.value.to_string(),
        })
    };
    catalogue.equivalences().iter().filter_map(class).collect()
}
