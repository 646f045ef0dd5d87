//! What becomes of the variables that the configuration needs: unset, set to nothing, set twice, set where they may not be.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Level, Sink, nearest, or_list, quote};
use crate::environment::{Setting, Variable, VariablesOf};
use crate::openclaw::{is_meant_for_openclaw, workspace_may_set};
use crate::source::Span;

use super::bundled;
use super::chains::{Chain, Chains};
use super::env::{Env, Found, names_in};
use super::merged::Node;
use super::refs::Refs;
use super::shape::is_variable;
use super::slots;

/// A variable that the configuration needs.
pub(super) struct Need {
    name: String,
    span: Span,
    /// The entry point or the provider that needs it.
    of: String,
    what: What,
}

/// What a variable is for.
enum What {
    /// The name of a model.
    Model,
    /// The address of a provider.
    Address,
    /// A text that is sent to a provider, by the key under which it stands.
    Text(String),
    /// A reference to a secret.
    Reference,
    /// The name of a variable in the place of a key, which is looked up.
    Name,
}

/// The variables that references to models and providers need, of the configuration before variables are replaced.
pub(super) fn needs(root: &Node, refs: &Refs) -> Vec<Need> {
    let mut found = Vec::new();
    for slot in slots::slots(root, &slots::agents(root), &mut Sink::new()) {
        let fallbacks = slot.choice.fallbacks.iter().flat_map(|(_, list)| list);
        for model in slot.choice.primary.iter().chain(fallbacks) {
            found.extend(names_in(&model.value).map(|name| Need {
                name: name.to_owned(),
                span: model.span(),
                of: slot.name.clone(),
                what: What::Model,
            }));
        }
    }
    for provider in &refs.providers {
        for (key, value) in provider.node.entries() {
            of_provider(&provider.name, &key.value, value, &mut found);
        }
    }
    found
}

/// Those of a value of a provider.
fn of_provider(provider: &str, key: &str, node: &Node, found: &mut Vec<Need>) {
    let mut push = |name: &str, span: Span, what: What| {
        found.push(Need { name: name.to_owned(), span, of: provider.to_owned(), what });
    };
    if let Some(text) = node.text() {
        for name in names_in(text) {
            let what = match key {
                "baseUrl" => What::Address,
                "id" => What::Model,
                key => What::Text(key.to_owned()),
            };
            push(name, node.span, what);
        }
        if key == "apiKey" && is_variable(text.trim()) && bundled::is_known(provider) {
            push(text.trim(), node.span, What::Name);
        }
    }
    if node.get("source").and_then(Node::text) == Some("env")
        && let Some(id) = node.get("id").and_then(Node::spanned)
    {
        push(&id.value, id.span(), What::Reference);
        return;
    }
    for (key, value) in node.entries() {
        of_provider(provider, &key.value, value, found);
    }
    for item in node.items() {
        of_provider(provider, key, item, found);
    }
}

/// Reports what the files around the configuration make of them.
pub(super) fn check(needs: &[Need], env: &Env, chains: &Chains, sink: &mut Sink) {
    let links = chains.chains.iter().flat_map(Chain::links);
    let mut used: BTreeSet<&str> = links.map(|link| link.model.provider.as_str()).collect();
    used.extend(chains.chains.iter().map(|chain| chain.slot.name.as_str()));
    let mut by_name: BTreeMap<&str, Vec<&Need>> = BTreeMap::new();
    for need in needs.iter().filter(|need| used.contains(need.of.as_str())) {
        by_name.entry(&need.name).or_default().push(need);
    }
    for (name, needs) in &by_name {
        if matches!(env.find(name), Found::Nothing) {
            // What is needed itself is no slip for something else.
            let set = env.around.layers.iter().flat_map(|(_, layer)| &layer.variables);
            let set = set.map(|variable| variable.name.as_str()).filter(|set| !by_name.contains_key(set));
            missing(name, needs, nearest(name, set), env, sink);
        } else {
            empty(name, needs, env, sink);
            conflicting(name, needs, env, sink);
        }
    }
    for variable in &env.around.dropped {
        let name = variable.name.as_str();
        let is_needed = by_name.contains_key(name);
        let is_reported = is_needed && matches!(env.find(name), Found::Nothing);
        if (is_needed || is_meant_for_openclaw(name)) && !is_reported {
            sink.report(dropped(variable));
        }
    }
}

impl Need {
    fn subject(&self) -> String {
        if matches!(self.what, What::Model) { format!("routes.{}", self.of) } else { format!("providers.{}", self.of) }
    }

    fn is_credential(&self) -> bool {
        matches!(self.what, What::Text(_) | What::Reference | What::Name)
    }

    /// What happens without it, and the words under its place.
    fn without(&self) -> (String, &'static str) {
        let (of, text) = (quote(&self.of), format!("`${{{}}}`", self.name));
        match &self.what {
            What::Model => (format!("{of} asks for a model by the text {text}"), "stays as it is written"),
            What::Address => (format!("the address of {of} keeps the text {text}"), "stays as it is written"),
            What::Text(key) if key == "apiKey" => {
                (format!("{of} is sent the text {text} as its key"), "sent as it is written")
            }
            What::Text(key) => (format!("{of} is sent the text {text} in {}", quote(key)), "sent as it is written"),
            What::Reference => (
                format!("{of} has no key, so a gateway starts without it, and a local run ends before its first call"),
                "refers to nothing",
            ),
            What::Name => (format!("the key of {of} is looked up in vain"), "the name of a variable"),
        }
    }
}

