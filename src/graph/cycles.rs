//! Cycles: strongly connected components of routes, each with the shortest trace that closes it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use crate::model::{RouteId, Symptom, Table};

use super::{FailoverGraph, HopEdge, HopId, Node};

/// Routes that fall back to each other.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// The routes of the component, in source order.
    pub members: Vec<RouteId>,
    /// A shortest closed walk through the component, hop by hop.
    pub trace: Vec<HopId>,
    /// The symptoms each of which closes a cycle alone.
    pub alone: Vec<Symptom>,
}

/// From how many routes of a component the shortest trace is sought; more would cost the square of its size.
const STARTS: usize = 64;

impl FailoverGraph {
    /// The components of more than one route, over the hops that `wanted` lets through.
    pub fn cycles(&self, table: &Table, wanted: impl Fn(&HopEdge) -> bool) -> Vec<Cycle> {
        let wanted = |hop: &HopEdge| wanted(hop) && hop.to_route().is_some_and(|to| to != hop.from);
        let mut cycles: Vec<Cycle> = self
            .components(wanted)
            .into_iter()
            .map(|members| {
                let inside: BTreeSet<RouteId> = members.iter().copied().collect();
                let alone: Vec<Symptom> = Symptom::CONCRETE
                    .into_iter()
                    .filter(|symptom| self.closes(&inside, |hop| wanted(hop) && taken_on(table, hop, *symptom)))
                    .collect();
                let trace = match alone.first() {
                    Some(first) => self.shortest(&inside, |hop| wanted(hop) && taken_on(table, hop, *first)),
                    None => self.shortest(&inside, wanted),
                };
                Cycle { members, trace, alone }
            })
            .collect();
        cycles.sort_by(|a, b| a.members.cmp(&b.members));
        cycles
    }

    /// Every strongly connected component of routes, those that lead nowhere else first.
    pub(super) fn components_in_order(&self) -> Vec<Vec<RouteId>> {
        self.all_components(|_| true)
    }

    fn components(&self, wanted: impl Fn(&HopEdge) -> bool) -> Vec<Vec<RouteId>> {
        let mut found = self.all_components(wanted);
        found.retain(|members| members.len() > 1);
        found
    }

    fn all_components(&self, wanted: impl Fn(&HopEdge) -> bool) -> Vec<Vec<RouteId>> {
        let mut routes: DiGraph<RouteId, ()> = DiGraph::with_capacity(self.route_nodes.len(), self.hops.len());
        let nodes: Vec<_> = self
            .route_nodes
            .iter()
            .filter_map(|index| match self.graph.node_weight(*index) {
                Some(Node::Route(route)) => Some(routes.add_node(*route)),
                Some(Node::Target(_)) | None => None,
            })
            .collect();
        for hop in self.hops.iter().filter(|hop| wanted(hop)) {
            let ends = hop.to_route().and_then(|to| Some((nodes.get(hop.from.number())?, nodes.get(to.number())?)));
            if let Some((from, to)) = ends {
                routes.add_edge(*from, *to, ());
            }
        }
        let mut found: Vec<Vec<RouteId>> = kosaraju_scc(&routes)
            .into_iter()
            .map(|members| members.into_iter().filter_map(|node| routes.node_weight(node).copied()).collect())
            .collect();
        for members in &mut found {
            members.sort_unstable();
        }
        found
    }

    /// Whether the hops let through close a cycle among these routes.
    fn closes(&self, inside: &BTreeSet<RouteId>, wanted: impl Fn(&HopEdge) -> bool) -> bool {
        let mut open: BTreeMap<RouteId, usize> = inside.iter().map(|route| (*route, 0)).collect();
        let edges: Vec<(RouteId, RouteId)> = inside
            .iter()
            .flat_map(|route| self.hops_of(*route))
            .filter_map(|id| {
                let hop = self.hop(*id);
                let to = hop.to_route().filter(|to| inside.contains(to))?;
                wanted(hop).then_some((hop.from, to))
            })
            .collect();
        let mut by_source: BTreeMap<RouteId, Vec<RouteId>> = BTreeMap::new();
        for (from, to) in edges {
            by_source.entry(from).or_default().push(to);
            *open.entry(to).or_default() += 1;
        }
        // Take away what nothing leads to; a cycle is what remains.
        let mut ready: Vec<RouteId> = open.iter().filter(|(_, count)| **count == 0).map(|(route, _)| *route).collect();
        let mut taken = 0;
        while let Some(route) = ready.pop() {
            taken += 1;
            for to in by_source.get(&route).into_iter().flatten() {
                if let Some(count) = open.get_mut(to) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(*to);
                    }
                }
            }
        }
        taken < inside.len()
    }

    fn shortest(&self, inside: &BTreeSet<RouteId>, wanted: impl Fn(&HopEdge) -> bool) -> Vec<HopId> {
        let mut best: Vec<HopId> = Vec::new();
        for start in inside.iter().take(STARTS) {
            if let Some(found) = self.back_to(*start, inside, &wanted)
                && (best.is_empty() || found.len() < best.len())
            {
                best = found;
            }
            if best.len() == 2 {
                break;
            }
        }
        best
    }

    /// The shortest walk from a route back to itself.
    fn back_to(
        &self,
        start: RouteId,
        inside: &BTreeSet<RouteId>,
        wanted: impl Fn(&HopEdge) -> bool,
    ) -> Option<Vec<HopId>> {
        let mut came_by: BTreeMap<RouteId, HopId> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(route) = queue.pop_front() {
            for id in self.hops_of(route) {
                let hop = self.hop(*id);
                let Some(to) = hop.to_route().filter(|to| inside.contains(to) && wanted(hop)) else { continue };
                if to == start {
                    let mut trace = vec![*id];
                    let mut at = route;
                    while at != start {
                        let by = *came_by.get(&at)?;
                        trace.push(by);
                        at = self.hop(by).from;
                    }
                    trace.reverse();
                    return Some(trace);
                }
                if let Entry::Vacant(slot) = came_by.entry(to) {
                    slot.insert(*id);
                    queue.push_back(to);
                }
            }
        }
        None
    }

    /// The hops that lead from a route to itself.
    pub fn loops(&self) -> impl Iterator<Item = (HopId, &HopEdge)> {
        self.hops().filter(|(_, hop)| hop.to_route() == Some(hop.from))
    }
}

/// Whether a hop is taken when this symptom shows at every call.
fn taken_on(table: &Table, hop: &HopEdge, symptom: Symptom) -> bool {
    let route = &table.routes[hop.from];
    let own = route.rungs.iter().position(|rung| rung.symptom == symptom);
    let rung = own.or_else(|| route.rungs.iter().position(|rung| rung.symptom == Symptom::Any));
    rung == Some(hop.at.0)
}
