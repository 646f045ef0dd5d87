//! The walk of one request through routec's own semantics, a call at a time: whoever walks says how each call ends.

use crate::model::{EgressId, Leg, PoolMember, RouteId, RouteNode, Symptom, Table, TargetId};

use super::moves::{Call, Move, further_keys};

/// A step by its place: the route, which rung of it, and which step of that, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepAt {
    /// The route in whose ladder it stands.
    pub route: RouteId,
    /// The rung.
    pub rung: usize,
    /// The step.
    pub step: usize,
}

/// What a walk does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A call, after so many milliseconds of waiting.
    Call {
        /// The wait.
        wait: u64,
        /// The step that makes it; `None` for the first call of a visit.
        by: Option<StepAt>,
    },
    /// A visit of a route begins: [`Walk::choose`] says which target of its pool answers.
    Visit {
        /// The route.
        route: RouteId,
        /// The step that leads there.
        by: StepAt,
    },
    /// The request fails, with this symptom.
    Failed(Symptom),
}

/// What happened between two calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// A step that makes no call.
    Control(StepAt),
    /// A `next-key` without a key left.
    NoKeyLeft(StepAt),
    /// A `stop`.
    Stopped(StepAt),
    /// A visit ended without an answer: its steps are used up, or it has none for the symptom.
    Left(RouteId, Symptom),
}

/// Where a request stands, apart from how it came there: what happens next depends on nothing else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct State(Vec<Visit>);

/// One visit under way, to judge what may still come of it.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'w> {
    /// The route.
    pub route: RouteId,
    /// How many steps of each rung are used.
    pub used: &'w [u16],
    /// The call made last.
    pub call: Option<&'w Call>,
    /// A step that makes several calls, and how many of them are left.
    pub repeat: Option<(StepAt, u64)>,
}

/// One visit of a route. A visit never reuses a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Visit {
    route: RouteId,
    /// How many steps of each rung are used.
    pub(super) used: [u16; RUNGS],
    pub(super) call: Option<Call>,
    repeat: Option<Repeat>,
    /// The symptom the visit handles while it visits another route.
    on: Symptom,
    /// The keys that were refused and are not used again, by the bits of their numbers; only of one run, and only of
    /// the first 64, so that of those behind too many are called rather than too few.
    pub(super) refused: u64,
}

/// A step that makes several calls, in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Repeat {
    pub(super) at: StepAt,
    pub(super) left: u64,
    pub(super) wait: u64,
}

/// A route has at most one rung for each symptom, `any` included.
const RUNGS: usize = 10;

/// A request under way.
#[derive(Clone, Debug)]
pub struct Walk<'t> {
    table: &'t Table,
    visits: Vec<Visit>,
    passed: Option<Vec<Passed>>,
}

impl<'t> Walk<'t> {
    /// A request that enters a route and is about to call a target of its pool.
    pub fn enter(table: &'t Table, route: RouteId, target: TargetId) -> Self {
        let mut walk = Self { table, visits: vec![Visit::new(route)], passed: None };
        walk.choose(target);
        walk
    }

    /// Keeps what happens between calls, for [`Walk::passed`].
    #[must_use]
    pub fn logged(mut self) -> Self {
        self.passed = Some(Vec::new());
        self
    }

