//! What a rule may look at, and the questions that several rules ask of it.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::contingency::Network;
use crate::environment::Environment;
use crate::graph::{FailoverGraph, Reachable};
use crate::litellm::Release;
use crate::model::{Catalogue, Date, Leg, Percent, Relations, RouteId, Table, TargetId};
use crate::policy::{Law, Member, Offer, members};

/// The numbers that policies can tune.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The most calls one request may cause.
    pub attempts_at_most: u32,
    /// Whether a policy says so.
    pub attempts_are_agreed: bool,
    /// The most days since the catalogue's date.
    pub catalog_age_days: u32,
    /// How many days before its retirement a model is reported.
    pub retirement_notice_days: u32,
    /// How many days an equivalence may go without review.
    pub equivalence_review_days: u32,
    /// How many days before its end a key is reported.
    pub key_expiry_notice_days: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            attempts_at_most: 20,
            attempts_are_agreed: false,
            catalog_age_days: 30,
            retirement_notice_days: 60,
            equivalence_review_days: 180,
            key_expiry_notice_days: 30,
        }
    }
}

/// What a rule may look at: one table and what is known around it.
#[derive(Debug)]
pub struct Context<'a> {
    /// The table.
    pub table: &'a Table,
    /// Its failover graph.
    pub graph: &'a FailoverGraph,
    /// What each route can reach.
    pub reachable: &'a Reachable,
    /// The models.
    pub catalogue: &'a Catalogue,
    /// How models are related.
    pub relations: Relations<'a>,
    /// The day on which dates are judged.
    pub as_of: Date,
    /// The numbers that policies tune.
    pub terms: Terms,
    /// The clauses of the policies in force.
    pub law: &'a Law,
    /// What each path of the table puts into the environment; none where nobody has read its files.
    pub environments: &'a [Environment],
    /// The release of LiteLLM that reads a file of LiteLLM's.
    pub litellm: Release,
    network: OnceCell<Network<'a>>,
    used: OnceCell<BTreeSet<TargetId>>,
    offers: OnceCell<Vec<Offer<'a>>>,
    granted: RefCell<BTreeMap<Asked<'a>, bool>>,
}

/// A question to the grants: who, with which data, of which target.
type Asked<'a> = (Vec<Member<'a>>, Vec<&'a str>, TargetId);

impl<'a> Context<'a> {
    /// What is known of a table.
    pub fn new(
        table: &'a Table,
        graph: &'a FailoverGraph,
        reachable: &'a Reachable,
        catalogue: &'a Catalogue,
        law: &'a Law,
        as_of: Date,
        terms: Terms,
    ) -> Self {
        Self {
            table,
            graph,
            reachable,
            catalogue,
            relations: Relations::new(catalogue),
            as_of,
            terms,
            law,
            environments: &[],
            litellm: Release::NEWEST,
            network: OnceCell::new(),
            used: OnceCell::new(),
            offers: OnceCell::new(),
            granted: RefCell::default(),
        }
    }

    /// The same, with what the paths of the table put into the environment.
    #[must_use]
    pub fn deployed(self, environments: &'a [Environment]) -> Self {
        Self { environments, ..self }
    }

    /// The same, with another release of LiteLLM reading its files.
    #[must_use]
    pub fn read_by(self, litellm: Release) -> Self {
        Self { litellm, ..self }
    }

    /// The load of the table with all limits in full.
    pub(super) fn network(&self) -> &Network<'a> {
        self.network.get_or_init(|| Network::new(self.table, Percent(0)))
    }

    /// The targets that a pool or a hop names.
    pub(super) fn used_targets(&self) -> &BTreeSet<TargetId> {
        self.used.get_or_init(|| {
            let pools = self.table.routes.values().flat_map(|route| route.pool.iter().map(|member| member.target));
            let hops = self.graph.hops().filter_map(|(_, hop)| match hop.to {
                Leg::Target(target) => Some(target),
                Leg::Route(_) | Leg::Nowhere(_) => None,
            });
            pools.chain(hops).collect()
        })
    }

    /// What policies see of a target.
    #[expect(clippy::indexing_slicing, reason = "INVARIANT: there is one offer for each target of the table")]
    pub(super) fn offer(&self, target: TargetId) -> &Offer<'a> {
        let all = self.offers.get_or_init(|| {
            self.table.targets.iter().map(|(id, _)| Offer::new(self.table, self.catalogue, id)).collect()
        });
        &all[target.number()]
    }

    /// Whether some member of a route's audience may not reach a target, or not with some class of the route's data.
    pub(super) fn is_ungranted(&self, route: RouteId, target: TargetId) -> bool {
        let grants = &self.law.grants;
        if !grants.in_force() {
            return false;
        }
        let table: &'a Table = self.table;
        let node = &table.routes[route];
        let data: Vec<&'a str> = node.doc.data.iter().map(|class| class.value.as_str()).collect();
        let asked = (members(node), data, target);
        if let Some(known) = self.granted.borrow().get(&asked) {
            return *known;
        }
        let offer = self.offer(target);
        let refuses = |member: &Member<'_>| match asked.1.as_slice() {
            [] => !grants.allow(member, None, offer),
            classes => classes.iter().any(|class| !grants.allow(member, Some(class), offer)),
        };
        let ungranted = asked.0.iter().any(refuses);
        self.granted.borrow_mut().insert(asked, ungranted);
        ungranted
    }

    /// Whether a budget counts what a route spends at a target.
    pub(super) fn is_counted(&self, route: RouteId, target: TargetId) -> bool {
        let node = &self.table.routes[route];
        let clauses = self.law.budgets.iter();
        clauses.filter(|clause| clause.counts_route(node)).any(|clause| clause.counts_call(self.table, target, None))
    }

    /// Whether a target costs money that no budget counts, while some budget is in force.
    pub(super) fn is_uncounted(&self, route: RouteId, target: TargetId) -> bool {
        let price = &self.table.targets[target].facts.price;
        let costs = [price.input, price.output].into_iter().flatten().any(|price| price.0 > 0);
        costs && !self.law.budgets.is_empty() && !self.is_counted(route, target)
    }
}
