//! Who answers to a name: groups, ids, aliases, wildcards, models, and the first of the defaults.

use std::collections::{BTreeMap, BTreeSet};

use super::chains::{Found, Index, List};
use super::providers::with_prefix;
use super::{By, Chain, Era, Hop, Order, Routing, Strategy};
use crate::source::{Span, Spanned};

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolved {
    /// One deployment, by its id: called whether it cools down or not, and never tried again.
    Id(usize),
    /// The deployments of a group.
    Group(Vec<usize>),
    /// The deployments of the group that an alias stands for.
    Alias(Vec<usize>),
    /// The deployments of the groups that an entry of `routing_groups` joins.
    Set(Vec<usize>),
    /// The deployments of a group whose name is a pattern.
    Wildcard(Vec<usize>),
    /// The deployments of a model, by its `litellm_params.model`.
    Model(Vec<usize>),
    /// The deployments of the first of `default_fallbacks`, which stand in for a name that nothing answers to.
    Default(Vec<usize>),
    /// Nobody.
    Nobody,
}

impl Resolved {
    /// The deployments.
    pub fn deployments(&self) -> &[usize] {
        match self {
            Self::Id(one) => std::slice::from_ref(one),
            Self::Group(all)
            | Self::Alias(all)
            | Self::Set(all)
            | Self::Wildcard(all)
            | Self::Model(all)
            | Self::Default(all) => all,
            Self::Nobody => &[],
        }
    }
}

/// The names of a file, as one era of LiteLLM reads them.
#[derive(Debug)]
pub struct Directory<'r> {
    routing: &'r Routing,
    era: Era,
    pub(super) groups: BTreeMap<&'r str, Vec<usize>>,
    ids: BTreeMap<&'r str, usize>,
    models: BTreeMap<&'r str, Vec<usize>>,
    /// Patterns in the order LiteLLM asks them.
    patterns: Vec<(&'r str, Vec<usize>)>,
    general: Index<'r>,
    context_window: Option<Index<'r>>,
    content_policy: Option<Index<'r>>,
}

impl<'r> Directory<'r> {
    /// Reads the names of a file.
    pub fn new(routing: &'r Routing, era: Era) -> Self {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut models: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut ids = BTreeMap::new();
        let mut patterns: Vec<(&str, Vec<usize>)> = Vec::new();
        let mut seen = BTreeMap::new();
        for (at, deployment) in routing.deployments.iter().enumerate() {
            let group = deployment.group.value.as_str();
            groups.entry(group).or_default().push(at);
            models.entry(deployment.model.value.as_str()).or_default().push(at);
            if let Some(id) = &deployment.id {
                ids.insert(id.as_str(), at);
            }
            if group.contains('*') {
                let number = *seen.entry(group).or_insert_with(|| {
                    patterns.push((group, Vec::new()));
                    patterns.len() - 1
                });
                if let Some((_, all)) = patterns.get_mut(number) {
                    all.push(at);
                }
            }
        }
        rank(&mut patterns);
        Self {
            routing,
            era,
            groups,
            ids,
            models,
            patterns,
            general: Index::new(&routing.general),
            context_window: routing.context_window.as_deref().map(Index::new),
            content_policy: routing.content_policy.as_deref().map(Index::new),
        }
    }

