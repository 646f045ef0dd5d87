//! Tries of one group: which deployment is picked, and how often it is tried again (`async_function_with_retries`).

use std::collections::BTreeSet;

use super::chains::List;
use super::failure::is_retryable;
use super::retries::{Lists, Standing, by_policy, tries_again};
use super::walk::{Gone, Walk};
use super::{Call, Era, Event, Failure, Fault, Order, Resolved};

impl Walk<'_, '_> {
    /// Calls a group, and again as often as its retries allow.
    pub(super) fn group(
        &mut self,
        name: &str,
        resolved: &Resolved,
        order: Option<&Order>,
        ledger: usize,
    ) -> Result<usize, Gone> {
        let era = self.directory.era();
        let settings = &self.directory.routing().settings;
        let lists = Lists {
            context_window: self.directory.has(List::ContextWindow),
            content_policy: self.directory.has(List::ContentPolicy),
        };
        let mut refused = BTreeSet::new();
        let (mut fault, called) = match self.attempt(name, resolved, order, 0, &refused, ledger)? {
            Tried::Answered(deployment) => return Ok(deployment),
            Tried::Failed(fault, called) => (fault, called),
        };
        let own = called.and_then(|at| self.directory.routing().deployments.get(at)?.retries);
        let policy = by_policy(settings, name, fault, era);
        let usual = settings.module_retries.filter(|_| era == Era::Paths).unwrap_or(settings.retries);
        let retries = policy.or(own).unwrap_or(usual);
        let all = self.standing(resolved).all;
        let stops = |walk: &Self, fault: Fault| {
            let standing = Standing { all, ..walk.standing(resolved) };
            policy.is_none() && !tries_again(fault, standing, lists)
        };
        if retries == 0 || stops(self, fault) {
            return Err(Gone::Failed(fault));
        }
        self.note(ledger, 1);
        refuse(&mut refused, fault, called, era);
        for retry in 1..=retries {
            let called = match self.attempt(name, resolved, order, retry, &refused, ledger)? {
                Tried::Answered(deployment) => return Ok(deployment),
                Tried::Failed(again, called) => {
                    fault = again;
                    called
                }
            };
            self.note(ledger, 1);
            if stops(self, fault) {
                break;
            }
            if fault.failure().is_none() {
                // Nobody was called, so that nothing will be different the next time.
                self.note(ledger, retries - retry);
                break;
            }
            refuse(&mut refused, fault, called, era);
        }
        Err(Gone::Failed(fault))
    }

    fn standing(&self, resolved: &Resolved) -> Standing {
        let all = if matches!(resolved, Resolved::Id(_)) { &[] } else { resolved.deployments() };
        Standing { healthy: all.iter().filter(|at| self.is_healthy(**at)).count(), all: all.len() }
    }

    fn is_healthy(&self, deployment: usize) -> bool {
        !self.cooldowns.holds(deployment) && !self.is_blocked(deployment)
    }

    fn is_blocked(&self, deployment: usize) -> bool {
        self.directory.routing().deployments.get(deployment).is_some_and(|one| one.blocked)
    }

    /// One try: picks a deployment and calls it.
    fn attempt(
        &mut self,
        name: &str,
        resolved: &Resolved,
        order: Option<&Order>,
        retry: u32,
        refused: &BTreeSet<usize>,
        ledger: usize,
    ) -> Result<Tried, Gone> {
        if matches!(resolved, Resolved::Nobody) {
            return Ok(self.stays(Fault::UnknownName, retry));
        }
        let among = self.candidates(resolved, order, refused);
        let Some(first) = among.first().copied() else { return Ok(self.stays(Fault::NoneLeft, retry)) };
        let picked = if among.len() > 1 { (self.pick)(&among).filter(|picked| among.contains(picked)) } else { None };
        let deployment = picked.unwrap_or(first);
        let noted = self.ledgers.get(ledger).copied().unwrap_or(0);
        let cap = self.directory.routing().settings.retries_per_request;
        if cap.is_some_and(|cap| noted > 0 && cap <= noted) {
            return Ok(match self.stays(Fault::Spent, retry) {
                Tried::Failed(fault, _) => Tried::Failed(fault, Some(deployment)),
                answered @ Tried::Answered(_) => answered,
            });
        }
        let Some(failure) = self.call(deployment, retry, &among)? else { return Ok(Tried::Answered(deployment)) };
        self.cooldowns.note(self.directory, deployment, name, failure);
        Ok(Tried::Failed(Fault::Answer(failure), Some(deployment)))
    }

