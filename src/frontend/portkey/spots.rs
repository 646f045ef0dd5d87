//! The spots of a plan: each is a call, and every symptom of it leads to another spot or to the end.
//!
//! A response passes up through the groups around a target. The innermost whose statuses it shows goes on to its next
//! target; without such a group the caller gets it. So where a call leads depends on its symptom and its place alone.

use std::collections::BTreeSet;

use crate::model::Symptom;

use super::plan::Plan;
use super::status::triggers;
use super::tree::Node;

/// A call of a plan.
#[derive(Debug)]
pub(super) struct Spot<'n, 't> {
    /// The target, or the group that chooses one.
    pub(super) node: &'n Node<'t>,
    /// The targets, one of which is called, with their weights.
    pub(super) members: Vec<(&'n Node<'t>, u64)>,
    /// The groups around it that go on, outermost first, and which of their parts it is in.
    around: Vec<(usize, usize)>,
}

/// What a symptom does at a spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fate {
    /// Whether the same target is called again first.
    pub(super) repeats: bool,
    /// The spot the request goes on to; none where the caller gets the failure.
    pub(super) next: Option<usize>,
}

/// The spots of a plan in the order in which they are asked.
#[derive(Debug)]
pub(super) struct Spots<'n, 't> {
    /// The spots.
    pub(super) all: Vec<Spot<'n, 't>>,
    /// The groups that go on, each with the first spot of every part.
    chains: Vec<(&'n Node<'t>, Vec<usize>)>,
}

impl<'n, 't> Spots<'n, 't> {
    pub(super) fn of(plan: &Plan<'n, 't>) -> Self {
        let mut spots = Self { all: Vec::new(), chains: Vec::new() };
        spots.add(plan, &[]);
        spots
    }

    fn add(&mut self, plan: &Plan<'n, 't>, around: &[(usize, usize)]) {
        match plan {
            Plan::Call(node, members) => {
                self.all.push(Spot { node, members: members.clone(), around: around.to_vec() });
            }
            Plan::Chain(node, parts) => {
                let chain = self.chains.len();
                self.chains.push((node, Vec::new()));
                for (number, part) in parts.iter().enumerate() {
                    let begin = self.all.len();
                    if let Some((_, begins)) = self.chains.get_mut(chain) {
                        begins.push(begin);
                    }
                    let around: Vec<(usize, usize)> = around.iter().copied().chain([(chain, number)]).collect();
                    self.add(part, &around);
                }
            }
        }
    }

    /// What a symptom does at a spot.
    pub(super) fn fate(&self, spot: &Spot<'_, '_>, symptom: Symptom) -> Fate {
        let target = spot.members.first().map_or(spot.node, |(member, _)| *member);
        let has_timeout = target.timeout.is_some();
        let next = spot.around.iter().rev().find_map(|(chain, part)| {
            let (group, begins) = self.chains.get(*chain)?;
            let codes = group.group.as_ref().and_then(|group| group.codes.as_deref());
            triggers(codes, symptom, has_timeout).then(|| begins.get(part + 1).copied()).flatten()
        });
        Fate { repeats: target.retry.repeats(symptom, has_timeout), next }
    }

    /// The fates of all symptoms at a spot, in the order of the symptoms.
    pub(super) fn fates(&self, spot: &Spot<'_, '_>) -> Vec<(Symptom, Fate)> {
        Symptom::CONCRETE.into_iter().map(|symptom| (symptom, self.fate(spot, symptom))).collect()
    }

    /// The spots that some request comes to.
    pub(super) fn asked(&self) -> BTreeSet<usize> {
        let mut asked = BTreeSet::new();
        let mut open = vec![0];
        while let Some(number) = open.pop() {
            if let Some(spot) = self.all.get(number).filter(|_| asked.insert(number)) {
                open.extend(self.fates(spot).into_iter().filter_map(|(_, fate)| fate.next));
            }
        }
        asked
    }

    /// Whether one ladder says all of it: every spot is one target, and every symptom either leads from each to the
    /// next, with the same retries before, or ends the request at once.
    pub(super) fn is_list(&self) -> bool {
        let Some((last, others)) = self.all.split_last() else { return false };
        let single = self.all.iter().skip(1).all(|spot| spot.members.len() == 1);
        let attempts = |spot: &Spot<'_, '_>| spot.members.first().map(|(member, _)| member.retry.attempts);
        let first = others.first().map(|spot| (attempts(spot), self.fates(spot)));
        let Some((tries, fates)) = first else { return false };
        let repeats = |goes_on: bool| {
            let of = fates.iter().filter(move |(_, fate)| fate.next.is_some() == goes_on);
            of.map(|(_, fate)| fate.repeats).collect::<Vec<bool>>()
        };
        let same = |number: usize, spot: &Spot<'_, '_>, is_last: bool| {
            attempts(spot) == tries
                && self.fates(spot).iter().zip(&fates).all(|((_, fate), (_, first))| {
                    let next = if is_last { None } else { first.next.map(|_| number + 1) };
                    fate.repeats == first.repeats && fate.next == next
                })
        };
        let goes_on = repeats(true);
        single
            && !goes_on.is_empty()
            && !repeats(false).contains(&true)
            && (goes_on.iter().all(|repeats| *repeats) || !goes_on.contains(&true))
            && others.iter().enumerate().all(|(number, spot)| same(number, spot, false))
            && same(others.len(), last, true)
    }
}
