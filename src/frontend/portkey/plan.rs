//! A config as the plans it comes to: choices taken, what is left is targets asked one after the other.
//!
//! A load balance or a condition chooses once for a request, and nothing leads from one branch to another. Targets that
//! behave alike are a pool; other branches are plans of their own, one for each choice, so that each is walked as the
//! gateway walks it.

use super::conditions;
use super::tree::{Group, Mode, Node};

/// How many plans a config is read as, one for each combination of choices; above it, each choice is varied by itself,
/// so that every branch is still in a plan.
const MOST: usize = 32;

/// What a request goes through once its choices are made.
#[derive(Clone, Debug)]
pub(super) enum Plan<'n, 't> {
    /// One of these targets, by weight: they behave alike.
    Call(&'n Node<'t>, Vec<(&'n Node<'t>, u64)>),
    /// One after the other, while the statuses say so.
    Chain(&'n Node<'t>, Vec<Plan<'n, 't>>),
}

/// A plan, and the branches that were chosen to come there.
#[derive(Clone, Debug)]
pub(super) struct Choice<'n, 't> {
    /// The branches by name, outermost first.
    pub(super) taken: Vec<String>,
    /// The plan.
    pub(super) plan: Plan<'n, 't>,
}

/// Every plan of a node; none where nothing in it can be called.
pub(super) fn plans<'n, 't>(node: &'n Node<'t>) -> Vec<Choice<'n, 't>> {
    let Some(group) = &node.group else {
        return vec![Choice { taken: Vec::new(), plan: Plan::Call(node, vec![(node, 1)]) }];
    };
    match group.mode {
        Mode::Single => group.targets.first().map(plans).unwrap_or_default(),
        Mode::Fallback => chain(node, group),
        Mode::LoadBalance => balanced(node, group),
        Mode::Conditional => {
            let branches: Vec<&Node<'_>> = conditions::branches(group);
            branched(&branches)
        }
    }
}

/// The plans of several branches, of which one is taken.
fn branched<'n, 't>(branches: &[&'n Node<'t>]) -> Vec<Choice<'n, 't>> {
    let is_choice = branches.len() > 1;
    let named = |branch: &&'n Node<'t>| {
        let label = is_choice.then(|| branch.label.clone());
        plans(branch)
            .into_iter()
            .map(move |choice| Choice { taken: label.iter().cloned().chain(choice.taken).collect(), plan: choice.plan })
    };
    branches.iter().flat_map(named).collect()
}

fn balanced<'n, 't>(node: &'n Node<'t>, group: &'n Group<'t>) -> Vec<Choice<'n, 't>> {
    let weights = weights(group);
    let members: Vec<(&Node<'_>, u64)> = group.targets.iter().zip(weights).filter(|(_, weight)| *weight > 0).collect();
    let first = members.first().map(|(first, _)| *first);
    let alike = |other: &Node<'_>| {
        first.is_some_and(|first| {
            other.group.is_none() && other.retry == first.retry && other.timeout.is_some() == first.timeout.is_some()
        })
    };
    if members.iter().all(|(member, _)| alike(member)) && !members.is_empty() {
        return vec![Choice { taken: Vec::new(), plan: Plan::Call(node, members) }];
    }
    let branches: Vec<&Node<'_>> = members.into_iter().map(|(member, _)| member).collect();
    branched(&branches)
}

fn chain<'n, 't>(node: &'n Node<'t>, group: &'n Group<'t>) -> Vec<Choice<'n, 't>> {
    let parts: Vec<Vec<Choice<'_, '_>>> = group.targets.iter().map(plans).filter(|part| !part.is_empty()).collect();
    let combinations = parts.iter().fold(1usize, |product, part| product.saturating_mul(part.len()));
    let joined = |picks: &[usize]| {
        let picked: Vec<&Choice<'_, '_>> = parts.iter().zip(picks).filter_map(|(part, pick)| part.get(*pick)).collect();
        Choice {
            taken: picked.iter().flat_map(|choice| choice.taken.iter().cloned()).collect(),
            plan: Plan::Chain(node, picked.into_iter().map(|choice| choice.plan.clone()).collect()),
        }
    };
    if parts.is_empty() {
        return Vec::new();
    }
    let mut picks: Vec<Vec<usize>> = vec![Vec::new()];
    if combinations <= MOST {
        for part in &parts {
            let further = |picks: &Vec<usize>| {
                (0..part.len()).map(|pick| [picks.clone(), vec![pick]].concat()).collect::<Vec<_>>()
            };
            picks = picks.iter().flat_map(further).collect();
        }
    } else {
        picks = vec![vec![0; parts.len()]];
        for (at, part) in parts.iter().enumerate() {
            for pick in 1..part.len() {
                picks.push((0..parts.len()).map(|other| if other == at { pick } else { 0 }).collect());
            }
        }
    }
    picks.iter().map(|picks| joined(picks)).collect()
}

/// The weights of a group's targets as whole numbers in the same proportion; 1 where none is given, 0 for what is never
/// chosen.
pub(super) fn weights(group: &Group<'_>) -> Vec<u64> {
    let written: Vec<&str> = group.targets.iter().map(|target| target.weight().unwrap_or("1")).collect();
    let places = |text: &str| text.split_once('.').map_or(0, |(_, digits)| digits.trim_end_matches('0').len());
    let most = written.iter().map(|text| places(text)).max().unwrap_or(0).min(9);
    let scaled = |text: &&str| {
        let (before, after) = text.split_once('.').unwrap_or((text, ""));
        let after: String = after.chars().chain(std::iter::repeat('0')).take(most).collect();
        // What is below zero is no number here, and is never chosen.
        format!("{before}{after}").parse::<u64>().unwrap_or(0).min(1_000_000_000_000)
    };
    written.iter().map(scaled).collect()
}
