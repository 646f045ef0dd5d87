//! Fallback lists become ladders: one rung for everything, one for prompts that are too long, one for refused content.
//!
//! LiteLLM looks a list up by the name that was asked for. A name that is no group's and has a list of its own (an alias,
//! an id, a model, a name that only a pattern answers) is therefore a route of its own, over what answers to it.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::litellm::{Era, Index, List, waits};
use crate::model::{
    Backoff, DeadHop, Fallback, Hop, HopKind, Ladder, Name, NonEmpty, PoolEntry, Route, Step, Steps, Via, Wait,
};
use crate::source::{Entries, Place, Spanned};

use super::Sections;
use super::deployments::{Deployments, Group};
use super::lists::{Entry, Lists, Written};
use super::names::Names;
use super::wildcards;

/// LiteLLM's own number of retries within a group, if nothing says another.
const RETRIES: u16 = 2;

type Chain = Vec<Spanned<Fallback>>;

/// The chains of one list, by the names they are kept under.
struct Kept {
    list: List,
    /// The keys of its entries, in their order.
    keys: Vec<String>,
    chains: Vec<Chain>,
}

impl Kept {
    /// The chain for a name in an era, and whether it is that of `*`.
    fn find(&self, name: &str, era: Era) -> Option<(&Chain, bool)> {
        let index = Index::of(self.keys.iter().map(String::as_str));
        let found = index.entry(self.list, &[name], era)?;
        Some((self.chains.get(found.entry)?, found.key.is_none()))
    }
}

/// The chains of every name, as one era finds them.
pub(super) struct Chains {
    era: Era,
    general: Kept,
    context_window: Kept,
    content_policy: Kept,
    default: Chain,
    context_key: Option<Place>,
    content_key: Option<Place>,
    /// Names with lists that are no groups, and where they stand.
    others: BTreeMap<String, Place>,
    dead: Vec<DeadHop>,
}

impl Chains {
    pub(super) fn new(lists: &Lists, names: &Names, deployments: &Deployments, era: Era, sink: &mut Sink) -> Self {
        let others = others(lists, names, deployments);
        let (dead, dangling) = (Vec::new(), Vec::new());
        let mut reader = Reader { era, names, deployments, others: &others, sink, dead, dangling };
        let general = reader.list(List::General, &lists.general);
        let context_window = reader.list(List::ContextWindow, &lists.context_window);
        let content_policy = reader.list(List::ContentPolicy, &lists.content_policy);
        let default = reader.hops("default", &lists.default);
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
            era,
            general,
            context_window,
            content_policy,
            default,
            context_key: lists.context_key,
            content_key: lists.content_key,
            others,
            dead,
        }
    }

    pub(super) fn dead_hops(&self) -> Vec<DeadHop> {
        self.dead.clone()
    }

    /// The routes: each group with its pool and its ladder, and each other name with a list.
    pub(super) fn into_routes(
        self,
        names: &Names,
        deployments: &mut Deployments,
        sections: &Sections<'_>,
    ) -> Entries<Name, Route> {
        let retries = sections.retries().and_then(|(_, value)| Some((value.raw_text()?.parse().ok()?, value.place())));
        let mut routes = Entries::default();
        let groups = std::mem::take(&mut deployments.groups);
        let own = |at: usize| deployments.retries.get(&at).copied();
        for (at, group) in groups.iter().enumerate() {
            let place = group.name.place;
            let retry = own(at).map(|times| (times, place)).or(retries).unwrap_or((RETRIES, place));
            let pool = group.pool.iter().cloned();
            if let Some(route) = self.route(&group.name.value, pool, retry) {
                routes.push(group.name.clone(), route);
            }
        }
        for (name, place) in &self.others {
            let (Some(at), via) = names.resolve(name) else { continue };
            let Some(group) = groups.get(at) else { continue };
            let retry = own(at).map(|times| (times, *place)).or(retries).unwrap_or((RETRIES, *place));
            let number = deployments.ids.get(name).map(|(_, number)| *number);
            let name = Spanned::new(Name::verbatim(name.as_str()), *place);
            let pool = answering(group, name.value.as_str(), via, number);
            if let Some(route) = self.route(&name.value, pool.into_iter(), retry) {
                routes.push(name, route);
            }
        }
        routes
    }

    /// The route of a name, over the deployments that answer to it.
    fn route(
        &self,
        name: &Name,
        mut pool: impl Iterator<Item = Spanned<PoolEntry>>,
        retry: (u16, Place),
    ) -> Option<Route> {
        // What a pattern answers is asked for by other names, which find its list nowhere.
        let found = |kept: &Kept| {
            let found = kept.find(name.as_str(), self.era).filter(|_| !name.as_str().contains('*'));
            found.map(|(chain, is_star)| if is_star { without(chain, name) } else { chain.clone() })
        };
        let chain = found(&self.general)
            .unwrap_or_else(|| if name.as_str().contains('*') { Vec::new() } else { without(&self.default, name) });
        let context_overflow = special(found(&self.context_window), self.context_key, !chain.is_empty());
        let content_policy = special(found(&self.content_policy), self.content_key, !chain.is_empty());
        let mut steps = retry_step(retry);
        steps.extend(chain.into_iter().map(as_step));
        let failover = Ladder { any: steps.try_into().ok(), context_overflow, content_policy, ..Ladder::default() };
        Some(Route {
            boundary: Vec::new(),
            audience: None,
            data: Vec::new(),
            needs: None,
            traffic: None,
            slo: None,
            pool: NonEmpty::new(pool.next()?, pool),
            ladder: None,
            failover: Some(failover),
            mixes: Vec::new(),
        })
    }
}

