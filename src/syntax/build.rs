//! Scalars and the starts and ends of collections become the tree, whoever reads them.

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::source::{to_u32, to_usize};

use super::LIMITS;
use super::parse::Failure;
use super::tree::{Kind, NodeId, Style, Tree};

/// What a collection holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collection {
    Sequence,
    Mapping,
}

struct Open {
    id: NodeId,
    first_pending: usize,
    collection: Collection,
    is_flow: bool,
}

/// A tree in the making.
pub(super) struct Builder<'s> {
    pub(super) tree: Tree<'s>,
    pending: Vec<NodeId>,
    open: Vec<Open>,
    last_end: u32,
    found: Vec<Diagnostic>,
}

impl<'s> Builder<'s> {
    pub(super) fn new(tree: Tree<'s>) -> Self {
        Self { tree, pending: Vec::new(), open: Vec::new(), last_end: 0, found: Vec::new() }
    }

    /// The end of the last node.
    pub(super) fn last_end(&self) -> u32 {
        self.last_end
    }

    /// Adds a scalar that stands between two offsets, quotes included, and means a text.
    pub(super) fn scalar(&mut self, text: &str, style: Style, start: u32, end: u32) -> Result<NodeId, Failure> {
        if text.len() > LIMITS.scalar {
            return Err(Failure { at: start, message: format!("a value is larger than {} MiB", LIMITS.scalar >> 20) });
        }
        let kind = self.text_kind(text, style, start, end);
        let id = self.tree.push(start, end, kind);
        self.add(id, end);
        Ok(id)
    }

    /// Adds a node without children.
    pub(super) fn leaf(&mut self, start: u32, end: u32, kind: Kind) {
        let id = self.tree.push(start, end, kind);
        self.add(id, end);
    }

    /// Begins a collection; what comes until it is closed belongs to it.
    pub(super) fn begin(&mut self, collection: Collection, is_flow: bool, start: u32) -> Result<NodeId, Failure> {
        if self.open.len() >= LIMITS.depth {
            return Err(Failure { at: start, message: format!("more than {} levels of nesting", LIMITS.depth) });
        }
        let id = self.tree.push(start, start, Kind::Missing);
        self.open.push(Open { id, first_pending: self.pending.len(), collection, is_flow });
        Ok(id)
    }

    /// Ends the collection that was begun last. Block collections have no closing mark and end with their last child.
    pub(super) fn close(&mut self, end: u32) {
        let Some(open) = self.open.pop() else { return };
        let from = open.first_pending.min(self.pending.len());
        if open.collection == Collection::Mapping && (self.pending.len() - from) % 2 == 1 {
            self.pending.pop();
        }
        let knotty = open.collection == Collection::Mapping && self.check_keys(from);
        let ids = self.pending.get(from..).unwrap_or_default();
        let (first, len) = (to_u32(self.tree.children.len()), to_u32(ids.len()));
        let last = ids.last().map(|id| self.tree.node(*id).end);
        let end = if open.is_flow { end } else { last.unwrap_or(end) };
        self.tree.children.extend_from_slice(ids);
        self.pending.truncate(from);
        let id = open.id;
        if let Some(node) = self.tree.nodes.get_mut(to_usize(id.0)) {
            node.end = end.max(node.start);
            node.kind = match (open.collection, knotty) {
                (Collection::Mapping, true) => Kind::KnottyMapping(first, len),
                (Collection::Mapping, false) => Kind::Mapping(first, len),
                (Collection::Sequence, _) => Kind::Sequence(first, len),
            };
        }
        self.add(id, end);
    }

    /// Ends everything that a failure left open.
    pub(super) fn close_all(&mut self, at: u32) {
        let found = self.found.len();
        while !self.open.is_empty() {
            self.close(at.max(self.last_end));
        }
        self.found.truncate(found);
    }

