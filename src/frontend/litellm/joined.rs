//! `routing_groups`: sets of groups that are picked from in one way and, since 1.97, called by one name.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level, Sink, nearest, quote};
use crate::model::Name;
use crate::source::{Span, Spanned};
use crate::syntax::Value;

use super::deployments::{Deployments, Group};
use super::{Sections, misread};

/// An entry of `routing_groups` as it is written.
pub(super) struct Set<'t> {
    pub(super) name: &'t str,
    value: Value<'t>,
    pub(super) members: Vec<Value<'t>>,
    pub(super) strategy: Option<Value<'t>>,
    /// The groups with their orders, where the strategy goes by those.
    pub(super) priorities: Option<Vec<(Value<'t>, Value<'t>)>>,
}

/// The entries of `routing_groups`, those without a name left out.
pub(super) fn sets(list: Value<'_>) -> impl Iterator<Item = Set<'_>> {
    list.items().filter_map(|item| {
        let value = item.get("group_name")?;
        let strategy = item.get("routing_strategy");
        let is_prior = strategy.and_then(Value::raw_text) == Some("priority");
        let priorities = || item.get("model_priorities").into_iter().flat_map(Value::entries).collect();
        Some(Set {
            name: value.raw_text()?,
            value,
            members: item.get("models").into_iter().flat_map(Value::items).collect(),
            strategy,
            priorities: is_prior.then(priorities),
        })
    })
}

/// The name that LiteLLM keeps for the groups that no set has.
const RESERVED: &str = "default";

/// Adds the sets that can be called to the groups, and reports those that LiteLLM refuses or passes over.
pub(super) fn join(sections: &Sections<'_>, deployments: &mut Deployments, sink: &mut Sink) {
    let list = sections.router.and_then(|router| router.get("routing_groups"));
    let (mut seen, mut owners) = (BTreeMap::new(), BTreeMap::new());
    for Set { name, value, members, strategy: _, priorities } in list.into_iter().flat_map(sets) {
        let first = seen.insert(name, value.span());
        let is_new = first.is_none();
        if let Some(first) = first {
            sink.report(refused(value, "again here", &format!("two routing groups are called {}", quote(name)), first));
        }
        if name.is_empty() || name == RESERVED {
            let message = format!("a routing group cannot be called {}; LiteLLM refuses to start", quote(name));
            sink.report(misread("bad-value", value, "a name of its own is wanted", message, "give it another name"));
        }
        for member in members.iter().filter(|_| priorities.is_none()) {
            let Some(model) = member.raw_text() else { continue };
            if let Some(first) = owners.insert(model, member.span()) {
                let message = format!("{} stands in two routing groups", quote(model));
                sink.report(refused(*member, "again here", &message, first));
            }
        }
        for member in &members {
            absent(*member, deployments, sink);
        }
        let group = joined(Spanned::new(Name::verbatim(name), value.place()), &members, deployments);
        // A second one of the same name was reported as such.
        if is_new && is_callable(sections, deployments, value, name, sink) && !group.pool.is_empty() {
            deployments.by_name.insert(name.to_owned(), deployments.groups.len());
            deployments.groups.push(group);
        }
    }
}

/// What LiteLLM does not start with, because another place says it, too.
fn refused(value: Value<'_>, label: &str, what: &str, first: Span) -> Diagnostic {
    let message = format!("{what}; LiteLLM refuses to start");
    Diagnostic::new("bad-value", value.place(), label, message).related(first, "first here").help("keep one of the two")
}

/// A member that is no group.
fn absent(member: Value<'_>, deployments: &Deployments, sink: &mut Sink) {
    let Some(name) = member.raw_text().filter(|name| !deployments.by_name.contains_key(*name)) else { return };
    let near = nearest(name, deployments.by_name.keys().map(String::as_str));
    let help = near.map_or_else(
        || "name a `model_name` of `model_list`, or take it out".to_owned(),
        |near| format!("did you mean {}?", quote(near)),
    );
    let message = format!("no model group is called {}, so the routing group goes without it", quote(name));
    sink.report(misread("dead-setting", member, "no such group", message, &help));
}

/// The set as a group: the deployments of its members, one group after the other.
fn joined(name: Spanned<Name>, members: &[Value<'_>], deployments: &Deployments) -> Group {
    let member = |member: &Value<'_>| deployments.groups.get(*deployments.by_name.get(member.raw_text()?)?);
    let mut group = Group { name, pool: Vec::new(), models: Vec::new() };
    for member in members.iter().filter_map(member) {
        group.pool.extend(member.pool.iter().cloned());
        group.models.extend(member.models.iter().cloned());
    }
    group
}

/// Whether callers and lists can name a set.
fn is_callable(
    sections: &Sections<'_>,
    deployments: &Deployments,
    value: Value<'_>,
    name: &str,
    sink: &mut Sink,
) -> bool {
    let alias = sections.router.and_then(|router| router.get("model_group_alias")?.get_entry(name));
    let group = deployments.by_name.get(name).and_then(|at| deployments.groups.get(*at));
    let other = alias.map(|(key, _)| ("an alias", key.span()));
    let other = other.or_else(|| group.map(|group| ("a model group", group.name.span())));
    if let Some((what, place)) = other {
        let message = format!("{} is {what}, too, so nobody can call this routing group by it", quote(name));
        sink.report(
            Diagnostic::new("ambiguous-name", value.place(), "never called by this name", message)
                .at_most(Level::Warn)
                .related(place, "LiteLLM takes this one")
                .help("if it is to be called, give it a name of its own; its strategy holds for its members anyway"),
        );
    }
    other.is_none() && sections.era().calls_sets()
}
