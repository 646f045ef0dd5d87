//! Whom LiteLLM picks from: the healthy deployments of a group, less what its settings filter out
//! (`async_get_healthy_deployments`), and those of them that its strategy can pick.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::state::{Asked, Try};
use super::tags::by_tags;
use super::walk::Walk;
use super::{Era, Fault, Resolved, Strategy};

impl Walk<'_> {
    /// The deployments that can be picked for a name; none where all of them are out for a while.
    pub(super) fn candidates(&self) -> Result<Vec<usize>, Fault> {
        let Try { asked, resolved, refused, .. } = &self.state.trying;
        let (Asked { name, order, without, .. }, resolved) = (asked, &**resolved);
        if let Resolved::Id(one) = resolved {
            return Ok(if self.is_blocked(*one) { Vec::new() } else { vec![*one] });
        }
        let routing = self.directory.routing();
        let (era, selection) = (self.directory.era(), &routing.settings.selection);
        let order_of = |at: &usize| self.directory.order_of(*at, name, resolved);
        let mut left: Vec<usize> = resolved.deployments().iter().copied().filter(|at| self.is_healthy(*at)).collect();
        // The oldest strategy asks for deployments by a way that knows neither budgets nor tags.
        let is_old = selection.strategy == Strategy::Usage;
        if !is_old && !left.is_empty() {
            left.retain(|at| !self.directory.lacks_budget(*at));
            if left.is_empty() {
                return Err(Fault::NoBudget);
            }
        }
        if selection.checks_before && era != Era::Resuming {
            // Until 1.104 one that was picked as often as its `rpm` says is out.
            let rpm = |at: &usize| routing.deployments.get(*at).and_then(|one| one.rpm);
            left.retain(|at| rpm(at).is_none_or(|rpm| self.state.cooldowns.picks(*at) < rpm));
        }
        if selection.checks_before && era == Era::Paths && !left.is_empty() && self.directory.is_strange(name, resolved)
        {
            return Err(Fault::UnknownName);
        }
        if !is_old {
            let named = match resolved {
                Resolved::Group(all) | Resolved::Alias(all) | Resolved::Default(all) => all,
                Resolved::Id(_) | Resolved::Set(_) | Resolved::Wildcard(_) | Resolved::Model(_) | Resolved::Nobody => {
                    &[][..]
                }
            };
            let tags = &self.state.ledgers.current().tags;
            left = by_tags(self.directory, (named, resolved.deployments()), left, tags)?;
        }
        let lowest = left.iter().filter_map(order_of).min();
        // Until 1.97 an order that nobody has was no order at all.
        let is_void = era == Era::Paths && order.is_some_and(|order| left.iter().all(|at| order_of(at) != Some(order)));
        if let Some(wanted) = order.or(lowest).filter(|_| !is_void) {
            left.retain(|at| order_of(at) == Some(wanted));
        }
        if let Some(without) = without {
            left.retain(|at| !without.contains(at));
        }
        let unrefused: Vec<usize> = left.iter().copied().filter(|at| !refused.contains(at)).collect();
        let left = if unrefused.is_empty() { left } else { unrefused };
        Ok(match self.directory.strategy(name) {
            Strategy::Shuffle => self.directory.weighed(left).0,
            Strategy::Cost => self.cheapest(left),
            Strategy::Usage | Strategy::Traffic => left,
        })
    }

    /// The cheapest deployment, the first of several, where the file prices them all; else each can be it.
    fn cheapest(&self, left: Vec<usize>) -> Vec<usize> {
        let price = |at: &usize| self.directory.routing().deployments.get(*at)?.price;
        let priced: Option<Vec<(u128, usize)>> = left.iter().map(|at| Some((price(at)?, *at))).collect();
        let cheapest = priced.and_then(|priced| priced.into_iter().min_by_key(|(price, _)| *price));
        cheapest.map_or(left, |(_, one)| vec![one])
    }

    /// The deployments that are passed over when the others of a group whose deployment has failed are called before any
    /// list is walked; `None` where that changes nothing (`_maybe_run_weighted_failover`).
    pub(super) fn others(&mut self, fault: Fault) -> Option<Rc<BTreeSet<usize>>> {
        let settings = &self.directory.routing().settings;
        let Try { asked, called, .. } = &self.state.trying;
        fault.failure()?;
        if !settings.selection.fails_over || self.directory.strategy(asked.name) != Strategy::Shuffle {
            return None;
        }
        let mut passed = self.state.ledgers.current().passed.clone();
        passed.insert((*called)?);
        let listed = self.directory.listed(asked.name);
        if !listed.iter().any(|at| !self.state.cooldowns.holds(*at) && !passed.contains(at)) {
            return None;
        }
        let depth = asked.depth;
        self.state.ledgers.current_mut().passed.clone_from(&passed);
        (depth < settings.max_fallbacks).then(|| Rc::new(passed))
    }
}
