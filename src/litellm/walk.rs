//! Follows one request from list to list: `async_function_with_fallbacks` and `run_async_fallback`.

use std::collections::BTreeSet;

use super::chains::List;
use super::cooldown::Cooldowns;
use super::{By, Directory, Ending, Era, Event, Failure, Fault, Hop, Order, Request, Routing, Skip, Target};

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

    /// Follows a request for a name for at most so many calls. `fate` says how each call ends; `pick` which of several
    /// deployments is called, and where it gives none of them the first is.
    pub fn follow(&self, name: &str, limit: usize, fate: &mut FateOf<'_>, pick: &mut PickOf<'_>) -> Request {
        let mut walk = Walk {
            directory: &self.directory,
            original: name,
            limit,
            hops: 0,
            calls: 0,
            fate,
            pick,
            events: Vec::new(),
            cooldowns: Cooldowns::default(),
            tried: BTreeSet::new(),
            ledgers: vec![0],
        };
        let ending = match walk.hop(name, None, By::Request, 0, 0) {
            Ok(deployment) => Ending::Answered(deployment),
            Err(Gone::Failed(fault)) => Ending::Failed(fault),
            Err(Gone::Longer) => Ending::Longer,
        };
        Request { events: walk.events, ending }
    }
}

/// Why there is no answer.
pub(super) enum Gone {
    Failed(Fault),
    Longer,
}

/// A target as LiteLLM tells attempts apart: its name, its order, and what a mapping says besides.
type Identity = (String, Option<Order>, Option<String>);

struct Step {
    target: Target,
    order: Option<Order>,
    by: By,
}

pub(super) struct Walk<'w, 'r> {
    pub(super) directory: &'w Directory<'r>,
    original: &'w str,
    pub(super) limit: usize,
    hops: usize,
    pub(super) calls: usize,
    pub(super) fate: &'w mut FateOf<'w>,
    pub(super) pick: &'w mut PickOf<'w>,
    pub(super) events: Vec<Event>,
    pub(super) cooldowns: Cooldowns,
    tried: BTreeSet<Identity>,
    /// Retries noted so far, for `num_retries_per_request`. LiteLLM keeps the number in the request's metadata, of which
    /// every hop since 1.97 gets a copy: what a hop notes, the lists above it do not see.
    pub(super) ledgers: Vec<u32>,
}

impl Walk<'_, '_> {
    fn hop(&mut self, name: &str, order: Option<Order>, by: By, depth: u32, ledger: usize) -> Result<usize, Gone> {
        self.hops += 1;
        if self.hops > self.limit.saturating_add(1) || depth > DEEPEST {
            return Err(Gone::Longer);
        }
        let resolved = self.directory.resolve(name);
        self.events.push(Event::Asks(Hop {
            name: name.to_owned(),
            by,
            order: order.clone(),
            resolved: resolved.clone(),
            depth,
        }));
        let fault = match self.group(name, &resolved, order.as_ref(), ledger) {
            Err(Gone::Failed(fault)) => fault,
            ended => return ended,
        };
        let settings = &self.directory.routing().settings;
        let era = self.directory.era();
        if !settings.falls_back_on_bad_requests && era == Era::Resuming && fault == Fault::Answer(Failure::Status(400))
        {
            return Err(Gone::Failed(fault));
        }
        let is_special = fault.failure().is_some_and(Failure::is_special);
        let orders = self.directory.orders(name);
        if let [lowest, _, ..] = orders.as_slice()
            && !is_special
        {
            let reached = order.as_ref().unwrap_or(lowest);
            let place = self.directory.routing().deployments.iter().find(|one| one.group.value == name);
            let place = place.map_or_else(|| self.any_place(), |one| Some(one.group.place));
            let further = orders.iter().filter(|order| *order > reached).filter_map(|order| {
                let target = Target { name: name.to_owned(), place: place?, with: None, is_mapping: true };
                Some(Step { target, order: Some(order.clone()), by: By::Order })
            });
            let mut steps: Vec<Step> = further.collect();
            steps.extend(self.listed(List::General, name).into_iter().flatten());
            if !steps.is_empty() {
                return self.list(steps, name, order, fault, depth, ledger);
            }
        }
        let list = match fault {
            Fault::Answer(Failure::ContextWindow) if self.directory.has(List::ContextWindow) => List::ContextWindow,
            Fault::Answer(Failure::ContentPolicy) if self.directory.has(List::ContentPolicy) => List::ContentPolicy,
            Fault::Answer(_) | Fault::UnknownName | Fault::NoneLeft | Fault::Spent => List::General,
        };
        let Some(steps) = self.listed(list, name) else { return Err(Gone::Failed(fault)) };
        match self.list(steps, name, order, fault, depth, ledger) {
            // The caller of a hop gets the hop's own fault, whatever its fallbacks ended with.
            Err(Gone::Failed(_)) => Err(Gone::Failed(fault)),
            ended => ended,
        }
    }

