//! The failover graph: a tree for people, JSON for scripts, Dot and Mermaid for pictures.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;

use crate::graph::{FailoverGraph, HopEdge};
use crate::model::{Gateway, HopKind, Leg, RouteId, Table, TargetId};
use crate::source::SourceMap;

use super::summary::count;
use super::{Places, escape};

/// How to draw a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// For people.
    Tree,
    /// For scripts.
    Json,
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
}

/// The graph of a table. `schema/graph.schema.json` is made from this.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Graph")]
pub(crate) struct JsonGraph {
    /// The version of this format.
    version: u32,
    /// The name of the table.
    table: String,
    /// Whose semantics it has: `routec` or the name of a gateway.
    gateway: &'static str,
    /// Routes, and the targets that hops lead to directly.
    nodes: Vec<JsonNode>,
    /// Hops, in source order.
    edges: Vec<JsonEdge>,
    /// Routes that fall back to each other, one list a strongly connected component.
    cycles: Vec<Vec<String>>,
}

/// A route or a target.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Node")]
struct JsonNode {
    /// Its name.
    name: String,
    /// `route` or `target`.
    kind: &'static str,
    /// The targets that answer when nothing fails.
    targets: Vec<String>,
    /// The models of those targets.
    models: Vec<String>,
    /// The file it is defined in.
    file: String,
    /// The line.
    line: u32,
}

/// A hop.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Edge")]
struct JsonEdge {
    /// The route it leaves.
    from: String,
    /// Where it leads; the name as written if nothing defines it.
    to: String,
    /// What `to` is: `route`, `target` or `unknown`.
    #[serde(rename = "toKind")]
    to_kind: &'static str,
    /// The gateway's list (`general`, `context_window`, `image`, …), or `fallback`.
    kind: String,
    /// The symptom on which it is taken.
    symptom: &'static str,
    /// The step of the ladder, from 1.
    step: usize,
    /// The target as written, before aliases and patterns.
    written: String,
    /// How the gateway finds its target: `group`, `alias`, `model-id`, `wildcard`, `model`, `bare` (its provider is
    /// taken from elsewhere), `again` (asked before, passed over) or `nowhere`; nothing for a step of a ladder.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<&'static str>,
    /// Whether something defines its target.
    resolved: bool,
    /// Whether it can be taken: not if its source does not exist or an earlier entry wins.
    live: bool,
    /// The file it stands in.
    file: String,
    /// The line.
    line: u32,
}

/// Draws a graph.
pub fn render(sources: &SourceMap, table: &Table, graph: &FailoverGraph, format: GraphFormat) -> String {
    let json = gather(sources, table, graph);
    match format {
        GraphFormat::Json => {
            let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
            text.push('\n');
            escape::json(&text)
        }
        GraphFormat::Dot => dot(&json),
        GraphFormat::Mermaid => mermaid(&json),
        GraphFormat::Tree => tree(table, graph, &json),
    }
}

fn gather(sources: &SourceMap, table: &Table, graph: &FailoverGraph) -> JsonGraph {
    let mut places = Places::new(sources);
    let mut nodes = Vec::new();
    for (id, route) in table.routes.iter() {
        let region = places.region(route.name.span());
        nodes.push(JsonNode {
            name: route.name.value.to_string(),
            kind: "route",
            targets: table.pool_of(id).map(|target| target.name.value.to_string()).collect(),
            models: table.pool_of(id).map(|target| target.doc.model.value.to_string()).collect(),
            file: region.file,
            line: region.line,
        });
    }
    let direct: BTreeSet<TargetId> = graph
        .hops()
        .filter_map(|(_, hop)| match &hop.to {
            Leg::Target(target) => Some(*target),
            Leg::Route(_) | Leg::Nowhere(_) => None,
        })
        .collect();
    for target in direct.iter().map(|id| &table.targets[*id]) {
        let region = places.region(target.name.span());
        nodes.push(JsonNode {
            name: target.name.value.to_string(),
            kind: "target",
            targets: Vec::new(),
            models: vec![target.doc.model.value.to_string()],
            file: region.file,
            line: region.line,
        });
    }
    let mut edges: Vec<JsonEdge> = graph.hops().map(|(_, hop)| edge(table, hop, &mut places)).collect();
    for dead in &table.dead_hops {
        let region = places.region(dead.place.span());
        edges.push(JsonEdge {
            from: dead.from.clone(),
            to: dead.resolved.clone().unwrap_or_else(|| dead.to.clone()),
            to_kind: if dead.resolved.is_some() { "route" } else { "unknown" },
            kind: dead.list.to_owned(),
            symptom: "any",
            step: 0,
            written: dead.to.clone(),
            via: None,
            resolved: dead.resolved.is_some(),
            live: false,
            file: region.file,
            line: region.line,
        });
    }
    let cycles = graph.cycles(table, |hop| !hop.is_pattern(table));
    let names = |members: &[RouteId]| members.iter().map(|route| table.routes[*route].name.value.to_string()).collect();
    JsonGraph {
        version: 1,
        table: table.name.to_string(),
        gateway: table.gateway.as_str(),
        nodes,
        edges,
        cycles: cycles.iter().map(|cycle| names(&cycle.members)).collect(),
    }
}

