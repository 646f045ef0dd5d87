//! Tests of the room as a whole, on a shape like that of a route table.

mod grammar;
mod hostile;
mod problems;
mod verdicts;

use std::collections::BTreeMap;

use super::{Field, Shape, Type, Value, compile};

const fn field(name: &'static str, kind: Type) -> Field {
    Field { name, kind, about: "" }
}

static PRICE: Shape = Shape { name: "price", fields: &[field("inputMicroUsdPerMTok", Type::Int)] };
static MODEL: Shape = Shape {
    name: "model",
    fields: &[
        field("id", Type::Text),
        field("tier", Type::Text),
        field("preview", Type::Bool),
        field("price", Type::Object(&PRICE)),
    ],
};
static HOP: Shape =
    Shape { name: "hop", fields: &[field("symptom", Type::Text), field("model", Type::Object(&MODEL))] };
static SLO: Shape = Shape { name: "slo", fields: &[field("tier", Type::Text)] };
static ROUTE: Shape = Shape {
    name: "route",
    fields: &[
        field("slo", Type::Object(&SLO)),
        field("data", Type::List(&Type::Text)),
        field("pool", Type::List(&Type::Text)),
        field("hops", Type::List(&Type::Object(&HOP))),
    ],
};
static TARGET: Shape = Shape { name: "target", fields: &[field("timeoutMs", Type::Int)] };
static KEY: Shape = Shape { name: "key", fields: &[field("owner", Type::Text), field("expires", Type::Text)] };
static ROOT: Shape = Shape {
    name: "rule",
    fields: &[
        field("route", Type::Object(&ROUTE)),
        field("hop", Type::Object(&HOP)),
        field("target", Type::Object(&TARGET)),
        field("key", Type::Object(&KEY)),
    ],
};

/// Each problem of an expression as `what it underlines | message | help`.
fn told(text: &str) -> Vec<String> {
    let problems = compile(text, &ROOT).err().unwrap_or_default();
    let lines = problems.iter().map(|problem| {
        let help = problem.help.as_deref().map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{} | {}{help}", text.get(problem.range.clone()).unwrap(), problem.message)
    });
    lines.collect()
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn texts(values: &[&str]) -> Value {
    Value::List(values.iter().map(|value| text(value)).collect())
}

fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::Object(BTreeMap::from(fields))
}

fn hop(id: &str, tier: Value) -> Value {
    let price = object([("inputMicroUsdPerMTok", Value::Int(3_000_000))]);
    let model = object([("id", text(id)), ("tier", tier), ("preview", Value::Bool(false)), ("price", price)]);
    object([("symptom", text("timeout")), ("model", model)])
}

/// Facts of which all are known.
fn known() -> BTreeMap<&'static str, Value> {
    let route = object([
        ("slo", object([("tier", text("critical"))])),
        ("data", texts(&["public", "customer-pii"])),
        ("pool", texts(&["a", "b", "ü😀"])),
        ("hops", Value::List(vec![hop("claude-x", text("frontier")), hop("gpt-preview", text("small"))])),
    ]);
    BTreeMap::from([
        ("route", route),
        ("hop", hop("claude-x", text("frontier"))),
        ("target", object([("timeoutMs", Value::Int(60_000))])),
        ("key", object([("owner", text("team-a")), ("expires", text(""))])),
    ])
}

/// Facts of which some are not known: the hop's tier, the route's pool, one item of its data, its second hop's tier, the
/// target's timeout (an absent field) and the key (an absent fact).
fn partly() -> BTreeMap<&'static str, Value> {
    let route = object([
        ("slo", object([("tier", text("critical"))])),
        ("data", Value::List(vec![text("public"), Value::Unknown])),
        ("pool", Value::Unknown),
        ("hops", Value::List(vec![hop("claude-x", text("frontier")), hop("gpt-preview", Value::Unknown)])),
    ]);
    BTreeMap::from([("route", route), ("hop", hop("claude-x", Value::Unknown)), ("target", object([]))])
}