    /// What happened since it was last asked.
    pub fn passed(&mut self) -> Vec<Passed> {
        self.passed.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The call that is about to be made.
    pub fn call(&self) -> Option<&Call> {
        self.visits.last()?.call.as_ref()
    }

    /// The routes being visited, outermost first.
    pub fn visiting(&self) -> impl Iterator<Item = RouteId> {
        self.visits.iter().map(|visit| visit.route)
    }

    /// Which target of its pool the visit that just began calls first.
    pub fn choose(&mut self, target: TargetId) {
        let call = Call::first(self.table, target);
        if let Some(visit) = self.visits.last_mut() {
            visit.call = Some(call);
        }
    }

    /// Where the request stands.
    pub fn state(&self) -> State {
        State(self.visits.clone())
    }

    /// A request that stands somewhere, to go on from there.
    pub fn resume(table: &'t Table, state: &State) -> Self {
        Self { table, visits: state.0.clone(), passed: None }
    }

    /// Symptoms that stand for all: one for each rung of the innermost visit, and one that has none.
    pub fn telling(&self) -> Vec<Symptom> {
        let Some(visit) = self.visits.last() else { return Vec::new() };
        let route = &self.table.routes[visit.route];
        let rungs = (0..route.rungs.len()).filter_map(|rung| shows(route, rung));
        let without = Symptom::CONCRETE.into_iter().find(|symptom| rung_for(route, *symptom).is_none());
        // A refused key makes a difference where a rung takes both what refuses one and what does not.
        let mild = self.table.gateway.is_one_run().then_some(Symptom::NotEntitled);
        rungs.chain(without).chain(mild).collect()
    }

    /// The call failed with a symptom.
    pub fn fail(&mut self, mut symptom: Symptom) -> Next {
        let table = self.table;
        while let Some(visit) = self.visits.last_mut() {
            let route = &table.routes[visit.route];
            let rung_at = rung_for(route, symptom);
            let is_run = table.gateway.is_one_run();
            if is_run {
                visit.refuse(table, symptom);
                visit.repeat = visit.repeat.map(|repeat| repeat.carried_over(route, rung_at));
            }
            let goes_on = |repeat: Repeat| repeat.left > 0 && visit.goes_on(route, repeat, rung_at);
            if visit.repeat.is_some_and(|repeat| !goes_on(repeat)) {
                // Another symptom than the one the step was for: what was left of the step is used up.
                visit.repeat = None;
            }
            if let Some(next) = visit.again(route) {
                return next;
            }
            let taken = rung_at.and_then(|rung| {
                let used = visit.used.get_mut(rung)?;
                let step = usize::from(*used);
                let resolved = route.rungs.get(rung)?.steps.get(step)?;
                *used = used.saturating_add(1);
                Some((StepAt { route: visit.route, rung, step }, resolved))
            });
            let Some((at, step)) = taken else {
                let route = visit.route;
                self.note(Passed::Left(route, symptom));
                symptom = self.leave(symptom);
                continue;
            };
            if is_run {
                visit.share(route, at, step);
            }
            match Move::of(step) {
                Move::Control => self.note(Passed::Control(at)),
                Move::Hop(Leg::Nowhere(_)) if is_run => self.note(Passed::Control(at)),
                Move::Hop(Leg::Nowhere(_)) => {}
                Move::Stop => {
                    self.note(Passed::Stopped(at));
                    symptom = self.leave(symptom);
                }
                Move::Repeat(backoff) => {
                    let left = u64::from(backoff.attempts.get());
                    if backoff.per_target {
                        visit.spend(route);
                    }
                    visit.repeat = Some(Repeat { at, left, wait: backoff.wait(0) });
                    visit.refused = 0;
                }
                Move::NextKeys(times) => {
                    let spare = visit.call.map_or(0, |call| call.spare_keys(table));
                    match further_keys(times, spare) {
                        0 => self.note(Passed::NoKeyLeft(at)),
                        left => visit.repeat = Some(Repeat { at, left, wait: 0 }),
                    }
                }
                Move::Again => return Next::Call { wait: 0, by: Some(at) },
                Move::Longer(cap) => {
                    visit.call = visit.call.map(|call| call.longer(cap));
                    return Next::Call { wait: 0, by: Some(at) };
                }
                Move::Through(egress) => {
                    visit.through(egress);
                    return Next::Call { wait: 0, by: Some(at) };
                }
                Move::Hop(Leg::Target(target)) => match visit.first_call(table, *target) {
                    Some(call) => {
                        visit.call = Some(call);
                        return Next::Call { wait: 0, by: Some(at) };
                    }
                    None => self.note(Passed::Control(at)),
                },
                Move::Hop(Leg::Route(to)) => {
                    visit.on = symptom;
                    if step.step.hands_over() {
                        self.visits.pop();
                    }
                    self.visits.push(Visit::new(*to));
                    return Next::Visit { route: *to, by: at };
                }
            }
        }
        Next::Failed(symptom)
    }

    /// The visit that just began ended without an answer, whoever found that out: what the one around it does next.
    pub fn leave_visit(&mut self) -> Next {
        let outer = self.leave(Symptom::Any);
        self.fail(outer)
    }

    /// Ends the innermost visit. The one around it goes on with its next step for the symptom it was handling: a
    /// visit of another route is a call, not a jump.
    fn leave(&mut self, symptom: Symptom) -> Symptom {
        self.visits.pop();
        self.visits.last().map_or(symptom, |outer| outer.on)
    }

    fn note(&mut self, passed: Passed) {
        if let Some(log) = &mut self.passed {
            log.push(passed);
        }
    }
}

impl State {
    /// The visits under way, outermost first.
    pub fn standing(&self) -> impl Iterator<Item = Standing<'_>> {
        self.0.iter().map(|visit| Standing {
            route: visit.route,
            used: &visit.used,
            call: visit.call.as_ref(),
            repeat: visit.repeat.map(|repeat| (repeat.at, repeat.left)),
        })
    }

