//! The facts of a table in the shape that expressions ask for. What a table does not say is unknown, never false.

use std::collections::{BTreeMap, BTreeSet};

use crate::expression::{Expression, Value};
use crate::graph::{HopEdge, HopId};
use crate::model::{Catalogue, Gateway, KeyId, Leg, Model, RouteId, SloTier, Table, TargetId, Tokens};

use super::custom::CustomClause;
use super::offer::Offer;

type Facts = BTreeMap<&'static str, Value>;

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
#[derive(Clone, Copy, Debug)]
pub struct FactsOf<'t> {
    table: &'t Table,
    catalogue: &'t Catalogue,
    /// The expressions that will ask: what they never name need not be told.
    asked: [Option<&'t str>; 2],
}

impl<'t> FactsOf<'t> {
    /// The facts of a table that a rule asks for.
    pub fn new(table: &'t Table, catalogue: &'t Catalogue, clause: &'t CustomClause) -> Self {
        let asked = [clause.when.as_ref().map(Expression::text), Some(clause.require.text())];
        Self { table, catalogue, asked }
    }

    /// Whether an expression names something.
    fn names(self, word: &str) -> bool {
        self.asked.iter().flatten().any(|text| text.contains(word))
    }

    /// A fact, if an expression names it.
    fn if_named(self, word: &str, fact: impl FnOnce() -> Value) -> Value {
        if self.names(word) { fact() } else { Value::Unknown }
    }

    /// A fact that only a route table can state. That a gateway's own file does not have it says nothing.
    fn if_sayable(self, fact: Value) -> Value {
        if self.table.gateway == Gateway::Native { fact } else { Value::Unknown }
    }

    /// What a rule that is asked of every route may ask.
    pub fn each_route(self, route: RouteId) -> Facts {
        Facts::from([("route", self.route(route))])
    }

