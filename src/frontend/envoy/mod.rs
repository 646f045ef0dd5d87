//! The resources of Envoy AI Gateway, also called Agent Router: rules, backends, credentials, quotas, and the policies of
//! Envoy Gateway by which requests fail over.
//!
//! Facts about them are those of the definitions and the documentation of both projects (aigateway.envoyproxy.io,
//! gateway.envoyproxy.io) and of their sources, as of August 2026.

mod credentials;
mod fields;
mod lower;
mod objects;
mod policies;
mod quota;
mod refs;
mod retry;
mod rules;
mod secrets;
mod shape;
mod split;
mod supply;
mod tiers;

use std::collections::BTreeSet;

use crate::diagnostic::Sink;
use crate::model::{Document, Duration, Gateway, Name, Part};
use crate::source::{FileId, SourceMap, Span, Spanned};
use crate::syntax::{self, Tree, Value};

use self::objects::{Objects, Sort};
use self::rules::Rule;
use self::supply::Supply;

pub(super) use self::objects::is_envoy;

/// What the objects of a file are called: kind, namespace, name.
pub(super) type ObjectName = (&'static str, Option<String>, String);

/// The objects of a file that say where requests go, where it is about this gateway.
pub(super) fn defined(sources: &SourceMap, file: FileId) -> Option<BTreeSet<ObjectName>> {
    let tree = syntax::parse(sources, file, &mut Sink::new());
    let roots: Vec<Value<'_>> = tree.roots().iter().map(|root| Value::new(&tree, *root)).collect();
    if !roots.iter().any(|root| is_envoy(*root)) {
        return None;
    }
    let mut objects = Objects::default();
    for root in roots {
        objects.add(root);
    }
    let owned = |text: &str| text.to_owned();
    let names = objects.names().into_iter();
    Some(names.map(|(sort, space, name)| (sort.as_str(), space.map(owned), owned(name))).collect())
}

/// Reads the objects of a file, and of those that were given with it, as one table.
pub(super) fn read(sources: &SourceMap, tree: &Tree<'_>, name: Name, sink: &mut Sink) -> Document {
    let others: Vec<Tree<'_>> =
        sources.companions(tree.file()).iter().map(|file| syntax::parse(sources, *file, &mut Sink::new())).collect();
    // Reading each of them by itself reports what is wrong with its text.
    let mut objects = Objects::default();
    let mut head = Span::new(tree.file(), 0, 0);
    for (number, tree) in std::iter::once(tree).chain(&others).enumerate() {
        for root in tree.roots() {
            let root = Value::new(tree, *root);
            if number == 0 && is_envoy(root) && head.end == 0 {
                head = root.entries().first().map_or_else(|| root.span(), |(key, _)| key.span());
            }
            secrets::check_secret(root, sink);
            objects.add(root);
        }
    }
    let routes: Vec<_> = objects.of(Sort::AiGatewayRoute).collect();
    let rules: Vec<Rule<'_, '_>> = rules::rules(&routes);
    secrets::check_headers(&objects, sink);
    fields::check(&objects, sink);
    shape::check(&objects, &rules, sink);
    let is_whole = refs::check(&objects, &rules, sink);
    tiers::check(&objects, &rules, sink);
    quota::check(&objects, &rules, sink);
    let mut supply = Supply::default();
    let routes = lower::routes(&objects, &rules, &mut supply);
    let is_broken = tree.is_broken() || others.iter().any(Tree::is_broken);
    Document::RouteTable(Box::new(Part {
        partial: is_broken,
        open_world: is_broken || !is_whole,
        ..Part::of(Gateway::Envoy, supply.into_table(Spanned::new(name, head), routes), tree.file(), head)
    }))
}

/// A length of time as Kubernetes writes it: numbers with `h`, `m`, `s` or `ms`, the largest first.
fn duration(value: Value<'_>) -> Option<Spanned<Duration>> {
    let mut rest = value.raw_text()?;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = rest.split_at_checked(digits)?;
        let (scale, after) = [("ms", 1), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
            .into_iter()
            .find_map(|(name, scale)| Some((scale, unit.strip_prefix(name)?)))?;
        let number: u64 = number.parse().ok().filter(|number| *number < 100_000)?;
        total = total.saturating_add(number * scale);
        rest = after;
    }
    value.raw_text().filter(|text| !text.is_empty()).map(|_| Spanned::new(Duration(total), value.place()))
}
