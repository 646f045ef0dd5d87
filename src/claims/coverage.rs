//! Which hops and ladders the cases exercised, and which nobody has asked about.

use std::collections::BTreeSet;

use crate::contingency::Lists;
use crate::graph::FailoverGraph;
use crate::litellm::{By, Chain, Event, Hop, List};
use crate::model::{LadderId, Table};

use super::journey::{Entry, Journey};
use super::walks::Told;

/// What the cases of a table exercised.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    taken: BTreeSet<(usize, usize, usize)>,
    /// The same of lists: which list, which entry, which target.
    listed: BTreeSet<(List, usize, usize)>,
}

impl Coverage {
    /// Counts what a request took.
    pub(super) fn count(&mut self, table: &Table, told: &Told) {
        match told {
            Told::Journey(_, journey) => self.steps(table, journey),
            Told::Listed(listed) => {
                for event in &listed.request.events {
                    if let Event::Asks(Hop { by: By::Listed { list, entry, target, .. }, .. }) = event {
                        self.listed.insert((*list, *entry, *target));
                    }
                }
            }
        }
    }

    /// The targets of LiteLLM's lists that were asked for, and all.
    pub fn targets(&self, lists: &Lists<'_>) -> (usize, usize) {
        (self.listed.len(), targets(lists).count())
    }

    /// The targets of LiteLLM's lists that no case asked for, each as `` `fallbacks` of `chat`, number 2 ``.
    pub fn idle_targets(&self, lists: &Lists<'_>) -> Vec<String> {
        let idle = targets(lists).filter(|(at, _)| !self.listed.contains(at));
        idle.map(|((list, _, target), chain)| {
            let number = target + 1;
            if chain.is_default {
                format!("`default_fallbacks`, number {number}")
            } else {
                format!("`{}` of `{}`, number {number}", list.setting(), chain.key.value)
            }
        })
        .collect()
    }

    fn steps(&mut self, table: &Table, journey: &Journey) {
        for entry in &journey.entries {
            if let Entry::Calls(stop) = entry
                && let Some(at) = stop.by
            {
                self.taken.insert((at.route.number(), at.rung, at.step));
                if table.gateway.is_one_run() {
                    let route = &table.routes[at.route];
                    let twins =
                        (0..route.rungs.len()).filter_map(|rung| Some((rung, route.twin((at.rung, at.step), rung)?)));
                    self.taken.extend(twins.map(|(rung, step)| (at.route.number(), rung, step)));
                }
            }
        }
    }

    /// The hops taken, and all hops.
    pub fn hops(&self, graph: &FailoverGraph) -> (usize, usize) {
        let taken = graph.hops().filter(|(_, hop)| self.took(hop.from.number(), hop.at)).count();
        (taken, graph.hops().count())
    }

    /// The shared ladders of which a hop was taken, of those that have hops.
    pub fn ladders(&self, table: &Table, graph: &FailoverGraph) -> (usize, usize) {
        let (taken, all) = self.ladders_by_use(table, graph);
        (taken.len(), all.len())
    }

    /// The names of the shared ladders with hops of which none was taken.
    pub fn idle_ladders<'t>(&self, table: &'t Table, graph: &FailoverGraph) -> Vec<&'t str> {
        let (taken, all) = self.ladders_by_use(table, graph);
        all.difference(&taken).map(|ladder| table.ladders[*ladder].value.as_str()).collect()
    }

    /// The hops that no case took, each as `route on symptom, step n`, without those that routes share with one that did.
    pub fn idle_hops(&self, table: &Table, graph: &FailoverGraph) -> Vec<String> {
        let spans: BTreeSet<_> = graph
            .hops()
            .filter(|(_, hop)| self.took(hop.from.number(), hop.at))
            .map(|(_, hop)| hop.place.span())
            .collect();
        let mut seen = BTreeSet::new();
        graph
            .hops()
            .filter(|(_, hop)| !spans.contains(&hop.place.span()) && seen.insert(hop.place.span()))
            .map(|(_, hop)| {
                let route = &table.routes[hop.from].name.value;
                format!("`{route}` on {}, step {}", hop.symptom.as_str(), hop.at.1 + 1)
            })
            .collect()
    }

    fn took(&self, route: usize, at: (usize, usize)) -> bool {
        self.taken.contains(&(route, at.0, at.1))
    }

    fn ladders_by_use(&self, table: &Table, graph: &FailoverGraph) -> (BTreeSet<LadderId>, BTreeSet<LadderId>) {
        let (mut taken, mut all) = (BTreeSet::new(), BTreeSet::new());
        for (_, hop) in graph.hops() {
            let Some(ladder) = hop.rung(table).and_then(|rung| rung.ladder) else { continue };
            all.insert(ladder);
            if self.took(hop.from.number(), hop.at) {
                taken.insert(ladder);
            }
        }
        (taken, all)
    }
}

/// Every target of every list, and the entry it is in.
fn targets<'l>(lists: &'l Lists<'_>) -> impl Iterator<Item = ((List, usize, usize), &'l Chain)> {
    let directory = lists.router.directory();
    let entries = List::ALL
        .into_iter()
        .flat_map(move |list| (0..).map_while(move |entry| Some((list, entry, directory.chain(list, entry)?))));
    entries.flat_map(|(list, entry, chain)| (0..chain.targets.len()).map(move |target| ((list, entry, target), chain)))
}
