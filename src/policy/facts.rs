//! The facts of a table in the shape that expressions ask for. What a table does not say is unknown, never false.

use std::collections::{BTreeMap, BTreeSet};

use crate::expression::{Expression, Value};
use crate::graph::{HopEdge, HopId};
use crate::model::{Catalogue, Gateway, KeyId, Leg, Model, RouteId, SloTier, Table, TargetId, Tokens};

use super::custom::CustomClause;
use super::offer::Offer;

/// Facts by their names, for one thing that a rule is asked of.
pub type Facts = BTreeMap<&'static str, Value>;

/// Facts that belong together, as far as an expression names them.
fn object<const N: usize>(facts: [Option<(&'static str, Value)>; N]) -> Value {
    let mut told = Facts::new();
    told.extend(facts.into_iter().flatten());
    Value::Object(told)
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn or_unknown<T>(value: Option<T>, of: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Unknown, of)
}

fn number(value: u64) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

fn texts<'a>(items: impl IntoIterator<Item = &'a str>) -> Value {
    Value::List(items.into_iter().map(text).collect())
}

/// The facts of a table, for expressions.
#[derive(Clone, Debug)]
pub struct FactsOf<'t> {
    table: &'t Table,
    catalogue: &'t Catalogue,
    /// The words of the expressions that will ask: what they never name need not be told.
    asked: Vec<&'t str>,
}

impl<'t> FactsOf<'t> {
    /// The facts of a table that a rule asks for.
    pub fn new(table: &'t Table, catalogue: &'t Catalogue, clause: &'t CustomClause) -> Self {
        let texts = clause.when.iter().chain([&clause.require]).map(Expression::text);
        let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let words: BTreeSet<&str> = texts.flat_map(|text| text.split(move |letter| !is_of_word(letter))).collect();
        Self { table, catalogue, asked: words.into_iter().collect() }
    }

    /// Whether an expression names something.
    fn names(&self, word: &str) -> bool {
        self.asked.contains(&word)
    }

    /// A fact, if an expression names it.
    fn if_named(&self, word: &'static str, fact: impl FnOnce() -> Value) -> Option<(&'static str, Value)> {
        self.names(word).then(|| (word, fact()))
    }

    /// A fact that only a route table can state. That a gateway's own file does not have it says nothing.
    fn if_sayable(&self, fact: Value) -> Value {
        if self.table.gateway == Gateway::Native { fact } else { Value::Unknown }
    }

    /// What a rule that is asked of every route may ask.
    pub fn each_route(&self, route: RouteId) -> Facts {
        Facts::from([("route", self.route(route))])
    }

