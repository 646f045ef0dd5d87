//! Fallback lists become ladders: one rung for everything, one for prompts that are too long, one for refused content.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::model::{Backoff, DeadHop, Fallback, Hop, HopKind, Ladder, Name, NonEmpty, Route, Step, Steps, Via, Wait};
use crate::source::{Entries, Place, Spanned};

use super::Sections;
use super::deployments::Deployments;
use super::lists::{Entry, Lists};
use super::names::Names;
use super::wildcards;

/// LiteLLM's own number of retries within a group, if nothing says another.
const RETRIES: u16 = 2;

type Chain = Vec<Spanned<Fallback>>;

/// The chains of every group.
pub(super) struct Chains {
    general: BTreeMap<usize, Chain>,
    context_window: BTreeMap<usize, Chain>,
    content_policy: BTreeMap<usize, Chain>,
    default: Chain,
    context_key: Option<Place>,
    content_key: Option<Place>,
    dead: Vec<DeadHop>,
}

impl Chains {
    pub(super) fn new(lists: &Lists, names: &Names, deployments: &Deployments, sink: &mut Sink) -> Self {
        let mut reader = Reader { names, deployments, sink, dead: Vec::new(), dangling: Vec::new() };
        let mut general = reader.list("general", &lists.general);
        reader.prefixed(&lists.general, &mut general);
        let context_window = reader.list("context_window", &lists.context_window);
        let content_policy = reader.list("content_policy", &lists.content_policy);
        let default = lists.default.iter().map(|target| reader.hop("default", target)).collect();
        if let (Some(first), Some(dangling)) = (
            lists.default.iter().find(|target| names.resolve(&target.value).0.is_some()),
            reader.dangling.first().copied(),
        ) {
            let message = format!(
                "a fallback that leads nowhere is silently served by {}, the first of `default_fallbacks`",
                quote(&first.value)
            );
            let mut diagnostic = Diagnostic::new("implicit-default", first.place, "answers instead", message)
                .help("mend the names: LiteLLM goes on to the defaults without an error");
            diagnostic = diagnostic.related(dangling.span(), "for example this one");
            reader.sink.report(diagnostic);
        }
        let dead = reader.dead;
        Self {
            general,
            context_window,
            content_policy,
            default,
            context_key: lists.context_key,
            content_key: lists.content_key,
            dead,
        }
    }

    pub(super) fn dead_hops(&self) -> Vec<DeadHop> {
        self.dead.clone()
    }

    /// The routes: each group with its pool and its ladder.
    pub(super) fn into_routes(
        mut self,
        deployments: &mut Deployments,
        sections: &Sections<'_>,
    ) -> Entries<Name, Route> {
        let retries = sections
            .setting("num_retries")
            .or_else(|| sections.litellm.and_then(|section| section.get_entry("num_retries")));
        let retries = retries.and_then(|(_, value)| Some((value.raw_text()?.parse().ok()?, value.place())));
        let mut routes = Entries::default();
        for (at, group) in std::mem::take(&mut deployments.groups).into_iter().enumerate() {
            let own = deployments.retries.get(&at).map(|times| (*times, group.name.place));
            let retry = own.or(retries).unwrap_or((RETRIES, group.name.place));
            let is_pattern = group.name.value.as_str().contains('*');
            let chain = match self.general.remove(&at) {
                Some(chain) => chain,
                None if is_pattern => Vec::new(),
                None => self.default_for(&group.name.value),
            };
            let context_overflow = special(self.context_window.remove(&at), self.context_key, !chain.is_empty());
            let content_policy = special(self.content_policy.remove(&at), self.content_key, !chain.is_empty());
            let mut steps = retry_step(retry);
            steps.extend(chain.into_iter().map(as_step));
            let failover = Ladder { any: steps.try_into().ok(), context_overflow, content_policy, ..Ladder::default() };
            let mut pool = group.pool.into_iter();
            let Some(first) = pool.next() else { continue };
            let route = Route {
                boundary: Vec::new(),
                audience: None,
                data: Vec::new(),
                needs: None,
                traffic: None,
                slo: None,
                pool: NonEmpty::new(first, pool),
                ladder: None,
                failover: Some(failover),
                mixes: Vec::new(),
            };
            routes.push(group.name, route);
        }
        routes
    }

    /// The default list for a group without a chain, without the group itself.
    fn default_for(&self, group: &Name) -> Chain {
        let leads_home = |fallback: &Spanned<Fallback>| fallback.value.hop.value == Hop::Route(group.clone());
        self.default.iter().filter(|fallback| !leads_home(fallback)).cloned().collect()
    }
}

fn as_step(fallback: Spanned<Fallback>) -> Spanned<Step> {
    fallback.map(|fallback| Step::Fallback(Box::new(fallback)))
}

/// Retries within a group, with LiteLLM's waits: from half a second, doubling, at most eight seconds.
fn retry_step((times, place): (u16, Place)) -> Vec<Spanned<Step>> {
    let attempts = std::num::NonZeroU16::new(times);
    attempts
        .map(|attempts| Backoff {
            initial: Wait(500),
            factor: std::num::NonZeroU8::new(2),
            max: Some(Wait(8000)),
            attempts,
        })
        .map(|backoff| Spanned::new(Step::Backoff(backoff), place))
        .into_iter()
        .collect()
}

