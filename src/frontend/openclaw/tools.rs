//! `tools.byProvider`: which tools a run loses or keeps with each model.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Label, Sink, or_list, quote};
use crate::model::Name;
use crate::source::{Span, Spanned};

use super::chains::Chains;
use super::merged::Node;
use super::refs::Ref;
use super::slots::Agent;

/// What a group of tools stands for in OpenClaw.
const GROUPS: [(&str, &[&str]); 4] = [
    ("group:fs", &["read", "write", "edit", "apply_patch"]),
    ("group:runtime", &["exec", "process"]),
    ("group:web", &["web_search", "web_fetch"]),
    ("group:memory", &["memory_search", "memory_get"]),
];

/// The rules for one provider or one model.
struct Rules {
    key: String,
    span: Span,
    allow: Option<BTreeSet<String>>,
    deny: BTreeSet<String>,
}

/// All rules by provider, and every tool that any of them names.
pub(super) struct Tools {
    rules: Vec<Rules>,
    named: BTreeSet<String>,
}

impl Tools {
    /// The rules of `tools` beside other keys of the root, or of an agent.
    pub(super) fn read(root: &Node) -> Self {
        let entries = root.at(&["tools", "byProvider"]).map(Node::entries).unwrap_or_default();
        let mut tools = Self { rules: Vec::new(), named: BTreeSet::new() };
        for (key, node) in entries {
            // A profile is a list of tools that this file does not show, so nothing can be compared.
            if node.get("profile").and_then(Node::text).is_some_and(|profile| profile != "full") {
                return Self { rules: Vec::new(), named: BTreeSet::new() };
            }
            let list = |name: &str| node.get(name).filter(|list| list.is_list()).map(expand);
            let more = list("alsoAllow").unwrap_or_default();
            let allow = list("allow").map(|allow| allow.union(&more).cloned().collect());
            let deny = list("deny").unwrap_or_default();
            tools.named.extend(deny.iter().filter(|tool| !tool.contains('*')).cloned());
            tools.rules.push(Rules { key: key.value.trim().to_lowercase(), span: key.span(), allow, deny });
        }
        // What the file takes away from every run, no model can gain.
        let all = |name: &str| root.at(&["tools", name]).filter(|list| list.is_list()).map(expand);
        let (allow, deny) = (all("allow"), all("deny").unwrap_or_default());
        let profile = root.at(&["tools", "profile"]).and_then(Node::text).unwrap_or("full");
        let global = Rules { key: String::new(), span: root.span, allow, deny };
        tools.named.retain(|tool| matches!(profile, "full" | "coding") && global.keep(tool));
        tools
    }

    /// Whether the rules take a tool away from a model.
    fn takes(&self, model: &Ref, tool: &Spanned<Name>) -> bool {
        self.named.contains(tool.value.as_str()) && !holds(&self.of(model), tool)
    }

    /// The named tools that a run keeps with a model. The rules of the model itself replace those of its provider.
    pub(super) fn of(&self, model: &Ref) -> Vec<Spanned<Name>> {
        let full = model.name().to_lowercase();
        let find = |key: &str| self.rules.iter().rev().find(|rules| rules.key == key);
        let rules = find(&full).or_else(|| find(&model.provider));
        let Some(first) = self.rules.first() else { return Vec::new() };
        let span = rules.map_or(first.span, |rules| rules.span);
        let kept = self.named.iter().filter(|tool| rules.is_none_or(|rules| rules.keep(tool)));
        kept.map(|tool| Spanned::new(Name::verbatim(tool.as_str()), span)).collect()
    }
}

/// Reports agents whose own rules take tools away with the first model and not with one that stands in for it.
pub(super) fn check(agents: &[Agent<'_>], chains: &Chains, all: &Tools, sink: &mut Sink) {
    let by_id: BTreeMap<&str, &Agent<'_>> = agents.iter().map(|agent| (agent.id.as_str(), agent)).collect();
    for chain in &chains.chains {
        let agent = chain.slot.agent.as_deref().and_then(|id| by_id.get(id));
        let Some(agent) = agent.filter(|_| matches!(chain.slot.list, "general" | "subagent")) else { continue };
        let own = Tools::read(agent.node);
        let first = own.of(&chain.first.model);
        for link in &chain.rest {
            let gained: Vec<Spanned<Name>> = own
                .of(&link.model)
                .into_iter()
                .filter(|tool| !holds(&first, tool) && !all.takes(&link.model, tool))
                .collect();
            let Some(rule) = own.rules.first().filter(|_| !gained.is_empty()) else { continue };
            let names = or_list(gained.iter().map(|tool| tool.value.as_str()), 5).replace(" or ", " and ");
            let called = quote(&link.model.name());
            let message = format!("the agent {} gains {names} when {called} answers", quote(&agent.id));
            let trace = vec![
                Label {
                    span: chain.first.written.span(),
                    text: format!("{} answers without them", quote(&chain.first.model.name())),
                },
                Label { span: link.written.span(), text: format!("on any failure {called} answers with them") },
            ];
            sink.report(
                Diagnostic::new("widened-tools", link.written.place, "more rights than with the first model", message)
                    .related(rule.span, "the agent's `tools.byProvider` takes tools away here, and only here")
                    .trace(trace)
                    .help("repeat the rule in its `tools.byProvider` for each provider or model of the chain")
                    .about(format!("routes.{}", chain.slot.name)),
            );
        }
    }
}

fn holds(tools: &[Spanned<Name>], wanted: &Spanned<Name>) -> bool {
    tools.iter().any(|tool| tool.value == wanted.value)
}

impl Rules {
    fn keep(&self, tool: &str) -> bool {
        let holds = |list: &BTreeSet<String>| list.iter().any(|one| one == tool || one == "*");
        !holds(&self.deny) && self.allow.as_ref().is_none_or(holds)
    }
}

/// The tools of a list, groups written out.
fn expand(list: &Node) -> BTreeSet<String> {
    let mut tools = BTreeSet::new();
    for tool in list.items().iter().filter_map(Node::text) {
        let tool = tool.trim().to_lowercase();
        let tool = match tool.as_str() {
            "bash" => "exec",
            "apply-patch" => "apply_patch",
            other => other,
        };
        match GROUPS.iter().find(|(group, _)| *group == tool) {
            Some((_, members)) => tools.extend(members.iter().map(|&member| member.to_owned())),
            None => drop(tools.insert(tool.to_owned())),
        }
    }
    tools
}
