//! What a route can reach by any ladder through any route, with the shortest path to each.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use crate::model::{AccountId, Leg, Model, ProviderId, RouteId, Table, TargetId, TargetNode};
use crate::source::{to_u32, to_usize};

use super::{FailoverGraph, HopEdge, HopId};

/// The hops a request takes, in order.
pub type Path = Vec<HopId>;

/// How many routes a search for paths goes through. A request that got further would have made hundreds of calls, which
/// `runaway-attempts` denies long before; without the bound, a chain of all routes would cost the square of its length.
const FURTHEST: usize = 512;

/// A target that a route can reach.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The target.
    pub target: TargetId,
    /// The hops to it; empty for a target of the route's own pool.
    pub path: Path,
}

impl FailoverGraph {
    /// Every target that a request entering `start` can reach over the hops that `wanted` lets through, in the order a
    /// breadth-first search meets them. Each hop of `start` itself is one way of its own, so that all of them can be
    /// mended at once; what lies further is given with one shortest path.
    pub fn reach(&self, table: &Table, start: RouteId, wanted: impl Fn(HopId, &HopEdge) -> bool) -> Vec<Reached> {
        let mut came_by: BTreeMap<RouteId, HopId> = BTreeMap::new();
        let mut met: BTreeSet<TargetId> = BTreeSet::new();
        let in_pool: BTreeSet<TargetId> = table.routes[start].pool.iter().map(|member| member.target).collect();
        let mut reached = Vec::new();
        let mut queue = VecDeque::from([start]);
        let path_to = |came_by: &BTreeMap<RouteId, HopId>, mut at: RouteId, last: Option<HopId>| {
            let mut path: Path = last.into_iter().collect();
            while at != start {
                let Some(by) = came_by.get(&at) else { break };
                path.push(*by);
                at = self.hop(*by).from;
            }
            path.reverse();
            path
        };
        while let Some(route) = queue.pop_front() {
            for member in &table.routes[route].pool {
                if met.insert(member.target) {
                    reached.push(Reached { target: member.target, path: path_to(&came_by, route, None) });
                }
            }
            for id in self.hops_of(route) {
                let hop = self.hop(*id);
                if !wanted(*id, hop) {
                    continue;
                }
                match &hop.to {
                    Leg::Target(target) => {
                        let is_new = met.insert(*target);
                        if is_new || (route == start && !in_pool.contains(target)) {
                            reached.push(Reached { target: *target, path: path_to(&came_by, route, Some(*id)) });
                        }
                    }
                    Leg::Route(to) if *to == start => {}
                    Leg::Route(to) if came_by.contains_key(to) => {
                        if route == start {
                            let again =
                                table.routes[*to].pool.iter().filter(|member| !in_pool.contains(&member.target));
                            reached.extend(again.map(|member| Reached { target: member.target, path: vec![*id] }));
                        }
                    }
                    Leg::Route(_) if came_by.len() >= FURTHEST => {}
                    Leg::Route(to) => {
                        came_by.insert(*to, *id);
                        queue.push_back(*to);
                    }
                    Leg::Nowhere(_) => {}
                }
            }
        }
        reached
    }
}

impl FailoverGraph {
    /// Every target that a request entering `start` can reach by at least one hop of which `through` holds, with one
    /// shortest such path.
    pub fn reach_through(&self, table: &Table, start: RouteId, through: impl Fn(&HopEdge) -> bool) -> Vec<Reached> {
        // A route is visited once without such a hop behind it and once with one.
        let mut came_by: BTreeMap<(RouteId, bool), (HopId, bool)> = BTreeMap::new();
        let mut met: BTreeSet<TargetId> = BTreeSet::new();
        let mut reached = Vec::new();
        let mut queue = VecDeque::from([(start, false)]);
        let path_to =
            |came_by: &BTreeMap<(RouteId, bool), (HopId, bool)>, mut at: (RouteId, bool), last: Option<HopId>| {
                let mut path: Path = last.into_iter().collect();
                while let Some((by, before)) = came_by.get(&at) {
                    path.push(*by);
                    at = (self.hop(*by).from, *before);
                }
                path.reverse();
                path
            };
        while let Some((route, has_passed)) = queue.pop_front() {
            for member in table.routes[route].pool.iter().filter(|_| has_passed) {
                if met.insert(member.target) {
                    reached.push(Reached { target: member.target, path: path_to(&came_by, (route, true), None) });
                }
            }
            for id in self.hops_of(route) {
                let hop = self.hop(*id);
                let passes = has_passed || through(hop);
                match &hop.to {
                    Leg::Target(target) if passes && met.insert(*target) => {
                        reached
                            .push(Reached { target: *target, path: path_to(&came_by, (route, has_passed), Some(*id)) });
                    }
                    Leg::Route(to)
                        if *to != start && !came_by.contains_key(&(*to, passes)) && came_by.len() < 2 * FURTHEST =>
                    {
                        came_by.insert((*to, passes), (*id, has_passed));
                        queue.push_back((*to, passes));
                    }
                    Leg::Target(_) | Leg::Route(_) | Leg::Nowhere(_) => {}
                }
            }
        }
        reached
    }
}

