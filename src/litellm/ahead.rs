//! What of a request's past can still matter: failures of deployments that it can call again.

use std::collections::{BTreeMap, BTreeSet};

use super::state::{Identity, State, With};
use super::{Era, List, Router};

/// Which deployments the names that lists lead to stand for.
#[derive(Debug)]
pub(super) struct Ahead<'w> {
    /// For each deployment the targets of lists that lead to it, as attempts are told apart.
    targets: BTreeMap<usize, BTreeSet<Identity<'w>>>,
    /// Whether a request tries no target twice: not where the others of a group come before its lists.
    tries_once: bool,
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
        Self { targets, tries_once: directory.era() != Era::Paths && !fails_over }
    }

    /// A state without what cannot matter any more.
    pub(super) fn of(&self, state: &State<'w>) -> State<'w> {
        let mut state = state.clone();
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
}