    /// How many visits are under way.
    pub fn depth(&self) -> usize {
        self.0.len()
    }
}

impl Visit {
    fn new(route: RouteId) -> Self {
        Self { route, used: [0; RUNGS], call: None, repeat: None, on: Symptom::Any, refused: 0 }
    }

    /// The next call of a step that makes several.
    fn again(&mut self, route: &RouteNode) -> Option<Next> {
        let repeat = self.repeat.as_mut()?;
        let (at, wait) = (repeat.at, repeat.wait);
        repeat.left = repeat.left.saturating_sub(1);
        match route.rungs.get(at.rung)?.steps.get(at.step).map(Move::of)? {
            Move::Repeat(backoff) => {
                let made = u64::from(backoff.attempts.get()).saturating_sub(repeat.left);
                repeat.wait = backoff.wait(made);
            }
            Move::NextKeys(_) => {
                if let Some(call) = &mut self.call {
                    call.key += 1;
                }
            }
            Move::Again | Move::Longer(_) | Move::Through(_) | Move::Hop(_) | Move::Control | Move::Stop => {}
        }
        if repeat.left == 0 {
            self.repeat = None;
        }
        Some(Next::Call { wait, by: Some(at) })
    }

    /// Whether the step in progress is for a symptom that takes this rung: its own, or one whose backoff counts the calls
    /// of the target too.
    fn goes_on(&self, route: &RouteNode, repeat: Repeat, rung: Option<usize>) -> bool {
        let counts = |rung: usize, step: usize| {
            let steps = route.rungs.get(rung).map(|rung| rung.steps.as_slice());
            steps.and_then(|steps| steps.get(step)).is_some_and(|step| step.step.counts_per_target())
        };
        let used = |rung: usize| self.used.get(rung).map_or(0, |used| usize::from(*used));
        rung.is_some_and(|rung| {
            let last = used(rung).checked_sub(1);
            rung == repeat.at.rung
                || (counts(repeat.at.rung, repeat.at.step) && last.is_some_and(|last| counts(rung, last)))
        })
    }

    /// A backoff that counts the calls of the target begins: those of the other rungs are not taken any more.
    fn spend(&mut self, route: &RouteNode) {
        for (rung, used) in route.rungs.iter().zip(&mut self.used) {
            if rung.steps.get(usize::from(*used)).is_some_and(|step| step.step.counts_per_target()) {
                *used = used.saturating_add(1);
            }
        }
    }

    fn through(&mut self, egress: Option<EgressId>) {
        if let Some(call) = &mut self.call {
            call.egress = egress.or(call.egress);
        }
    }
}

/// A symptom that takes a rung; none for the `any` of a route that has steps for every symptom.
pub fn shows(route: &RouteNode, rung: usize) -> Option<Symptom> {
    route.rungs.get(rung).and_then(|rung| route.symptoms_of(rung).next())
}

/// The rung that a symptom takes: its own, else that of `any`.
pub(super) fn rung_for(route: &RouteNode, symptom: Symptom) -> Option<usize> {
    let own = |wanted: Symptom| route.rungs.iter().position(|rung| rung.symptom == wanted);
    own(symptom).or_else(|| own(Symptom::Any))
}

/// The targets of a route that answer when nothing fails, each with its part of a total. Weights that are all 0 say
/// nothing, so each target gets the same.
pub fn shares(route: &RouteNode) -> impl Iterator<Item = (&PoolMember, u64, u64)> {
    let total: u64 = route.preferred().map(|member| member.weight).sum();
    let count = u64::try_from(route.preferred().count()).unwrap_or(u64::MAX);
    route.preferred().map(move |member| if total == 0 { (member, 1, count) } else { (member, member.weight, total) })
}

/// The target that most requests of a route are sent to; the first of several alike.
pub fn usual(route: &RouteNode) -> Option<TargetId> {
    let heaviest = route.preferred().map(|member| member.weight).max()?;
    route.preferred().find(|member| member.weight == heaviest).map(|member| member.target)
}
