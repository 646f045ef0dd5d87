//! Follows one request from list to list: `async_function_with_fallbacks` and `run_async_fallback`. A walk stands before
//! a pick, before a call or at its end, so that whoever asks for all requests can go on from there in every way.

use std::rc::Rc;

use super::chains::List;
use super::state::{Open, State, Step, Steps, Try};
use super::{By, Directory, Ending, Era, Event, Failure, Fault, Hop, Order, Request, Routing, Skip};

/// How deep hops are followed. LiteLLM needs several frames of Python for each, and Python gives up before that.
const DEEPEST: u32 = 200;

/// LiteLLM's router for one file and one era.
#[derive(Debug)]
pub struct Router<'r> {
    directory: Directory<'r>,
}

/// How the call of this number, from 0, of this deployment ends.
type FateOf<'f> = dyn FnMut(usize, usize) -> Option<Failure> + 'f;
/// Which of several deployments is picked.
type PickOf<'f> = dyn FnMut(&[usize]) -> Option<usize> + 'f;

impl<'r> Router<'r> {
    /// The router of a file.
    pub fn new(routing: &'r Routing, era: Era) -> Self {
        Self { directory: Directory::new(routing, era) }
    }

    /// The names it knows.
    pub fn directory(&self) -> &Directory<'r> {
        &self.directory
    }

    /// A request for a name before its first pick or call, which is followed for at most so many calls.
    pub fn enter<'w>(&'w self, name: &'w str, limit: usize) -> Walk<'w> {
        Walk::enter(&self.directory, name, limit, None)
    }

    /// Follows a request for a name for at most so many calls. `fate` says how each call ends; `pick` which of several
    /// deployments is called, and where it gives none of them the first is.
    pub fn follow(&self, name: &str, limit: usize, fate: &mut FateOf<'_>, pick: &mut PickOf<'_>) -> Request {
        let mut walk = Walk::enter(&self.directory, name, limit, Some(Vec::new()));
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
                Pending::Ended(ending) => return Request { events: walk.events.unwrap_or_default(), ending },
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
    Ask(&'w str, Option<&'w Order>, By, u32),
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
    fn enter(directory: &'w Directory<'w>, name: &'w str, limit: usize, events: Option<Vec<Event>>) -> Self {
        let mut walk = Self {
            directory,
            original: name,
            limit,
            hops: 0,
            calls: 0,
            pending: Pending::Pick,
            waited: 0,
            events,
            state: State::new(name),
            faults: Vec::new(),
        };
        walk.go(Go::Ask(name, None, By::Request, 0));
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
            let go = picked.or(self.among().first().copied()).map(|picked| self.picked(picked));
            go.into_iter().for_each(|go| self.go(go));
        }
    }

    /// Ends the call that is waited for with a failure, or with an answer.
    pub fn call(&mut self, failure: Option<Failure>) {
        if let Pending::Call(deployment) = self.pending {
            self.waited = 0;
            self.calls += 1;
            let go = self.called(deployment, failure);
            self.go(go);
        }
    }

    fn go(&mut self, mut go: Go<'w>) {
        loop {
            go = match go {
                Go::Ask(name, order, by, depth) => self.ask(name, order, by, depth),
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

    fn ask(&mut self, name: &'w str, order: Option<&'w Order>, by: By, depth: u32) -> Go<'w> {
        self.hops += 1;
        if self.hops > self.limit.saturating_add(1) || depth > DEEPEST {
            return Go::Wait(Pending::Ended(Ending::Longer));
        }
        let resolved = Rc::new(self.directory.resolve(name));
        self.state.trying = Try::new(name, order, Rc::clone(&resolved), depth);
        self.say(|| {
            let (name, order) = (name.to_owned(), order.cloned());
            Event::Asks(Hop { name, by, order, resolved: (*resolved).clone(), depth })
        });
        Go::Try
    }

    /// A group failed: which list is walked now.
    fn fell(&mut self, fault: Fault) -> Go<'w> {
        let (name, order) = (self.state.trying.name, self.state.trying.order);
        let settings = &self.directory.routing().settings;
        let is_resuming = self.directory.era() == Era::Resuming;
        if !settings.falls_back_on_bad_requests && is_resuming && fault == Fault::Answer(Failure::Status(400)) {
            return Go::Back(fault);
        }
        let is_special = fault.failure().is_some_and(Failure::is_special);
        let orders = self.directory.orders(name);
        if let [lowest, _, ..] = orders.as_slice()
            && !is_special
        {
            let reached = order.unwrap_or(lowest);
            let further = orders.iter().copied().filter(|order| *order > reached).collect();
            let steps = Steps { orders: further, listed: self.listed(List::General, name) };
            if steps.get(self.directory, 0, name).is_some() {
                return self.walk_list(steps, None, fault);
            }
        }
        let list = match fault {
            Fault::Answer(Failure::ContextWindow) if self.directory.has(List::ContextWindow) => List::ContextWindow,
            Fault::Answer(Failure::ContentPolicy) if self.directory.has(List::ContentPolicy) => List::ContentPolicy,
            Fault::Answer(_) | Fault::UnknownName | Fault::NoneLeft | Fault::Spent => List::General,
        };
        match self.listed(list, name) {
            // The caller of a hop gets the hop's own fault, whatever its fallbacks ended with.
            Some(listed) => self.walk_list(Steps { orders: Vec::new(), listed: Some(listed) }, Some(fault), fault),
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

    /// Walks a list after the group that was tried has failed.
    fn walk_list(&mut self, steps: Steps<'w>, own: Option<Fault>, cause: Fault) -> Go<'w> {
        let Try { name, order, depth, .. } = self.state.trying;
        if depth >= self.directory.routing().settings.max_fallbacks {
            self.say(|| Event::TooDeep(name.to_owned()));
            return Go::Back(cause);
        }
        if self.directory.era() != Era::Paths {
            self.state.tried.insert((name, None, None));
        }
        let steps = Rc::new(steps);
        self.state.lists.push(Open { failed: name, steps, at: 0, order, depth, has_own_note: false });
        self.faults.push((own, cause));
        Go::On
    }

    /// The next target of the innermost list; without one, its hop has failed.
    fn on(&mut self) -> Go<'w> {
        let era = self.directory.era();
        while let Some(open) = self.state.lists.last_mut() {
            let Some(step) = open.steps.get(self.directory, open.at, open.failed) else { break };
            open.at += 1;
            if !step.is_mapping && step.name == open.failed {
                self.say(|| Event::Skips(step.target(), Skip::Itself));
                continue;
            }
            if era != Era::Paths && !self.state.tried.insert((step.name, step.order, step.with)) {
                self.say(|| Event::Skips(step.target(), Skip::Tried));
                continue;
            }
            return self.step(step);
        }
        if self.state.lists.pop().is_some_and(|open| open.has_own_note) {
            self.state.noted.pop();
        }
        match self.faults.pop() {
            Some((own, last)) => Go::Back(own.unwrap_or(last)),
            None => Go::Wait(Pending::Ended(Ending::Longer)),
        }
    }

    fn step(&mut self, step: Step<'w>) -> Go<'w> {
        self.note(1);
        let era = self.directory.era();
        let Some(open) = self.state.lists.last_mut() else { return Go::On };
        if era != Era::Paths && !open.has_own_note {
            open.has_own_note = true;
            let noted = self.state.noted.last().copied();
            self.state.noted.extend(noted);
        }
        open.depth = open.depth.saturating_add(1);
        // Until 1.97 the order of one hop stayed with the request, so that later targets were asked for it, too.
        if era != Era::Paths || step.order.is_some() {
            open.order = step.order;
        }
        Go::Ask(step.name, open.order, step.by, open.depth)
    }

    /// Notes retries for `num_retries_per_request`; where that is not set, nobody reads them.
    pub(super) fn note(&mut self, times: u32) {
        if self.directory.routing().settings.retries_per_request.is_none() {
            return;
        }
        // Until 1.104 the number was the length of a list that never holds more than four.
        let most = if self.directory.era() == Era::Resuming { u32::MAX } else { 4 };
        if let Some(noted) = self.state.noted.last_mut() {
            *noted = noted.saturating_add(times).min(most);
        }
    }
}
