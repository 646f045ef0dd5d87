//! Follows one request, call by call, and keeps what a person wants to read about it.

use crate::graph::{Call, Next, Passed, StepAt, Walk, usual};
use crate::model::{EgressId, KeyId, RouteId, Step, Symptom, Table, TargetId};
use crate::policy::{Pico, per_request};
use crate::source::Span;

use super::gist::{Came, Gist};
use super::weather::Weather;

/// Milliseconds since the request began: at the earliest, and at the latest where every target has a timeout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// At the earliest.
    pub least: u64,
    /// At the latest; `None` where a target without a timeout was called before.
    pub most: Option<u64>,
}

/// One call of a request.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// The route whose visit makes it.
    pub route: RouteId,
    /// The step that makes it; `None` for the first call of a visit.
    pub by: Option<StepAt>,
    /// Milliseconds of waiting before it.
    pub wait: u64,
    /// The target.
    pub target: TargetId,
    /// The key.
    pub key: Option<KeyId>,
    /// The network path.
    pub egress: Option<EgressId>,
    /// Milliseconds until it is given up.
    pub timeout: Option<u64>,
    /// When it starts.
    pub starts: When,
    /// How it fails; `None` if it answers.
    pub fails: Option<Symptom>,
    /// What the request has cost when it ends, every call counted in full; `None` where a price or the tokens are unknown.
    pub money: Option<Pico>,
    /// Where the step, or the pool's entry, is written.
    pub span: Span,
}

/// What happens to a request, in order.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    /// A visit of a route begins.
    Visits(RouteId, Span),
    /// A call.
    Calls(Stop),
    /// A step that makes no call: a control for later requests, or a person who looks.
    Passes(StepAt, Span),
    /// A `next-key`, and no key is left.
    NoKeyLeft(StepAt, Span),
    /// A `stop`.
    Stops(StepAt, Span),
    /// A visit ends without an answer.
    Leaves(RouteId, Symptom),
    /// The gateway ends the request: so many milliseconds have passed, which stand there.
    RunsOut(u64, Span),
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A target answers.
    Answered(TargetId),
    /// The caller gets this symptom.
    Failed(Symptom),
    /// It goes on for longer than it is followed: the table has a cycle.
    Endless,
}

/// A request from its beginning to its end.
#[derive(Clone, Debug)]
pub struct Journey {
    /// The route it entered.
    pub route: RouteId,
    /// The target that was called first in each visit, in the order of the visits.
    pub chosen: Vec<(RouteId, TargetId)>,
    /// What happened to it.
    pub entries: Vec<Entry>,
    /// How it ended.
    pub ending: Ending,
    /// When it ended.
    pub ended: When,
}

/// The calls after which a request is no longer followed.
pub(super) const LONGEST: usize = 1_000;

impl Journey {
    /// The calls it made, in order.
    pub fn calls(&self) -> impl Iterator<Item = &Stop> {
        self.entries.iter().filter_map(|entry| if let Entry::Calls(call) = entry { Some(call) } else { None })
    }

    /// The choices that a request must be told to go the same way: none after the last that is not the usual one.
    pub fn choices(&self, table: &Table) -> &[(RouteId, TargetId)] {
        let unusual = |(route, target): &(RouteId, TargetId)| usual(&table.routes[*route]) != Some(*target);
        let told = self.chosen.iter().rposition(unusual).map_or(0, |last| last + 1);
        self.chosen.get(..told).unwrap_or_default()
    }

    pub(super) fn gist(&self, table: &Table) -> Gist {
        let call = |stop: &Stop| {
            let key = stop.key.and_then(|key| table.targets[stop.target].keys.iter().position(|own| *own == key));
            Call { target: stop.target, key: key.unwrap_or(0), egress: stop.egress, timeout: stop.timeout }
        };
        let came = match self.ending {
            Ending::Answered(target) => Came::Answered(target),
            Ending::Failed(symptom) => Came::Failed(symptom.as_str().to_owned()),
            Ending::Endless => Came::Endless,
        };
        Gist { calls: self.calls().map(call).collect(), came, most: self.ended.most, money: self.money() }
    }

    /// What it cost at most.
    pub fn money(&self) -> Option<Pico> {
        self.calls().last().and_then(|call| call.money)
    }
}

/// Follows a request that enters a route. In each visit the next of `choices` is called first; after the last of them,
/// the usual target of the route.
pub fn follow(table: &Table, route: RouteId, choices: &[TargetId], weather: &Weather) -> Option<Journey> {
    let mut left = choices.iter().copied();
    let first = left.next().or_else(|| usual(&table.routes[route]))?;
    let fate = |number: usize, call: &Call, _: &Walk<'_>| weather.fate(table, number, call);
    let choose = |to: RouteId| usual(&table.routes[to]).map(|usual| left.next().unwrap_or(usual));
    Some(follow_with(table, route, first, fate, choose))
}

