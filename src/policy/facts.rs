//! What the expressions of custom rules can ask: the shape of a route, a hop, a target, a key and a model, and the facts
//! of a table in that shape. What a table does not say is unknown, never false.

use std::collections::BTreeMap;

use crate::expression::{Expression, Field, Shape, Type, Value};
use crate::graph::HopEdge;
use crate::model::{Catalogue, Each, KeyId, Leg, Model, RouteId, SloTier, Table, TargetId, Tokens};

use super::custom::CustomClause;
use super::offer::Offer;

type Facts = BTreeMap<&'static str, Value>;

const TEXTS: Type = Type::List(&Type::Text);

const fn field(name: &'static str, kind: Type, about: &'static str) -> Field {
    Field { name, kind, about }
}

static PRICE: Shape = Shape {
    name: "price",
    fields: &[
        field("inputMicroUsdPerMTok", Type::Int, "millionths of a dollar per million tokens of prompt"),
        field("outputMicroUsdPerMTok", Type::Int, "millionths of a dollar per million tokens of answer"),
    ],
};

static MODEL: Shape = Shape {
    name: "model",
    fields: &[
        field("id", Type::Text, "the model as the table writes it"),
        field("vendor", Type::Text, "who made it"),
        field("family", Type::Text, "its family"),
        field("tier", Type::Text, "frontier, standard or small"),
        field("mode", Type::Text, "chat, embedding, …"),
        field("contextTokens", Type::Int, "tokens of a prompt"),
        field("outputTokens", Type::Int, "tokens of an answer"),
        field("tools", Type::Bool, "whether it calls tools"),
        field("vision", Type::Bool, "whether it reads images"),
        field("structuredOutput", Type::Bool, "whether it follows a JSON Schema"),
        field("reasoning", Type::Bool, "whether it reasons before it answers"),
        field("retires", Type::Text, "its last day, as YYYY-MM-DD"),
        field("price", Type::Object(&PRICE), "what it costs"),
    ],
};

static TARGET: Shape = Shape {
    name: "target",
    fields: &[
        field("name", Type::Text, "its name"),
        field("model", Type::Object(&MODEL), "the model it serves"),
        field("provider", Type::Text, "who serves it"),
        field("region", Type::Text, "where"),
        field("jurisdiction", Type::Text, "the law that holds there"),
        field("keys", TEXTS, "its keys, in order"),
        field("accounts", TEXTS, "the accounts of its keys"),
        field("egress", TEXTS, "its network paths, in order"),
        field("tools", TEXTS, "the tools it runs for callers"),
        field("timeoutMs", Type::Int, "milliseconds until a call is given up"),
        field("trainsOnData", Type::Bool, "whether its provider may train on what it is sent"),
        field("retentionDays", Type::Int, "for how many days its provider keeps that"),
    ],
};

static SLO: Shape = Shape {
    name: "slo",
    fields: &[
        field("tier", Type::Text, "critical, standard or best-effort"),
        field("deadlineMs", Type::Int, "milliseconds until callers stop waiting"),
    ],
};

static ROUTE: Shape = Shape {
    name: "route",
    fields: &[
        field("name", Type::Text, "its name"),
        field("teams", TEXTS, "the teams of its audience"),
        field("environments", TEXTS, "the environments of its audience"),
        field("data", TEXTS, "the classes of data it carries"),
        field("slo", Type::Object(&SLO), "what it promises"),
        field("ladder", Type::Text, "the ladder it uses"),
        field("symptoms", TEXTS, "the symptoms it has steps for"),
        field("pool", Type::List(&Type::Object(&TARGET)), "the targets of its pool"),
        field("requestsPerMonth", Type::Int, "its planned traffic"),
    ],
};