fn edge(table: &Table, hop: &HopEdge, places: &mut Places<'_>) -> JsonEdge {
    let region = places.region(hop.place.span());
    let (to, to_kind) = match &hop.to {
        Leg::Route(route) => (table.routes[*route].name.value.to_string(), "route"),
        Leg::Target(target) => (table.targets[*target].name.value.to_string(), "target"),
        Leg::Nowhere(name) => (name.to_string(), "unknown"),
    };
    let (kind, written, via) = match hop.fallback(table).map(|fallback| &fallback.kind) {
        Some(HopKind::Listed { list, written, via }) => ((*list).to_owned(), written.clone(), Some(via.as_str())),
        Some(HopKind::Native | HopKind::Handover) | None => ("fallback".to_owned(), to.clone(), None),
    };
    JsonEdge {
        from: table.routes[hop.from].name.value.to_string(),
        resolved: to_kind != "unknown",
        to,
        to_kind,
        kind,
        symptom: hop.symptom.as_str(),
        step: hop.at.1 + 1,
        written,
        via,
        live: true,
        file: region.file,
        line: region.line,
    }
}

/// The words on an edge.
fn caption(edge: &JsonEdge) -> String {
    if edge.kind == "fallback" { format!("{} {}", edge.symptom, edge.step) } else { edge.kind.clone() }
}

/// The nodes of a picture, each with its number; what nothing defines is a node as well.
struct Numbered {
    names: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

impl Numbered {
    fn new(json: &JsonGraph) -> Self {
        let mut numbered = Self { names: Vec::new(), numbers: BTreeMap::new() };
        let nodes = json.nodes.iter().map(|node| format!("{} {}", node.kind, node.name));
        let ends = json
            .edges
            .iter()
            .flat_map(|edge| [format!("route {}", edge.from), format!("{} {}", edge.to_kind, edge.to)]);
        for name in nodes.chain(ends) {
            let next = numbered.names.len();
            if let Entry::Vacant(slot) = numbered.numbers.entry(name.clone()) {
                slot.insert(next);
                numbered.names.push(name);
            }
        }
        numbered
    }

