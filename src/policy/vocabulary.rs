//! What the expressions of custom rules can ask: the shape of a route, a hop, a target, a key and a model.

use std::fmt::Write;

use crate::expression::{Field, Shape, Type};
use crate::model::Each;

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
        field("target", Type::Object(&TARGET), "the target it leads to; for a route, each of its pool in turn"),
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

/// Every fact that an expression may name, by what its rule is asked of, for people.
pub fn vocabulary() -> String {
    let mut out = String::new();
    for (word, each) in [("route", Each::Route), ("hop", Each::Hop), ("target", Each::Target), ("key", Each::Key)] {
        let names: Vec<&str> = shape(each).fields.iter().map(|field| field.name).collect();
        let _ = writeln!(out, "each: {word} asks {}", names.join(" and "));
    }
    for shape in [&ROUTE, &SLO, &HOP, &TARGET, &MODEL, &PRICE, &KEY] {
        let _ = writeln!(out, "\n{}", shape.name);
        for field in shape.fields {
            let _ = writeln!(out, "  {:<24} {:<18} {}", field.name, kind(field.kind), field.about);
        }
    }
    out
}

fn kind(kind: Type) -> String {
    match kind {
        Type::Bool => "true or false".to_owned(),
        Type::Int => "number".to_owned(),
        Type::Text => "text".to_owned(),
        Type::List(items) => format!("list of {}", self::kind(*items)),
        Type::Object(shape) => shape.name.to_owned(),
    }
}
