//! Conditions: which targets they lead to, and which of them never hold, always hold, or say less than they seem to.
//!
//! Facts are those of `src/services/conditionalRouter.ts` of the gateway and of runs of release 1.15.2: keys are looked up
//! by two words; `$and` and `$or` end the query at their place; the first target of a name is taken; what resolves to
//! nothing fails the request with 400.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, Sink, nearest, or_list, quote};
use crate::syntax::{Shape, Value};

use super::tree::{Group, Mode, Node, get};

/// The operators that compare a value.
const OPERATORS: [&str; 9] = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$regex"];

/// The two that join conditions.
const JOINING: [&str; 2] = ["$and", "$or"];

/// What a key may begin with.
const ROOTS: [&str; 3] = ["metadata", "params", "url"];

/// The targets that some request may be sent to, each once, in the order of the conditions, the default last.
pub(super) fn branches<'n, 't>(group: &'n Group<'t>) -> Vec<&'n Node<'t>> {
    let mut seen = BTreeSet::new();
    named(group)
        .into_iter()
        .filter_map(|(name, _)| target_of(group, name))
        .filter(|target| seen.insert(target.path.as_str()))
        .collect()
}

/// The names that conditions and the default give, with their places.
fn named<'t>(group: &Group<'t>) -> Vec<(&'t str, Value<'t>)> {
    let thens = conditions(group).into_iter().filter_map(|condition| condition.get("then"));
    let default = group.strategy.and_then(|strategy| get(strategy, "default"));
    thens.chain(default).filter_map(|value| Some((value.text()?, value))).collect()
}

fn conditions<'t>(group: &Group<'t>) -> Vec<Value<'t>> {
    let list = group.strategy.and_then(|strategy| get(strategy, "conditions"));
    list.into_iter().flat_map(Value::items).collect()
}

/// The first target of a name.
fn target_of<'n, 't>(group: &'n Group<'t>, name: &str) -> Option<&'n Node<'t>> {
    group.targets.iter().find(|target| target.name() == Some(name))
}

