//! LiteLLM's `config.yaml`, structure only: groups, deployments, fallback lists, aliases, wildcards, timeouts, retries.
//!
//! Facts about LiteLLM are those of its router and proxy in releases 1.92 to 1.109, as documented at docs.litellm.ai
//! (proxy configuration, reliability and routing pages).

mod chains;
mod deployments;
mod hosts;
mod keys;
mod lists;
mod names;
mod store;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{ApiVersion, Document, Gateway, Name, Part, RouteTable, RouteTableKind, TableMetadata};
use crate::source::{Entries, Spanned};
use crate::syntax::{NodeId, Tree, Value};

use self::chains::Chains;
use self::deployments::Deployments;
use self::lists::Lists;
use self::names::Names;

/// The sections of the file that routing is configured in.
struct Sections<'t> {
    root: Value<'t>,
    router: Option<Value<'t>>,
    litellm: Option<Value<'t>>,
    general: Option<Value<'t>>,
}

impl<'t> Sections<'t> {
    fn new(root: Value<'t>) -> Self {
        let section = |name: &str| root.get(name).filter(|section| section.is_mapping());
        Self {
            root,
            router: section("router_settings"),
            litellm: section("litellm_settings"),
            general: section("general_settings"),
        }
    }

    /// A setting: the router's, unless it is empty or missing, else LiteLLM's.
    fn setting(&self, name: &str) -> Option<(Value<'t>, Value<'t>)> {
        let found = |section: Option<Value<'t>>| section?.get_entry(name).filter(|(_, value)| !is_empty(*value));
        found(self.router).or_else(|| found(self.litellm))
    }
}

/// What Python takes for false among the values of a list setting.
fn is_empty(value: Value<'_>) -> bool {
    value.is_null()
        || (value.is_sequence() && value.items().next().is_none())
        || (value.is_mapping() && value.entries().is_empty())
        || value.text() == Some("")
}

/// Reads a document of LiteLLM's.
pub(super) fn read(tree: &Tree<'_>, root: NodeId, name: Name, sink: &mut Sink) -> Document {
    let root = Value::new(tree, root);
    let sections = Sections::new(root);
    keys::check(&sections, sink);
    store::check(&sections, sink);
    let mut deployments = Deployments::read(&sections, sink);
    let names = Names::new(&deployments, &sections, sink);
    let lists = Lists::read(&sections, sink);
    let chains = Chains::new(&lists, &names, &deployments, sink);
    let head = root.entries().first().map_or_else(|| root.span(), |(key, _)| key.span());
    let dead_hops = chains.dead_hops();
    let routes = chains.into_routes(&mut deployments, &sections);
    let open_world = root.get("include").is_some()
        || store::is_on(&sections)
        || [sections.general, sections.router].into_iter().flatten().any(|section| {
            section
                .get("store_model_in_db")
                .and_then(Value::raw_text)
                .is_some_and(|text| text.eq_ignore_ascii_case("true"))
        });
    let table = RouteTable {
        api_version: ApiVersion::V1,
        kind: RouteTableKind::RouteTable,
        metadata: TableMetadata { name: Spanned::new(name, head), version: None, owner: None },
        providers: deployments.providers(),
        accounts: Entries::default(),
        keys: Entries::default(),
        egress: Entries::default(),
        targets: deployments.into_targets(),
        ladders: Entries::default(),
        routes,
        observability: None,
        paths: Entries::default(),
        parity: None,
        waivers: Vec::new(),
    };
    Document::RouteTable(Box::new(Part {
        table,
        file: tree.file(),
        head,
        gateway: Gateway::LiteLlm,
        dead_hops,
        // Names may be defined in the files or the database this one refers to; nothing is said of them then.
        partial: tree.is_broken() || open_world,
        open_world,
        unread: std::collections::BTreeSet::new(),
    }))
}

/// A finding about a setting that LiteLLM reads in another way than it looks.
fn misread(rule: &'static str, value: Value<'_>, label: &str, message: String, help: &str) -> Diagnostic {
    Diagnostic::new(rule, value.place(), label, message).help(help)
}