    fn any_place(&self) -> Option<crate::source::Place> {
        self.directory.routing().deployments.first().map(|one| one.group.place)
    }

    /// The targets of the entry of a list for a group that failed.
    fn listed(&self, list: List, name: &str) -> Option<Vec<Step>> {
        let names = [name, self.original];
        let names: &[&str] = if self.directory.era() == Era::Resuming && name != self.original {
            &names
        } else {
            names.get(..1).unwrap_or_default()
        };
        let found = self.directory.find(list, names)?;
        let chain = self.directory.chain(list, found.entry)?;
        let resumed = found.key == Some(1);
        let steps = chain.targets.iter().enumerate().map(|(target, written)| Step {
            target: written.clone(),
            order: None,
            by: By::Listed { list, entry: found.entry, target, resumed },
        });
        Some(steps.collect())
    }

    /// Walks a list after a group has failed; the fault is the last one.
    fn list(
        &mut self,
        steps: Vec<Step>,
        failed: &str,
        mut order: Option<Order>,
        cause: Fault,
        mut depth: u32,
        mut ledger: usize,
    ) -> Result<usize, Gone> {
        let era = self.directory.era();
        if depth >= self.directory.routing().settings.max_fallbacks {
            self.events.push(Event::TooDeep(failed.to_owned()));
            return Err(Gone::Failed(cause));
        }
        self.tried.insert((failed.to_owned(), None, None));
        let mut last = cause;
        for step in steps {
            if !step.target.is_mapping && step.target.name == failed {
                self.events.push(Event::Skips(step.target, Skip::Itself));
                continue;
            }
            let identity = (step.target.name.clone(), step.order.clone(), step.target.with.clone());
            if era != Era::Paths && !self.tried.insert(identity) {
                self.events.push(Event::Skips(step.target, Skip::Tried));
                continue;
            }
            self.note(ledger, 1);
            ledger = self.ledger_below(ledger);
            depth = depth.saturating_add(1);
            // Until 1.97 the order of one hop stayed with the request, so that later targets were asked for it, too.
            if era != Era::Paths || step.order.is_some() {
                order = step.order;
            }
            match self.hop(&step.target.name, order.clone(), step.by, depth, ledger) {
                Err(Gone::Failed(fault)) => last = fault,
                ended => return ended,
            }
        }
        Err(Gone::Failed(last))
    }

    pub(super) fn note(&mut self, ledger: usize, times: u32) {
        // Until 1.104 the number was the length of a list that never holds more than four.
        let most = if self.directory.era() == Era::Resuming { u32::MAX } else { 4 };
        if let Some(noted) = self.ledgers.get_mut(ledger) {
            *noted = noted.saturating_add(times).min(most);
        }
    }

    fn ledger_below(&mut self, ledger: usize) -> usize {
        if self.directory.era() == Era::Paths {
            return ledger;
        }
        let noted = self.ledgers.get(ledger).copied().unwrap_or(0);
        self.ledgers.push(noted);
        self.ledgers.len() - 1
    }
}