    /// What a rule that is asked of every hop may ask, for the hops of one route: once for each target the hop can lead
    /// to, of a route it leads to each of the pool. A rule that asks of no target is asked once.
    pub fn each_hop<'g>(
        &self,
        route: RouteId,
        hops: impl IntoIterator<Item = (HopId, &'g HopEdge)>,
        mut ask: impl FnMut(&Facts, (HopId, &'g HopEdge), Option<TargetId>),
    ) {
        let asks_targets = self.names("target") || self.names("model");
        let mut facts = Facts::new();
        for (id, hop) in hops {
            if facts.is_empty() {
                facts.extend(self.if_named("route", || self.route(route)));
            }
            let mut targets: Vec<Option<TargetId>> = match &hop.to {
                _ if !asks_targets => vec![None],
                Leg::Target(target) => vec![Some(*target)],
                Leg::Route(to) => self.table.routes[*to].pool.iter().map(|member| Some(member.target)).collect(),
                Leg::Nowhere(_) => vec![None],
            };
            if targets.len() > 1 {
                let mut seen = BTreeSet::new();
                targets.retain(|target| seen.insert(*target));
            }
            for target in targets {
                facts.insert("hop", self.hop(hop, target));
                ask(&facts, (id, hop), target);
            }
        }
    }

    fn hop(&self, hop: &HopEdge, target: Option<TargetId>) -> Value {
        let to_route = hop.to_route().map(|to| self.table.routes[to].name.value.to_string());
        let label = hop.fallback(self.table).and_then(|fallback| fallback.label.as_ref());
        let announced = label.is_some_and(|label| label.value.announce.is_some());
        object([
            self.if_named("symptom", || text(hop.symptom.as_str())),
            self.if_named("step", || number(u64::try_from(hop.at.1 + 1).unwrap_or(u64::MAX))),
            self.if_named("toRoute", || text(to_route.unwrap_or_default())),
            self.if_named("target", || or_unknown(target, |target| self.target(target))),
            self.if_named("model", || or_unknown(target, |target| self.model(target))),
            self.if_named("labelled", || self.if_sayable(Value::Bool(label.is_some()))),
            self.if_named("announced", || self.if_sayable(Value::Bool(announced))),
        ])
    }

    /// What a rule that is asked of every target may ask.
    pub fn each_target(&self, target: TargetId) -> Facts {
        Facts::from([("target", self.target(target))])
    }

    /// What a rule that is asked of every key may ask.
    pub fn each_key(&self, key: KeyId) -> Facts {
        let node = &self.table.keys[key];
        let account = node.account.map(|account| &self.table.accounts[account]);
        let environment = account.and_then(|account| account.doc.environment.as_ref());
        let limit = node.doc.limits.as_ref().and_then(|limits| limits.requests_per_minute);
        let store = node.doc.secret.value.reference().and_then(|reference| reference.split(':').next());
        let facts = Facts::from([
            ("name", text(node.name.value.as_str())),
            ("account", text(node.doc.account.value.as_str())),
            ("environment", or_unknown(environment, |name| text(name.value.as_str()))),
            ("owner", or_unknown(node.doc.owner.as_deref(), text)),
            ("expires", or_unknown(node.doc.expires.as_ref(), |date| text(date.value.to_string()))),
            ("quota", or_unknown(node.doc.quota.as_ref(), |quota| text(quota.value.as_str()))),
            ("secretStore", or_unknown(store, text)),
            ("requestsPerMinute", or_unknown(limit, |limit| number(limit.get()))),
        ]);
        Facts::from([("key", Value::Object(facts))])
    }

    fn route(&self, id: RouteId) -> Value {
        let node = &self.table.routes[id];
        let slo = node.doc.slo.as_ref().map(|slo| &slo.value);
        let tier = slo.and_then(|slo| slo.tier).map(|tier| match tier {
            SloTier::Critical => "critical",
            SloTier::Standard => "standard",
            SloTier::BestEffort => "best-effort",
        });
        let deadline = slo.and_then(|slo| slo.deadline.as_ref());
        let promise = object([
            self.if_named("tier", || or_unknown(tier, text)),
            self.if_named("deadlineMs", || or_unknown(deadline, |deadline| number(deadline.value.0))),
        ]);
        let audience = node.doc.audience.as_ref().map(|audience| &audience.value);
        let teams = audience.map(|audience| audience.teams.iter().map(|team| team.value.as_str()));
        let places = audience.map(|audience| audience.environments.iter().map(|place| place.value.as_str()));
        let traffic = node.doc.traffic.as_ref().and_then(|traffic| traffic.value.requests_per_month);
        object([
            self.if_named("name", || text(node.name.value.as_str())),
            self.if_named("teams", || or_unknown(teams, texts)),
            self.if_named("environments", || or_unknown(places, texts)),
            self.if_named("data", || self.if_sayable(texts(node.doc.data.iter().map(|class| class.value.as_str())))),
            self.if_named("slo", || promise),
            self.if_named("ladder", || or_unknown(node.doc.ladder.as_ref(), |ladder| text(ladder.value.as_str()))),
            self.if_named("symptoms", || texts(node.rungs.iter().map(|rung| rung.symptom.as_str()))),
            self.if_named("pool", || Value::List(node.pool.iter().map(|member| self.target(member.target)).collect())),
            self.if_named("requestsPerMonth", || or_unknown(traffic, |traffic| number(traffic.get()))),
        ])
    }

    fn target(&self, id: TargetId) -> Value {
        let (table, node) = (self.table, &self.table.targets[id]);
        let offer = Offer::new(table, self.catalogue, id);
        let keys = node.keys.iter().map(|key| table.keys[*key].name.value.as_str());
        let egress = node.egress.iter().map(|path| table.egress[*path].name.value.as_str());
        object([
            self.if_named("name", || text(node.name.value.as_str())),
            self.if_named("model", || self.model(id)),
            self.if_named("provider", || text(offer.provider)),
            self.if_named("region", || or_unknown(offer.region, text)),
            self.if_named("jurisdiction", || or_unknown(offer.jurisdiction, text)),
            self.if_named("keys", || self.if_sayable(texts(keys))),
            self.if_named("accounts", || self.if_sayable(texts(offer.accounts.iter().copied()))),
            self.if_named("egress", || self.if_sayable(texts(egress))),
            self.if_named("tools", || self.if_sayable(texts(offer.tools.iter().copied()))),
            self.if_named("timeoutMs", || or_unknown(node.doc.timeout.as_ref(), |timeout| number(timeout.value.0))),
            self.if_named("trainsOnData", || or_unknown(offer.trains_on_data, Value::Bool)),
            self.if_named("retentionDays", || or_unknown(offer.retention_days, number)),
        ])
    }

    fn model(&self, id: TargetId) -> Value {
        let node = &self.table.targets[id];
        let facts: &Model = &node.facts;
        let size = |tokens: Option<Tokens>| or_unknown(tokens, |tokens| number(tokens.get()));
        let flag = |flag: Option<bool>| or_unknown(flag, Value::Bool);
        let price = object([
            self.if_named("inputMicroUsdPerMTok", || or_unknown(facts.price.input, |price| number(price.0))),
            self.if_named("outputMicroUsdPerMTok", || or_unknown(facts.price.output, |price| number(price.0))),
        ]);
        object([
            self.if_named("id", || text(node.doc.model.value.as_str())),
            self.if_named("vendor", || or_unknown(facts.vendor.as_deref(), text)),
            self.if_named("family", || or_unknown(facts.family.as_deref(), text)),
            self.if_named("tier", || or_unknown(facts.tier, |tier| text(tier.as_str()))),
            self.if_named("mode", || or_unknown(facts.mode, |mode| text(mode.as_str()))),
            self.if_named("contextTokens", || size(facts.limits.context_tokens)),
            self.if_named("outputTokens", || size(facts.limits.output_tokens)),
            self.if_named("tools", || flag(facts.capabilities.tools)),
            self.if_named("vision", || flag(facts.capabilities.vision)),
            self.if_named("structuredOutput", || flag(facts.capabilities.structured_output)),
            self.if_named("reasoning", || flag(facts.capabilities.reasoning)),
            self.if_named("retires", || {
                or_unknown(facts.lifecycle.retires.as_ref(), |date| text(date.value.to_string()))
            }),
            self.if_named("price", || price),
        ])
    }
}
