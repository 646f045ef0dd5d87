//! A cursor over the tree that follows aliases and merge keys and remembers both places.

use crate::source::{Place, Span, to_usize};

use super::tree::{Kind, NodeId, Style, Tree};
use super::{LIMITS, Scalar};

/// A node, as reached from the root: through an alias it has two places.
#[derive(Clone, Copy, Debug)]
pub struct Value<'t> {
    tree: &'t Tree<'t>,
    id: NodeId,
    alias: Option<Span>,
    depth: usize,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'t> {
    /// A single value.
    Scalar(Scalar<'t>),
    /// A list.
    Sequence,
    /// Keys and values.
    Mapping,
    /// Nothing readable; the reader of the text has said so.
    Missing,
}

impl<'t> Value<'t> {
    /// The value of a node.
    pub fn new(tree: &'t Tree<'t>, id: NodeId) -> Self {
        Self::through(tree, id, None, 0)
    }

    fn through(tree: &'t Tree<'t>, mut id: NodeId, mut alias: Option<Span>, depth: usize) -> Self {
        // An alias stands after its anchor, so every step goes to a smaller id.
        while let Kind::Alias(target) = tree.node(id).kind {
            let node = tree.node(id);
            alias.get_or_insert(tree.span(node.start, node.end));
            id = target;
        }
        Self { tree, id, alias, depth }
    }

    /// The node, after aliases.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Where it stands.
    pub fn place(self) -> Place {
        let node = self.tree.node(self.id);
        Place { defined: self.tree.span(node.start, node.end), alias: self.alias }
    }

    /// Where findings about it point.
    pub fn span(self) -> Span {
        self.place().span()
    }