/// Follows a request, asked at every call how it ends, and at every visit which target of the pool is called first.
pub(super) fn follow_with(
    table: &Table,
    route: RouteId,
    first: TargetId,
    mut fate_of: impl FnMut(usize, &Call, &Walk<'_>) -> Option<Symptom>,
    mut choose: impl FnMut(RouteId) -> Option<TargetId>,
) -> Journey {
    let traffic = table.routes[route].doc.traffic.as_ref().map(|traffic| &traffic.value);
    let mut follower = Follower {
        table,
        chosen: vec![(route, first)],
        entries: vec![Entry::Visits(route, table.routes[route].name.span())],
        now: When { least: 0, most: Some(0) },
        money: Some(Pico::default()),
        price: &|target| per_request(&table.targets[target], traffic?),
    };
    let mut walk = Walk::enter(table, route, first).logged();
    let (mut wait, mut by) = (0, None);
    let end = table.ends_at(&table.routes[route]);
    for number in 0..LONGEST {
        let Some(call) = walk.call().copied() else { break };
        if let Some(end) = end.filter(|end| follower.now.least.saturating_add(wait) >= end.value.0) {
            follower.entries.push(Entry::RunsOut(end.value.0, end.span()));
            return follower.end(route, Ending::Failed(Symptom::Timeout));
        }
        let at = walk.visiting().last().unwrap_or(route);
        let fate = fate_of(number, &call, &walk);
        follower.call(at, call, by, wait, fate);
        let Some(mut symptom) = fate else { return follower.end(route, Ending::Answered(call.target)) };
        loop {
            let next = walk.fail(symptom);
            follower.passed(walk.passed());
            match next {
                Next::Call { wait: pause, by: step } => {
                    (wait, by) = (pause, step);
                    break;
                }
                Next::Visit { route: to, by: step } => {
                    (wait, by) = (0, Some(step));
                    follower.entries.push(Entry::Visits(to, follower.span_of(step)));
                    match choose(to) {
                        Some(target) => {
                            follower.chosen.push((to, target));
                            walk.choose(target);
                            break;
                        }
                        // A route without a pool answers nothing; what it failed with is what it was visited for.
                        None => symptom = table.routes[at].rungs.get(step.rung).map_or(symptom, |rung| rung.symptom),
                    }
                }
                Next::Failed(symptom) => return follower.end(route, Ending::Failed(symptom)),
            }
        }
    }
    follower.end(route, Ending::Endless)
}

struct Follower<'a> {
    table: &'a Table,
    chosen: Vec<(RouteId, TargetId)>,
    entries: Vec<Entry>,
    now: When,
    money: Option<Pico>,
    price: &'a dyn Fn(TargetId) -> Option<Pico>,
}

impl Follower<'_> {
    fn call(&mut self, route: RouteId, call: Call, by: Option<StepAt>, wait: u64, fate: Option<Symptom>) {
        self.now.least = self.now.least.saturating_add(wait);
        self.now.most = self.now.most.map(|most| most.saturating_add(wait));
        let starts = self.now;
        if fate == Some(Symptom::Timeout) {
            self.now.least = self.now.least.saturating_add(call.timeout.unwrap_or(0));
        }
        self.now.most = self.now.most.zip(call.timeout).map(|(most, timeout)| most.saturating_add(timeout));
        self.money = self.money.zip((self.price)(call.target)).map(|(sum, cost)| sum.plus(cost));
        let written = match by {
            Some(step) => self.span_of(step),
            None => self.pool_entry(route, call.target),
        };
        self.entries.push(Entry::Calls(Stop {
            route,
            by,
            wait,
            target: call.target,
            key: call.key_of(self.table),
            egress: call.egress,
            timeout: call.timeout,
            starts,
            fails: fate,
            money: self.money,
            span: written,
        }));
    }

    fn passed(&mut self, passed: Vec<Passed>) {
        for what in passed {
            let entry = match what {
                Passed::Control(step) => Entry::Passes(step, self.span_of(step)),
                Passed::NoKeyLeft(step) => Entry::NoKeyLeft(step, self.span_of(step)),
                Passed::Stopped(step) => Entry::Stops(step, self.span_of(step)),
                Passed::Left(route, symptom) => Entry::Leaves(route, symptom),
            };
            self.entries.push(entry);
        }
    }

    fn span_of(&self, at: StepAt) -> Span {
        let route = &self.table.routes[at.route];
        let step = route.rungs.get(at.rung).and_then(|rung| rung.steps.get(at.step));
        step.map_or(route.name.span(), |step| step.place.span())
    }

    fn pool_entry(&self, route: RouteId, target: TargetId) -> Span {
        let node = &self.table.routes[route];
        let member = node.pool.iter().find(|member| member.target == target);
        member.map_or(node.name.span(), |member| member.place.span())
    }

    fn end(self, route: RouteId, ending: Ending) -> Journey {
        let end = self.table.ends_at(&self.table.routes[route]).map(|end| end.value.0);
        let ended = end.map_or(self.now, |end| When {
            least: if self.runs_out() { end } else { self.now.least.min(end) },
            most: Some(self.now.most.map_or(end, |most| most.min(end))),
        });
        Journey { route, chosen: self.chosen, entries: self.entries, ending, ended }
    }

    fn runs_out(&self) -> bool {
        matches!(self.entries.last(), Some(Entry::RunsOut(..)))
    }
}

/// The step in its document, for its words.
pub fn step_of(table: &Table, at: StepAt) -> Option<&Step> {
    table.routes[at.route].rungs.get(at.rung)?.steps.get(at.step).map(|step| &step.step)
}
