//! The events of the YAML parser become the tree; this is the only file that knows the parser.

use granit_parser::{Event, Options, Parser, ScalarStyle};

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::source::{FileId, SourceMap, to_u32, to_usize};

use super::LIMITS;
use super::recover::{resume_after, syntax_error};
use super::tree::{Kind, NodeId, Style, Tree};

/// Reads a file. What cannot be read is reported and left out; the tree then says that it [is broken](Tree::is_broken).
pub fn parse<'s>(sources: &'s SourceMap, file: FileId, sink: &mut Sink) -> Tree<'s> {
    let source_file = sources.file(file);
    let text = source_file.text();
    let mut tree = Tree::new(file, text);
    if to_u32(text.len()) > LIMITS.bytes {
        let message = format!("the file is larger than {} MiB", LIMITS.bytes >> 20);
        sink.report(Diagnostic::new("syntax-error", tree.span(0, 0), "not read", message).help("split it"));
        tree.broken = true;
        return tree;
    }
    if let Some(at) = source_file.bad_utf8() {
        let end = to_u32(text.len());
        let place = tree.span(end, end);
        let message = format!("byte {at} is not UTF-8");
        sink.report(
            Diagnostic::new("syntax-error", place, "the text is readable up to here", message)
                .help("save the file as UTF-8"),
        );
        tree.broken = true;
        return tree;
    }
    let mut builder = Builder::new(tree);
    let mut from = 0;
    for _ in 0..LIMITS.errors {
        let Err(failure) = builder.run(from, sink) else { break };
        builder.close_all(failure.at);
        let again = resume_after(text, failure.at, from);
        sink.report(syntax_error(&builder.tree, &failure));
        builder.tree.broken = true;
        builder.tree.failures.push(failure.at);
        match again {
            Some(next) => from = next,
            None => break,
        }
    }
    builder.finish()
}

/// Why and where the text cannot be read on.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) at: u32,
    pub(super) message: String,
}

struct Open {
    id: NodeId,
    first_pending: usize,
    mapping: bool,
}

struct Builder<'s> {
    tree: Tree<'s>,
    pending: Vec<NodeId>,
    open: Vec<Open>,
    anchors: Vec<(usize, NodeId)>,
    last_end: u32,
}

impl<'s> Builder<'s> {
    fn new(tree: Tree<'s>) -> Self {
        Self { tree, pending: Vec::new(), open: Vec::new(), anchors: Vec::new(), last_end: 0 }
    }

