//! LiteLLM's `config.yaml`, structure only: groups, deployments, fallback lists, aliases, wildcards, timeouts, retries.
//!
//! Facts about LiteLLM are those of its router and proxy in releases 1.92 to 1.109, as documented at docs.litellm.ai
//! (proxy configuration, reliability and routing pages).

mod chains;
mod deployments;
pub(crate) mod facts;
mod groups;
pub(super) mod hosts;
mod include;
mod joined;
pub(super) mod keys;
mod known;
mod lists;
mod names;
mod params;
mod routing;
mod selection;
mod settings;
mod store;
mod wildcards;

use crate::diagnostic::{Diagnostic, Sink};
use crate::litellm::{Era, Release};
use crate::model::{Document, Gateway, Name, Part, RouteTable};
use crate::source::{SourceMap, Spanned};
use crate::syntax::{NodeId, Tree, Value};

use self::chains::Chains;
use self::deployments::Deployments;
use self::lists::Lists;
use self::names::Names;

/// The sections that routing is configured in, of the file and of those it includes, and the release that reads them.
struct Sections<'t> {
    release: Release,
    roots: Vec<Value<'t>>,
    router: Option<Value<'t>>,
    litellm: Option<Value<'t>>,
    general: Option<Value<'t>>,
}

impl<'t> Sections<'t> {
    fn new(roots: Vec<Value<'t>>, release: Release) -> Self {
        let section =
            |name: &str| include::join(&roots, name).pop().map(|(_, value)| value).filter(|value| value.is_mapping());
        Self {
            release,
            router: section("router_settings"),
            litellm: section("litellm_settings"),
            general: section("general_settings"),
            roots,
        }
    }

    /// How the release walks lists.
    fn era(&self) -> Era {
        self.release.era()
    }

    /// The key and value of the top level, or the several lists that are joined there.
    fn top(&self, name: &str) -> Vec<(Value<'t>, Value<'t>)> {
        include::join(&self.roots, name)
    }

    /// The entries of `model_list`.
    fn deployments(&self) -> Vec<Value<'t>> {
        self.top("model_list").into_iter().flat_map(|(_, list)| list.items()).collect()
    }

    /// A setting: the router's, unless it is empty or missing, else LiteLLM's.
    fn setting(&self, name: &str) -> Option<(Value<'t>, Value<'t>)> {
        let found = |section: Option<Value<'t>>| section?.get_entry(name).filter(|(_, value)| !is_empty(*value));
        found(self.router).or_else(|| found(self.litellm))
    }

    /// The retries within a group: before 1.97 those of `litellm_settings` went first.
    fn retries(&self) -> Option<(Value<'t>, Value<'t>)> {
        let litellm = || self.litellm?.get_entry("num_retries").filter(|(_, value)| !value.is_null());
        let first = if self.era().puts_module_retries_first() { litellm() } else { None };
        first.or_else(|| self.setting("num_retries"))
    }
}

/// What Python takes for false among the values of a list setting.
fn is_empty(value: Value<'_>) -> bool {
    value.is_null()
        || (value.is_sequence() && value.items().next().is_none())
        || (value.is_mapping() && value.entries().is_empty())
        || value.text() == Some("")
}

/// Whether a document is a configuration, by its sections.
pub(super) fn is_configuration(root: Value<'_>) -> bool {
    let has = |key: &str| root.get(key).is_some();
    let is_other = |key: Value<'_>| key.raw_text().is_none_or(|name| !known::SECTIONS.contains(&name));
    // Other programs have files that include others.
    ["model_list", "litellm_settings", "router_settings"].iter().any(|key| has(key))
        || (has("include") && !root.entries().iter().any(|(key, _)| is_other(*key)))
}

/// The mentions of other files in a configuration.
pub(super) fn includes(root: Value<'_>) -> Vec<String> {
    include::mentions(root)
}

/// Reads a document of LiteLLM's as a release does.
pub(super) fn read(
    (sources, tree, root): (&SourceMap, &Tree<'_>, NodeId),
    name: Name,
    release: Release,
    sink: &mut Sink,
) -> Document {
    let root = Value::new(tree, root);
    let included = include::read(sources, tree.file(), root, sink);
    let others = included.trees.iter().filter_map(|tree| Some(Value::new(tree, *tree.roots().first()?)));
    let sections = Sections::new(std::iter::once(root).chain(others).collect(), release);
    include::report_replaced(&sections.roots, sink);
    keys::check(&sections, sink);
    store::check(&sections, sink);
    settings::check(&sections, sink);
    params::unexpanded(&sections, sink);
    wildcards::check(&sections, sink);
    let mut deployments = Deployments::read(&sections, sink);
    joined::join(&sections, &mut deployments, sink);
    let names = Names::new(&deployments, &sections, sink);
    let lists = Lists::read(&sections, sink);
    groups::check(&sections, sink);
    groups::tags(&sections, &deployments, &names, &lists, sink);
    let chains = Chains::new(&lists, &names, &deployments, sections.era(), sink);
    let head = root.entries().first().map_or_else(|| root.span(), |(key, _)| key.span());
    let dead_hops = chains.dead_hops();
    let routes = chains.into_routes(&names, &mut deployments, &sections);
    let open_world = !included.is_whole
        || store::is_on(&sections)
        || sections
            .router
            .and_then(|section| section.get("store_model_in_db"))
            .and_then(Value::raw_text)
            .is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let table = RouteTable {
        providers: deployments.providers(),
        targets: deployments.into_targets(),
        routes,
        ..RouteTable::named(Spanned::new(name, head))
    };
    Document::RouteTable(Box::new(Part {
        routing: Some(routing::read(&sections)),
        dead_hops,
        // Names may be defined in the files or the database this one refers to; nothing is said of them then.
        partial: tree.is_broken() || open_world,
        open_world,
        ..Part::of(Gateway::LiteLlm, table, tree.file(), head)
    }))
}

/// A finding about a setting that LiteLLM reads in another way than it looks.
fn misread(rule: &'static str, value: Value<'_>, label: &str, message: String, help: &str) -> Diagnostic {
    Diagnostic::new(rule, value.place(), label, message).help(help)
}