    /// Calls a deployment. Until 1.97 its own `num_retries` also went to the client that makes the call, which tries
    /// again by itself, so that the number counted twice.
    fn call(&mut self, deployment: usize, retry: u32, among: &[usize]) -> Result<Option<Failure>, Gone> {
        let own = self.directory.routing().deployments.get(deployment);
        let client = own.and_then(|own| own.retries);
        let client = client.filter(|_| self.directory.era() == Era::Paths).unwrap_or(0);
        let mut by_client = 0;
        loop {
            if self.calls >= self.limit {
                return Err(Gone::Longer);
            }
            let failure = (self.fate)(self.calls, deployment).filter(|_| !own.is_some_and(|own| own.mocked));
            self.calls += 1;
            self.events.push(Event::Calls(Call { deployment, retry, by_client, among: among.to_vec(), failure }));
            if by_client == client || failure.is_none_or(|failure| !is_retryable(failure.status())) {
                return Ok(failure);
            }
            by_client += 1;
        }
    }

    /// Nobody is called; said once for a hop.
    fn stays(&mut self, fault: Fault, retry: u32) -> Tried {
        let said = matches!(self.events.last(), Some(Event::Stays(last)) if *last == fault);
        if retry == 0 || !said {
            self.events.push(Event::Stays(fault));
        }
        Tried::Failed(fault, None)
    }

    /// The deployments LiteLLM picks from.
    fn candidates(&self, resolved: &Resolved, order: Option<&Order>, refused: &BTreeSet<usize>) -> Vec<usize> {
        if let Resolved::Id(one) = resolved {
            return if self.is_blocked(*one) { Vec::new() } else { vec![*one] };
        }
        let deployments = &self.directory.routing().deployments;
        let order_of = |at: &usize| deployments.get(*at).and_then(|one| one.order.as_ref());
        let mut left: Vec<usize> = resolved.deployments().iter().copied().filter(|at| self.is_healthy(*at)).collect();
        let lowest = left.iter().filter_map(order_of).min().cloned();
        // Until 1.97 an order that nobody has was no order at all.
        let is_void = self.directory.era() == Era::Paths
            && order.is_some_and(|order| left.iter().all(|at| order_of(at) != Some(order)));
        if let Some(wanted) = order.or(lowest.as_ref()).filter(|_| !is_void) {
            left.retain(|at| order_of(at) == Some(wanted));
        }
        let unrefused: Vec<usize> = left.iter().copied().filter(|at| !refused.contains(at)).collect();
        let left = if unrefused.is_empty() { left } else { unrefused };
        if self.directory.routing().settings.shuffles { self.weighed(left) } else { left }
    }

    /// The deployments that a weighed pick can hit.
    fn weighed(&self, left: Vec<usize>) -> Vec<usize> {
        let deployments = &self.directory.routing().deployments;
        for metric in 0..3usize {
            let weight =
                |at: &usize| deployments.get(*at).and_then(|one| one.weights.by.get(metric).copied().flatten());
            // Until 1.104 the first deployment decided which parameter counts.
            let counts = self.directory.era() == Era::Resuming || left.first().is_some_and(|at| weight(at).is_some());
            let heavy: Vec<usize> = left.iter().copied().filter(|at| weight(at) == Some(true)).collect();
            if counts && !heavy.is_empty() {
                return heavy;
            }
        }
        left
    }
}

enum Tried {
    Answered(usize),
    Failed(Fault, Option<usize>),
}

/// Since 1.104 a retry passes over deployments that refused the request for good, as long as another is left.
fn refuse(refused: &mut BTreeSet<usize>, fault: Fault, called: Option<usize>, era: Era) {
    if era == Era::Resuming
        && let (Some(called), Some(status)) = (called, fault.status())
        && !is_retryable(status)
    {
        refused.insert(called);
    }
}