/// Reports what conditions get wrong.
pub(super) fn check(root: &Node<'_>, sink: &mut Sink) {
    for node in root.all() {
        let Some(group) = node.group.as_ref().filter(|group| group.mode == Mode::Conditional) else { continue };
        names(group, sink);
        complete(node, group, sink);
        let mut earlier: Vec<(serde_json::Value, Value<'_>)> = Vec::new();
        let mut always: Option<Value<'_>> = None;
        for condition in conditions(group) {
            let Some((key, query)) = condition.get_entry("query") else {
                let message = "a condition without a `query`; the gateway refuses the config with 400";
                let place = condition.entries().first().map_or(condition, |(key, _)| *key).place();
                sink.report(
                    Diagnostic::new("missing-key", place, "no `query`", message)
                        .help("write `\"query\": {\"metadata.KEY\": {\"$eq\": \"VALUE\"}}`"),
                );
                continue;
            };
            if let Some(first) = always {
                sink.report(
                    dead(
                        key,
                        "never asked",
                        "an earlier condition holds for every request, so this one is never asked",
                    )
                    .related(first.span(), "always holds")
                    .help("put the condition that always holds last, or name its target in `default`"),
                );
                continue;
            }
            if query.is_mapping() && query.entries().is_empty() {
                sink.report(
                    dead(key, "always holds", "an empty `query` holds for every request")
                        .at_most(Level::Warn)
                        .help("name its target in `default` instead, which says so"),
                );
                always = Some(key);
                continue;
            }
            let written = query.to_json();
            if let Some((_, first)) = earlier.iter().find(|(other, _)| *other == written) {
                sink.report(
                    dead(key, "the same again", "an earlier condition has the same `query`, so this one never decides")
                        .related(first.span(), "decides first")
                        .help("remove one of the two, or change what it asks"),
                );
                continue;
            }
            earlier.push((written, key));
            asks(query, sink);
        }
    }
}

fn dead(place: Value<'_>, label: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new("portkey-dead-condition", place.place(), label, message)
}

/// Names that no target has, that two have, and that no condition gives.
fn names(group: &Group<'_>, sink: &mut Sink) {
    let known: Vec<&str> = group.targets.iter().filter_map(Node::name).collect();
    for (name, value) in named(group) {
        if target_of(group, name).is_some() {
            continue;
        }
        let message = format!("no target here has the name {}; requests sent there fail with 400", quote(name));
        let by_id = group.targets.iter().any(|target| get(target.value, "id").and_then(Value::text) == Some(name));
        let help = match nearest(name, known.iter().copied()) {
            _ if by_id => "conditions go by `name`, not by `id`: write `name` in the target".to_owned(),
            Some(near) => format!("did you mean {}?", quote(near)),
            None if known.is_empty() => format!("write `\"name\": \"{name}\"` in the target that is meant"),
            None => format!("the targets are {}", or_list(known.iter().copied(), 6)),
        };
        sink.report(Diagnostic::new("unknown-reference", value.place(), "no such target", message).help(help));
    }
    let given: BTreeSet<&str> = named(group).into_iter().map(|(name, _)| name).collect();
    let mut seen: Vec<(&str, &Node<'_>)> = Vec::new();
    for target in &group.targets {
        let first = target.name().and_then(|name| seen.iter().find(|(other, _)| *other == name));
        if let Some((name, first)) = first {
            let message = format!("two targets have the name {}, and only the first is called", quote(name));
            sink.report(
                Diagnostic::new("dead-setting", target.place(), "never called", message)
                    .related(first.span(), "called instead")
                    .help("give it a name of its own, and a condition that names it"),
            );
        } else if target.name().is_none_or(|name| !given.contains(name)) && !given.is_empty() {
            let message = format!("no condition leads to {}, so it is never called", quote(&target.label));
            sink.report(
                Diagnostic::new("dead-setting", target.place(), "never called", message)
                    .at_most(Level::Warn)
                    .help("name it in a condition or in `default`, or remove it"),
            );
        }
        seen.extend(target.name().map(|name| (name, target)));
    }
}

/// Whether every request finds a target.
fn complete(node: &Node<'_>, group: &Group<'_>, sink: &mut Sink) {
    let place = group
        .strategy
        .and_then(|strategy| strategy.get_entry("mode"))
        .map_or_else(|| node.place(), |(_, mode)| mode.place());
    if conditions(group).is_empty() {
        let message = "a `conditional` strategy without `conditions`; every request fails with 400";
        sink.report(
            Diagnostic::new("missing-key", place, "no `conditions`", message)
                .help("write `conditions: [{\"query\": {\u{2026}}, \"then\": \"NAME\"}]`, or choose another `mode`"),
        );
        return;
    }
    let has_default = group.strategy.is_some_and(|strategy| get(strategy, "default").is_some());
    let always = |condition: Value<'_>| {
        condition.get("query").is_some_and(|query| query.is_mapping() && query.entries().is_empty())
    };
    if !has_default && !conditions(group).into_iter().any(always) {
        let message = "without `default`, a request that no condition fits fails with 400";
        sink.report(
            Diagnostic::new("missing-key", place, "no `default`", message)
                .help("write `\"default\": \"NAME\"` beside `conditions`; also a fallback around it is not taken then"),
        );
    }
}

/// One query: keys that are never found, operators that do not exist, and what stands behind `$and` or `$or`.
fn asks(query: Value<'_>, sink: &mut Sink) {
    let mut ended: Option<(&str, Value<'_>)> = None;
    for (key, value) in query.entries() {
        let Some(name) = key.raw_text() else { continue };
        if let Some((joining, by)) = ended {
            let message = format!("the gateway does not read {} behind {}", quote(name), quote(joining));
            sink.report(dead(key, "not asked", message).related(by.span(), "the query ends here").help(format!(
                "put both into one `$and`: `{{\"$and\": [{{\"{joining}\": \u{2026}}}, {{\"{name}\": \u{2026}}}]}}`"
            )));
            continue;
        }
        if JOINING.contains(&name) {
            if value.is_sequence() {
                value.items().for_each(|part| asks(part, sink));
                ended = Some((name, key));
            } else {
                let message = format!("{} takes a list of queries; without one the condition never holds", quote(name));
                sink.report(
                    dead(key, "never holds", message)
                        .help(format!("write `{{\"{name}\": [{{\u{2026}}}, {{\u{2026}}}]}}`")),
                );
            }
            continue;
        }
        looks_up(key, name, value, sink);
        compares(value, sink);
    }
}

/// A key of a query: two words, of which the first is known.
fn looks_up(key: Value<'_>, name: &str, value: Value<'_>, sink: &mut Sink) {
    let words: Vec<&str> = name.split('.').collect();
    let root = words.first().copied().unwrap_or_default();
    let negated = value.entries().iter().any(|(operator, _)| matches!(operator.raw_text(), Some("$ne" | "$nin")));
    let holds = if negated { "so the condition always holds" } else { "so the condition never holds" };
    if name.starts_with('$') {
        let message = format!("{} is no operator here; the gateway looks it up in the request, {holds}", quote(name));
        sink.report(dead(key, "not an operator", message).help("write `$and` or `$or` with a list of queries"));
    } else if !ROOTS.contains(&root) {
        let message = format!("{} names nothing of a request, {holds}", quote(name));
        let help = nearest(root, ROOTS).map_or_else(
            || "begin with `metadata.`, `params.` or `url.`".to_owned(),
            |near| format!("did you mean `{near}.`?"),
        );
        sink.report(dead(key, "nothing of this name", message).help(help));
    } else if words.len() != 2 {
        let read = words.iter().take(2).copied().collect::<Vec<_>>().join(".");
        let message = format!("the gateway looks up two words, {} here, {holds}", quote(&read));
        sink.report(
            dead(key, "one word too many or too few", message)
                .help("send what the condition needs as a flat entry of the metadata: `metadata.KEY`"),
        );
    } else if root == "url" && words.get(1) != Some(&"pathname") {
        let message = format!("{} names nothing of a request, {holds}", quote(name));
        sink.report(dead(key, "nothing of this name", message).help("write `url.pathname`"));
    }
}

/// What a value is compared with.
fn compares(value: Value<'_>, sink: &mut Sink) {
    if !matches!(value.shape(), Shape::Mapping) {
        return;
    }
    let mut masked: Option<Value<'_>> = None;
    for (operator, with) in value.entries() {
        let Some(name) = operator.raw_text() else { continue };
        if let Some(by) = masked {
            let message = format!("the gateway does not read {} behind `$regex`", quote(name));
            sink.report(
                dead(operator, "not compared", message)
                    .related(by.span(), "the comparison ends here")
                    .help("put `$regex` last"),
            );
            continue;
        }
        if !OPERATORS.contains(&name) {
            let message = format!("{} is no operator; a request that is compared so fails with 400", quote(name));
            let help = nearest(name, OPERATORS).map_or_else(
                || format!("there are {}", or_list(OPERATORS, OPERATORS.len()).replace(" or ", " and ")),
                |near| format!("did you mean {}?", quote(near)),
            );
            sink.report(Diagnostic::new("bad-value", operator.place(), "no such operator", message).help(help));
        } else if matches!(name, "$in" | "$nin") && !with.is_sequence() {
            let message = format!("{} needs a list; without one the condition never holds", quote(name));
            sink.report(dead(operator, "never holds", message).help(format!("write `{{\"{name}\": [\u{2026}]}}`")));
        }
        masked = masked.or((name == "$regex").then_some(operator));
    }
}