/// The names with a list that are no groups but that something answers to.
fn others(lists: &Lists, names: &Names, deployments: &Deployments) -> BTreeMap<String, Place> {
    let mut others = BTreeMap::new();
    for entry in lists.general.iter().chain(&lists.context_window).chain(&lists.content_policy) {
        let name = entry.source.value.as_str();
        let is_own = !name.contains('*') && !deployments.by_name.contains_key(name) && names.resolve(name).0.is_some();
        if is_own {
            others.entry(name.to_owned()).or_insert(entry.source.place);
        }
    }
    others
}

/// Those of a group's deployments that answer to a name that is not the group's.
fn answering(group: &Group, name: &str, via: Via, number: Option<usize>) -> Vec<Spanned<PoolEntry>> {
    let all = group.pool.iter().zip(&group.models).enumerate();
    let answers = |(at, (_, model)): &(usize, (&Spanned<PoolEntry>, &String))| match via {
        Via::ModelId => Some(*at) == number,
        Via::ModelString => *model == name,
        Via::Group | Via::Alias | Via::Wildcard | Via::Bare | Via::Again | Via::Nowhere => true,
    };
    all.filter(answers).map(|(_, (entry, _))| entry.clone()).collect()
}

/// A list for everybody, for a route: without the route itself.
fn without(list: &Chain, route: &Name) -> Chain {
    let leads_home = |fallback: &Spanned<Fallback>| fallback.value.hop.value == Hop::Route(route.clone());
    list.iter().filter(|fallback| !leads_home(fallback)).cloned().collect()
}

fn as_step(fallback: Spanned<Fallback>) -> Spanned<Step> {
    fallback.map(|fallback| Step::Fallback(Box::new(fallback)))
}