/// The rung of a list of its own: its chain, or, once any group has one, nothing at all for the others.
fn special(chain: Option<Chain>, key: Option<Place>, has_general: bool) -> Option<Steps> {
    match (chain, key) {
        (Some(chain), _) if !chain.is_empty() => chain.into_iter().map(as_step).collect::<Vec<_>>().try_into().ok(),
        // An entry without targets leads nowhere either.
        (_, Some(key)) if has_general => Some(NonEmpty::new(Spanned::new(Step::Stop, key), [])),
        (_, _) => None,
    }
}

struct Reader<'a> {
    names: &'a Names,
    deployments: &'a Deployments,
    sink: &'a mut Sink,
    dead: Vec<DeadHop>,
    dangling: Vec<Place>,
}

impl Reader<'_> {
    fn list(&mut self, list: &'static str, entries: &[Entry]) -> BTreeMap<usize, Chain> {
        let mut chains: BTreeMap<usize, Chain> = BTreeMap::new();
        let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
        for entry in entries {
            let source = entry.source.value.as_str();
            if source == "*" {
                continue;
            }
            let first = seen.get(source).copied();
            seen.entry(source).or_insert(entry.source.place);
            if let Some(first) = first {
                let message =
                    format!("the group {} has two entries in one list; LiteLLM reads the first", quote(source));
                self.sink.report(
                    Diagnostic::new("shadowed-setting", entry.source.place, "never used", message)
                        .related(first.span(), "this one wins")
                        .help("join the two lists"),
                );
                self.bury(list, entry);
                continue;
            }
            let group = self.deployments.by_name.get(source).and_then(|at| self.deployments.groups.get(*at));
            if wildcards::is_dead_key(source) {
                self.sink.report(wildcards::dead_key(&entry.source, group.map(|group| group.name.place)));
                self.bury(list, entry);
                continue;
            }
            match self.names.resolve(source) {
                (Some(_), _) if source.contains('*') => {
                    let message = format!(
                        "LiteLLM compares the key {} letter by letter, so no call that the wildcard answers finds these fallbacks",
                        quote(source)
                    );
                    let help = "write an entry for each model that is called, or `default_fallbacks`";
                    self.sink.report(
                        Diagnostic::new("dead-setting", entry.source.place, "matches nothing", message).help(help),
                    );
                    self.bury(list, entry);
                }
                (Some(group), _) if !chains.contains_key(&group) => {
                    let chain = entry.targets.iter().map(|target| self.hop(list, target)).collect();
                    chains.insert(group, chain);
                }
                (Some(_), _) => self.bury(list, entry),
                (None, _) if list == "general" && self.prefixed_group(source).is_some() => {}
                (None, _) => {
                    let message =
                        format!("no model group is called {}, so its fallbacks are never used", quote(source));
                    let near = self.names.near(source);
                    let help = near.map_or_else(
                        || "rename it to the group it is meant for, or remove it".to_owned(),
                        |near| format!("did you mean {}?", quote(near)),
                    );
                    self.sink.report(
                        Diagnostic::new("dead-setting", entry.source.place, "no such group", message).help(help),
                    );
                    self.bury(list, entry);
                }
            }
        }
        chains
    }

    /// A group `provider/x` takes the chain of `x` where it has none of its own.
    fn prefixed_group(&self, source: &str) -> Option<usize> {
        self.deployments
            .by_name
            .iter()
            .find(|(name, _)| name.split_once('/').is_some_and(|(_, rest)| rest == source) && !name.contains('*'))
            .map(|(_, at)| *at)
    }

    fn prefixed(&mut self, entries: &[Entry], chains: &mut BTreeMap<usize, Chain>) {
        for (name, at) in &self.deployments.by_name {
            let Some((_, bare)) = name.split_once('/').filter(|_| !name.contains('*')) else { continue };
            let entry = entries.iter().find(|entry| entry.source.value == bare);
            if let Some(entry) = entry.filter(|_| !chains.contains_key(at)) {
                let chain = entry.targets.iter().map(|target| self.hop("general", target)).collect();
                chains.insert(*at, chain);
            }
        }
    }

    fn hop(&mut self, list: &'static str, target: &Spanned<String>) -> Spanned<Fallback> {
        let (group, via) = self.names.resolve(&target.value);
        let found = group.and_then(|at| self.deployments.groups.get(at));
        let name = found.map_or_else(|| Name::verbatim(target.value.as_str()), |group| group.name.value.clone());
        if found.is_none() {
            self.dangling.push(target.place);
        }
        let kind = HopKind::Listed { list, written: target.value.clone(), via };
        let fallback = Fallback { hop: Spanned::new(Hop::Route(name), target.place), label: None, lasting: None, kind };
        Spanned::new(fallback, target.place)
    }

    fn bury(&mut self, list: &'static str, entry: &Entry) {
        for target in &entry.targets {
            let (group, via) = self.names.resolve(&target.value);
            let resolved =
                group.and_then(|at| self.deployments.groups.get(at)).map(|group| group.name.value.to_string());
            if via == Via::Nowhere && entry.is_sound {
                let message = format!("nothing in `model_list` answers to {}", quote(&target.value));
                self.sink.report(super::names::unknown(target.place, message, self.names.near(&target.value)));
            }
            self.dead.push(DeadHop {
                from: entry.source.value.clone(),
                to: target.value.clone(),
                resolved,
                list,
                place: target.place,
            });
        }
    }
}