    /// The routing it is about.
    pub fn routing(&self) -> &'r Routing {
        self.routing
    }

    /// The era that reads it.
    pub fn era(&self) -> Era {
        self.era
    }

    /// What a name stands for.
    pub fn resolve(&self, name: &str) -> Resolved {
        let is_group = self.groups.contains_key(name);
        if let Some(one) = self.ids.get(name).filter(|_| !is_group || self.era.puts_ids_first()) {
            return Resolved::Id(*one);
        }
        let alias = self.routing.aliases.get(name).map(|target| target.value.as_str());
        let name = alias.unwrap_or(name);
        if let Some(all) = self.groups.get(name) {
            return if alias.is_some() { Resolved::Alias(all.clone()) } else { Resolved::Group(all.clone()) };
        }
        if let Some(all) = self.set(name).map(|set| self.members(set)).filter(|all| !all.is_empty()) {
            return Resolved::Set(all);
        }
        if let Some(all) = self.by_pattern(name) {
            return Resolved::Wildcard(all.to_vec());
        }
        if let Some(all) = self.models.get(name) {
            return Resolved::Model(all.clone());
        }
        let mut defaults = self.routing.general.iter().filter(|chain| chain.key.value == "*");
        let first = defaults.find_map(|chain| chain.targets.first());
        // A mapping cannot stand in: LiteLLM looks for a group of that very name.
        let first = first.filter(|target| !target.is_mapping).map(|target| target.name.as_str());
        match first.and_then(|first| self.groups.get(first)) {
            Some(all) => Resolved::Default(all.clone()),
            None => Resolved::Nobody,
        }
    }

    fn by_pattern(&self, name: &str) -> Option<&[usize]> {
        by_pattern(&self.patterns, name).map(Vec::as_slice)
    }

    /// The deployments that LiteLLM lists for a name: its own, those of its alias, those of the groups it joins, and else
    /// those of its pattern.
    pub(super) fn listed(&self, name: &str) -> Vec<usize> {
        let own = self.groups.get(name).into_iter();
        let alias = self.routing.aliases.get(name).and_then(|target| self.groups.get(target.value.as_str()));
        let mut all: Vec<usize> = own.chain(alias).flatten().copied().collect();
        all.extend(self.set(name).map(|set| self.members(set)).into_iter().flatten());
        if all.is_empty() { self.by_pattern(name).unwrap_or(&[]).to_vec() } else { all }
    }

    /// The distinct orders of those, the lowest first.
    pub(super) fn orders(&self, name: &str) -> Vec<&'r Order> {
        let set = self.set(name);
        let listed = self.listed(name).into_iter();
        let orders: BTreeSet<&'r Order> = listed.filter_map(|at| self.order_in(at, set)).collect();
        orders.into_iter().collect()
    }

    /// How many deployments LiteLLM lists for the group of a deployment; for an alias of that very name, those it stands
    /// for come on top.
    pub(super) fn group_size(&self, deployment: usize) -> usize {
        let Some(deployment) = self.routing.deployments.get(deployment) else { return 0 };
        let size = |group: &str| self.groups.get(group).map_or(0, Vec::len);
        let group = deployment.group.value.as_str();
        size(group) + self.routing.aliases.get(group).map_or(0, |target| size(&target.value))
    }

    /// Whether a list is there at all: an empty one may be.
    pub(super) fn has(&self, list: List) -> bool {
        self.index(list).is_some()
    }

    fn index(&self, list: List) -> Option<&Index<'r>> {
        match list {
            List::General => Some(&self.general),
            List::ContextWindow => self.context_window.as_ref(),
            List::ContentPolicy => self.content_policy.as_ref(),
        }
    }

    /// The entry of a list for the first of some names that has one.
    pub(super) fn find(&self, list: List, names: &[&str]) -> Option<Found> {
        self.index(list)?.entry(list, names, self.era)
    }

    /// An entry of a list.
    pub fn chain(&self, list: List, entry: usize) -> Option<&'r Chain> {
        let chains = match list {
            List::General => Some(&self.routing.general),
            List::ContextWindow => self.routing.context_window.as_ref(),
            List::ContentPolicy => self.routing.content_policy.as_ref(),
        };
        chains?.get(entry)
    }

    /// Where a name that is asked for stands: in its list, else where it is defined.
    pub fn place_of(&self, hop: &Hop) -> Option<Span> {
        if let By::Listed { list, entry, target, .. } = hop.by {
            return self.chain(list, entry)?.targets.get(target).map(|target| target.place.span());
        }
        let alias = self.routing.aliases.get(&hop.name).map(Spanned::span);
        let own = hop.resolved.deployments().first().and_then(|at| self.routing.deployments.get(*at));
        alias.or_else(|| own.map(|one| one.group.span()))
    }

    /// Those of some deployments that a random pick can hit, and which of the weights counts.
    pub(super) fn weighed(&self, left: Vec<usize>) -> (Vec<usize>, Option<usize>) {
        for metric in 0..3 {
            let weight = |at: &usize| self.weight(*at, metric);
            let counts = !self.era.weighs_by_first() || left.first().is_some_and(|at| weight(at).is_some());
            let heavy: Vec<usize> =
                left.iter().copied().filter(|at| weight(at).is_some_and(|weight| weight > 0)).collect();
            if counts && !heavy.is_empty() {
                return (heavy, Some(metric));
            }
        }
        (left, None)
    }

    fn weight(&self, deployment: usize, metric: usize) -> Option<u64> {
        self.routing.deployments.get(deployment)?.weights.by.get(metric).copied().flatten()
    }

    /// How often each of several deployments is picked for a name, relative to the others: equally often where no weight
    /// counts, or where it hangs on earlier traffic.
    pub(super) fn weights(&self, name: &str, among: &[usize]) -> Vec<u64> {
        let shuffles = self.strategy(name) == Strategy::Shuffle;
        let metric = if shuffles { self.weighed(among.to_vec()).1 } else { None };
        let weight = |at: &usize| metric.map_or(1, |metric| self.weight(*at, metric).unwrap_or(0));
        among.iter().map(weight).collect()
    }

    /// Whether a name has general fallbacks.
    pub(super) fn has_general_list(&self, name: &str) -> bool {
        let found = self.find(List::General, &[name]);
        found.and_then(|found| self.chain(List::General, found.entry)).is_some_and(|chain| !chain.targets.is_empty())
    }
}

