//! The rules of a route: which models they are for, which backends they name, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Duration;
use crate::source::{Place, Spanned};
use crate::syntax::Value;

use super::duration;
use super::objects::{Object, get, may_be_same, text};

/// The header in which the gateway puts the model that a request names.
pub(super) const MODEL_HEADER: &str = "x-ai-eg-model";

/// How long a request may take where a rule says nothing, in milliseconds.
const DEFAULT_REQUEST: u64 = 60_000;

/// A backend that a rule names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ref<'t> {
    pub(super) value: Value<'t>,
    pub(super) name: (&'t str, Value<'t>),
    pub(super) namespace: Option<&'t str>,
    pub(super) weight: u64,
    pub(super) priority: u32,
    /// The model that is asked for, whatever the request names.
    pub(super) model: Option<(&'t str, Value<'t>)>,
    /// Whether it names a pool of model servers, which chooses and fails over by itself.
    pub(super) is_pool: bool,
}

impl<'t> Ref<'t> {
    fn new(value: Value<'t>, route: &Object<'t>) -> Option<Self> {
        let name = get(value, "name")?;
        let number = |key: &str| get(value, key).and_then(Value::raw_text).and_then(|text| text.parse().ok());
        let model = get(value, "modelNameOverride");
        Some(Self {
            value,
            name: (name.raw_text()?, name),
            namespace: text(value, "namespace").or(route.namespace),
            weight: number("weight").unwrap_or(1),
            priority: number("priority").and_then(|priority| u32::try_from(priority).ok()).unwrap_or(0),
            model: model.and_then(|model| Some((model.raw_text().filter(|text| !text.is_empty())?, model))),
            is_pool: text(value, "kind") == Some("InferencePool"),
        })
    }

    pub(super) fn place(&self) -> Place {
        self.name.1.place()
    }

    /// Whether both name the same backend.
    pub(super) fn is_same_backend(&self, other: &Self) -> bool {
        self.name.0 == other.name.0 && may_be_same(self.namespace, other.namespace)
    }
}

