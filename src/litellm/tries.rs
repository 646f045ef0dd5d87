//! Tries of one group: which deployment is picked, and how often it is tried again (`async_function_with_retries`).

use super::chains::List;
use super::failure::is_retryable;
use super::retries::{Lists, Standing, by_policy, tries_again};
use super::state::Try;
use super::waits::{LONGEST, LONGEST_ASKED, at_most};
use super::walk::{Go, Pending, Walk};
use super::{Call, Ending, Era, Event, Failure, Fault, Resolved};

impl<'w> Walk<'w> {
    /// A try ended without an answer: whether the group is tried again.
    pub(super) fn failed(&mut self, fault: Fault, called: Option<usize>) -> Go<'w> {
        let era = self.directory.era();
        let settings = &self.directory.routing().settings;
        let (name, retry) = (self.state.trying.asked.name, self.state.trying.retry);
        let (retries, by_policy) = self.state.trying.granted.unwrap_or_else(|| {
            let own = called.and_then(|at| self.directory.routing().deployments.get(at)?.retries);
            let policy = by_policy(settings, name, fault, era);
            let usual = settings.module_retries.filter(|_| era.puts_module_retries_first()).unwrap_or(settings.retries);
            (policy.or(own).unwrap_or(usual), policy.is_some())
        });
        let lists = Lists {
            context_window: self.directory.has(List::ContextWindow),
            content_policy: self.directory.has(List::ContentPolicy),
        };
        let standing = self.standing();
        let stops = !by_policy && !tries_again(fault, standing, lists);
        if retry > 0 {
            self.note(1);
        }
        if retries == 0 || stops {
            return Go::Fell(fault);
        }
        if retry == 0 {
            self.note(1);
        }
        self.wait(standing, fault, 1);
        if retry > 0 && fault.failure().is_none() {
            // Nobody was called, so that nothing will be different the next time.
            self.note(retries - retry);
            self.wait(standing, fault, retries - retry);
            return Go::Fell(fault);
        }
        let trying = &mut self.state.trying;
        // Since 1.104 a retry passes over deployments that refused the request for good, as long as another is left.
        if era == Era::Resuming && fault.status().is_some_and(|status| !is_retryable(status)) {
            trying.refused.extend(called);
        }
        if retry >= retries {
            return Go::Fell(fault);
        }
        trying.granted = Some((retries, by_policy));
        trying.retry += 1;
        Go::Try
    }

    /// LiteLLM waits before a try, and after the last one, unless the group has another healthy deployment.
    fn wait(&mut self, standing: Standing, fault: Fault, times: u32) {
        if standing.all == 1 || standing.healthy == 0 {
            // Only a call that was answered can have been told for how long.
            let each = at_most(if fault.failure().is_some() { LONGEST_ASKED } else { LONGEST });
            self.waited = self.waited.saturating_add(each.saturating_mul(u64::from(times)));
        }
    }

    fn standing(&self) -> Standing {
        let resolved = &*self.state.trying.resolved;
        let all = if matches!(resolved, Resolved::Id(_)) { &[] } else { resolved.deployments() };
        Standing { healthy: all.iter().filter(|at| self.is_healthy(**at)).count(), all: all.len() }
    }

    pub(super) fn is_healthy(&self, deployment: usize) -> bool {
        !self.state.cooldowns.holds(deployment) && !self.is_blocked(deployment)
    }

    pub(super) fn is_blocked(&self, deployment: usize) -> bool {
        self.directory.routing().deployments.get(deployment).is_some_and(|one| one.blocked)
    }

    /// One try: a deployment is picked and called.
    pub(super) fn attempt(&mut self) -> Go<'w> {
        self.state.trying.called = None;
        if matches!(*self.state.trying.resolved, Resolved::Nobody) {
            return self.stays(Fault::UnknownName, None);
        }
        match self.candidates() {
            Ok(among) => self.state.trying.among = among,
            Err(fault) => return self.stays(fault, None),
        }
        match *self.among() {
            [] => self.stays(Fault::NoneLeft, None),
            [only] => self.picked(only),
            [..] => Go::Wait(Pending::Pick),
        }
    }

    /// A deployment is picked; whether it is called.
    pub(super) fn picked(&mut self, deployment: usize) -> Go<'w> {
        let routing = self.directory.routing();
        let ledger = self.state.ledgers.current_mut();
        if self.directory.era() != Era::Resuming
            && let Some(picked) = routing.deployments.get(deployment)
        {
            ledger.tags.extend(picked.tags.iter().cloned());
            if routing.settings.selection.checks_before
                && let Some(rpm) = picked.rpm
            {
                self.state.cooldowns.note_pick(deployment, rpm);
            }
        }
        let noted = ledger.noted;
        let cap = routing.settings.retries_per_request;
        if cap.is_some_and(|cap| noted > 0 && cap <= noted) {
            return self.stays(Fault::Spent, Some(deployment));
        }
        self.state.trying.called = Some(deployment);
        self.state.trying.by_client = 0;
        Go::Wait(Pending::Call(deployment))
    }

    /// The call of a deployment ended. Until 1.97 its own `num_retries` also went to the client that makes the call,
    /// which tries again by itself, so that the number counted twice.
    pub(super) fn called(&mut self, deployment: usize, failure: Option<Failure>, waited: u64) -> Go<'w> {
        let own = self.directory.routing().deployments.get(deployment);
        let client = own.and_then(|own| own.retries);
        let client = client.filter(|_| self.directory.era() == Era::Paths).unwrap_or(0);
        let failure = failure.filter(|_| !own.is_some_and(|own| own.mocked));
        let Try { retry, by_client, ref among, ref asked, .. } = self.state.trying;
        let name = asked.name;
        let among = if self.events.is_some() { among.clone() } else { Vec::new() };
        self.say(|| Event::Calls(Call { deployment, retry, by_client, waited, among, failure }));
        let Some(failure) = failure else { return Go::Wait(Pending::Ended(Ending::Answered(deployment))) };
        if by_client < client && is_retryable(failure.status()) {
            self.state.trying.by_client += 1;
            return Go::Wait(Pending::Call(deployment));
        }
        self.state.cooldowns.note(self.directory, deployment, name, failure);
        Go::Failed(Fault::Answer(failure), Some(deployment))
    }

    /// Nobody is called; said once for a hop.
    fn stays(&mut self, fault: Fault, picked: Option<usize>) -> Go<'w> {
        let last = self.events.as_ref().and_then(|events| events.last());
        let said = matches!(last, Some(Event::Stays(last)) if *last == fault);
        if self.state.trying.retry == 0 || !said {
            self.say(|| Event::Stays(fault));
        }
        Go::Failed(fault, picked)
    }
}