/// A variable that nothing sets.
fn missing(name: &str, needs: &[&Need], near: Option<&str>, env: &Env, sink: &mut Sink) {
    let Some((need, others)) = needs.split_first() else { return };
    let (consequence, label) = need.without();
    let empty = env.around.settings(name).next();
    let nobody = if empty.is_some() { "is set to nothing" } else { "is set by nothing that was read" };
    let asks_shell = env.asks_shell || !matches!(env.find("OPENCLAW_LOAD_SHELL_ENV"), Found::Nothing);
    let unless = match (env.around.is_told, asks_shell) {
        (true, false) => "",
        (true, true) => ", unless the shell that OpenClaw asks has it",
        (false, _) => ", unless the process that starts OpenClaw has it",
    };
    let message = format!("{consequence}: {} {nobody}{unless}", quote(name));
    let mut finding = Diagnostic::new("missing-env", need.span, label, message).about(need.subject());
    if !unless.is_empty() {
        finding = finding.at_most(Level::Warn);
    }
    for other in others.iter().filter(|other| other.span != need.span).take(3) {
        finding = finding.related(other.span, "needs it, too");
    }
    if let Some(empty) = empty {
        finding = finding.related(empty.span, "empty, and so it counts as set");
        if let Some(hidden) = later_value(name, env) {
            finding = finding.related(hidden.span, "never read");
        }
    }
    if let Some(variable) = env.around.dropped.iter().find(|variable| variable.name == name) {
        finding = finding.related(variable.span, "OpenClaw does not take it from the workspace");
    }
    sink.report(finding.help(match near {
        Some(near) => format!("did you mean {}, which is set?", quote(near)),
        None => help(need, empty.is_some(), env),
    }));
}

fn help(need: &Need, is_empty: bool, env: &Env) -> String {
    if is_empty {
        return "give it a value, or take the name out: an empty one hides every file of a later rank".to_owned();
    }
    let layers = env.around.layers.iter();
    let may_set = layers.filter(|(of, _)| *of != VariablesOf::Workspace || workspace_may_set(&need.name));
    let files: BTreeSet<&str> = may_set.map(|(_, layer)| layer.what.as_str()).collect();
    let mut help = if files.is_empty() {
        "set it where OpenClaw keeps its state, as a rule in `~/.openclaw/.env`, and give that file with `--env`"
            .to_owned()
    } else {
        format!("set it in {}, or give the file that sets it with `--env`", or_list(files, 4))
    };
    if matches!(need.what, What::Text(_)) {
        help.push_str("; as `{source: \"env\", provider: \"default\", id: \"NAME\"}` it is never sent without a value");
    }
    help
}

/// The first value that a name has behind the file that decides it.
fn later_value<'e>(name: &'e str, env: &'e Env) -> Option<&'e Variable> {
    env.around.settings(name).skip(1).find(|variable| !variable.setting.may_be_empty())
}

/// An empty value that hides one, while something else stands in for both.
fn empty(name: &str, needs: &[&Need], env: &Env, sink: &mut Sink) {
    let (Some(need), Some(wins)) = (needs.first(), env.around.settings(name).next()) else { return };
    let Some(hidden) = later_value(name, env).filter(|_| wins.setting.may_be_empty()) else { return };
    let when = match &wins.setting {
        Setting::EmptyUnless(variable) => format!("wherever {} is not set", quote(variable)),
        Setting::Empty | Setting::Value(_) | Setting::Unknown => "always".to_owned(),
    };
    let instead = if env.own(name).is_some() { ", and `env.vars` decides instead" } else { "" };
    let message = format!("an empty {} wins over the value of a later file, {when}{instead}", quote(name));
    sink.report(
        Diagnostic::new("empty-env", wins.span, "empty, and so it counts as set", message)
            .related(hidden.span, "never read")
            .related(need.span, "needs it")
            .help("leave the name out where it has no value: an empty one hides every file behind it, though not `env.vars`")
            .about(need.subject()),
    );
}

/// A credential that two files, or a file and the configuration, set to different values.
fn conflicting(name: &str, needs: &[&Need], env: &Env, sink: &mut Sink) {
    let Some(need) = needs.iter().find(|need| need.is_credential()) else { return };
    if !matches!(env.find(name), Found::Around(_)) {
        return;
    }
    let mut values = env.around.settings(name).filter(|variable| matches!(variable.setting, Setting::Value(_)));
    let Some(wins) = values.next() else { return };
    let other = values.find(|other| other.setting != wins.setting);
    let message = match other {
        Some(_) => format!("two files set {} to different values, and nobody sees which one is in force", quote(name)),
        None if env.own(name).is_some_and(|own| *own != wins.setting) => {
            format!("`env.vars` sets {} to another value than this, and is never asked", quote(name))
        }
        None => return,
    };
    let mut finding = Diagnostic::new("conflicting-env", wins.span, "this one wins", message).about(need.subject());
    if let Some(other) = other {
        finding = finding.related(other.span, "this one is never read");
    }
    if !env.around.is_told {
        finding = finding.at_most(Level::Warn);
    }
    sink.report(
        finding
            .related(need.span, "needs it")
            .help("whoever changes the one that loses changes nothing: keep one of them"),
    );
}

/// A variable that OpenClaw does not take from the workspace.
fn dropped(variable: &Variable) -> Diagnostic {
    let message = format!(
        "OpenClaw does not take {} from the `.env` of the folder it is started in, which anybody's project may bring",
        quote(&variable.name)
    );
    Diagnostic::new("dead-setting", variable.span, "has no effect", message)
        .help("set it where OpenClaw keeps its state, as a rule in `~/.openclaw/.env`, if OpenClaw is to have it")
}
