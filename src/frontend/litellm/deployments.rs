//! `model_list`: deployments, the groups they form, and what the file says of their models.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::model::{
    DOLLARS_PER_TOKEN, Duration, Hosting, Model, ModelId, ModelLimits, Name, PoolEntry, Price, Prices, Provider,
    Region, Target, Tokens, scaled,
};
use crate::source::{Entries, Span, Spanned};
use crate::syntax::Value;

use super::hosts::{LOCAL, host_of, is_private, is_public};
use super::{Sections, facts, keys, params};

/// Providers whose servers users run themselves, by LiteLLM's prefixes.
const SELF_HOSTED: [&str; 14] = [
    "ollama",
    "ollama_chat",
    "hosted_vllm",
    "vllm",
    "lm_studio",
    "llamafile",
    "xinference",
    "custom_openai",
    "docker_model_runner",
    "oobabooga",
    "triton",
    "infinity",
    "petals",
    "lemonade",
];

/// A group of deployments: what callers name.
pub(super) struct Group {
    pub(super) name: Spanned<Name>,
    pub(super) pool: Vec<Spanned<PoolEntry>>,
    pub(super) models: Vec<String>,
}

/// Everything `model_list` defines.
pub(super) struct Deployments {
    pub(super) groups: Vec<Group>,
    pub(super) by_name: BTreeMap<String, usize>,
    /// `model_info.id` of a deployment, its group, and its number there.
    pub(super) ids: BTreeMap<String, (usize, usize)>,
    pub(super) retries: BTreeMap<usize, u16>,
    targets: Entries<Name, Target>,
    providers: BTreeMap<String, (Span, BTreeSet<String>)>,
    /// Whether code of the user's own serves providers that LiteLLM does not know.
    has_own_providers: bool,
}

impl Deployments {
    pub(super) fn read(sections: &Sections<'_>, sink: &mut Sink) -> Self {
        let mut found = Self {
            groups: Vec::new(),
            by_name: BTreeMap::new(),
            ids: BTreeMap::new(),
            retries: BTreeMap::new(),
            targets: Entries::default(),
            providers: BTreeMap::new(),
            has_own_providers: sections.litellm.is_some_and(|section| section.get("custom_provider_map").is_some()),
        };
        for (key, list) in sections.top("model_list") {
            if !list.is_sequence() && !list.is_null() {
                let message = "`model_list` is not a list, so LiteLLM serves no model";
                sink.report(Diagnostic::new("wrong-type", key.place(), "a list is wanted here", message));
            }
        }
        let timeout = sections
            .litellm
            .and_then(|section| section.get("request_timeout"))
            .or_else(|| sections.router.and_then(|section| section.get("timeout")))
            .and_then(seconds);
        let mut names = BTreeMap::new();
        for item in sections.deployments() {
            found.deployment(item, timeout.as_ref(), &mut names, sink);
        }
        found
    }

