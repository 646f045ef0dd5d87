//! routec's own documents: the type says the shape; where it does not fit, the schema says everything that is wrong.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Sink, nearest, or_list, quote};
use crate::model::{Catalog, Document, Expectations, Gateway, Kind, Part, Policy, Project, RouteTable};
use crate::shape;
use crate::source::Span;
use crate::syntax::{self, NodeId, ReadError, Tree, Value};

/// How often what does not fit is taken out and the rest read again.
const ROUNDS: usize = 12;

/// Reads a document; what does not fit is reported and left out, and the rest is read.
pub(super) fn read(tree: &mut Tree<'_>, root: NodeId, sink: &mut Sink) -> Option<Document> {
    let kind = kind_of(Value::new(tree, root), sink)?;
    let mut unread = BTreeSet::new();
    for round in 0..ROUNDS {
        let refused = match attempt(kind, tree, root, &unread) {
            Ok(document) => return Some(document),
            Err(refused) => refused,
        };
        let errors = shape::check(kind, Value::new(tree, root));
        if errors.is_empty() {
            if !tree.is_overdrawn() {
                sink.report(unexplained(Value::new(tree, root), &refused));
            }
            return None;
        }
        let judging = judging_clauses(kind, Value::new(tree, root));
        for error in errors {
            let clause = clause_around(&judging, error.diagnostic.primary.span);
            unread.extend(error.key);
            let is_echo = round > 0
                || (tree.is_broken() && (error.is_absence || tree.is_near_failure(error.diagnostic.primary.span)));
            if !is_echo {
                sink.report(error.diagnostic);
            }
            if error.remove == root {
                return None;
            }
            tree.remove(clause.unwrap_or(error.remove));
        }
    }
    None
}

/// The clauses of a policy that find fault, with their places in the order of the text. What is left of one when a part
/// is taken out could forbid more than was meant, so that each of them is read whole or not at all.
fn judging_clauses(kind: Kind, root: Value<'_>) -> Vec<(Span, NodeId)> {
    let lists = ["denials", "budgets", "resilience", "rules"].into_iter().filter(|_| kind == Kind::Policy);
    let lists = lists.filter_map(|key| root.get(key).filter(|list| list.is_sequence()));
    let mut clauses: Vec<_> = lists.flat_map(|list| list.items().map(|item| (item.span(), item.id()))).collect();
    clauses.sort_by_key(|(span, _)| (span.start, span.end));
    clauses
}

/// The clause that a place is part of.
fn clause_around(clauses: &[(Span, NodeId)], place: Span) -> Option<NodeId> {
    let before = clauses.partition_point(|(span, _)| span.start <= place.start);
    let (span, clause) = clauses.get(before.checked_sub(1)?)?;
    (place.end <= span.end).then_some(*clause)
}

fn attempt(kind: Kind, tree: &Tree<'_>, root: NodeId, unread: &BTreeSet<String>) -> Result<Document, ReadError> {
    let value = Value::new(tree, root);
    Ok(match kind {
        Kind::Project => Document::Project(syntax::read::<Project>(value)?),
        Kind::Catalog => Document::Catalog(Box::new(syntax::read::<Catalog>(value)?)),
        Kind::Policy => Document::Policy(Box::new(syntax::read::<Policy>(value)?)),
        Kind::Expectations => Document::Expectations(syntax::read::<Expectations>(value)?),
        Kind::RouteTable => {
            let table = syntax::read::<RouteTable>(value)?;
            let head = table.metadata.name.span();
            Document::RouteTable(Box::new(Part {
                partial: tree.is_broken(),
                unread: unread.clone(),
                ..Part::of(Gateway::Native, table, tree.file(), head)
            }))
        }
    })
}

fn kind_of(root: Value<'_>, sink: &mut Sink) -> Option<Kind> {
    let words = Kind::ALL.map(Kind::as_str);
    let Some((key, value)) = root.get_entry("kind") else {
        let place = root.entries().first().map_or_else(|| root.place(), |(key, _)| key.place());
        let message = "the document lacks the key `kind`";
        sink.report(
            Diagnostic::new("missing-key", place, "no `kind` beside this", message)
                .help(format!("one of {}", or_list(words, 8))),
        );
        return None;
    };
    let written = value.raw_text().unwrap_or_default();
    let found = Kind::ALL.into_iter().find(|kind| kind.as_str() == written);
    if found.is_none() {
        let place = if value.raw_text().is_some() { value.place() } else { key.place() };
        let message = format!("there is no kind of document called {}", quote(written));
        let help = nearest(written, words)
            .map_or_else(|| format!("one of {}", or_list(words, 8)), |near| format!("did you mean {}?", quote(near)));
        sink.report(Diagnostic::new("bad-value", place, "not a kind", message).help(help));
    }
    found
}

/// The type refuses what the schema accepts: that is a mistake of ours, but the user must still learn of the place.
fn unexplained(root: Value<'_>, refused: &ReadError) -> Diagnostic {
    let span = refused.span.unwrap_or_else(|| root.span());
    Diagnostic::new("bad-value", span, "this does not fit", refused.message.clone())
}