    /// What a rule that is asked of every hop may ask, for the hops of one route: once for each target the hop can lead
    /// to, of a route it leads to each of the pool. A rule that asks of no target is asked once.
    pub fn each_hop<'g>(
        self,
        route: RouteId,
        hops: impl IntoIterator<Item = (HopId, &'g HopEdge)>,
        mut ask: impl FnMut(&Facts, (HopId, &'g HopEdge), Option<TargetId>),
    ) {
        let asks_targets = self.names("target") || self.names("model");
        let mut facts = Facts::new();
        for (id, hop) in hops {
            if facts.is_empty() {
                facts.insert("route", self.if_named("route", || self.route(route)));
            }
            let mut targets: Vec<Option<TargetId>> = match &hop.to {
                _ if !asks_targets => vec![None],
                Leg::Target(target) => vec![Some(*target)],
                Leg::Route(to) => self.table.routes[*to].pool.iter().map(|member| Some(member.target)).collect(),
                Leg::Nowhere(_) => vec![None],
            };
            let mut seen = BTreeSet::new();
            targets.retain(|target| seen.insert(*target));
            for target in targets {
                facts.insert("hop", self.hop(hop, target));
                ask(&facts, (id, hop), target);
            }
        }
    }

    fn hop(self, hop: &HopEdge, target: Option<TargetId>) -> Value {
        let to_route = hop.to_route().map(|to| self.table.routes[to].name.value.to_string());
        let label = hop.fallback(self.table).and_then(|fallback| fallback.label.as_ref());
        let announced = label.is_some_and(|label| label.value.announce.is_some());
        Value::Object(Facts::from([
            ("symptom", text(hop.symptom.as_str())),
            ("step", number(u64::try_from(hop.at.1 + 1).unwrap_or(u64::MAX))),
            ("toRoute", text(to_route.unwrap_or_default())),
            ("target", self.if_named("target", || or_unknown(target, |target| self.target(target)))),
            ("model", self.if_named("model", || or_unknown(target, |target| self.model(target)))),
            ("labelled", self.if_sayable(Value::Bool(label.is_some()))),
            ("announced", self.if_sayable(Value::Bool(announced))),
        ]))
    }

    /// What a rule that is asked of every target may ask.
    pub fn each_target(self, target: TargetId) -> Facts {
        Facts::from([("target", self.target(target))])
    }

    /// What a rule that is asked of every key may ask.
    pub fn each_key(self, key: KeyId) -> Facts {
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

    fn route(self, id: RouteId) -> Value {
        let node = &self.table.routes[id];
        let slo = node.doc.slo.as_ref().map(|slo| &slo.value);
        let tier = slo.and_then(|slo| slo.tier).map(|tier| match tier {
            SloTier::Critical => "critical",
            SloTier::Standard => "standard",
            SloTier::BestEffort => "best-effort",
        });
        let deadline = slo.and_then(|slo| slo.deadline.as_ref());
        let promise = Facts::from([
            ("tier", or_unknown(tier, text)),
            ("deadlineMs", or_unknown(deadline, |deadline| number(deadline.value.0))),
        ]);
        let audience = node.doc.audience.as_ref().map(|audience| &audience.value);
        let teams = audience.map(|audience| audience.teams.iter().map(|team| team.value.as_str()));
        let places = audience.map(|audience| audience.environments.iter().map(|place| place.value.as_str()));
        let traffic = node.doc.traffic.as_ref().and_then(|traffic| traffic.value.requests_per_month);
        Value::Object(Facts::from([
            ("name", text(node.name.value.as_str())),
            ("teams", or_unknown(teams, texts)),
            ("environments", or_unknown(places, texts)),
            ("data", self.if_sayable(texts(node.doc.data.iter().map(|class| class.value.as_str())))),
            ("slo", Value::Object(promise)),
            ("ladder", or_unknown(node.doc.ladder.as_ref(), |ladder| text(ladder.value.as_str()))),
            ("symptoms", texts(node.rungs.iter().map(|rung| rung.symptom.as_str()))),
            (
                "pool",
                self.if_named("pool", || {
                    Value::List(node.pool.iter().map(|member| self.target(member.target)).collect())
                }),
            ),
            ("requestsPerMonth", or_unknown(traffic, |traffic| number(traffic.get()))),
        ]))
    }

    fn target(self, id: TargetId) -> Value {
        let (table, node) = (self.table, &self.table.targets[id]);
        let offer = Offer::new(table, self.catalogue, id);
        let keys = node.keys.iter().map(|key| table.keys[*key].name.value.as_str());
        let egress = node.egress.iter().map(|path| table.egress[*path].name.value.as_str());
        Value::Object(Facts::from([
            ("name", text(node.name.value.as_str())),
            ("model", self.if_named("model", || self.model(id))),
            ("provider", text(offer.provider)),
            ("region", or_unknown(offer.region, text)),
            ("jurisdiction", or_unknown(offer.jurisdiction, text)),
            ("keys", self.if_sayable(texts(keys))),
            ("accounts", self.if_sayable(texts(offer.accounts.iter().copied()))),
            ("egress", self.if_sayable(texts(egress))),
            ("tools", self.if_sayable(texts(offer.tools.iter().copied()))),
            ("timeoutMs", or_unknown(node.doc.timeout.as_ref(), |timeout| number(timeout.value.0))),
            ("trainsOnData", or_unknown(offer.trains_on_data, Value::Bool)),
            ("retentionDays", or_unknown(offer.retention_days, number)),
        ]))
    }

    fn model(self, id: TargetId) -> Value {
        let node = &self.table.targets[id];
        let facts: &Model = &node.facts;
        let size = |tokens: Option<Tokens>| or_unknown(tokens, |tokens| number(tokens.get()));
        let flag = |flag: Option<bool>| or_unknown(flag, Value::Bool);
        let price = Facts::from([
            ("inputMicroUsdPerMTok", or_unknown(facts.price.input, |price| number(price.0))),
            ("outputMicroUsdPerMTok", or_unknown(facts.price.output, |price| number(price.0))),
        ]);
        Value::Object(Facts::from([
            ("id", text(node.doc.model.value.as_str())),
            ("vendor", or_unknown(facts.vendor.as_deref(), text)),
            ("family", or_unknown(facts.family.as_deref(), text)),
            ("tier", or_unknown(facts.tier, |tier| text(tier.as_str()))),
            ("mode", or_unknown(facts.mode, |mode| text(mode.as_str()))),
            ("contextTokens", size(facts.limits.context_tokens)),
            ("outputTokens", size(facts.limits.output_tokens)),
            ("tools", flag(facts.capabilities.tools)),
            ("vision", flag(facts.capabilities.vision)),
            ("structuredOutput", flag(facts.capabilities.structured_output)),
            ("reasoning", flag(facts.capabilities.reasoning)),
            ("retires", or_unknown(facts.lifecycle.retires.as_ref(), |date| text(date.value.to_string()))),
            ("price", Value::Object(price)),
        ]))
    }
}
