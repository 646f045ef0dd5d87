//! Where a request stands: everything that decides what may still happen to it, so that two requests that stand in the
//! same place go on alike.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::chains::List;
use super::cooldown::Cooldowns;
use super::ledger::Ledgers;
use super::{By, Directory, Order, Resolved, Target};
use crate::source::Place;

/// A target as LiteLLM tells attempts apart: its name, its order, and what a mapping says besides.
pub(super) type Identity<'w> = (&'w str, Option<&'w Order>, With<'w>);

/// What sets an attempt apart from one of the bare name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum With<'w> {
    /// Nothing.
    Nothing,
    /// What a mapping says besides the name.
    Written(&'w str),
    /// Deployments that are passed over.
    Without(Rc<BTreeSet<usize>>),
}

/// A name, and which of its deployments are wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked<'w> {
    pub(super) name: &'w str,
    /// Those of this order; of the lowest where it is absent.
    pub(super) order: Option<&'w Order>,
    /// None of these, which have failed before. It stays with the request, so that later targets are asked for it, too.
    pub(super) without: Option<Rc<BTreeSet<usize>>>,
    /// How many lists deep it stands.
    pub(super) depth: u32,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State<'w> {
    pub(super) trying: Try<'w>,
    /// The lists that are being walked, the outermost first.
    pub(super) lists: Vec<Open<'w>>,
    pub(super) ledgers: Ledgers,
    pub(super) tried: BTreeSet<Identity<'w>>,
    pub(super) cooldowns: Cooldowns,
}

impl<'w> State<'w> {
    pub(super) fn new(name: &'w str, tags: BTreeSet<String>) -> Self {
        let asked = Asked { name, order: None, without: None, depth: 0 };
        Self {
            trying: Try::new(asked, Rc::new(Resolved::Nobody)),
            lists: Vec::new(),
            ledgers: Ledgers::new(tags),
            tried: BTreeSet::new(),
            cooldowns: Cooldowns::default(),
        }
    }
}

/// The tries of one group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Try<'w> {
    pub(super) asked: Asked<'w>,
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
    pub(super) fn new(asked: Asked<'w>, resolved: Rc<Resolved>) -> Self {
        Self {
            asked,
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
    /// What was asked for and failed.
    pub(super) failed: Asked<'w>,
    /// What the next target is asked for, apart from its name.
    pub(super) wanted: Asked<'w>,
    pub(super) at: usize,
    /// Whether it has a copy of the metadata.
    pub(super) has_ledger: bool,
    /// Whether its group failed with what ends a failover around it.
    pub(super) ends_failover: bool,
    pub(super) steps: Rc<Steps<'w>>,
}

/// What a list leads to: the group that failed without those of its deployments that did; or further orders of the group,
/// and then the targets of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Steps<'w> {
    pub(super) failover: Option<Rc<BTreeSet<usize>>>,
    pub(super) orders: Vec<&'w Order>,
    /// The list, its entry, and whether that is the entry of the group the request asked for.
    pub(super) listed: Option<(List, usize, bool)>,
}

/// One step of a list.
#[derive(Clone, Debug)]
pub(super) struct Step<'w> {
    pub(super) name: &'w str,
    pub(super) order: Option<&'w Order>,
    pub(super) with: With<'w>,
    pub(super) is_mapping: bool,
    pub(super) by: By,
    place: Place,
}

impl<'w> Step<'w> {
    /// As LiteLLM tells it from other attempts.
    pub(super) fn identity(&self) -> Identity<'w> {
        (self.name, self.order, self.with.clone())
    }

    /// Whether it is passed over after a group has failed: it is that group, or was tried before.
    pub(super) fn is_passed_over(&self, failed: &str, tried: &BTreeSet<Identity<'w>>) -> bool {
        self.is(failed) || tried.contains(&self.identity())
    }

    /// Whether it is the group that failed, which is never asked again in that way.
    pub(super) fn is(&self, failed: &str) -> bool {
        !self.is_mapping && self.name == failed
    }

    pub(super) fn target(&self) -> Target {
        let with = match &self.with {
            With::Nothing => None,
            With::Written(text) => Some((*text).to_owned()),
            With::Without(passed) => Some(format!("without {passed:?}")),
        };
        Target { name: self.name.to_owned(), place: self.place, with, is_mapping: self.is_mapping }
    }
}

impl<'w> Steps<'w> {
    /// The step of a number, from 0, of the list of a group that failed.
    pub(super) fn get(&self, directory: &'w Directory<'w>, at: usize, failed: &'w str) -> Option<Step<'w>> {
        let itself = || {
            let all = &directory.routing().deployments;
            Some(all.iter().find(|one| one.group.value == failed).or(all.first())?.group.place)
        };
        if let Some(passed) = &self.failover {
            let with = With::Without(Rc::clone(passed));
            let step = Step { name: failed, order: None, with, is_mapping: true, by: By::Failover, place: itself()? };
            return (at == 0).then_some(step);
        }
        if let Some(order) = self.orders.get(at) {
            let (order, with) = (Some(*order), With::Nothing);
            return Some(Step { name: failed, order, with, is_mapping: true, by: By::Order, place: itself()? });
        }
        let (list, entry, resumed) = self.listed?;
        let target = at - self.orders.len();
        let written = directory.chain(list, entry)?.targets.get(target)?;
        Some(Step {
            name: &written.name,
            order: None,
            with: written.with.as_deref().map_or(With::Nothing, With::Written),
            is_mapping: written.is_mapping,
            by: By::Listed { list, entry, target, resumed },
            place: written.place,
        })
    }
}
