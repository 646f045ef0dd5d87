//! The configuration as OpenClaw sees it: included files read in and merged, every value with its place in its own file.

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::source::{FileId, Link, SourceMap, Span, Spanned};
use crate::syntax::{self, Scalar, Shape, Value};

/// The key that names files to be read in its place.
const INCLUDE: &str = "$include";

/// How deep OpenClaw follows included files.
const DEEPEST: usize = 10;

/// How many values a configuration may have, so that a few files that include each other do not stand for billions.
const MOST: usize = 1_000_000;

/// A value, wherever it comes from.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) kind: Kind,
}

/// What a value is. Numbers keep their digits.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl Node {
    /// The keys and values of a mapping, in order.
    pub(super) fn entries(&self) -> &[(Spanned<String>, Node)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::List(_) => &[],
        }
    }

    /// The items of a list.
    pub(super) fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Map(_) => &[],
        }
    }

    /// The key and the value of a name.
    pub(super) fn entry(&self, name: &str) -> Option<(&Spanned<String>, &Node)> {
        self.entries().iter().find(|(key, _)| key.value == name).map(|(key, value)| (key, value))
    }

    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.entry(name).map(|(_, value)| value)
    }

    /// The value behind several names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The digits of a number.
    pub(super) fn number(&self) -> Option<&str> {
        if let Kind::Number(digits) = &self.kind { Some(digits) } else { None }
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self.kind, Kind::List(_))
    }

    /// The text with its place.
    pub(super) fn spanned(&self) -> Option<Spanned<String>> {
        Some(Spanned::new(self.text()?.to_owned(), self.span))
    }
}

/// The paths that a value names as files to be read in, each with its place.
pub(in crate::frontend) fn paths(value: Value<'_>, found: &mut Vec<Spanned<String>>) {
    for (key, inner) in value.entries() {
        if key.raw_text() == Some(INCLUDE) {
            let named = inner.items().chain([inner]).filter_map(|path| Some((path.text()?, path.span())));
            found.extend(named.map(|(text, span)| Spanned::new(text.to_owned(), span)));
        } else {
            paths(inner, found);
        }
    }
    for item in value.items() {
        paths(item, found);
    }
}

/// Reads a configuration and whatever it includes.
pub(super) struct Merger<'a> {
    sources: &'a SourceMap,
    sink: &'a mut Sink,
    /// The files being read, outermost first.
    open: Vec<FileId>,
    /// Files whose findings have been reported.
    read: Vec<FileId>,
    /// Whether something of it could not be read, so that what seems missing may stand there.
    pub(super) is_partial: bool,
    /// How many values may still be read.
    left: usize,
}

impl<'a> Merger<'a> {
    pub(super) fn new(sources: &'a SourceMap, file: FileId, sink: &'a mut Sink) -> Self {
        Self { sources, sink, open: vec![file], read: vec![file], is_partial: false, left: MOST }
    }

    /// A value with the files it includes in their places.
    pub(super) fn node(&mut self, value: Value<'_>) -> Node {
        let span = value.span();
        let Some(left) = self.left.checked_sub(1) else {
            self.is_partial = true;
            return Node { span, kind: Kind::Null };
        };
        self.left = left;
        if left == 0 {
            let message = format!("included files stand for more than {MOST} values, so they were not read to the end");
            self.sink
                .report(Diagnostic::new("bad-value", span, "read up to here", message).help("include each file once"));
        }
        let kind = match value.shape() {
            Shape::Missing | Shape::Scalar(Scalar::Null) => Kind::Null,
            Shape::Scalar(Scalar::Bool(truth)) => Kind::Bool(truth),
            Shape::Scalar(Scalar::Integer(digits) | Scalar::Decimal(digits)) => Kind::Number(digits.to_owned()),
            Shape::Scalar(Scalar::Text(text)) => Kind::Text(text.to_owned()),
            Shape::Sequence => Kind::List(value.items().map(|item| self.node(item)).collect()),
            Shape::Mapping => return self.mapping(value, span),
        };
        Node { span, kind }
    }

    fn mapping(&mut self, value: Value<'_>, span: Span) -> Node {
        let mut base: Option<Node> = None;
        let mut own = Vec::new();
        for (key, inner) in value.entries() {
            let Some(name) = key.raw_text() else { continue };
            if name == INCLUDE {
                for path in inner.items().chain([inner].into_iter().filter(|inner| !inner.is_sequence())) {
                    let Some(node) = self.included(path) else { continue };
                    base = Some(base.map_or_else(|| node.clone(), |base| merge(base, node.clone())));
                }
            } else {
                own.push((Spanned::new(name.to_owned(), key.place()), self.node(inner)));
            }
        }
        let is_bare = own.is_empty();
        let own = Node { span, kind: Kind::Map(own) };
        match base {
            Some(base) if is_bare => base,
            Some(base) => merge(base, own),
            None => own,
        }
    }

    fn included(&mut self, path: Value<'_>) -> Option<Node> {
        let span = path.span();
        let file =
            match self.sources.linked(span.file, path.raw_text().unwrap_or_default()) {
                Some(Link::File(file)) => *file,
                Some(Link::Lost(why)) => {
                    let shown = quote(path.raw_text().unwrap_or_default());
                    let message = format!("the included file {shown} is not read: {why}");
                    let finding = Diagnostic::new("bad-value", span, "no file of the configuration", message);
                    self.sink.report(finding.help(
                        "OpenClaw does not start without it; paths begin at the folder of the file that names them",
                    ));
                    self.is_partial = true;
                    return None;
                }
                None => {
                    self.is_partial = true;
                    return None;
                }
            };
        if self.open.contains(&file) || self.open.len() > DEEPEST {
            let (label, message) = if self.open.contains(&file) {
                ("includes itself", "a file includes itself, by however many others".to_owned())
            } else {
                ("one level too many", format!("files include each other more than {DEEPEST} levels deep"))
            };
            self.sink.report(
                Diagnostic::new("bad-value", span, label, message)
                    .help("OpenClaw does not start with this; take one of the includes out"),
            );
            self.is_partial = true;
            return None;
        }
        let mut quiet = Sink::new();
        let is_new = !self.read.contains(&file);
        let tree = syntax::parse(self.sources, file, if is_new { &mut *self.sink } else { &mut quiet });
        self.read.push(file);
        self.is_partial |= tree.is_broken();
        let root = tree.roots().first()?;
        self.open.push(file);
        let node = self.node(Value::new(&tree, *root));
        self.open.pop();
        Some(node)
    }
}

/// What OpenClaw makes of two values in one place: lists one behind the other, mappings key by key, else the later one.
fn merge(base: Node, over: Node) -> Node {
    match (base.kind, over.kind) {
        (Kind::Map(mut entries), Kind::Map(others)) => {
            let known = entries.iter().map(|(key, _)| key.value.clone()).zip(0usize..);
            let known: std::collections::BTreeMap<String, usize> = known.collect();
            for (key, value) in others {
                match known.get(&key.value).and_then(|at| entries.get_mut(*at)) {
                    Some((known, slot)) => {
                        let old = std::mem::replace(slot, Node { span: value.span, kind: Kind::Null });
                        *slot = merge(old, value);
                        *known = key;
                    }
                    None => entries.push((key, value)),
                }
            }
            Node { span: over.span, kind: Kind::Map(entries) }
        }
        (Kind::List(mut items), Kind::List(others)) => {
            items.extend(others);
            Node { span: over.span, kind: Kind::List(items) }
        }
        (_, kind) => Node { span: over.span, kind },
    }
}
