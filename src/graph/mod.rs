//! The failover graph: routes and targets, and the hops that failures take between them. petgraph stays in this folder.

mod bounds;
mod cycles;
mod moves;
mod reach;
mod run;
mod starts;
mod trace;
mod walk;
mod worst;

use petgraph::graph::{DiGraph, NodeIndex};

use crate::model::{HopKind, Leg, ResolvedStep, RouteId, Rung, Step, Symptom, Table, TargetId};
use crate::source::Place;

pub use bounds::{AtMost, Bound, Bounds, Case, Open, Part, PriceOf};
pub use cycles::Cycle;
pub use moves::{Call, Move, further_keys};
pub use reach::{Path, Reachable, Reached};
pub use starts::{Soonest, Start};
pub use trace::{describe_hop, describe_path};
pub use walk::{Next, Passed, Standing, State, StepAt, Walk, shares, shows, usual};

/// A place a request can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// Visiting a route.
    Route(RouteId),
    /// Calling a target.
    Target(TargetId),
}

/// The number of a hop in its [`FailoverGraph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HopId(usize);

/// One hop: on a symptom, a step of a route leads to a target or a route.
#[derive(Clone, Debug)]
pub struct HopEdge {
    /// The route whose ladder it stands in.
    pub from: RouteId,
    /// The symptom of the rung; `any` stands for those without a rung of their own.
    pub symptom: Symptom,
    /// Which rung of the route, and which step of it, both from 0.
    pub at: (usize, usize),
    /// Where it leads.
    pub to: Leg,
    /// Where that is written.
    pub place: Place,
}

/// Who can be reached from where, and by which hop.
#[derive(Debug)]
pub struct FailoverGraph {
    graph: DiGraph<Node, HopId>,
    hops: Vec<HopEdge>,
    by_route: Vec<Vec<HopId>>,
    route_nodes: Vec<NodeIndex>,
}

impl FailoverGraph {
    /// Builds the graph of a table, in source order. Total: what could not be resolved has no edge, only a hop.
    pub fn build(table: &Table) -> Self {
        let mut graph = DiGraph::new();
        let route_nodes: Vec<NodeIndex> = table.routes.iter().map(|(id, _)| graph.add_node(Node::Route(id))).collect();
        let target_nodes: Vec<NodeIndex> =
            table.targets.iter().map(|(id, _)| graph.add_node(Node::Target(id))).collect();
        let mut hops = Vec::new();
        let mut by_route = Vec::with_capacity(table.routes.len());
        for (id, route) in table.routes.iter() {
            let mut own = Vec::new();
            // Where the ladders of a run share their hops, those for any symptom are all of them.
            let told = |rung: &Rung| !table.gateway.is_one_run() || rung.symptom == Symptom::Any;
            for (rung_at, rung) in route.rungs.iter().enumerate().filter(|(_, rung)| route.takes(rung) && told(rung)) {
                // What stands behind a `stop` is never taken.
                let taken = rung.steps.iter().take_while(|step| !matches!(step.step, Step::Stop));
                for (step_at, step) in taken.enumerate() {
                    let Some((leg, place)) = &step.leg else { continue };
                    let hop = HopId(hops.len());
                    let to = match leg {
                        Leg::Route(to) => route_nodes.get(to.number()).copied(),
                        Leg::Target(to) => target_nodes.get(to.number()).copied(),
                        Leg::Nowhere(_) => None,
                    };
                    if let (Some(from), Some(to)) = (route_nodes.get(id.number()), to) {
                        graph.add_edge(*from, to, hop);
                    }
                    own.push(hop);
                    hops.push(HopEdge {
                        from: id,
                        symptom: rung.symptom,
                        at: (rung_at, step_at),
                        to: leg.clone(),
                        place: *place,
                    });
                }
            }
            by_route.push(own);
        }
        Self { graph, hops, by_route, route_nodes }
    }

    /// A hop.
    #[expect(
        clippy::indexing_slicing,
        reason = "INVARIANT: hop ids come from `build` of this graph, which never changes"
    )]
    pub fn hop(&self, id: HopId) -> &HopEdge {
        &self.hops[id.0]
    }

    /// Every hop, in source order.
    pub fn hops(&self) -> impl Iterator<Item = (HopId, &HopEdge)> {
        self.hops.iter().enumerate().map(|(at, hop)| (HopId(at), hop))
    }

    /// The hops of a route, in source order.
    pub fn hops_of(&self, route: RouteId) -> &[HopId] {
        self.by_route.get(route.number()).map_or(&[], Vec::as_slice)
    }
}

impl HopEdge {
    /// The rung the hop stands in.
    pub fn rung<'t>(&self, table: &'t Table) -> Option<&'t Rung> {
        table.routes[self.from].rungs.get(self.at.0)
    }

    /// The step the hop is.
    pub fn step<'t>(&self, table: &'t Table) -> Option<&'t ResolvedStep> {
        self.rung(table)?.steps.get(self.at.1)
    }

    /// What the hop admits, and the list it stands in.
    pub fn fallback<'t>(&self, table: &'t Table) -> Option<&'t crate::model::Fallback> {
        self.step(table)?.step.fallback()
    }

    /// The gateway's list in which the hop stands, as [`HopKind::Listed`] has it.
    pub fn list<'t>(&self, table: &'t Table) -> Option<&'t str> {
        match &self.fallback(table)?.kind {
            HopKind::Listed { list, .. } => Some(list),
            HopKind::Native | HopKind::Handover => None,
        }
    }

    /// Whether nobody wrote the hop for this route: it comes from a list for everyone.
    pub fn is_default(&self, table: &Table) -> bool {
        self.list(table).is_some_and(|list| list.ends_with("default"))
    }

    /// Whether the gateway finds its target only by a pattern.
    pub fn is_pattern(&self, table: &Table) -> bool {
        matches!(
            self.fallback(table).map(|fallback| &fallback.kind),
            Some(HopKind::Listed { via: crate::model::Via::Wildcard, .. })
        )
    }

    /// The route it leads to.
    pub fn to_route(&self) -> Option<RouteId> {
        match self.to {
            Leg::Route(route) => Some(route),
            Leg::Target(_) | Leg::Nowhere(_) => None,
        }
    }
}