    /// Reads from an offset to the end or to the first failure.
    fn run(&mut self, from: u32, sink: &mut Sink) -> Result<(), Failure> {
        let rest = self.tree.source.get(to_usize(from)..).unwrap_or_default();
        let mut options = Options::default();
        options.set_emit_comments(false);
        options.flow_nesting_limit = LIMITS.depth;
        options.block_nesting_limit = LIMITS.depth;
        options.emit_unresolved_aliases = from > 0;
        let mut parser = Parser::new_from_str_with_options(rest, options);
        self.anchors.clear();
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|error| {
                let at = error.marker().byte_offset().map_or(self.last_end, |at| from.saturating_add(to_u32(at)));
                Failure { at, message: error.info() }
            })?;
            let range = span.byte_range().unwrap_or(0..0);
            let (start, end) = (from.saturating_add(to_u32(range.start)), from.saturating_add(to_u32(range.end)));
            self.take(event, start, end, sink)?;
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'s>, start: u32, end: u32, sink: &mut Sink) -> Result<(), Failure> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                if text.len() > LIMITS.scalar {
                    let message = format!("a value is larger than {} MiB", LIMITS.scalar >> 20);
                    return Err(Failure { at: start, message });
                }
                let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
                let kind = self.text_kind(&text, style, start, end);
                let id = self.tree.push(start, end, kind);
                self.anchor(anchor, id);
                self.add(id, end);
            }
            Event::SequenceStart(_, anchor, _) => self.begin(false, anchor, start)?,
            Event::MappingStart(_, anchor, _) => self.begin(true, anchor, start)?,
            Event::SequenceEnd | Event::MappingEnd => self.close(end, sink),
            Event::Alias(anchor) => {
                let found = self.anchors.iter().rev().find(|(number, _)| *number == anchor).map(|(_, id)| *id);
                let kind = found.map_or(Kind::Missing, Kind::Alias);
                let id = self.tree.push(start, end, kind);
                self.add(id, end);
            }
            Event::UnresolvedAlias(_) => {
                let id = self.tree.push(start, end, Kind::Missing);
                self.add(id, end);
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Comment(..)
            | Event::Anchor(..)
            | _ => {}
        }
        Ok(())
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

    fn anchor(&mut self, anchor: usize, id: NodeId) {
        if anchor > 0 {
            self.anchors.push((anchor, id));
        }
    }

    fn add(&mut self, id: NodeId, end: u32) {
        self.last_end = self.last_end.max(end);
        if self.open.is_empty() {
            self.tree.roots.push(id);
        } else {
            self.pending.push(id);
        }
    }

    fn begin(&mut self, mapping: bool, anchor: usize, start: u32) -> Result<(), Failure> {
        if self.open.len() >= LIMITS.depth {
            let message = format!("more than {} levels of nesting", LIMITS.depth);
            return Err(Failure { at: start, message });
        }
        let id = self.tree.push(start, start, Kind::Missing);
        self.anchor(anchor, id);
        self.open.push(Open { id, first_pending: self.pending.len(), mapping });
        Ok(())
    }

    fn close(&mut self, end: u32, sink: &mut Sink) {
        let Some(open) = self.open.pop() else { return };
        let first = to_u32(self.tree.children.len());
        let mut ids = self.pending.split_off(open.first_pending.min(self.pending.len()));
        if open.mapping && ids.len() % 2 == 1 {
            ids.pop();
        }
        let knotty = open.mapping && self.check_keys(&ids, sink);
        let len = to_u32(ids.len());
        // Block collections have no closing mark: the parser ends them at the next token, we at the last child.
        let closes = end > 0 && matches!(self.tree.source.as_bytes().get(to_usize(end) - 1), Some(b']' | b'}'));
        let last = ids.last().map(|id| self.tree.node(*id).end);
        let end = if closes { end } else { last.unwrap_or(end) };
        self.tree.children.append(&mut ids);
        let id = open.id;
        if let Some(node) = self.tree.nodes.get_mut(to_usize(id.0)) {
            node.end = end.max(node.start);
            node.kind = match (open.mapping, knotty) {
                (true, true) => Kind::KnottyMapping(first, len),
                (true, false) => Kind::Mapping(first, len),
                (false, _) => Kind::Sequence(first, len),
            };
        }
        self.add(id, end);
    }

    /// Reports keys that stand twice or are no words; true where reading the mapping takes care.
    fn check_keys(&self, ids: &[NodeId], sink: &mut Sink) -> bool {
        let keys = ids.iter().step_by(2);
        let mut knotty = false;
        let mut few: Vec<(&str, NodeId)> = Vec::new();
        let mut many = std::collections::BTreeMap::new();
        let is_large = ids.len() > 32;
        for key in keys {
            let node = self.tree.node(*key);
            let span = self.tree.span(node.start, node.end);
            let Some((_, text)) = self.tree.text(node.kind) else {
                knotty = true;
                let before = self.tree.source.get(..to_usize(node.start)).unwrap_or_default();
                if before.ends_with('{') && matches!(node.kind, Kind::Mapping(..) | Kind::KnottyMapping(..)) {
                    let message = "a template expression stands here, and this is no YAML until it is rendered";
                    sink.report(
                        Diagnostic::new("syntax-error", span, "a template", message)
                            .help("check what it renders to, for example `helm template … | routec check -`"),
                    );
                } else if !matches!(node.kind, Kind::Alias(_) | Kind::Missing) {
                    let message = "a key is a list or a mapping here, where a name is wanted";
                    sink.report(Diagnostic::new("wrong-type", span, "not a name", message));
                }
                continue;
            };
            knotty |= text == "<<";
            let earlier = if is_large {
                many.insert(text, *key)
            } else {
                let found = few.iter().find(|(seen, _)| *seen == text).map(|(_, id)| *id);
                few.push((text, *key));
                found
            };
            if let Some(earlier) = earlier {
                knotty = true;
                if text == "<<" {
                    continue;
                }
                let first = self.tree.node(earlier);
                let message = format!("the key {} stands twice in one mapping", quote(text));
                sink.report(
                    Diagnostic::new("duplicate-key", span, "again here", message)
                        .related(self.tree.span(first.start, first.end), "first here")
                        .help("keep one of the two; most YAML readers silently keep the last"),
                );
            }
        }
        knotty
    }

    /// Ends everything that a failure left open.
    fn close_all(&mut self, at: u32) {
        let mut silent = Sink::new();
        while !self.open.is_empty() {
            self.close(at.max(self.last_end), &mut silent);
        }
    }

    /// Joins the pieces read before and after failures into one document.
    fn finish(mut self) -> Tree<'s> {
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
}