    /// What it is.
    pub fn shape(self) -> Shape<'t> {
        let node = self.tree.node(self.id);
        match node.kind {
            Kind::Slice(..) | Kind::Owned(..) => match self.tree.text(node.kind) {
                Some((Style::Plain, text)) => Shape::Scalar(Scalar::plain(text)),
                Some((Style::Quoted, text)) => Shape::Scalar(Scalar::Text(text)),
                None => Shape::Missing,
            },
            Kind::Sequence(..) => Shape::Sequence,
            Kind::Mapping(..) | Kind::KnottyMapping(..) => Shape::Mapping,
            Kind::Alias(_) | Kind::Missing => Shape::Missing,
        }
    }

    /// The text of a scalar as written, whatever it would mean.
    pub fn raw_text(self) -> Option<&'t str> {
        self.tree.text(self.tree.node(self.id).kind).map(|(_, text)| text)
    }

    /// The text of a scalar that means text.
    pub fn text(self) -> Option<&'t str> {
        match self.shape() {
            Shape::Scalar(Scalar::Text(text)) => Some(text),
            Shape::Scalar(_) | Shape::Sequence | Shape::Mapping | Shape::Missing => None,
        }
    }

    /// Whether it is a list.
    pub fn is_sequence(self) -> bool {
        matches!(self.tree.node(self.id).kind, Kind::Sequence(..))
    }

    /// Whether it is a mapping.
    pub fn is_mapping(self) -> bool {
        matches!(self.tree.node(self.id).kind, Kind::Mapping(..) | Kind::KnottyMapping(..))
    }

    /// Whether it says nothing: `null`, `~`, or no value at all.
    pub fn is_null(self) -> bool {
        match self.tree.text(self.tree.node(self.id).kind) {
            Some((Style::Plain, text)) => Scalar::is_null(text),
            Some((Style::Quoted, _)) | None => false,
        }
    }

    /// Whether there is nothing readable here.
    fn is_missing(self) -> bool {
        matches!(self.tree.node(self.id).kind, Kind::Alias(_) | Kind::Missing)
    }

    fn nodes(self) -> &'t [NodeId] {
        let ids = match self.tree.node(self.id).kind {
            Kind::Sequence(first, len) | Kind::Mapping(first, len) | Kind::KnottyMapping(first, len) => {
                self.tree.children(first, len)
            }
            Kind::Slice(..) | Kind::Owned(..) | Kind::Alias(_) | Kind::Missing => &[],
        };
        // Aliases within aliases can nest deeper than the text does; readers recurse, so this must end.
        let cost = if self.depth > 2 * LIMITS.depth { usize::MAX } else { ids.len() };
        if self.alias.is_some() && !self.tree.afford(cost) { &[] } else { ids }
    }

    /// The items of a list, without those that could not be read.
    pub fn items(self) -> impl Iterator<Item = Value<'t>> + use<'t> {
        let ids = if self.is_sequence() { self.nodes() } else { &[] };
        ids.iter()
            .map(move |id| Self::through(self.tree, *id, self.alias, self.depth + 1))
            .filter(|item| !item.is_missing())
    }

    /// The keys and values of a mapping in source order, merge keys expanded (what is written here wins over what is
    /// merged) and, where a key stands twice, the last one, as gateways read it.
    pub fn entries(self) -> Vec<(Value<'t>, Value<'t>)> {
        self.each_entry().collect()
    }

    /// The same, one after the other.
    pub(super) fn each_entry(self) -> impl Iterator<Item = (Value<'t>, Value<'t>)> + use<'t> {
        let (plain, knotty) = match self.tree.node(self.id).kind {
            Kind::Mapping(..) => (Some(self.pairs()), Vec::new()),
            Kind::KnottyMapping(..) => (None, self.knotty_entries()),
            Kind::Slice(..) | Kind::Owned(..) | Kind::Sequence(..) | Kind::Alias(_) | Kind::Missing => {
                (None, Vec::new())
            }
        };
        plain.into_iter().flatten().chain(knotty)
    }

    fn pairs(self) -> impl Iterator<Item = (Value<'t>, Value<'t>)> + use<'t> {
        self.nodes().chunks_exact(2).filter_map(move |pair| {
            let [key, value] = pair else { return None };
            let key = Self::through(self.tree, *key, self.alias, self.depth + 1);
            let value = Self::through(self.tree, *value, self.alias, self.depth + 1);
            (!value.is_missing()).then_some((key, value))
        })
    }

    fn knotty_entries(self) -> Vec<(Value<'t>, Value<'t>)> {
        let mut own: Vec<(Value<'t>, Value<'t>)> = Vec::new();
        let mut merged: Vec<(Value<'t>, Value<'t>)> = Vec::new();
        for (key, value) in self.pairs() {
            if self.tree.merges && key.raw_text() == Some("<<") {
                merged.extend(value.entries());
                merged.extend(value.items().flat_map(Value::entries));
            } else {
                own.push((key, value));
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        let mut kept: Vec<_> = own.into_iter().rev().filter(|(key, _)| seen.insert(key.raw_text())).collect();
        kept.reverse();
        kept.extend(merged.into_iter().filter(|(key, _)| seen.insert(key.raw_text())));
        kept
    }

    /// The value of a key.
    pub fn get(self, name: &str) -> Option<Value<'t>> {
        self.get_entry(name).map(|(_, value)| value)
    }

    /// The key and value of a name.
    pub fn get_entry(self, name: &str) -> Option<(Value<'t>, Value<'t>)> {
        match self.tree.node(self.id).kind {
            Kind::Mapping(..) => self.pairs().find(|(key, _)| key.raw_text() == Some(name)),
            Kind::KnottyMapping(..) => self.entries().into_iter().find(|(key, _)| key.raw_text() == Some(name)),
            Kind::Slice(..) | Kind::Owned(..) | Kind::Sequence(..) | Kind::Alias(_) | Kind::Missing => None,
        }
    }

    /// The tree it belongs to.
    pub fn tree(self) -> &'t Tree<'t> {
        self.tree
    }

    /// The same data as JSON, for the schema validator. Numbers too exact for JSON stay text.
    pub fn to_json(self) -> serde_json::Value {
        match self.shape() {
            Shape::Scalar(Scalar::Null) | Shape::Missing => serde_json::Value::Null,
            Shape::Scalar(Scalar::Bool(truth)) => truth.into(),
            Shape::Scalar(Scalar::Integer(digits)) => {
                digits.parse::<i64>().map_or_else(|_| digits.into(), serde_json::Value::from)
            }
            Shape::Scalar(Scalar::Decimal(digits)) => {
                digits.parse::<f64>().map_or_else(|_| digits.into(), serde_json::Value::from)
            }
            Shape::Scalar(Scalar::Text(text)) => text.into(),
            Shape::Sequence => self.items().map(Value::to_json).collect(),
            Shape::Mapping => self
                .entries()
                .into_iter()
                .filter_map(|(key, value)| Some((key.raw_text()?.to_owned(), value.to_json())))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

impl Tree<'_> {
    /// The text of the source that a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.source.get(to_usize(span.start)..to_usize(span.end)).unwrap_or_default()
    }
}