    fn deployment(
        &mut self,
        item: Value<'_>,
        timeout: Option<&Spanned<Duration>>,
        names: &mut BTreeMap<String, usize>,
        sink: &mut Sink,
    ) {
        let mut lacks = |place: Value<'_>, key: &str| {
            let place = place.entries().first().map_or_else(|| place.place(), |(key, _)| key.place());
            let message = format!("a deployment lacks {}; LiteLLM refuses to start", quote(key));
            sink.report(Diagnostic::new("missing-key", place, format!("{} is missing here", quote(key)), message));
        };
        if !item.is_mapping() {
            let message = "an entry of `model_list` is no mapping; LiteLLM refuses to start";
            sink.report(Diagnostic::new("wrong-type", item.place(), "a deployment is wanted here", message));
            return;
        }
        let Some((group_name, group_value)) = item.get("model_name").and_then(|value| Some((value.raw_text()?, value)))
        else {
            return lacks(item, "model_name");
        };
        let Some(settings) = item.get("litellm_params").filter(|settings| settings.is_mapping()) else {
            return lacks(item, "litellm_params");
        };
        let Some((model, model_value)) = settings.get("model").and_then(|value| Some((value.raw_text()?, value)))
        else {
            return lacks(settings, "model");
        };
        for (key, value) in settings.entries() {
            keys::secret(key, value, false, sink);
        }
        params::check(item, settings, group_name, self.has_own_providers, sink);
        let index = *self.by_name.entry(group_name.to_owned()).or_insert_with(|| {
            self.groups.push(Group {
                name: Spanned::new(Name::verbatim(group_name), group_value.place()),
                pool: Vec::new(),
                models: Vec::new(),
            });
            self.groups.len() - 1
        });
        let info = item.get("model_info");
        if let Some(id) = info.and_then(|info| info.get("id")).and_then(Value::raw_text) {
            let number = self.groups.get(index).map_or(0, |group| group.pool.len());
            self.ids.insert(id.to_owned(), (index, number));
        }
        if let Some(retries) = settings.get("num_retries").and_then(Value::raw_text).and_then(|text| text.parse().ok())
        {
            self.retries.insert(index, retries);
        }
        let times = names.entry(model.to_owned()).or_insert(0);
        *times += 1;
        let name = if *times == 1 { model.to_owned() } else { format!("{model} ({times})") };
        let name = Spanned::new(Name::verbatim(name), model_value.place());
        let target = self.target(settings, info, model, model_value, timeout);
        if let Some(group) = self.groups.get_mut(index) {
            group.models.push(model.to_owned());
            let entry = PoolEntry { target: name.clone(), weight: None, order: None };
            group.pool.push(Spanned::new(entry, model_value.place()));
        }
        self.targets.push(name, target);
    }

    fn target(
        &mut self,
        params: Value<'_>,
        info: Option<Value<'_>>,
        model: &str,
        value: Value<'_>,
        timeout: Option<&Spanned<Duration>>,
    ) -> Target {
        let text = |key: &str| params.get(key).and_then(Value::raw_text);
        let prefix = model.split_once('/').map(|(prefix, _)| prefix);
        let provider = text("custom_llm_provider").or(prefix).unwrap_or("openai").to_owned();
        let mut addresses = ["api_base", "base_url"].into_iter().filter_map(|key| params.get(key));
        let address = addresses.find(|value| value.raw_text().is_some());
        let host = address.and_then(Value::raw_text).map(host_of);
        let self_hosted = SELF_HOSTED.contains(&provider.as_str())
            || host.as_deref().is_some_and(|host| {
                !is_public(host) && (!host.is_empty() || matches!(provider.as_str(), "openai" | "anthropic"))
            });
        let is_own = match &host {
            Some(host) => is_private(host),
            None => LOCAL.contains(&provider.as_str()),
        };
        let region = ["aws_region_name", "vertex_location", "region_name"].into_iter().find_map(|key| params.get(key));
        let region = region.and_then(|region| Some(Spanned::new(region.raw_text()?.to_owned(), region.place())));
        let known = self.providers.entry(provider.clone()).or_insert_with(|| (value.span(), BTreeSet::new()));
        if let Some(region) = &region {
            known.1.insert(region.value.clone());
        }
        let base_model =
            info.and_then(|info| info.get("base_model")).or_else(|| params.get("base_model")).and_then(Value::raw_text);
        Target {
            tools: Vec::new(),
            model: Spanned::new(ModelId::verbatim(model), value.place()),
            provider: Spanned::new(Name::verbatim(provider), value.place()),
            region: region.map(|region| region.map(Name::verbatim)),
            keys: None,
            egress: None,
            timeout: params
                .get("timeout")
                .or_else(|| params.get("request_timeout"))
                .and_then(seconds)
                .or_else(|| timeout.cloned()),
            concurrency: None,
            own_facts: own_facts(params, info).map(Box::new),
            also_named: base_model.map(str::to_owned).into_iter().collect(),
            self_hosted: self_hosted && base_model.is_none(),
            hosting: is_own.then(|| Spanned::new(Hosting::Own, address.map_or(value.place(), Value::place))),
        }
    }

    /// The providers that deployments name, with the regions seen.
    pub(super) fn providers(&self) -> Entries<Name, Provider> {
        let mut entries = Entries::default();
        for (name, (span, regions)) in &self.providers {
            let mut known = Entries::default();
            for region in regions {
                known.push(
                    Spanned::new(Name::verbatim(region.as_str()), *span),
                    Region { jurisdiction: None, endpoint: None },
                );
            }
            let provider = Provider { vendor: None, terms: None, hosting: None, regions: known };
            entries.push(Spanned::new(Name::verbatim(name.as_str()), *span), provider);
        }
        entries
    }

    pub(super) fn into_targets(self) -> Entries<Name, Target> {
        self.targets
    }
}

/// A number of seconds.
fn seconds(value: Value<'_>) -> Option<Spanned<Duration>> {
    let text = value.raw_text()?;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let millis = format!("{part:0<3}");
    let number: u64 = whole.parse().ok().filter(|number| *number < 10_000_000)?;
    let part: u64 = millis.get(..3)?.parse().ok()?;
    Some(Spanned::new(Duration(number * 1000 + part), value.place()))
}

/// What the file itself says of a model.
fn own_facts(params: Value<'_>, info: Option<Value<'_>>) -> Option<Model> {
    let said = |key: &str| info.and_then(|info| info.get(key));
    let number = |key: &str| {
        let digits = said(key)?.raw_text()?.split('.').next()?;
        Tokens::try_from(digits.parse::<u64>().ok()?).ok()
    };
    let truth = |key: &str| match said(key)?.raw_text()? {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        _ => None,
    };
    let price = |key: &str| price(said(key).or_else(|| params.get(key))?.raw_text()?);
    let mode = said("mode").and_then(Value::raw_text).and_then(facts::mode);
    let facts = Model {
        mode,
        limits: ModelLimits {
            context_tokens: number("max_input_tokens"),
            output_tokens: number("max_output_tokens"),
            dimensions: None,
        },
        capabilities: facts::capabilities(truth),
        price: Prices {
            input: price("input_cost_per_token"),
            output: price("output_cost_per_token"),
            ..Prices::default()
        },
        ..Model::default()
    };
    (info.is_some() || facts.price.input.is_some() || facts.price.output.is_some()).then_some(facts)
}

/// Dollars per token as LiteLLM writes them (`2.5e-06`), exactly.
fn price(text: &str) -> Option<Price> {
    scaled(text, DOLLARS_PER_TOKEN).map(|scaled| Price(scaled.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_per_token_are_exact() {
        assert_eq!(price("2.5e-06").map(|price| price.to_string()).as_deref(), Some("2.5 USD/MTok"));
        assert_eq!(price("0.00000015").map(|price| price.to_string()).as_deref(), Some("0.15 USD/MTok"));
        assert_eq!(price("0"), Some(Price(0)));
        assert_eq!(price("free"), None);
    }

    #[test]
    fn hosts_lose_their_decoration() {
        assert_eq!(host_of("https://user:pw@API.openai.com:443/v1"), "api.openai.com");
        assert_eq!(host_of("os.environ/BASE"), "");
    }
}