    /// Joins the pieces read before and after failures into one document, and reports what was found.
    pub(super) fn finish(mut self, sink: &mut Sink) -> Tree<'s> {
        for found in self.found {
            sink.report(found);
        }
        if self.tree.broken && self.tree.roots.len() > 1 {
            let mut ids: Vec<NodeId> = Vec::new();
            let (mut start, mut end, mut pieces) = (u32::MAX, 0, 0);
            for root in &self.tree.roots {
                let node = self.tree.node(*root);
                if let Kind::Mapping(first, len) | Kind::KnottyMapping(first, len) = node.kind {
                    ids.extend_from_slice(self.tree.children(first, len));
                    (start, end, pieces) = (start.min(node.start), end.max(node.end), pieces + 1);
                }
            }
            if pieces > 0 {
                let first = to_u32(self.tree.children.len());
                let len = to_u32(ids.len());
                self.tree.children.append(&mut ids);
                let root = self.tree.push(start, end, Kind::KnottyMapping(first, len));
                self.tree.roots = vec![root];
            }
        }
        self.tree
    }

    fn add(&mut self, id: NodeId, end: u32) {
        self.last_end = self.last_end.max(end);
        if self.open.is_empty() {
            self.tree.roots.push(id);
        } else {
            self.pending.push(id);
        }
    }

    fn text_kind(&mut self, text: &str, style: Style, start: u32, end: u32) -> Kind {
        // The parser hands out an absent value as a plain `~` that covers nothing.
        if style == Style::Plain && start == end {
            return Kind::Slice(style, start, start);
        }
        let offset = text.as_ptr().addr().wrapping_sub(self.tree.source.as_ptr().addr());
        if self.tree.source.get(offset..offset.saturating_add(text.len())) == Some(text) {
            return Kind::Slice(style, to_u32(offset), to_u32(offset + text.len()));
        }
        for at in [start, start + 1] {
            let to = at.saturating_add(to_u32(text.len()));
            if to <= end && self.tree.source.get(to_usize(at)..to_usize(to)) == Some(text) {
                return Kind::Slice(style, at, to);
            }
        }
        self.tree.owned.push(text.into());
        Kind::Owned(style, to_u32(self.tree.owned.len() - 1))
    }

    /// Whether some of many keys have the same text.
    fn repeats(&self, ids: &[NodeId]) -> bool {
        let keys = ids.iter().step_by(2).filter_map(|key| self.tree.text(self.tree.node(*key).kind));
        let mut texts: Vec<&str> = keys.map(|(_, text)| text).collect();
        texts.sort_unstable();
        texts.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
    }

    /// Reports keys that stand twice or are no words; true where reading the mapping takes care.
    fn check_keys(&mut self, from: usize) -> bool {
        let ids = self.pending.get(from..).unwrap_or_default();
        let keys = ids.iter().step_by(2);
        let mut knotty = false;
        // Most mappings are small, and comparing a few keys is quicker than keeping them in a set.
        let mut few = [("", NodeId(0)); 16];
        let mut count = 0;
        let mut many = std::collections::BTreeMap::new();
        let is_large = ids.len() > 2 * few.len();
        let may_repeat = !is_large || self.repeats(ids);
        for key in keys {
            let node = self.tree.node(*key);
            let span = self.tree.span(node.start, node.end);
            let Some((_, text)) = self.tree.text(node.kind) else {
                knotty = true;
                let before = self.tree.source.get(..to_usize(node.start)).unwrap_or_default();
                if before.ends_with('{') && matches!(node.kind, Kind::Mapping(..) | Kind::KnottyMapping(..)) {
                    let message = "a template expression stands here, and this is no YAML until it is rendered";
                    self.found.push(
                        Diagnostic::new("syntax-error", span, "a template", message)
                            .help("check what it renders to, for example `helm template … | routec check -`"),
                    );
                } else if !matches!(node.kind, Kind::Alias(_) | Kind::Missing) {
                    let message = "a key is a list or a mapping here, where a name is wanted";
                    self.found.push(Diagnostic::new("wrong-type", span, "not a name", message));
                }
                continue;
            };
            let merges = self.tree.merges && text == "<<";
            knotty |= merges;
            let earlier = if !may_repeat {
                None
            } else if is_large {
                many.insert(text, *key)
            } else {
                let found = few.iter().take(count).find(|(seen, _)| *seen == text).map(|(_, id)| *id);
                if let Some(free) = few.get_mut(count) {
                    *free = (text, *key);
                    count += 1;
                }
                found
            };
            if let Some(earlier) = earlier {
                knotty = true;
                if merges {
                    continue;
                }
                let first = self.tree.node(earlier);
                let message = format!("the key {} stands twice in one mapping", quote(text));
                self.found.push(
                    Diagnostic::new("duplicate-key", span, "again here", message)
                        .related(self.tree.span(first.start, first.end), "first here")
                        .help("keep one of the two; most readers silently keep the last"),
                );
            }
        }
        knotty
    }
}
