//! Follows one request from list to list: `async_function_with_fallbacks` and `run_async_fallback`. A walk stands before
//! a pick, before a call or at its end, so that whoever asks for all requests can go on from there in every way.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::chains::List;
use super::state::{Asked, Open, State, Step, Steps, Try, With};
use super::{By, Directory, Ending, Era, Event, Failure, Fault, Hop, Request, Routing, Skip};

/// How deep hops are followed. LiteLLM needs several frames of Python for each, and Python gives up before that.
const DEEPEST: u32 = 200;

/// LiteLLM's router for one file and one era.
#[derive(Debug)]
pub struct Router<'r> {
    directory: Directory<'r>,
    tags: BTreeSet<String>,
}

/// How the call of this number, from 0, of this deployment ends.
type FateOf<'f> = dyn FnMut(usize, usize) -> Option<Failure> + 'f;
/// Which of several deployments is picked.
type PickOf<'f> = dyn FnMut(&[usize]) -> Option<usize> + 'f;

impl<'r> Router<'r> {
    /// The router of a file.
    pub fn new(routing: &'r Routing, era: Era) -> Self {
        Self { directory: Directory::new(routing, era), tags: BTreeSet::new() }
    }

    /// The same router for requests with these tags.
    #[must_use]
    pub fn tagged(mut self, tags: impl IntoIterator<Item = String>) -> Self {
        self.tags.extend(tags);
        self
    }

    /// The names it knows.
    pub fn directory(&self) -> &Directory<'r> {
        &self.directory
    }

    /// A request for a name before its first pick or call, which is followed for at most so many calls.
    pub fn enter<'w>(&'w self, name: &'w str, limit: usize) -> Walk<'w> {
        Walk::enter(self, name, limit, None)
    }

    /// Follows a request for a name for at most so many calls. `fate` says how each call ends; `pick` which of several
    /// deployments is called, and where it gives none of them the first is.
    pub fn follow(&self, name: &str, limit: usize, fate: &mut FateOf<'_>, pick: &mut PickOf<'_>) -> Request {
        let mut walk = Walk::enter(self, name, limit, Some(Vec::new()));
        loop {
            match walk.pending() {
                Pending::Pick => {
                    let picked = pick(walk.among());
                    walk.pick(picked);
                }
                Pending::Call(deployment) => {
                    let failure = fate(walk.calls, deployment);
                    walk.call(failure);
                }
                Pending::Ended(ending) => {
                    let (events, waited) = (walk.events.unwrap_or_default(), walk.waited);
                    return Request { events, ending, waited };
                }
            }
        }
    }
}

/// What a walk waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// One of several deployments must be picked.
    Pick,
    /// The call of a deployment must end.
    Call(usize),
    /// Nothing: the request has ended.
    Ended(Ending),
}

/// A request that has come so far.
#[derive(Clone, Debug)]
pub struct Walk<'w> {
    pub(super) directory: &'w Directory<'w>,
    original: &'w str,
    limit: usize,
    hops: usize,
    calls: usize,
    pending: Pending,
    pub(super) waited: u64,
    pub(super) events: Option<Vec<Event>>,
    pub(super) state: State<'w>,
    /// For each list that is walked, the fault its group ended with where that is what the list ends with, and the last
    /// fault. What happens does not depend on them, only what the caller gets in the end.
    faults: Vec<(Option<Fault>, Fault)>,
}

/// What comes next.
pub(super) enum Go<'w> {
    /// A name is asked for.
    Ask(Asked<'w>, By),
    /// A try of the group begins.
    Try,
    /// A try ended so, of this deployment.
    Failed(Fault, Option<usize>),
    /// The group failed.
    Fell(Fault),
    /// A hop failed, its lists walked.
    Back(Fault),
    /// The list goes on.
    On,
    /// Something is waited for.
    Wait(Pending),
}

impl<'w> Walk<'w> {
    fn enter(router: &'w Router<'w>, name: &'w str, limit: usize, events: Option<Vec<Event>>) -> Self {
        let mut walk = Self {
            directory: &router.directory,
            original: name,
            limit,
            hops: 0,
            calls: 0,
            pending: Pending::Pick,
            waited: 0,
            events,
            state: State::new(name, router.tags.clone()),
            faults: Vec::new(),
        };
        walk.go(Go::Ask(Asked { name, order: None, without: None, depth: 0 }, By::Request));
        walk
    }

    /// What it waits for.
    pub fn pending(&self) -> Pending {
        self.pending
    }

    /// The deployments among which LiteLLM picks, or has just picked.
    pub fn among(&self) -> &[usize] {
        &self.state.trying.among
    }