/// What each route can reach, by everything that rules and policies ask of a target: one pass over the whole graph, so
/// that rules search for paths only where there is something to find.
#[derive(Debug)]
pub struct Reachable {
    kinds: Vec<TargetId>,
    sets: Vec<Option<Rc<FixedSet>>>,
}

type FixedSet = BTreeSet<u32>;

/// Targets of which nobody can tell one from the other by model, place, payer and rights.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike<'t> {
    model: &'t str,
    facts: *const Model,
    provider: Option<ProviderId>,
    region: Option<&'t str>,
    accounts: Vec<Option<AccountId>>,
    tools: Vec<&'t str>,
    self_hosted: bool,
    hosting: Option<crate::model::Hosting>,
}

impl<'t> Alike<'t> {
    fn new(table: &Table, target: &'t TargetNode) -> Self {
        Self {
            model: target.doc.model.value.as_str(),
            facts: Rc::as_ptr(&target.facts),
            provider: target.provider,
            region: target.doc.region.as_ref().map(|region| region.value.as_str()),
            accounts: target.keys.iter().map(|key| table.keys[*key].account).collect(),
            tools: target.doc.tools.iter().map(|tool| tool.value.as_str()).collect(),
            self_hosted: target.doc.self_hosted,
            hosting: target.doc.hosting.as_ref().map(|hosting| hosting.value),
        }
    }
}

impl Reachable {
    /// What every route can reach.
    pub fn new(table: &Table, graph: &FailoverGraph) -> Self {
        let mut kinds: Vec<TargetId> = Vec::new();
        let mut numbers: BTreeMap<Alike<'_>, u32> = BTreeMap::new();
        let mut kind_of: Vec<u32> = Vec::with_capacity(table.targets.len());
        for (id, target) in table.targets.iter() {
            let key = Alike::new(table, target);
            let number = *numbers.entry(key).or_insert_with(|| {
                kinds.push(id);
                to_u32(kinds.len() - 1)
            });
            kind_of.push(number);
        }
        let mut sets: Vec<Option<Rc<FixedSet>>> = vec![None; table.routes.len()];
        // The components come with those that nothing is reached from first.
        for members in graph.components_in_order() {
            let mut all = FixedSet::new();
            for route in &members {
                all.extend(table.routes[*route].pool.iter().filter_map(|member| kind_of.get(member.target.number())));
                for hop in graph.hops_of(*route) {
                    match &graph.hop(*hop).to {
                        Leg::Target(target) => all.extend(kind_of.get(target.number())),
                        Leg::Route(to) => all.extend(
                            sets.get(to.number()).and_then(Option::as_ref).into_iter().flat_map(|set| set.iter()),
                        ),
                        Leg::Nowhere(_) => {}
                    }
                }
            }
            let all = Rc::new(all);
            for route in members {
                if let Some(slot) = sets.get_mut(route.number()) {
                    *slot = Some(Rc::clone(&all));
                }
            }
        }
        Self { kinds, sets }
    }

    /// The kinds of target there are, by one target each.
    pub fn kinds(&self) -> &[TargetId] {
        &self.kinds
    }

    /// The numbers of the kinds that a route can reach.
    pub fn kinds_of(&self, route: RouteId) -> impl Iterator<Item = usize> {
        let set = self.sets.get(route.number()).and_then(Option::as_ref);
        set.into_iter().flat_map(|set| set.iter()).map(|kind| to_usize(*kind))
    }

    /// One target for each kind that a route can reach.
    pub fn of(&self, route: RouteId) -> impl Iterator<Item = TargetId> {
        let set = self.sets.get(route.number()).and_then(Option::as_ref);
        set.into_iter().flat_map(|set| set.iter()).filter_map(|kind| self.kinds.get(to_usize(*kind)).copied())
    }
}
