//! Reads what a service of a Compose file gets into its environment.
//!
//! `environment` beats `env_file`, and of several files the last that sets a name (docs.docker.com, "Environment variables
//! precedence in Docker Compose" and "Set environment variables").

use crate::diagnostic::{Diagnostic, Sink, nearest, quote};
use crate::source::{FileId, SourceMap, Span, Spanned};
use crate::syntax::{Tree, Value, parse};

use super::files::{FileKind, Named};
use super::{Setting, Variable};

/// What a service gets.
pub(super) struct OfService {
    /// What `environment` sets.
    pub(super) variables: Vec<Variable>,
    /// The files of `env_file`, in their order.
    pub(super) files: Vec<Named>,
}

/// Why nothing can be said.
pub(super) enum Trouble {
    /// The file says it in a way that only Compose can follow.
    Unknown(String),
    /// A finding.
    Wrong(Box<Diagnostic>),
}

/// What a service of a file gets.
pub(super) fn read(sources: &SourceMap, file: FileId, service: &Spanned<String>) -> Result<OfService, Trouble> {
    let tree = parse(sources, file, &mut Sink::new());
    let Some(root) = root_of(&tree) else {
        return Err(Trouble::Unknown(format!(
            "{} is not a Compose file that can be read",
            quote(sources.file(file).name())
        )));
    };
    let services = root.get("services").map(Value::entries).unwrap_or_default();
    let wanted = services.iter().find(|(name, _)| name.raw_text() == Some(service.value.as_str()));
    let Some((_, doc)) = wanted else {
        let name = quote(&service.value);
        let message = format!("{} has no service {name}", quote(sources.file(file).name()));
        let near = nearest(&service.value, services.iter().filter_map(|(name, _)| name.raw_text()));
        let help = near.map_or_else(
            || "name a service of the file, so that its environment is known".to_owned(),
            |near| format!("did you mean {}?", quote(near)),
        );
        let finding = Diagnostic::new("unknown-reference", service.place, "no such service", message).help(help);
        return Err(Trouble::Wrong(Box::new(finding)));
    };
    if doc.get("extends").is_some() {
        return Err(Trouble::Unknown(format!("the service {} extends another one", quote(&service.value))));
    }
    let variables = doc.get("environment").map(environment).unwrap_or_default();
    Ok(OfService { variables, files: doc.get("env_file").map(env_files).unwrap_or_default() })
}

/// The values of every `environment` of a file, for reports to mask.
pub(super) fn values(sources: &SourceMap, file: FileId) -> Vec<Span> {
    let tree = parse(sources, file, &mut Sink::new());
    let services = root_of(&tree).and_then(|root| root.get("services")).map(Value::entries).unwrap_or_default();
    let listed = services.iter().filter_map(|(_, service)| service.get("environment"));
    let spans = listed.flat_map(|listed| {
        let of_list = listed.items().map(|item| item.place().defined);
        of_list.chain(listed.entries().into_iter().map(|(_, value)| value.place().defined)).collect::<Vec<_>>()
    });
    spans.collect()
}

fn root_of<'t>(tree: &'t Tree<'_>) -> Option<Value<'t>> {
    let root = tree.roots().first().filter(|_| !tree.is_broken())?;
    Some(Value::new(tree, *root))
}

fn environment(listed: Value<'_>) -> Vec<Variable> {
    let of_list = listed.items().filter_map(|item| {
        let text = item.raw_text()?;
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        Some(variable(name, item.span(), value))
    });
    let of_mapping = listed.entries().into_iter().filter_map(|(name, value)| {
        let text = value.raw_text().filter(|_| !value.is_null());
        Some(variable(name.raw_text()?, name.span(), text))
    });
    of_list.chain(of_mapping).collect()
}

fn variable(name: &str, span: Span, value: Option<&str>) -> Variable {
    let setting = match value {
        // A name without a value is handed on from the machine that deploys.
        None => Setting::Unknown,
        Some(value) => Setting::replaced(value).unwrap_or_else(|| Setting::of(value.to_owned())),
    };
    Variable { name: name.to_owned(), span, setting }
}

/// A path, a list of paths, or a list of mappings with a `path`.
fn env_files(listed: Value<'_>) -> Vec<Named> {
    let named = |item: Value<'_>| {
        let path = item.get("path").unwrap_or(item);
        let is_optional = item.get("required").and_then(Value::raw_text) == Some("false");
        Some(Named { span: path.span(), path: path.raw_text()?.to_owned(), is_optional, kind: FileKind::Variables })
    };
    if listed.is_sequence() { listed.items().filter_map(named).collect() } else { named(listed).into_iter().collect() }
}