    /// These, each with how often it is picked, relative to the others.
    pub fn weighed(&self) -> impl Iterator<Item = (usize, u64)> {
        let weights = self.directory.weights(self.state.trying.asked.name, self.among());
        self.among().iter().copied().zip(weights)
    }

    /// Milliseconds that LiteLLM waits at most between the last call and now.
    pub fn waited(&self) -> u64 {
        self.waited
    }

    /// Everything that decides how it goes on.
    pub(super) fn state(&self) -> &State<'w> {
        &self.state
    }

    /// Picks a deployment; the first, if it is none of those that can be picked.
    pub fn pick(&mut self, deployment: Option<usize>) {
        if self.pending == Pending::Pick {
            let picked = deployment.filter(|picked| self.among().contains(picked));
            if let Some(picked) = picked.or(self.among().first().copied()) {
                let go = self.picked(picked);
                self.go(go);
            }
        }
    }

    /// Ends the call that is waited for with a failure, or with an answer.
    pub fn call(&mut self, failure: Option<Failure>) {
        if let Pending::Call(deployment) = self.pending {
            let waited = std::mem::take(&mut self.waited);
            self.calls += 1;
            let go = self.called(deployment, failure, waited);
            self.go(go);
        }
    }

    fn go(&mut self, mut go: Go<'w>) {
        loop {
            go = match go {
                Go::Ask(asked, by) => self.ask(asked, by),
                Go::Try => self.attempt(),
                Go::Failed(fault, called) => self.failed(fault, called),
                Go::Fell(fault) => self.fell(fault),
                Go::Back(fault) => match self.faults.last_mut() {
                    Some((_, last)) => {
                        *last = fault;
                        Go::On
                    }
                    None => Go::Wait(Pending::Ended(Ending::Failed(fault))),
                },
                Go::On => self.on(),
                Go::Wait(Pending::Call(_)) if self.calls >= self.limit => Go::Wait(Pending::Ended(Ending::Longer)),
                Go::Wait(pending) => {
                    self.pending = pending;
                    return;
                }
            }
        }
    }

    pub(super) fn say(&mut self, event: impl FnOnce() -> Event) {
        if let Some(events) = &mut self.events {
            events.push(event());
        }
    }

    fn ask(&mut self, asked: Asked<'w>, by: By) -> Go<'w> {
        self.hops += 1;
        if self.hops > self.limit.saturating_add(1) || asked.depth > DEEPEST {
            return Go::Wait(Pending::Ended(Ending::Longer));
        }
        let resolved = Rc::new(self.directory.resolve(asked.name));
        self.say(|| {
            let (name, order) = (asked.name.to_owned(), asked.order.cloned());
            Event::Asks(Hop { name, by, order, resolved: (*resolved).clone(), depth: asked.depth })
        });
        self.state.trying = Try::new(asked, resolved);
        Go::Try
    }

    /// A group failed: what is asked for now.
    fn fell(&mut self, fault: Fault) -> Go<'w> {
        let asked = self.state.trying.asked.clone();
        let settings = &self.directory.routing().settings;
        let is_resuming = self.directory.era() == Era::Resuming;
        if !settings.falls_back_on_bad_requests && is_resuming && fault == Fault::Answer(Failure::Status(400)) {
            return Go::Back(fault);
        }
        if fault.failure().is_some_and(Failure::is_special) {
            return self.fall_back(asked, fault);
        }
        let orders = self.directory.orders(asked.name);
        if let [lowest, _, ..] = orders.as_slice() {
            let reached = asked.order.unwrap_or(lowest);
            let further = orders.iter().copied().filter(|order| *order > reached).collect();
            let listed = self.listed(List::General, asked.name);
            let steps = Steps { orders: further, listed, ..Steps::default() };
            if steps.get(self.directory, 0, asked.name).is_some() {
                return self.walk_list(asked, steps, None, fault);
            }
        }
        match self.others(fault) {
            Some(passed) => {
                let steps = Steps { failover: Some(passed), ..Steps::default() };
                self.walk_list(asked, steps, Some(fault), fault)
            }
            None => self.fall_back(asked, fault),
        }
    }

    /// The list of a group that failed.
    fn fall_back(&mut self, asked: Asked<'w>, fault: Fault) -> Go<'w> {
        let list = match fault {
            Fault::Answer(Failure::ContextWindow) if self.directory.has(List::ContextWindow) => List::ContextWindow,
            Fault::Answer(Failure::ContentPolicy) if self.directory.has(List::ContentPolicy) => List::ContentPolicy,
            Fault::Answer(_) | Fault::UnknownName | Fault::NoneLeft | Fault::Spent | Fault::NoTag | Fault::NoBudget => {
                List::General
            }
        };
        match self.listed(list, asked.name) {
            // The caller of a hop gets the hop's own fault, whatever its fallbacks ended with.
            Some(listed) => {
                let steps = Steps { listed: Some(listed), ..Steps::default() };
                self.walk_list(asked, steps, Some(fault), fault)
            }
            None => Go::Back(fault),
        }
    }

    /// The entry of a list for a group that failed, and whether it is that of the group asked for.
    fn listed(&self, list: List, name: &str) -> Option<(List, usize, bool)> {
        let names = [name, self.original];
        let resumes = self.directory.era() == Era::Resuming && name != self.original;
        let names = if resumes { &names } else { names.get(..1).unwrap_or_default() };
        let found = self.directory.find(list, names)?;
        Some((list, found.entry, found.key == Some(1)))
    }

    /// Walks a list after what was asked for has failed.
    fn walk_list(&mut self, failed: Asked<'w>, steps: Steps<'w>, own: Option<Fault>, cause: Fault) -> Go<'w> {
        if failed.depth >= self.directory.routing().settings.max_fallbacks {
            self.say(|| Event::TooDeep(failed.name.to_owned()));
            return Go::Back(cause);
        }
        if self.directory.era() != Era::Paths {
            self.state.tried.insert((failed.name, None, With::Nothing));
        }
        self.state.lists.push(Open {
            wanted: failed.clone(),
            failed,
            steps: Rc::new(steps),
            at: 0,
            has_ledger: false,
            ends_failover: own.is_some_and(ends_failover),
        });
        self.faults.push((own, cause));
        Go::On
    }

    /// The next target of the innermost list; without one, its hop has failed.
    fn on(&mut self) -> Go<'w> {
        let era = self.directory.era();
        while let Some(open) = self.state.lists.last_mut() {
            let Some(step) = open.steps.get(self.directory, open.at, open.failed.name) else { break };
            open.at += 1;
            if step.is(open.failed.name) {
                self.say(|| Event::Skips(step.target(), Skip::Itself));
                continue;
            }
            if era != Era::Paths && !self.state.tried.insert(step.identity()) {
                self.say(|| Event::Skips(step.target(), Skip::Tried));
                continue;
            }
            return self.step(step);
        }
        let Some((open, (own, last))) = self.state.lists.pop().zip(self.faults.pop()) else {
            return Go::Wait(Pending::Ended(Ending::Longer));
        };
        if open.has_ledger {
            self.state.ledgers.leave_copy();
        }
        match own {
            // Only errors of calls, and that nobody is left, lead on from a failover to the lists.
            Some(own) if open.steps.failover.is_some() && !ends_failover(last) => {
                // Until 1.104 what the request tries first is forgotten where its own group still has a list to walk.
                if open.failed.depth == 0 && era == Era::Once {
                    self.state.tried.clear();
                }
                self.fall_back(open.failed, own)
            }
            Some(_) if open.steps.failover.is_some() => Go::Back(last),
            own => Go::Back(own.unwrap_or(last)),
        }
    }

    fn step(&mut self, step: Step<'w>) -> Go<'w> {
        self.note(1);
        let era = self.directory.era();
        let Some(open) = self.state.lists.last_mut() else { return Go::On };
        if era != Era::Paths && !open.has_ledger {
            open.has_ledger = true;
            self.state.ledgers.copy();
        }
        let wanted = &mut open.wanted;
        wanted.name = step.name;
        wanted.depth = wanted.depth.saturating_add(1);
        // Until 1.97 the order of one hop stayed with the request, so that later targets were asked for it, too.
        if era != Era::Paths || step.order.is_some() {
            wanted.order = step.order;
        }
        if let With::Without(passed) = step.with {
            wanted.without = Some(passed);
        }
        Go::Ask(wanted.clone(), step.by)
    }

    /// Notes retries for `num_retries_per_request`; where that is not set, nobody reads them.
    pub(super) fn note(&mut self, times: u32) {
        if self.directory.routing().settings.retries_per_request.is_none() {
            return;
        }
        let most = self.directory.era().notes_at_most();
        let ledger = self.state.ledgers.current_mut();
        ledger.noted = ledger.noted.saturating_add(times).min(most);
    }
}

/// Whether a fault of the other deployments of a group is that of the group, whatever its lists.
fn ends_failover(fault: Fault) -> bool {
    matches!(fault, Fault::NoTag | Fault::NoBudget)
}
