//! Every place of the configuration where a model is chosen.
//!
//! The places are those of `collectConfiguredModelRefs` in OpenClaw's own source, and the keys that older releases had.

use crate::diagnostic::{Diagnostic, Sink, nearest, quote};
use crate::source::{Span, Spanned};

use super::merged::{Kind, Node};

/// A choice of models as it is written: one, or one and those that stand in for it.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) span: Span,
    pub(super) primary: Option<Spanned<String>>,
    /// The list, with the place of its key.
    pub(super) fallbacks: Option<(Span, Vec<Spanned<String>>)>,
}

/// A place where a model is chosen.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// Its path, which is the name of the route.
    pub(super) name: String,
    /// Where the request that uses it is named: the agent's id, else the key.
    pub(super) key: Span,
    /// What its lists are called.
    pub(super) list: &'static str,
    /// The agent it belongs to; none for the defaults and for what is no agent's.
    pub(super) agent: Option<String>,
    pub(super) choice: Choice,
}

/// An agent of the roster.
pub(super) struct Agent<'n> {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) span: Span,
    pub(super) node: &'n Node,
}

/// The agents, of whichever generation: `agents.entries`, else `agents.list`.
pub(super) fn agents(root: &Node) -> Vec<Agent<'_>> {
    if let Some(entries) = root.at(&["agents", "entries"]) {
        let agents = entries.entries().iter().filter(|(_, node)| node.is_map());
        return agents
            .map(|(id, node)| Agent {
                id: id.value.clone(),
                path: format!("agents.entries.{}", id.value),
                span: id.span(),
                node,
            })
            .collect();
    }
    let list = root.at(&["agents", "list"]).map(Node::items).unwrap_or_default();
    let agents = list.iter().enumerate().filter(|(_, node)| node.is_map());
    agents
        .map(|(at, node)| {
            let id = node.get("id").and_then(Node::spanned);
            let span = id.as_ref().map_or(node.span, Spanned::span);
            let id = id.map_or_else(|| at.to_string(), |id| id.value);
            Agent { path: format!("agents.list.{id}"), id, span, node }
        })
        .collect()
}

/// Keys of an agent or of the defaults whose value is one model or a choice, and what their lists are called.
const CHOICES: [(&str, &str); 8] = [
    ("model", "general"),
    ("imageModel", "image"),
    ("pdfModel", "pdf"),
    ("voiceModel", "voice"),
    ("utilityModel", "utility"),
    ("imageGenerationModel", "image_generation"),
    ("videoGenerationModel", "video_generation"),
    ("musicGenerationModel", "music_generation"),
];

/// Whether below a key of a setting there is nothing but models.
pub(super) fn holds_models(key: &str) -> bool {
    const OTHERS: [&str; 5] = ["decisionModel", "mediaModels", "modelByChannel", "preferredModel", "summaryModel"];
    CHOICES.iter().any(|(choice, _)| *choice == key) || OTHERS.contains(&key)
}

/// Every place that names a model.
pub(super) fn slots(root: &Node, agents: &[Agent<'_>], sink: &mut Sink) -> Vec<Slot> {
    let mut found = Slots { slots: Vec::new(), sink };
    if let Some(defaults) = root.at(&["agents", "defaults"]) {
        found.agent("agents.defaults", None, defaults);
    } else if let Some(agent) = root.get("agent") {
        found.agent("agent", None, agent);
    }
    for agent in agents {
        found.agent(&agent.path, Some(agent), agent.node);
    }
    found.elsewhere(root);
    found.slots
}

struct Slots<'a> {
    slots: Vec<Slot>,
    sink: &'a mut Sink,
}

