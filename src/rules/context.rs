//! What a rule may look at, and the questions that several rules ask of it.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::contingency::{Network, Outage, single_failures};
use crate::environment::Environment;
use crate::graph::{FailoverGraph, Reachable};
use crate::litellm::Release;
use crate::model::{Catalogue, Date, Leg, Percent, Relations, RouteId, RouteNode, Table, TargetId};
use crate::policy::{BudgetClause, CustomClause, Law, Member, Offer, members};
use crate::source::Span;

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
    /// Whether variables around OpenClaw's file are known; its reader has judged them.
    pub is_surrounded: bool,
    /// The release of LiteLLM that reads a file of LiteLLM's.
    pub litellm: Release,
    network: OnceCell<Network<'a>>,
    calm: OnceCell<Outage>,
    outages: OnceCell<Vec<Outage>>,
    used: OnceCell<BTreeSet<TargetId>>,
    continuations: OnceCell<BTreeSet<RouteId>>,
    offers: OnceCell<Vec<Offer<'a>>>,
    askers: OnceCell<Askers<'a>>,
    granted: RefCell<BTreeMap<(usize, TargetId), bool>>,
    counting: OnceCell<Vec<Vec<&'a BudgetClause>>>,
    applied: RefCell<BTreeSet<Span>>,
}

/// Who asks the grants: members of an audience, with classes of data. Most routes share theirs with others.
#[derive(Debug, Default)]
struct Askers<'a> {
    all: Vec<(Vec<Member<'a>>, Vec<&'a str>)>,
    of_route: Vec<usize>,
}

impl<'a> Askers<'a> {
    fn of(table: &'a Table) -> Self {
        let mut askers = Self::default();
        let mut known = BTreeMap::new();
        for route in table.routes.values() {
            let data: Vec<&str> = route.doc.data.iter().map(|class| class.value.as_str()).collect();
            let number = *known.entry((members(route), data)).or_insert_with_key(|asker| {
                askers.all.push(asker.clone());
                askers.all.len() - 1
            });
            askers.of_route.push(number);
        }
        askers
    }
}

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
            is_surrounded: false,
            litellm: Release::NEWEST,
            network: OnceCell::new(),
            calm: OnceCell::new(),
            outages: OnceCell::new(),
            used: OnceCell::new(),
            continuations: OnceCell::new(),
            offers: OnceCell::new(),
            askers: OnceCell::new(),
            granted: RefCell::default(),
            counting: OnceCell::new(),
            applied: RefCell::default(),
        }
    }

    /// The same, with what the paths of the table put into the environment.
    #[must_use]
    pub fn deployed(self, environments: &'a [Environment]) -> Self {
        Self { environments, ..self }
    }

    /// The same, with or without known variables around OpenClaw's file.
    #[must_use]
    pub fn amid(self, is_surrounded: bool) -> Self {
        Self { is_surrounded, ..self }
    }

    /// The same, with another release of LiteLLM reading its files.
    #[must_use]
    pub fn read_by(self, litellm: Release) -> Self {
        Self { litellm, ..self }
    }

    /// Whether callers cannot ask for a route: what is said of the route that it continues is said of it.
    fn is_continuation(&self, route: RouteId) -> bool {
        self.continuations.get_or_init(|| self.table.continuations()).contains(&route)
    }

    /// The routes that callers can ask for.
    pub(super) fn entries(&self) -> impl Iterator<Item = (RouteId, &'a RouteNode)> {
        let table: &'a Table = self.table;
        table.routes.iter().filter(|(id, _)| !self.is_continuation(*id))
    }

    /// The load of the table with all limits in full.
    pub(super) fn network(&self) -> &Network<'a> {
        self.network.get_or_init(|| Network::new(self.table, Percent(0)))
    }

    /// What happens to that load when nothing fails.
    pub(super) fn calm(&self) -> &Outage {
        self.calm.get_or_init(|| self.network().calm())
    }

    /// What happens to it at every single failure, in their order.
    pub(super) fn outages(&self) -> &[Outage] {
        self.outages.get_or_init(|| {
            single_failures(self.table).into_iter().map(|failure| self.network().fail(&[failure])).collect()
        })
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
        let askers = self.askers.get_or_init(|| Askers::of(self.table));
        let number = askers.of_route.get(route.number()).copied().unwrap_or_default();
        if let Some(known) = self.granted.borrow().get(&(number, target)) {
            return *known;
        }
        let offer = self.offer(target);
        let ungranted = askers.all.get(number).is_some_and(|(members, data)| {
            members.iter().any(|member| match data.as_slice() {
                [] => !grants.allow(member, None, offer),
                classes => classes.iter().any(|class| !grants.allow(member, Some(class), offer)),
            })
        });
        self.granted.borrow_mut().insert((number, target), ungranted);
        ungranted
    }

    /// The budgets that count a route, as far as the route decides.
    pub(super) fn budgets_of(&self, route: RouteId) -> &[&'a BudgetClause] {
        let all = self.counting.get_or_init(|| {
            let counting = |route| self.law.budgets.iter().filter(|clause| clause.counts_route(route)).collect();
            self.table.routes.values().map(counting).collect()
        });
        all.get(route.number()).map_or(&[], Vec::as_slice)
    }

    /// Whether a budget counts what a route spends at a target.
    pub(super) fn is_counted(&self, route: RouteId, target: TargetId) -> bool {
        self.budgets_of(route).iter().any(|clause| clause.counts_call(self.table, target, None))
    }

    /// Notes that a rule of the law applies to something in the table.
    pub(super) fn note_applied(&self, clause: &CustomClause) {
        self.applied.borrow_mut().insert(clause.clause);
    }

    /// The rules of the law that apply to something in the table; known once all rules have run.
    pub fn applied(&self) -> BTreeSet<Span> {
        self.applied.borrow().clone()
    }

    /// Whether a target costs money that no budget counts, while some budget is in force.
    pub(super) fn is_uncounted(&self, route: RouteId, target: TargetId) -> bool {
        let price = &self.table.targets[target].facts.price;
        let costs = [price.input, price.output].into_iter().flatten().any(|price| price.0 > 0);
        costs && !self.law.budgets.is_empty() && !self.is_counted(route, target)
    }
}
