//! What a name in a fallback list stands for.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::litellm::{Era, by_pattern, rank};
use crate::model::Via;
use crate::source::{Place, Spanned};
use crate::syntax::Value;

use super::Sections;
use super::deployments::Deployments;

/// Every name that leads to a group, as one era looks it up.
pub(super) struct Names {
    era: Era,
    groups: BTreeMap<String, usize>,
    ids: BTreeMap<String, usize>,
    aliases: BTreeMap<String, String>,
    models: BTreeMap<String, usize>,
    /// Groups whose name is a pattern, ranked.
    patterns: Vec<(String, usize)>,
}

impl Names {
    pub(super) fn new(deployments: &Deployments, sections: &Sections<'_>, sink: &mut Sink) -> Self {
        let mut models = BTreeMap::new();
        for (at, group) in deployments.groups.iter().enumerate() {
            for model in &group.models {
                models.entry(model.clone()).or_insert(at);
            }
        }
        let groups = deployments.groups.iter().enumerate();
        let groups = groups.map(|(at, group)| (group.name.value.to_string(), at));
        let mut patterns: Vec<(String, usize)> = groups.filter(|(name, _)| name.contains('*')).collect();
        rank(&mut patterns);
        let mut names = Self {
            era: sections.era(),
            groups: deployments.by_name.clone(),
            ids: deployments.ids.iter().map(|(id, (group, _))| (id.clone(), *group)).collect(),
            aliases: BTreeMap::new(),
            models,
            patterns,
        };
        let written = names.read_aliases(deployments, sections, sink);
        names.report_dangling(&written, sink);
        names
    }

    fn read_aliases(
        &mut self,
        deployments: &Deployments,
        sections: &Sections<'_>,
        sink: &mut Sink,
    ) -> Vec<(String, Spanned<String>)> {
        let mut written = Vec::new();
        let aliases = sections.router.and_then(|router| router.get("model_group_alias"));
        for (key, value) in aliases.into_iter().flat_map(Value::entries) {
            let model = if value.is_mapping() { value.get("model") } else { Some(value) };
            let Some(name) = key.raw_text() else { continue };
            let Some((target, target_value)) = model.and_then(|model| Some((model.raw_text()?, model))) else {
                let message =
                    format!("the alias {} stands for no single group; LiteLLM cannot resolve it", quote(name));
                sink.report(
                    Diagnostic::new("bad-value", key.place(), "one group is wanted", message)
                        .help("write `alias: group-name`"),
                );
                continue;
            };
            // A pattern is no alias, so it takes nothing from a group.
            let group = deployments.by_name.get(name).filter(|_| !name.contains('*'));
            if let Some(group) = group.and_then(|at| deployments.groups.get(*at)) {
                let message = format!(
                    "{} is an alias and a model group; LiteLLM uses the alias and never the group",
                    quote(name)
                );
                sink.report(
                    Diagnostic::new("ambiguous-name", key.place(), "the alias wins", message)
                        .related(group.name.span(), "this group is never called by its name")
                        .help("give one of the two another name"),
                );
            }
            self.aliases.insert(name.to_owned(), target.to_owned());
            written.push((name.to_owned(), Spanned::new(target.to_owned(), target_value.place())));
        }
        written
    }

    fn report_dangling(&self, written: &[(String, Spanned<String>)], sink: &mut Sink) {
        for (alias, target) in written {
            if self.resolve(alias).0.is_none() {
                let why = match self.aliases.get(&target.value) {
                    Some(_) => "which is an alias itself, and LiteLLM follows only one",
                    None => "which nothing in `model_list` answers to",
                };
                let message = format!("the alias {} stands for {}, {why}", quote(alias), quote(&target.value));
                let mut finding = unknown(target.place, message, self.near(&target.value));
                if let Some(next) = self.aliases.get(&target.value) {
                    finding = finding.help(format!("let it stand for {} itself", quote(next)));
                }
                sink.report(finding);
            }
        }
    }

    /// The group a name leads to, and how.
    pub(super) fn resolve(&self, name: &str) -> (Option<usize>, Via) {
        if let Some(at) = self.ids.get(name).filter(|_| self.era.puts_ids_first() || !self.groups.contains_key(name)) {
            return (Some(*at), Via::ModelId);
        }
        // LiteLLM follows an alias once: what that stands for is not looked up among the aliases again.
        let (at, via) = self.aliases.get(name).map_or((name, Via::Group), |next| (next.as_str(), Via::Alias));
        if let Some(group) = self.groups.get(at) {
            return (Some(*group), via);
        }
        if let Some(group) = by_pattern(&self.patterns, at) {
            return (Some(*group), Via::Wildcard);
        }
        match self.models.get(at) {
            Some(group) => (Some(*group), Via::ModelString),
            None => (None, Via::Nowhere),
        }
    }

    /// The known name nearest to one that leads nowhere.
    pub(super) fn near(&self, name: &str) -> Option<&str> {
        crate::diagnostic::nearest(name, self.groups.keys().chain(self.aliases.keys()).map(String::as_str))
    }
}

/// A name that leads nowhere.
pub(super) fn unknown(place: Place, message: String, near: Option<&str>) -> Diagnostic {
    let help = near.map_or_else(
        || "LiteLLM starts with this and fails when it is needed; add the group or remove the name".to_owned(),
        |near| format!("did you mean {}?", quote(near)),
    );
    Diagnostic::new("unknown-reference", place, "no model group, alias, id or wildcard of this name", message)
        .help(help)
}
