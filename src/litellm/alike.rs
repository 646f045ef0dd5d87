//! Deployments that nothing tells apart: requests that differ only by which of them is which stand in the same place.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::ahead::Ahead;
use super::ledger::Ledger;
use super::state::{Asked, Open, State, Steps, Try, With};
use super::{Directory, Strategy};

/// Which deployments are alike.
#[derive(Clone, Debug)]
pub(super) struct Alike {
    /// For each deployment the number of its kind.
    kinds: Vec<usize>,
    /// The deployments of each kind that has several, in the order of the file.
    twins: Vec<Vec<usize>>,
}

impl Alike {
    /// What LiteLLM itself cannot tell apart: deployments of one group with the same settings, where no list names one
    /// of them alone.
    pub(super) fn new(directory: &Directory<'_>, ahead: &Ahead<'_>) -> Self {
        let routing = directory.routing();
        let all = Self { kinds: vec![0; routing.deployments.len()], twins: Vec::new() };
        let sets = routing.sets.iter().map(|set| set.strategy);
        if sets.chain([routing.settings.selection.strategy]).any(|strategy| strategy == Strategy::Cost) {
            // Of the cheapest the first is picked, so that their order counts.
            return all.split(|at| at);
        }
        let runs = runs(directory);
        all.split(|at| {
            let one = routing.deployments.get(at)?;
            let opens = one.group_tags.fails_open;
            let flags = [one.never_cools, one.mocked, one.blocked, opens, directory.lacks_budget(at)];
            let numbers = (one.retries, one.weights.by, one.rpm, runs.get(at).copied());
            let tags = (&one.tags, one.group_tags.filters);
            Some((one.group.value.as_str(), &one.order, flags, numbers, tags, ahead.targets_of(at)))
        })
    }

    /// The same, less what somebody who asks tells apart.
    pub(super) fn split<K: Ord>(&self, key: impl Fn(usize) -> K) -> Self {
        let mut known: BTreeMap<(usize, K), usize> = BTreeMap::new();
        let mut twins: Vec<Vec<usize>> = Vec::new();
        let mut number = |(at, kind): (usize, &usize)| {
            let number = *known.entry((*kind, key(at))).or_insert(twins.len());
            match twins.get_mut(number) {
                Some(others) => others.push(at),
                None => twins.push(vec![at]),
            }
            number
        };
        let kinds = self.kinds.iter().enumerate().map(&mut number).collect();
        twins.retain(|all| all.len() > 1);
        Self { kinds, twins }
    }

    /// Whether any other deployment is like this one.
    pub(super) fn has_twin(&self, deployment: usize) -> bool {
        self.twins.iter().any(|all| all.contains(&deployment))
    }

    /// The deployments that are like this one, and itself.
    pub(super) fn all_like(&self, deployment: usize) -> Vec<usize> {
        let kind = self.kinds.get(deployment);
        let same = self.kinds.iter().enumerate().filter(|(_, other)| Some(*other) == kind);
        same.map(|(at, _)| at).collect()
    }

    /// One state for all that are the same but for which of several deployments that are alike is which.
    pub(super) fn of<'w>(&self, mut state: State<'w>) -> State<'w> {
        let mut names = BTreeMap::new();
        for all in &self.twins {
            let mut marked: Vec<(Vec<u32>, usize)> = all.iter().map(|at| (marks(&state, *at), *at)).collect();
            marked.sort_unstable();
            names.extend(marked.iter().zip(all).map(|((_, from), to)| (*from, *to)).filter(|(from, to)| from != to));
        }
        if !names.is_empty() {
            rename(&mut state, &names);
        }
        // Those that can be picked come in the order of the file, whoever is called what.
        state.trying.among.sort_unstable();
        state
    }
}

/// Where the first deployment that is left decides by which parameter a group is weighed, who comes before whom counts:
/// numbers for deployments with the same weights that stand one behind the other.
fn runs(directory: &Directory<'_>) -> Vec<usize> {
    let all = &directory.routing().deployments;
    let mut last: BTreeMap<&str, ([Option<u64>; 3], usize)> = BTreeMap::new();
    let mut runs = Vec::with_capacity(all.len());
    for one in all {
        let (weights, run) = last.entry(one.group.value.as_str()).or_insert((one.weights.by, 0));
        if directory.era().weighs_by_first() && *weights != one.weights.by {
            *run += 1;
        }
        *weights = one.weights.by;
        runs.push(*run);
    }
    runs
}

/// What a deployment has gone through: where two that are alike have the same marks, nothing will tell them apart.
fn marks(state: &State<'_>, deployment: usize) -> Vec<u32> {
    let State { trying, lists, ledgers, tried, cooldowns } = state;
    let Try { asked, called, refused, among, retry: _, by_client: _, granted: _, resolved: _ } = trying;
    let holds = |set: &BTreeSet<usize>| set.contains(&deployment);
    let passes = |asked: &Asked<'_>| asked.without.as_deref().is_some_and(holds);
    let mut is = vec![*called == Some(deployment), holds(refused), among.contains(&deployment), passes(asked)];
    for Open { failed, wanted, steps, at: _, has_ledger: _, ends_failover: _ } in lists {
        let Steps { failover, orders: _, listed: _ } = &**steps;
        is.extend([passes(failed), passes(wanted), failover.as_deref().is_some_and(holds)]);
    }
    is.extend(ledgers.all().map(|Ledger { passed, noted: _, tags: _ }| holds(passed)));
    is.extend(tried.iter().map(|(_, _, with)| matches!(with, With::Without(passed) if holds(passed))));
    is.into_iter().map(u32::from).chain(cooldowns.marks(deployment)).collect()
}

/// Calls deployments by other names.
fn rename(state: &mut State<'_>, names: &BTreeMap<usize, usize>) {
    let State { trying, lists, ledgers, tried, cooldowns } = state;
    let Try { asked, called, refused, among, retry: _, by_client: _, granted: _, resolved: _ } = trying;
    let new = |at: usize| names.get(&at).copied().unwrap_or(at);
    let set = |set: &BTreeSet<usize>| set.iter().copied().map(new).collect::<BTreeSet<usize>>();
    let shared = |passed: &mut Rc<BTreeSet<usize>>| *passed = Rc::new(set(passed));
    let asks = |asked: &mut Asked<'_>| asked.without.iter_mut().for_each(shared);
    asks(asked);
    *called = called.map(new);
    *refused = set(refused);
    for at in among {
        *at = new(*at);
    }
    for Open { failed, wanted, steps, at: _, has_ledger: _, ends_failover: _ } in lists {
        asks(failed);
        asks(wanted);
        if steps.failover.is_some() {
            Rc::make_mut(steps).failover.iter_mut().for_each(shared);
        }
    }
    for ledger in ledgers.all_mut() {
        ledger.passed = set(&ledger.passed);
    }
    if tried.iter().any(|(_, _, with)| matches!(with, With::Without(_))) {
        let renamed = std::mem::take(tried).into_iter().map(|(name, order, mut with)| {
            if let With::Without(passed) = &mut with {
                shared(passed);
            }
            (name, order, with)
        });
        *tried = renamed.collect();
    }
    cooldowns.rename(&new);
}