/// Puts patterns in the order in which LiteLLM asks them; of equal ones the first stays first.
pub fn rank<P: AsRef<str>, T>(patterns: &mut [(P, T)]) {
    patterns.sort_by_key(|(pattern, _)| std::cmp::Reverse(specificity(pattern.as_ref())));
}

/// What the first of some ranked patterns stands for that a name fits: as it is, else with its provider before it.
pub fn by_pattern<'p, P: AsRef<str>, T>(patterns: &'p [(P, T)], name: &str) -> Option<&'p T> {
    let fits = |name: &str| patterns.iter().find(|(pattern, _)| fits(pattern.as_ref(), name));
    fits(name).or_else(|| fits(&with_prefix(name)?)).map(|(_, what)| what)
}

/// How LiteLLM ranks patterns: by the length of the regular expression it makes of one, then by the marks in it.
fn specificity(pattern: &str) -> (usize, usize) {
    let marks = "*+?\\^$|()";
    let (mut length, mut complexity) = (0, 0);
    for letter in pattern.chars() {
        // A star becomes `(.*)`; the letters that mean something in an expression get a backslash.
        let (more, marked) = match letter {
            '*' => (4, 3),
            letter if "()[]{}?+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(letter) => {
                (2, 1 + usize::from(marks.contains(letter)))
            }
            _ => (1, 0),
        };
        length += more;
        complexity += marked;
    }
    (length, complexity)
}

/// Whether a name fits a pattern, as LiteLLM's patterns do: it begins with what one says, and what comes behind is not
/// looked at.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    parts.all(|part| match rest.find(part) {
        Some(at) => {
            rest = rest.get(at + part.len()..).unwrap_or_default();
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_prefixes() {
        assert!(fits("openai/*", "openai/gpt-4o"));
        assert!(fits("a*b", "a-b-and-more"));
        assert!(fits("*", ""));
        assert!(!fits("openai/*", "azure/gpt-4o"));
        assert!(!fits("a*b", "a-c"));
    }

    #[test]
    fn longer_patterns_go_first() {
        assert!(specificity("openai/gpt-*") > specificity("openai/*"));
        assert!(specificity("openai/*") > specificity("*"));
    }
}