impl Slots<'_> {
    fn agent(&mut self, path: &str, agent: Option<&Agent<'_>>, node: &Node) {
        for (key, list) in CHOICES {
            self.take(&format!("{path}.{key}"), agent, list, node.entry(key));
        }
        for capability in ["image", "video", "music"] {
            let entry = node.get("mediaModels").and_then(|media| media.entry(capability));
            self.take(&format!("{path}.mediaModels.{capability}"), agent, "media", entry);
        }
        for (section, list) in [("subagents", "subagent"), ("heartbeat", "heartbeat"), ("compaction", "compaction")] {
            let entry = node.get(section).and_then(|section| section.entry("model"));
            self.take(&format!("{path}.{section}.model"), agent, list, entry);
        }
        if let Some(flush) = node.at(&["compaction", "memoryFlush"]) {
            self.take(&format!("{path}.compaction.memoryFlush.model"), agent, "memory_flush", flush.entry("model"));
        }
        self.take(&format!("{path}.decisionModel"), agent, "decision", node.entry("decisionModel"));
        if agent.is_some() {
            let reviewer = node.at(&["tools", "exec", "reviewer"]).and_then(|reviewer| reviewer.entry("model"));
            self.take(&format!("{path}.tools.exec.reviewer.model"), agent, "reviewer", reviewer);
            let summary = node.get("tts").and_then(|tts| tts.entry("summaryModel"));
            self.take(&format!("{path}.tts.summaryModel"), agent, "summary", summary);
        }
    }

    fn elsewhere(&mut self, root: &Node) {
        let reviewer = root.at(&["tools", "exec", "reviewer"]).and_then(|reviewer| reviewer.entry("model"));
        self.take("tools.exec.reviewer.model", None, "reviewer", reviewer);
        for kind in ["image", "audio", "video"] {
            let entry = root.at(&["tools", "media", kind]).and_then(|media| media.entry("preferredModel"));
            self.take(&format!("tools.media.{kind}.preferredModel"), None, "media", entry);
        }
        for (channel, peers) in root.at(&["channels", "modelByChannel"]).map(Node::entries).unwrap_or_default() {
            for (peer, model) in peers.entries() {
                let name = format!("channels.modelByChannel.{}.{}", channel.value, peer.value);
                self.take(&name, None, "channel", Some((peer, model)));
            }
        }
        let mappings = root.at(&["hooks", "mappings"]).map(Node::items).unwrap_or_default();
        for (at, mapping) in mappings.iter().enumerate() {
            self.take(&format!("hooks.mappings.{at}.model"), None, "hook", mapping.entry("model"));
        }
        let entry = root.at(&["hooks", "gmail"]).and_then(|gmail| gmail.entry("model"));
        self.take("hooks.gmail.model", None, "hook", entry);
        let entry = root.get("tts").and_then(|tts| tts.entry("summaryModel"));
        self.take("tts.summaryModel", None, "summary", entry);
        let Some(discord) = root.at(&["channels", "discord"]) else { return };
        self.voice("channels.discord.voice", discord.get("voice"));
        for (account, node) in discord.get("accounts").map(Node::entries).unwrap_or_default() {
            self.voice(&format!("channels.discord.accounts.{}.voice", account.value), node.get("voice"));
        }
    }

    fn voice(&mut self, path: &str, node: Option<&Node>) {
        let Some(voice) = node else { return };
        self.take(&format!("{path}.model"), None, "voice", voice.entry("model"));
        let summary = voice.get("tts").and_then(|tts| tts.entry("summaryModel"));
        self.take(&format!("{path}.tts.summaryModel"), None, "summary", summary);
    }

    fn take(
        &mut self,
        name: &str,
        agent: Option<&Agent<'_>>,
        list: &'static str,
        entry: Option<(&Spanned<String>, &Node)>,
    ) {
        let Some((key, node)) = entry else { return };
        // An empty text switches the small model off.
        if list == "utility" && node.text().is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        let Some(choice) = self.choice(key, node) else { return };
        let key = agent.filter(|_| list == "general").map_or(key.span(), |agent| agent.span);
        self.slots.push(Slot { name: name.to_owned(), key, list, agent: agent.map(|agent| agent.id.clone()), choice });
    }

    fn choice(&mut self, key: &Spanned<String>, node: &Node) -> Option<Choice> {
        let mut choice = Choice { span: node.span, primary: None, fallbacks: None };
        match &node.kind {
            Kind::Text(_) => choice.primary = node.spanned(),
            Kind::Map(entries) => {
                for (name, value) in entries {
                    match name.value.as_str() {
                        "primary" => choice.primary = self.model(name, value),
                        "fallbacks" => choice.fallbacks = self.fallbacks(name, value),
                        "timeoutMs" => {}
                        other => self.unknown(other, name.span()),
                    }
                }
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) => {
                let message = format!(
                    "{} is neither a model nor `{{primary, fallbacks}}`; OpenClaw does not start with it",
                    quote(&key.value)
                );
                self.sink.report(
                    Diagnostic::new("wrong-type", node.span, "a model is wanted here", message)
                        .help("write `\"provider/model\"`"),
                );
                return None;
            }
        }
        Some(choice)
    }

    fn model(&mut self, key: &Spanned<String>, node: &Node) -> Option<Spanned<String>> {
        let model = node.spanned();
        if model.is_none() {
            let message = format!("{} is no text; OpenClaw does not start with it", quote(&key.value));
            self.sink.report(
                Diagnostic::new("wrong-type", node.span, "a model is wanted here", message)
                    .help("write `\"provider/model\"`"),
            );
        }
        model.filter(|model| !model.value.trim().is_empty())
    }

    fn fallbacks(&mut self, key: &Spanned<String>, node: &Node) -> Option<(Span, Vec<Spanned<String>>)> {
        if !node.is_list() {
            let message = "`fallbacks` is no list; OpenClaw does not start with it";
            self.sink.report(
                Diagnostic::new("wrong-type", node.span, "a list is wanted here", message)
                    .help("write `fallbacks: [\"provider/model\"]`"),
            );
            return None;
        }
        let mut models = Vec::new();
        for item in node.items() {
            match item.spanned() {
                Some(model) if model.value.trim().is_empty() => {
                    let message = "a fallback is empty, and OpenClaw passes over it without a word";
                    self.sink.report(
                        Diagnostic::new("dead-setting", item.span, "no model", message)
                            .help("name a model, or remove it"),
                    );
                }
                Some(model) => models.push(model),
                None => {
                    let message = "a fallback is no text; OpenClaw does not start with it";
                    self.sink.report(
                        Diagnostic::new("wrong-type", item.span, "a model is wanted here", message)
                            .help("write `\"provider/model\"`"),
                    );
                }
            }
        }
        Some((key.span(), models))
    }

    fn unknown(&mut self, name: &str, span: Span) {
        let message = format!("a choice of models has no key {}; OpenClaw does not start with it", quote(name));
        let help = match nearest(name, ["primary", "fallbacks"]) {
            Some(near) => format!("did you mean {}?", quote(near)),
            None => "keep `primary` and `fallbacks`, and take the rest out; a note can be a `//` comment".to_owned(),
        };
        self.sink.report(Diagnostic::new("unknown-key", span, "not a key of a choice of models", message).help(help));
    }
}
