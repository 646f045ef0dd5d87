//! Configs of Portkey's gateway: trees of targets that a request names in `x-portkey-config`.
//!
//! Facts are those of the open-source gateway's release 1.15.2 (Portkey-AI/gateway), by its source and by runs, and of the
//! documentation of Portkey's service (Portkey-AI/docs-core: configs, fallbacks, load balancing, conditional routing,
//! automatic retries, request timeouts). Where the two differ, findings say which of them is meant.

mod conditions;
mod found;
mod known;
mod lower;
mod plan;
mod settings;
mod shape;
mod spots;
mod status;
mod supply;
mod traps;
mod tree;

use crate::diagnostic::{Diagnostic, Level, Sink};
use crate::model::{Document, Gateway, Name, Part, RouteTable};
use crate::source::Spanned;
use crate::syntax::{NodeId, Tree, Value};

use self::found::Found;
use self::tree::Node;

/// Whether a document is one of Portkey's: a config, a file that keeps several, or the gateway's settings.
pub(super) fn is_portkey(root: Value<'_>) -> bool {
    !found::configs(root).is_empty() || settings::is_settings(root)
}

/// Reads the configs of a document; `name_of` gives a table its name, by the one that the file gives a config.
pub(super) fn read(
    tree: &Tree<'_>,
    root: NodeId,
    mut name_of: impl FnMut(Option<&str>) -> Name,
    sink: &mut Sink,
) -> Vec<Document> {
    let root = Value::new(tree, root);
    let mut documents = Vec::new();
    for found in found::configs(root) {
        match found {
            Found::Config(value, name) => documents.push(config(tree, value, name_of(name), sink)),
            Found::Text(span) => {
                let message = "a config stands here as a text, whose parts have no places, and was not checked";
                sink.report(
                    Diagnostic::new("syntax-error", span, "not read", message)
                        .at_most(Level::Warn)
                        .help("write it as an object, or save it to a file of its own"),
                );
            }
        }
    }
    if documents.is_empty() && settings::is_settings(root) {
        settings::check(root, sink);
    }
    documents
}

fn config(tree: &Tree<'_>, value: Value<'_>, name: Name, sink: &mut Sink) -> Document {
    let routes_of = name.as_str().to_owned();
    let head = value.entries().first().map_or_else(|| value.span(), |(key, _)| key.span());
    let root = Node::root(value);
    let is_hosted = shape::is_hosted(&root);
    shape::check(&root, is_hosted, sink);
    conditions::check(&root, sink);
    traps::check(&root, is_hosted, sink);
    let (providers, targets) = supply::targets(&root);
    let table = RouteTable {
        providers,
        targets,
        routes: lower::routes(&root, &routes_of),
        ..RouteTable::named(Spanned::new(name, head))
    };
    Document::RouteTable(Box::new(Part {
        partial: tree.is_broken(),
        ..Part::of(Gateway::Portkey, table, tree.file(), head)
    }))
}