/// A model that a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alias<'t> {
    /// This one.
    Exact(&'t str),
    /// Those that a regular expression matches.
    Pattern(&'t str),
    /// Any.
    Any,
}

/// One rule of an `AIGatewayRoute`.
#[derive(Clone, Debug)]
pub(super) struct Rule<'r, 't> {
    pub(super) route: &'r Object<'t>,
    pub(super) value: Value<'t>,
    pub(super) number: usize,
    pub(super) name: Option<&'t str>,
    /// The models it is for, with their places, each once.
    pub(super) aliases: Vec<(Alias<'t>, Place)>,
    /// What its routes are called, one for each of these models.
    pub(super) labels: Vec<String>,
    pub(super) refs: Vec<Ref<'t>>,
    /// How long a request may take in all.
    pub(super) deadline: Option<Spanned<Duration>>,
    /// How long a stream may be silent.
    pub(super) idle: Option<Spanned<Duration>>,
}

impl<'r, 't> Rule<'r, 't> {
    fn new(route: &'r Object<'t>, number: usize, value: Value<'t>) -> Self {
        let refs = get(value, "backendRefs").into_iter().flat_map(Value::items);
        Self {
            route,
            value,
            number,
            name: text(value, "name"),
            aliases: aliases(value),
            labels: Vec::new(),
            refs: refs.filter_map(|value| Ref::new(value, route)).collect(),
            deadline: deadline(value),
            idle: get(value, "streamIdleTimeout").and_then(duration).filter(|idle| idle.value.0 > 0),
        }
    }

    /// The backends by priority, those without traffic left out. A pool of model servers has none.
    pub(super) fn tiers(&self) -> Vec<Vec<&Ref<'t>>> {
        let level = |backend: &Ref<'t>| if backend.is_pool { 0 } else { backend.priority };
        let used = || self.refs.iter().filter(|backend| backend.weight > 0);
        let levels: BTreeSet<u32> = used().map(level).collect();
        levels.into_iter().map(|wanted| used().filter(|backend| level(backend) == wanted).collect()).collect()
    }

    /// What callers ask for: the model, else the name of the rule or of its route.
    fn base(&self, alias: Alias<'t>) -> String {
        match alias {
            Alias::Exact(model) | Alias::Pattern(model) => model.to_owned(),
            Alias::Any => self.name.unwrap_or(self.route.name.0).to_owned(),
        }
    }

    /// The same with the route, where several are for one model.
    fn with_route(&self, alias: Alias<'t>) -> String {
        format!("{} ({})", self.base(alias), self.route.name.0)
    }

    /// How findings and waivers name it.
    pub(super) fn subject(&self) -> String {
        format!("routes.{}", self.labels.first().map_or(self.route.name.0, String::as_str))
    }

    /// Where findings about the whole rule point.
    pub(super) fn place(&self) -> Place {
        self.value.entries().first().map_or_else(|| self.value.place(), |(key, _)| key.place())
    }
}

/// The rules of some routes, in order.
pub(super) fn rules<'r, 't>(routes: &[&'r Object<'t>]) -> Vec<Rule<'r, 't>> {
    let numbered = |route: &&'r Object<'t>| {
        let route = *route;
        route.list("rules").into_iter().enumerate().map(move |(at, value)| Rule::new(route, at + 1, value))
    };
    let mut rules: Vec<Rule<'_, '_>> = routes.iter().flat_map(numbered).collect();
    let mut plain: BTreeMap<String, usize> = BTreeMap::new();
    let mut routed: BTreeMap<String, usize> = BTreeMap::new();
    for rule in &rules {
        for (alias, _) in &rule.aliases {
            *plain.entry(rule.base(*alias)).or_insert(0) += 1;
            *routed.entry(rule.with_route(*alias)).or_insert(0) += 1;
        }
    }
    for rule in &mut rules {
        let label = |(alias, _): &(Alias<'t>, Place)| {
            let (base, with_route) = (rule.base(*alias), rule.with_route(*alias));
            match (plain.get(&base), routed.get(&with_route)) {
                (Some(1), _) => base,
                _ if base == rule.route.name.0 => format!("{base} (rule {})", rule.number),
                (_, Some(1)) => with_route,
                _ => format!("{base} ({}, rule {})", rule.route.name.0, rule.number),
            }
        };
        rule.labels = rule.aliases.iter().map(label).collect();
    }
    rules
}

/// The headers of each match of a rule.
pub(super) fn matches(rule: Value<'_>) -> Vec<Vec<Value<'_>>> {
    let matches = get(rule, "matches").into_iter().flat_map(Value::items);
    matches.map(|one| get(one, "headers").into_iter().flat_map(Value::items).collect()).collect()
}

fn aliases(rule: Value<'_>) -> Vec<(Alias<'_>, Place)> {
    let mut found: Vec<(Alias<'_>, Place)> = Vec::new();
    let mut add = |alias, place| {
        if !found.iter().any(|(known, _)| *known == alias) {
            found.push((alias, place));
        }
    };
    let whole = rule.entries().first().map_or_else(|| rule.place(), |(key, _)| key.place());
    let all = matches(rule);
    if all.is_empty() {
        add(Alias::Any, whole);
    }
    for headers in all {
        let is_model =
            |header: &&Value<'_>| text(**header, "name").is_some_and(|name| name.eq_ignore_ascii_case(MODEL_HEADER));
        match headers.iter().find(is_model).and_then(|header| Some((*header, get(*header, "value")?))) {
            Some((header, value)) => {
                let Some(written) = value.raw_text() else { continue };
                let is_pattern = text(header, "type") == Some("RegularExpression");
                add(if is_pattern { Alias::Pattern(written) } else { Alias::Exact(written) }, value.place());
            }
            None => add(Alias::Any, headers.first().map_or(whole, |header| header.place())),
        }
    }
    found
}

/// How long a request may take in all. Envoy Gateway takes `backendRequest` for the whole request where the rule has no
/// `retry` of its own, which none has here, and the gateway sets 60 s where nothing is said; 0 is no limit.
fn deadline(rule: Value<'_>) -> Option<Spanned<Duration>> {
    let timeouts = get(rule, "timeouts");
    let said = |key: &str| timeouts.and_then(|timeouts| get(timeouts, key)).and_then(duration);
    let place = rule.entries().first().map_or_else(|| rule.place(), |(key, _)| key.place());
    let found = said("backendRequest").or_else(|| said("request"));
    Some(found.unwrap_or_else(|| Spanned::new(Duration(DEFAULT_REQUEST), place)))
        .filter(|deadline| deadline.value.0 > 0)
}