static HOP: Shape = Shape {
    name: "hop",
    fields: &[
        field("symptom", Type::Text, "the symptom it is taken on, or any"),
        field("step", Type::Int, "which step of the ladder it is, from 1"),
        field("toRoute", Type::Text, "the route it leads to; empty for a target"),
        field("target", Type::Object(&TARGET), "the target it leads to; for a route, the first of its pool"),
        field("model", Type::Object(&MODEL), "the model of that target"),
        field("labelled", Type::Bool, "whether it has a label"),
        field("announced", Type::Bool, "whether callers learn of it"),
    ],
};

static KEY: Shape = Shape {
    name: "key",
    fields: &[
        field("name", Type::Text, "its name"),
        field("account", Type::Text, "the account it belongs to"),
        field("environment", Type::Text, "the environment of that account"),
        field("owner", Type::Text, "who answers for it"),
        field("expires", Type::Text, "its last day, as YYYY-MM-DD"),
        field("quota", Type::Text, "the quota it shares"),
        field("secretStore", Type::Text, "where its secret is kept: env, file, vault, …"),
        field("requestsPerMinute", Type::Int, "its limit"),
    ],
};

static EACH_ROUTE: Shape = Shape { name: "a route", fields: &[field("route", Type::Object(&ROUTE), "the route")] };

static EACH_HOP: Shape = Shape {
    name: "a hop",
    fields: &[
        field("route", Type::Object(&ROUTE), "the route whose ladder the hop stands in"),
        field("hop", Type::Object(&HOP), "the hop"),
    ],
};

static EACH_TARGET: Shape = Shape { name: "a target", fields: &[field("target", Type::Object(&TARGET), "the target")] };

static EACH_KEY: Shape = Shape { name: "a key", fields: &[field("key", Type::Object(&KEY), "the key")] };

/// What an expression may ask, by what it is asked of.
pub(super) fn shape(each: Each) -> &'static Shape {
    match each {
        Each::Route => &EACH_ROUTE,
        Each::Hop => &EACH_HOP,
        Each::Target => &EACH_TARGET,
        Each::Key => &EACH_KEY,
    }
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

    /// What a rule that is asked of every route may ask.
    pub fn each_route(self, route: RouteId) -> Facts {
        Facts::from([("route", self.route(route))])
    }

    /// What a rule that is asked of every hop may ask.
    pub fn each_hop(self, hop: &HopEdge) -> Facts {
        let target = match &hop.to {
            Leg::Target(target) => Some(*target),
            Leg::Route(to) => self.table.routes[*to].pool.first().map(|member| member.target),
            Leg::Nowhere(_) => None,
        };
        let to_route = hop.to_route().map(|to| self.table.routes[to].name.value.to_string());
        let label = hop.fallback(self.table).and_then(|fallback| fallback.label.as_ref());
        let facts = Facts::from([
            ("symptom", text(hop.symptom.as_str())),
            ("step", number(u64::try_from(hop.at.1 + 1).unwrap_or(u64::MAX))),
            ("toRoute", text(to_route.unwrap_or_default())),
            ("target", self.if_named("target", || or_unknown(target, |target| self.target(target)))),
            ("model", self.if_named("model", || or_unknown(target, |target| self.model(target)))),
            ("labelled", Value::Bool(label.is_some())),
            ("announced", Value::Bool(label.is_some_and(|label| label.value.announce.is_some()))),
        ]);
        Facts::from([("route", self.if_named("route", || self.route(hop.from))), ("hop", Value::Object(facts))])
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
            ("data", texts(node.doc.data.iter().map(|class| class.value.as_str()))),
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
        Value::Object(Facts::from([
            ("name", text(node.name.value.as_str())),
            ("model", self.if_named("model", || self.model(id))),
            ("provider", text(offer.provider)),
            ("region", or_unknown(offer.region, text)),
            ("jurisdiction", or_unknown(offer.jurisdiction, text)),
            ("keys", texts(node.keys.iter().map(|key| table.keys[*key].name.value.as_str()))),
            ("accounts", texts(offer.accounts.iter().copied())),
            ("egress", texts(node.egress.iter().map(|path| table.egress[*path].name.value.as_str()))),
            ("tools", texts(offer.tools.iter().copied())),
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
