//! What LiteLLM keeps in the metadata of a request. Every hop since 1.97 gets a copy of it: what a hop notes, the lists
//! above it do not see.

use std::collections::BTreeSet;

/// The metadata of one hop, as far as it decides a walk.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ledger {
    /// Retries noted so far, for `num_retries_per_request`.
    pub(super) noted: u32,
    /// The tags of the request, to which those of every deployment that was called are added until 1.104.
    pub(super) tags: BTreeSet<String>,
    /// Deployments that `enable_weighted_failover` passes over.
    pub(super) passed: BTreeSet<usize>,
}

/// The metadata of a request, and the copies that lists made of it, the innermost last.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ledgers {
    first: Ledger,
    copies: Vec<Ledger>,
}

impl Ledgers {
    /// The metadata of a request with these tags.
    pub(super) fn new(tags: BTreeSet<String>) -> Self {
        Self { first: Ledger { tags, ..Ledger::default() }, copies: Vec::new() }
    }

    /// That of the hop which is tried.
    pub(super) fn current(&self) -> &Ledger {
        self.copies.last().unwrap_or(&self.first)
    }

    /// That of the hop which is tried.
    pub(super) fn current_mut(&mut self) -> &mut Ledger {
        self.copies.last_mut().unwrap_or(&mut self.first)
    }

    /// Forgets copies by their numbers, from 1, the outermost first.
    pub(super) fn forget(&mut self, ended: &BTreeSet<usize>) {
        let mut number = 0;
        self.copies.retain(|_| {
            number += 1;
            !ended.contains(&number)
        });
    }

    /// That of every hop, the outermost first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Ledger> {
        std::iter::once(&self.first).chain(&self.copies)
    }

    /// That of every hop, the outermost first.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Ledger> {
        std::iter::once(&mut self.first).chain(&mut self.copies)
    }

    /// A list makes a copy for its hops.
    pub(super) fn copy(&mut self) {
        self.copies.push(self.current().clone());
    }

    /// The list that made the last copy is left.
    pub(super) fn leave_copy(&mut self) {
        self.copies.pop();
    }
}