    /// The numbers of the two ends of an edge.
    fn ends(&self, edge: &JsonEdge) -> (usize, usize) {
        let number = |name: &str| self.numbers.get(name).copied().unwrap_or(0);
        (number(&format!("route {}", edge.from)), number(&format!("{} {}", edge.to_kind, edge.to)))
    }
}

fn dot(json: &JsonGraph) -> String {
    let nodes = Numbered::new(json);
    let mut out = format!("digraph \"{}\" {{\n  rankdir=LR;\n", escape::label(&json.table));
    for (at, name) in nodes.names.iter().enumerate() {
        let (kind, name) = name.split_once(' ').unwrap_or_default();
        let shape = match kind {
            "route" => "box",
            "target" => "ellipse",
            _ => "diamond",
        };
        let _ = writeln!(out, "  n{at} [shape={shape} label=\"{}\"];", escape::label(name));
    }
    for edge in &json.edges {
        let (from, to) = nodes.ends(edge);
        let style = if edge.live { "" } else { " style=dashed" };
        let _ = writeln!(out, "  n{from} -> n{to} [label=\"{}\"{style}];", escape::label(&caption(edge)));
    }
    out.push_str("}\n");
    out
}

fn mermaid(json: &JsonGraph) -> String {
    let nodes = Numbered::new(json);
    let mut out = String::from("flowchart LR\n");
    for (at, name) in nodes.names.iter().enumerate() {
        let (kind, name) = name.split_once(' ').unwrap_or_default();
        let (open, close) = match kind {
            "route" => ("[\"", "\"]"),
            "target" => ("([\"", "\"])"),
            _ => ("{\"", "\"}"),
        };
        let _ = writeln!(out, "  n{at}{open}{}{close}", escape::label(name));
    }
    for edge in &json.edges {
        let (from, to) = nodes.ends(edge);
        let arrow = if edge.live { "-->" } else { "-.->" };
        let _ = writeln!(out, "  n{from} {arrow}|\"{}\"| n{to}", escape::label(&caption(edge)));
    }
    out
}

fn tree(table: &Table, graph: &FailoverGraph, json: &JsonGraph) -> String {
    let mut out = String::new();
    // The edges stand in the order of the routes they leave.
    let mut next = 0;
    for (id, route) in table.routes.iter() {
        let models: Vec<String> = table
            .pool_of(id)
            .map(|target| match table.gateway {
                Gateway::Native => format!("{} ({})", target.name.value, target.doc.model.value),
                Gateway::Envoy => target.name.value.to_string(),
                Gateway::LiteLlm | Gateway::OpenClaw | Gateway::Portkey => target.doc.model.value.to_string(),
            })
            .collect();
        let _ = writeln!(out, "{}  {}", escape::line(route.name.value.as_str()), escape::line(&models.join(", ")));
        let hops = json.edges.get(next..next + graph.hops_of(id).len()).unwrap_or_default();
        next += hops.len();
        let mut asked: Vec<String> = table.pool_of(id).map(|target| target.name.value.to_string()).collect();
        for (at, edge) in hops.iter().enumerate() {
            let branch = if at + 1 == hops.len() { "└─" } else { "├─" };
            let what = match edge.to_kind {
                "unknown" => " (nothing defines it)".to_owned(),
                "target" if table.gateway == Gateway::OpenClaw && asked.contains(&edge.to) => {
                    " (asked already, passed over)".to_owned()
                }
                "target" if table.gateway == Gateway::OpenClaw => match edge.via {
                    Some("bare") => {
                        format!(" (written {}: the provider of the first model)", escape::line(&edge.written))
                    }
                    Some("alias") => format!(" (by its alias {})", escape::line(&edge.written)),
                    Some(_) | None => String::new(),
                },
                "target" => format!(" (target, {})", model_of(json, &edge.to)),
                _ if edge.to == edge.from => " (itself)".to_owned(),
                _ => String::new(),
            };
            let _ = writeln!(out, "{branch} {} → {}{what}", caption(edge), escape::line(&edge.to));
            asked.push(edge.to.clone());
        }
    }
    for edge in json.edges.iter().filter(|edge| !edge.live) {
        let line = format!("never used: {} → {} ({}, {}:{})", edge.from, edge.to, edge.kind, edge.file, edge.line);
        let _ = writeln!(out, "{}", escape::line(&line));
    }
    for cycle in &json.cycles {
        let _ = writeln!(out, "cycle: {}", escape::line(&cycle.join(", ")));
    }
    let _ = writeln!(
        out,
        "{}: {}, {}, {}",
        escape::line(&json.table),
        count(table.routes.len(), "route"),
        count(json.edges.iter().filter(|edge| edge.live).count(), "hop"),
        count(json.cycles.len(), "cycle")
    );
    out
}

/// The model behind a target that a hop leads to.
fn model_of(json: &JsonGraph, target: &str) -> String {
    let node = json.nodes.iter().find(|node| node.kind == "target" && node.name == target);
    escape::line(&node.map_or_else(String::new, |node| node.models.join(", ")))
}