/// Retries within a group, with LiteLLM's waits.
fn retry_step((times, place): (u16, Place)) -> Vec<Spanned<Step>> {
    let attempts = std::num::NonZeroU16::new(times);
    attempts
        .map(|attempts| Backoff {
            initial: Wait(waits::FIRST),
            factor: std::num::NonZeroU8::new(2),
            max: Some(Wait(waits::LONGEST)),
            attempts,
            per_target: false,
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
    era: Era,
    names: &'a Names,
    deployments: &'a Deployments,
    others: &'a BTreeMap<String, Place>,
    sink: &'a mut Sink,
    dead: Vec<DeadHop>,
    dangling: Vec<Place>,
}

/// How a list is called in the graph, and that of its entry for everybody.
fn labels(list: List) -> (&'static str, &'static str) {
    match list {
        List::General => ("general", "default"),
        List::ContextWindow => ("context_window", "context_window_default"),
        List::ContentPolicy => ("content_policy", "content_policy_default"),
    }
}

impl Reader<'_> {
    fn list(&mut self, list: List, entries: &[Entry]) -> Kept {
        let (label, everybody) = labels(list);
        let mut kept = Kept { list, keys: Vec::new(), chains: Vec::new() };
        let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
        let last_star = entries.iter().rfind(|entry| entry.source.value == "*").map(|entry| entry.source.place);
        for entry in entries {
            let source = entry.source.value.as_str();
            let label = if source == "*" { everybody } else { label };
            if source == "*" && list == List::General {
                // The list of defaults.
                continue;
            }
            let first =
                if source == "*" { last_star.filter(|_| list.knows_star(self.era)) } else { seen.get(source).copied() };
            seen.entry(source).or_insert(entry.source.place);
            let is_live = match first.filter(|first| *first != entry.source.place) {
                Some(first) => {
                    self.shadowed(entry, first);
                    false
                }
                None => self.is_live(list, entry),
            };
            if !is_live {
                self.bury(label, entry);
            }
            if wildcards::is_dead_key(source) {
                continue;
            }
            // Even one that is hidden by another can be found under a name with another prefix.
            kept.keys.push(source.to_owned());
            let dangling = self.dangling.len();
            let targets = self.targets(entry);
            let chain = self.hops(label, targets);
            kept.chains.push(chain);
            if !is_live {
                self.dangling.truncate(dangling);
            }
        }
        kept
    }

    fn shadowed(&mut self, entry: &Entry, winner: Place) {
        let source = entry.source.value.as_str();
        let message = if source == "*" {
            "`*` has two entries in one list; LiteLLM reads the last".to_owned()
        } else {
            format!("the group {} has two entries in one list; LiteLLM reads the first", quote(source))
        };
        self.sink.report(
            Diagnostic::new("shadowed-setting", entry.source.place, "never used", message)
                .related(winner.span(), "this one wins")
                .help("join the two lists"),
        );
    }

    /// Whether any name finds an entry; else why not is reported.
    fn is_live(&mut self, list: List, entry: &Entry) -> bool {
        let source = entry.source.value.as_str();
        if wildcards::is_dead_key(source) {
            let group = self.deployments.by_name.get(source).and_then(|at| self.deployments.groups.get(*at));
            self.sink.report(wildcards::dead_key(&entry.source, group.map(|group| group.name.place)));
            return false;
        }
        if source == "*" && list.knows_star(self.era) {
            return true;
        }
        if source == "*" {
            let message = format!(
                "LiteLLM {} takes `*` in {} for the name of a group: it stands for every group since 1.104 only",
                self.era.releases(),
                quote(list.setting())
            );
            let help = "write an entry for each group; `default_fallbacks` are for every group in each release";
            self.sink.report(Diagnostic::new("dead-setting", entry.source.place, "never used", message).help(help));
            return false;
        }
        if self.names.resolve(source).0.is_some() || self.has_relative(list, source, self.era) {
            return true;
        }
        let message = if self.has_relative(list, source, Era::Resuming) {
            format!(
                "no model group is called {}, and LiteLLM {} finds its fallbacks under no other name: that comes with 1.104",
                quote(source),
                self.era.releases()
            )
        } else {
            format!("no model group is called {}, so its fallbacks are never used", quote(source))
        };
        let help = self.names.near(source).map_or_else(
            || "rename it to the group it is meant for, or remove it".to_owned(),
            |near| format!("did you mean {}?", quote(near)),
        );
        self.sink.report(Diagnostic::new("dead-setting", entry.source.place, "no such group", message).help(help));
        false
    }

    /// Whether a group finds the entry of a key that is its name with another prefix, in an era.
    fn has_relative(&self, list: List, key: &str, era: Era) -> bool {
        let index = Index::of([key]);
        let finds = |name: &String| !name.contains('*') && index.entry(list, &[name], era).is_some();
        self.deployments.by_name.keys().any(finds)
    }

    /// The targets of an entry; of letters those that lead anywhere.
    fn targets<'e>(&self, entry: &'e Entry) -> Vec<&'e Spanned<String>> {
        let is_all = entry.written != Written::Letters;
        let leads = |target: &&Spanned<String>| is_all || self.names.resolve(&target.value).0.is_some();
        entry.targets.iter().filter(leads).collect()
    }

    fn hops<'e>(&mut self, list: &'static str, targets: impl IntoIterator<Item = &'e Spanned<String>>) -> Chain {
        targets.into_iter().map(|target| self.hop(list, target)).collect()
    }

    fn hop(&mut self, list: &'static str, target: &Spanned<String>) -> Spanned<Fallback> {
        let (group, via) = self.names.resolve(&target.value);
        let found = group.and_then(|at| self.deployments.groups.get(at));
        let name = found.filter(|_| !self.others.contains_key(&target.value));
        let name = name.map_or_else(|| Name::verbatim(target.value.as_str()), |group| group.name.value.clone());
        if found.is_none() {
            self.dangling.push(target.place);
        }
        let kind = HopKind::Listed { list, written: target.value.clone(), via };
        let fallback = Fallback { hop: Spanned::new(Hop::Route(name), target.place), label: None, lasting: None, kind };
        Spanned::new(fallback, target.place)
    }

    fn bury(&mut self, list: &'static str, entry: &Entry) {
        // What is never used is told as it was meant.
        for target in entry.text.as_ref().map_or_else(|| self.targets(entry), |text| vec![text]) {
            let (group, via) = self.names.resolve(&target.value);
            let resolved =
                group.and_then(|at| self.deployments.groups.get(at)).map(|group| group.name.value.to_string());
            if via == Via::Nowhere && entry.written == Written::List {
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
