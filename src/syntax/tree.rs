//! The arena: every node of a file with its byte span, flat, so that nothing recurses and dropping is free.

use std::cell::Cell;

use crate::source::{FileId, Span, to_u32, to_usize};

/// The number of a node in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text that stands in the source as it is: from, to.
    Slice(Style, u32, u32),
    /// Text with escapes or folds: an index of `owned`.
    Owned(Style, u32),
    /// First child, number of children.
    Sequence(u32, u32),
    /// First child, number of children; keys and values alternate.
    Mapping(u32, u32),
    /// The same with a key that stands twice or a `<<` among its keys, so that reading it takes care.
    KnottyMapping(u32, u32),
    /// Another use of a node.
    Alias(NodeId),
    /// Not there, or not readable and already reported.
    Missing,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: Kind,
}

/// One file as a tree. A file of several documents has several roots.
#[derive(Debug)]
pub struct Tree<'s> {
    pub(super) file: FileId,
    pub(super) source: &'s str,
    pub(super) nodes: Vec<Node>,
    pub(super) children: Vec<NodeId>,
    pub(super) owned: Vec<Box<str>>,
    pub(super) roots: Vec<NodeId>,
    pub(super) broken: bool,
    pub(super) failures: Vec<u32>,
    pub(super) expansions: Cell<u64>,
    /// Whether a key `<<` stands for what another mapping holds, as in YAML.
    pub(super) merges: bool,
}

impl<'s> Tree<'s> {
    pub(super) fn new(file: FileId, source: &'s str) -> Self {
        Self {
            file,
            source,
            nodes: Vec::with_capacity(source.len() / 12),
            children: Vec::with_capacity(source.len() / 12),
            owned: Vec::new(),
            roots: Vec::new(),
            broken: false,
            failures: Vec::new(),
            expansions: Cell::new(0),
            merges: true,
        }
    }

    /// The file this is the tree of.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Whether the text had syntax errors, so that what is missing here may stand in the file.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Whether a span lies where the text could not be read, so that what is odd about it is only an echo.
    pub fn is_near_failure(&self, span: Span) -> bool {
        self.failures.iter().any(|at| {
            let between =
                self.source.get(to_usize(span.start.min(*at))..to_usize(span.end.max(*at))).unwrap_or_default();
            between.lines().count() <= 2
        })
    }

    /// The documents of the file.
    pub fn roots(&self) -> &[NodeId] {
        &self.roots
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A span of this file.
    pub fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    /// Takes a node out: readers no longer see it, nor the key it belongs to.
    pub fn remove(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.get_mut(to_usize(id.0)) {
            node.kind = Kind::Missing;
        }
    }

    pub(super) fn node(&self, id: NodeId) -> Node {
        self.nodes.get(to_usize(id.0)).copied().unwrap_or(Node { start: 0, end: 0, kind: Kind::Missing })
    }

    pub(super) fn children(&self, first: u32, len: u32) -> &[NodeId] {
        let first = to_usize(first);
        self.children.get(first..first + to_usize(len)).unwrap_or_default()
    }

    pub(super) fn text(&self, kind: Kind) -> Option<(Style, &str)> {
        match kind {
            Kind::Slice(style, start, end) => {
                Some((style, self.source.get(to_usize(start)..to_usize(end)).unwrap_or_default()))
            }
            Kind::Owned(style, at) => Some((style, self.owned.get(to_usize(at)).map_or("", |text| &**text))),
            Kind::Sequence(..) | Kind::Mapping(..) | Kind::KnottyMapping(..) | Kind::Alias(_) | Kind::Missing => None,
        }
    }

    pub(super) fn push(&mut self, start: u32, end: u32, kind: Kind) -> NodeId {
        let id = NodeId(to_u32(self.nodes.len()));
        self.nodes.push(Node { start, end, kind });
        id
    }

    /// Accounts for nodes that are read again through an alias. False once that is out of proportion to the file,
    /// which is how a few lines of aliases stand for billions of nodes.
    pub(super) fn afford(&self, nodes: usize) -> bool {
        let spent = self.expansions.get().saturating_add(u64::from(to_u32(nodes)));
        self.expansions.set(spent);
        spent <= u64::from(to_u32(self.nodes.len())) * 2 + 10_000
    }

    /// Whether aliases were expanded beyond what a file of its size may ask for, so that readers saw less than the file says.
    pub fn is_overdrawn(&self) -> bool {
        !self.afford(0)
    }
}
