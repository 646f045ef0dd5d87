//! What the file says to no effect or in two ways, and secrets in plain sight.

use crate::diagnostic::{Diagnostic, Level, Sink, quote};
use crate::frontend::secrets::looks_real;
use crate::model::url_has_password;
use crate::openclaw::{configuration_may_set, names_secret};
use crate::source::{Span, Spanned};

use super::bundled;
use super::chains::is_placeholder;
use super::env::{is_name, is_template};
use super::merged::Node;
use super::refs::Refs;

/// What to write instead of a text that stands for a key.
const NO_PLACEHOLDER: &str = "write `{source: \"env\", provider: \"default\", id: \"NAME\"}`: without the variable no request is made, and nothing but its value is ever sent";

/// Reports it, of the file before variables are replaced.
pub(super) fn check(root: &Node, refs: &Refs, sink: &mut Sink) {
    generations(root, sink);
    environment(root, sink);
    order(root, refs, sink);
    for provider in &refs.providers {
        if let Some(key) = provider.node.get("apiKey").and_then(Node::spanned) {
            placeholder(&provider.name, &key, sink);
        }
    }
    secrets(root, sink);
}

/// Keys that only one of the two live generations of the schema accepts.
fn generations(root: &Node, sink: &mut Sink) {
    let key = |path: &[&str], name: &str| -> Option<Span> { root.at(path)?.entry(name).map(|(key, _)| key.span()) };
    let defaults = ["agents", "defaults"];
    if let (Some(list), Some(entries)) = (key(&["agents"], "list"), key(&["agents"], "entries")) {
        let message = "`agents.list` is not read beside `agents.entries`, so its agents do not exist";
        sink.report(
            Diagnostic::new("shadowed-setting", list, "not read", message)
                .related(entries, "read instead")
                .help("move its agents to `agents.entries`, each under its id"),
        );
    }
    let newer = [
        (key(&["agents"], "entries"), "agents.entries"),
        (key(&defaults, "modelPolicy"), "agents.defaults.modelPolicy"),
        (key(&defaults, "mediaModels"), "agents.defaults.mediaModels"),
    ];
    let Some((Some(new), new_name)) = newer.into_iter().find(|(span, _)| span.is_some()) else { return };
    let flat = root.get("env").map(Node::entries).unwrap_or_default();
    let flat = flat.iter().find(|(key, value)| is_name(&key.value) && value.text().is_some());
    let older = [
        (key(&["auth"], "cooldowns"), "auth.cooldowns", "take it out: cooldowns are no longer configured"),
        (flat.map(|(key, _)| key.span()), "a variable directly below `env`", "move it to `env.vars`"),
        (
            key(&defaults, "imageGenerationModel"),
            "agents.defaults.imageGenerationModel",
            "move it to `mediaModels.image`",
        ),
        (
            key(&defaults, "videoGenerationModel"),
            "agents.defaults.videoGenerationModel",
            "move it to `mediaModels.video`",
        ),
        (
            key(&defaults, "musicGenerationModel"),
            "agents.defaults.musicGenerationModel",
            "move it to `mediaModels.music`",
        ),
    ];
    for (span, name, help) in older {
        let Some(span) = span else { continue };
        let name = if name.contains('`') { name.to_owned() } else { quote(name) };
        let message = format!("no release of OpenClaw accepts {name} and {} in one file", quote(new_name));
        sink.report(
            Diagnostic::new("contradictory-settings", span, "up to 2026.7", message)
                .related(new, "from 2026.8 on")
                .help(format!("{help}; OpenClaw does not start with an unknown key")),
        );
    }
}

/// Variables of the file that OpenClaw passes over.
fn environment(root: &Node, sink: &mut Sink) {
    let env = root.get("env");
    let flat = env.into_iter().flat_map(Node::entries).filter(|(key, _)| key.value != "vars");
    let vars = env.and_then(|env| env.get("vars")).into_iter().flat_map(Node::entries);
    for (name, value) in flat.chain(vars) {
        if value.text().is_some_and(|text| text.contains("${")) {
            let message =
                format!("OpenClaw passes over {}: a variable in `env` cannot be made of another", quote(&name.value));
            sink.report(
                Diagnostic::new("dead-setting", value.span, "has no effect", message)
                    .help("remove it: what the process has in its environment is there without this line")
                    .shared_anywhere_by(name.value.as_str(), ""),
            );
        } else if value.text().is_some() && !configuration_may_set(&name.value) {
            let message = format!(
                "OpenClaw does not take {} from `env`: it changes how programs are started, or whom they trust",
                quote(&name.value)
            );
            sink.report(
                Diagnostic::new("dead-setting", name.place, "has no effect", message)
                    .help("set it for the process that starts OpenClaw"),
            );
        }
    }
}

