//! What misleads whatever the format: prices, limits and dates that cannot be meant as they stand.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Date, Mode, Model, ModelId, Price, Prices};

use super::Found;
use super::doubt::{Doubt, Doubts};

/// No model that answers costs as much, in millionths of a US dollar per million tokens: a thousand dollars.
const ABSURD: Price = Price(1_000_000_000);

/// No model that only reads costs as much: ten dollars per million tokens.
const ABSURD_TO_READ: Price = Price(10_000_000);

/// Leaves out what misleads, and counts it, for every model.
pub(super) fn all(found: &mut Found, as_of: Date) {
    for (id, model) in &mut found.models {
        price(id, model, &mut found.doubts);
        limits(id, model, &mut found.doubts);
        if model.lifecycle.retires.as_ref().is_some_and(|retires| retires.value <= as_of) {
            found.doubts.add(Doubt::Retired, id.as_str());
        }
    }
    other_prices(found);
}

fn price(id: &ModelId, model: &mut Model, doubts: &mut Doubts) {
    let only_reads = matches!(model.mode, Some(Mode::Embedding | Mode::Rerank | Mode::Moderation));
    let most = if only_reads { ABSURD_TO_READ } else { ABSURD };
    let prices = &mut model.price;
    let all = [prices.input, prices.output, prices.cache_read, prices.cache_write];
    if all.into_iter().flatten().any(|price| price > most) {
        doubts.add(Doubt::AbsurdPrice, id.as_str());
        *prices = Prices::default();
        return;
    }
    let is_zero = |price: Option<Price>| price == Some(Price(0));
    let is_silent = |price: Option<Price>| price.is_none_or(|price| price == Price(0));
    if (is_zero(prices.input) || is_zero(prices.output)) && is_silent(prices.input) && is_silent(prices.output) {
        doubts.add(Doubt::ZeroPrice, id.as_str());
        *prices = Prices::default();
    } else if !only_reads && (is_zero(prices.input) || is_zero(prices.output)) {
        doubts.add(Doubt::HalfPrice, id.as_str());
        prices.input = prices.input.filter(|price| *price > Price(0));
        prices.output = prices.output.filter(|price| *price > Price(0));
    }
}

/// A longer answer than prompt: the limit of answers is that of another unit or of the whole window.
fn limits(id: &ModelId, model: &mut Model, doubts: &mut Doubts) {
    let limits = &mut model.limits;
    if matches!((limits.context_tokens, limits.output_tokens), (Some(context), Some(output)) if context < output) {
        doubts.add(Doubt::LongAnswer, id.as_str());
        limits.output_tokens = None;
    }
}

/// Names that stand behind several providers, at other prices: the provider is part of what is bought.
fn other_prices(found: &mut Found) {
    let mut sold: BTreeMap<&str, BTreeSet<(Price, Price)>> = BTreeMap::new();
    for (id, model) in &found.models {
        let name = id.as_str().rsplit('/').next().unwrap_or_default();
        sold.entry(name).or_default().extend(model.price.input.zip(model.price.output));
    }
    for (name, prices) in sold {
        if prices.len() > 1 {
            found.doubts.add(Doubt::OtherPrices, name);
        }
    }
}
