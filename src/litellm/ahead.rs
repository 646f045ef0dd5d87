//! What of a request's past can still matter: failures of deployments that it can call again.

use std::collections::{BTreeMap, BTreeSet};

use super::state::{Identity, State, With};
use super::{Directory, Era, List, Router};

/// Which deployments the names that lists lead to stand for.
#[derive(Debug)]
pub(super) struct Ahead<'w> {
    directory: &'w Directory<'w>,
    /// For each deployment the targets of lists that lead to it, as attempts are told apart.
    targets: BTreeMap<usize, BTreeSet<Identity<'w>>>,
    /// Whether a request tries no target twice: not where the others of a group come before its lists.
    tries_once: bool,
    /// Whether the others of a group come before its lists.
    fails_over: bool,
}

impl<'w> Ahead<'w> {
    pub(super) fn new(router: &'w Router<'w>) -> Self {
        let directory = router.directory();
        let mut targets: BTreeMap<usize, BTreeSet<Identity<'w>>> = BTreeMap::new();
        for list in List::ALL {
            let chains = (0..).map_while(|entry| directory.chain(list, entry));
            for target in chains.flat_map(|chain| &chain.targets) {
                for deployment in directory.resolve(&target.name).deployments() {
                    let identity =
                        (target.name.as_str(), None, target.with.as_deref().map_or(With::Nothing, With::Written));
                    targets.entry(*deployment).or_default().insert(identity);
                }
            }
        }
        let fails_over = directory.routing().settings.selection.fails_over;
        Self { directory, targets, tries_once: directory.era() != Era::Paths && !fails_over, fails_over }
    }

    /// The targets of lists that lead to a deployment.
    pub(super) fn targets_of(&self, deployment: usize) -> Option<&BTreeSet<Identity<'w>>> {
        self.targets.get(&deployment)
    }

    /// A state without what cannot matter any more.
    pub(super) fn of(&self, state: &State<'w>) -> State<'w> {
        let mut state = state.clone();
        self.forget_ended(&mut state);
        if self.tries_once {
            let trying = state.trying.resolved.deployments();
            // Further orders of a group call its deployments again.
            let open = state.lists.iter().any(|open| open.at < open.steps.orders.len());
            let (tried, cooldowns) = (&state.tried, &mut state.cooldowns);
            cooldowns.keep(|deployment| {
                let is_ahead = |targets: &BTreeSet<Identity<'w>>| targets.iter().any(|target| !tried.contains(target));
                open || trying.contains(&deployment) || self.targets.get(&deployment).is_some_and(is_ahead)
            });
        }
        state
    }

    /// Forgets lists that are walked to their ends, with what was copied for their hops: nothing more is asked by them.
    fn forget_ended(&self, state: &mut State<'w>) {
        if self.fails_over {
            return;
        }
        let State { lists, ledgers, tried, .. } = state;
        let copies = lists.iter().filter(|open| open.has_ledger).count();
        let (mut met, mut ended) = (0, BTreeSet::new());
        lists.retain(|open| {
            met += usize::from(open.has_ledger);
            // The hop that is tried reads the innermost copy.
            let is_read = open.has_ledger && met == copies;
            let failed = open.failed.name;
            let mut left = (open.at..).map_while(|at| open.steps.get(self.directory, at, failed));
            let has_ended = !is_read && left.all(|step| step.is_passed_over(failed, tried));
            if has_ended && open.has_ledger {
                ended.insert(met);
            }
            !has_ended
        });
        ledgers.forget(&ended);
    }
}
