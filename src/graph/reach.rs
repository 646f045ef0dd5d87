//! What a route can reach by any ladder through any route, with the shortest path to each.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::{Leg, RouteId, Table, TargetId};

use super::{FailoverGraph, HopEdge, HopId};

/// The hops a request takes, in order.
pub type Path = Vec<HopId>;

/// A target that a route can reach.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The target.
    pub target: TargetId,
    /// The hops to it; empty for a target of the route's own pool.
    pub path: Path,
}

impl FailoverGraph {
    /// Every target that a request entering `start` can reach over the hops that `wanted` lets through, each with a
    /// shortest path, in the order a breadth-first search meets them.
    pub fn reach(&self, table: &Table, start: RouteId, wanted: impl Fn(HopId, &HopEdge) -> bool) -> Vec<Reached> {
        let mut came_by: BTreeMap<RouteId, HopId> = BTreeMap::new();
        let mut met: BTreeSet<TargetId> = BTreeSet::new();
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
                        if met.insert(*target) {
                            reached.push(Reached { target: *target, path: path_to(&came_by, route, Some(*id)) });
                        }
                    }
                    Leg::Route(to) => {
                        if *to != start && !came_by.contains_key(to) {
                            came_by.insert(*to, *id);
                            queue.push_back(*to);
                        }
                    }
                    Leg::Nowhere(_) => {}
                }
            }
        }
        reached
    }
}
