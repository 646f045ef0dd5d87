//! OpenClaw's `openclaw.json`, as far as it chooses models: agents, chains, aliases, providers, profiles, tools by provider.
//!
//! Facts about OpenClaw are those of releases 2026.4 to 2026.9: its documentation (docs.openclaw.ai), its source, and runs.

mod bundled;
mod chains;
mod env;
mod ladders;
mod merged;
mod profiles;
mod refs;
mod shape;
mod slots;
mod supply;
mod tools;
mod traps;
mod unset;

use crate::diagnostic::Sink;
use crate::environment::Surroundings;
use crate::model::{Document, Gateway, Name, Part, RouteTable};
use crate::source::{SourceMap, Spanned};
use crate::syntax::{NodeId, Tree, Value};

use self::chains::Chains;
use self::env::Env;
use self::ladders::Limit;
use self::merged::Merger;
use self::profiles::Keys;
use self::refs::Refs;
use self::tools::Tools;

pub(super) use self::merged::paths;

/// Whether a document is OpenClaw's.
pub(super) fn is_openclaw(root: Value<'_>) -> bool {
    let has = |section: &str, keys: &[&str]| {
        root.get(section).is_some_and(|section| keys.iter().any(|key| section.get(key).is_some()))
    };
    has("agents", &["defaults", "list", "entries", "$include"])
        || has("models", &["providers"])
        || has("agent", &["model"])
        || (has("gateway", &["port", "mode", "auth", "bind"])
            && has("channels", &["telegram", "discord", "modelByChannel", "defaults"]))
        || (root.get("$include").is_some() && (root.get("gateway").is_some() || root.entries().len() == 1))
}

/// Reads a document of OpenClaw's, and the files it includes, amid the variables that are known.
pub(super) fn read(
    sources: &SourceMap,
    surroundings: &Surroundings,
    tree: &Tree<'_>,
    root: NodeId,
    name: Name,
    sink: &mut Sink,
) -> Document {
    let value = Value::new(tree, root);
    let head = value.entries().first().map_or_else(|| value.span(), |(key, _)| key.span());
    let mut merger = Merger::new(sources, tree.file(), sink);
    let mut config = merger.node(value);
    let partial = merger.is_partial || tree.is_broken();
    let written = Refs::read(&config, &mut Sink::new());
    shape::check(&config, &written, sink);
    let env = Env::new(&config, surroundings.of(sources, tree.file()));
    let needs = unset::needs(&config, &written);
    env.apply(&mut config);
    let refs = Refs::read(&config, sink);
    let agents = slots::agents(&config);
    let slots = slots::slots(&config, &agents, sink);
    let chains = Chains::new(slots, &refs, sink);
    let limit = Limit::read(&config);
    traps::check(&config, &chains, &refs, limit, sink);
    if surroundings.surrounds(tree.file()) && !partial {
        unset::check(&needs, &env, &chains, sink);
    }
    let tools = Tools::read(&config);
    tools::check(&agents, &chains, &tools, sink);
    let keys = Keys::read(&config, &refs);
    let (providers, targets) = supply::targets(&chains, &refs, &keys, &tools);
    let (accounts, credentials) = keys.entries(providers.iter().map(|provider| &provider.name));
    let table = RouteTable {
        providers,
        accounts,
        keys: credentials,
        targets,
        routes: ladders::routes(&chains, &refs, &keys, limit),
        ..RouteTable::named(Spanned::new(name, head))
    };
    Document::RouteTable(Box::new(Part {
        partial,
        open_world: partial,
        ..Part::of(Gateway::OpenClaw, table, tree.file(), head)
    }))
}
