//! Where a request stands: everything that decides what may still happen to it, so that two requests that stand in the
//! same place go on alike.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::chains::List;
use super::cooldown::Cooldowns;
use super::{By, Directory, Order, Resolved, Target};
use crate::source::Place;

/// A target as LiteLLM tells attempts apart: its name, its order, and what a mapping says besides.
pub(super) type Identity<'w> = (&'w str, Option<&'w Order>, Option<&'w str>);

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State<'w> {
    pub(super) trying: Try<'w>,
    /// The lists that are being walked, the outermost first.
    pub(super) lists: Vec<Open<'w>>,
    /// Retries noted so far, for `num_retries_per_request`. LiteLLM keeps the number in the request's metadata, of which
    /// every hop since 1.97 gets a copy: what a hop notes, the lists above it do not see.
    pub(super) noted: Vec<u32>,
    pub(super) tried: BTreeSet<Identity<'w>>,
    pub(super) cooldowns: Cooldowns,
}

impl<'w> State<'w> {
    pub(super) fn new(name: &'w str) -> Self {
        Self {
            trying: Try::new(name, None, Rc::new(Resolved::Nobody), 0),
            lists: Vec::new(),
            noted: vec![0],
            tried: BTreeSet::new(),
            cooldowns: Cooldowns::default(),
        }
    }
}

/// The tries of one group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Try<'w> {
    pub(super) name: &'w str,
    pub(super) order: Option<&'w Order>,
    pub(super) depth: u32,
    pub(super) retry: u32,
    /// The deployment that is called.
    pub(super) called: Option<usize>,
    /// How often its client has called it again.
    pub(super) by_client: u32,
    /// The retries that the first failure allows, and whether a policy says so.
    pub(super) granted: Option<(u32, bool)>,
    pub(super) refused: BTreeSet<usize>,
    pub(super) among: Vec<usize>,
    pub(super) resolved: Rc<Resolved>,
}

impl<'w> Try<'w> {
    pub(super) fn new(name: &'w str, order: Option<&'w Order>, resolved: Rc<Resolved>, depth: u32) -> Self {
        Self {
            name,
            order,
            depth,
            retry: 0,
            called: None,
            by_client: 0,
            granted: None,
            refused: BTreeSet::new(),
            among: Vec::new(),
            resolved,
        }
    }
}

/// A list that is being walked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Open<'w> {
    /// The group that failed.
    pub(super) failed: &'w str,
    pub(super) at: usize,
    pub(super) depth: u32,
    pub(super) order: Option<&'w Order>,
    /// Whether it has a copy of what is noted.
    pub(super) has_own_note: bool,
    pub(super) steps: Rc<Steps<'w>>,
}

/// What a list leads to: further orders of the group that failed, and then the targets of an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Steps<'w> {
    pub(super) orders: Vec<&'w Order>,
    /// The list, its entry, and whether that is the entry of the group the request asked for.
    pub(super) listed: Option<(List, usize, bool)>,
}

/// One step of a list.
#[derive(Clone, Debug)]
pub(super) struct Step<'w> {
    pub(super) name: &'w str,
    pub(super) order: Option<&'w Order>,
    pub(super) with: Option<&'w str>,
    pub(super) is_mapping: bool,
    pub(super) by: By,
    place: Place,
}

impl Step<'_> {
    pub(super) fn target(&self) -> Target {
        let with = self.with.map(str::to_owned);
        Target { name: self.name.to_owned(), place: self.place, with, is_mapping: self.is_mapping }
    }
}

impl<'w> Steps<'w> {
    /// The step of a number, from 0, of the list of a group that failed.
    pub(super) fn get(&self, directory: &'w Directory<'w>, at: usize, failed: &'w str) -> Option<Step<'w>> {
        if let Some(order) = self.orders.get(at) {
            let all = &directory.routing().deployments;
            let place = all.iter().find(|one| one.group.value == failed).or(all.first())?.group.place;
            let (with, is_mapping) = (None, true);
            return Some(Step { name: failed, order: Some(order), with, is_mapping, by: By::Order, place });
        }
        let (list, entry, resumed) = self.listed?;
        let target = at - self.orders.len();
        let written = directory.chain(list, entry)?.targets.get(target)?;
        Some(Step {
            name: &written.name,
            order: None,
            with: written.with.as_deref(),
            is_mapping: written.is_mapping,
            by: By::Listed { list, entry, target, resumed },
            place: written.place,
        })
    }
}