/// Profiles that nothing defines.
fn order(root: &Node, refs: &Refs, sink: &mut Sink) {
    let profiles = root.at(&["auth", "profiles"]).map(Node::entries).unwrap_or_default();
    for (provider, list) in root.at(&["auth", "order"]).map(Node::entries).unwrap_or_default() {
        let name = provider.value.trim().to_lowercase();
        if !refs.knows(&name) {
            let message = format!("no provider is called {}, so its order is never used", quote(&provider.value));
            sink.report(
                Diagnostic::new("dead-setting", provider.place, "no such provider", message)
                    .help("rename it to the provider it is meant for, or remove it"),
            );
        }
        let of_provider =
            |node: &Node| node.get("provider").and_then(Node::text).is_some_and(|of| of.trim().to_lowercase() == name);
        // Where the file lists no profile of the provider, all of them are in OpenClaw's own store.
        if !profiles.iter().any(|(_, node)| of_provider(node)) {
            continue;
        }
        for id in list.items().iter().filter_map(Node::spanned) {
            if profiles.iter().any(|(known, node)| known.value == id.value && of_provider(node)) {
                continue;
            }
            let message = format!("`auth.profiles` has no profile {} of {}", quote(&id.value), quote(&provider.value));
            sink.report(
                Diagnostic::new("unknown-reference", id.place, "no such profile", message)
                    .at_most(Level::Warn)
                    .help("OpenClaw passes over it without a word unless its own store has it; mend the name"),
            );
        }
    }
}

/// A key that reaches the provider as it is written.
fn placeholder(provider: &str, key: &Spanned<String>, sink: &mut Sink) {
    let text = key.value.trim();
    let (how, level) = if text.strip_prefix('$').is_some_and(is_name) {
        ("only `${NAME}` is replaced", Level::Deny)
    } else if is_placeholder(text) && !is_template(text) {
        ("it waits to be replaced", Level::Warn)
    } else if is_variable(text) && !bundled::is_known(provider) {
        ("the name of a variable is not looked up for a provider of your own", Level::Deny)
    } else {
        return;
    };
    let message = format!("{} is sent {} as its key: {how}", quote(provider), quote(text));
    let finding = Diagnostic::new("openclaw-placeholder-key", key.place, "sent as it is written", message);
    sink.report(finding.at_most(level).help(NO_PLACEHOLDER).shared_anywhere_by(provider, text));
}

/// Whether a text can only be the name of a variable for a secret.
pub(super) fn is_variable(text: &str) -> bool {
    is_name(text) && names_secret(text)
}

/// Reports secrets that stand in the file itself, wherever they do.
fn secrets(node: &Node, sink: &mut Sink) {
    for (key, value) in node.entries() {
        if let Some(text) = value.text() {
            secret(&key.value, text, value.span, sink);
        }
        secrets(value, sink);
    }
    for item in node.items() {
        secrets(item, sink);
    }
}

fn secret(name: &str, text: &str, span: Span, sink: &mut Sink) {
    const HELP: &str = "write `{source: \"env\", provider: \"default\", id: \"NAME\"}`, and change the secret: whoever has read the file knows it";
    let lower = name.to_lowercase().replace(['-', '_'], "");
    let words = ["apikey", "token", "secret", "password", "accesskey", "privatekey", "credential", "authorization"];
    let is_secret = words.iter().any(|word| lower.ends_with(word));
    let variable = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if is_secret && variable.is_some_and(|name| !is_name(name) && !name.contains('$')) {
        let message = format!(
            "{} is {} as it is written: a variable has upper-case letters, digits and `_` only, so nothing takes its place",
            quote(name),
            quote(text)
        );
        sink.report(
            Diagnostic::new("openclaw-placeholder-key", span, "sent as it is written", message).help(NO_PLACEHOLDER),
        );
    }
    if is_template(text) || is_placeholder(text) {
        return;
    }
    if text.contains("://") && url_has_password(text) {
        let message = format!("the URL {} carries a password", quote(name));
        sink.report(Diagnostic::new("literal-secret", span, "a password within", message).help(HELP));
        return;
    }
    let bare = text.strip_prefix("Bearer ").unwrap_or(text);
    if is_secret && looks_real(bare) {
        let message = format!("the secret {} stands in the file itself", quote(name));
        sink.report(Diagnostic::new("literal-secret", span, "a secret, not a reference", message).help(HELP));
    }
}
