//! A slow, obvious reading of what a request does, on small random tables.

#![expect(
    clippy::indexing_slicing,
    clippy::unreachable,
    clippy::wildcard_enum_match_arm,
    reason = "a reference is read, not trusted with input: plain beats safe"
)]

use std::fmt::Write;

use proptest::prelude::*;
use routec::driver::Outcome;
use routec::model::{Step, Symptom, Table};

use crate::support::run;

/// A small random table: routes only fall back to later routes, so that every walk ends.
#[derive(Clone, Debug)]
pub(crate) struct Small {
    pub(crate) targets: Vec<(u8, u8, u16)>,
    pub(crate) routes: Vec<(Vec<u8>, [Vec<u8>; 3], u16)>,
    pub(crate) limits: [u16; 3],
}

const SYMPTOMS: [&str; 3] = ["rate-limit", "timeout", "any"];

pub(crate) fn small() -> impl Strategy<Value = Small> {
    let target = (0u8..3, 1u8..4, 1u16..60);
    let rung = || proptest::collection::vec(0u8..40, 0..4);
    let route = (proptest::collection::vec(0u8..4, 1..3), [rung(), rung(), rung()], 0u16..200);
    (proptest::collection::vec(target, 4), proptest::collection::vec(route, 1..4), [50u16..300, 50..300, 50..300])
        .prop_map(|(targets, routes, limits)| Small { targets, routes, limits })
}

impl Small {
    pub(crate) fn yaml(&self) -> String {
        let mut out = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\n\
            providers: {p0: {}, p1: {}, p2: {}}\negress: {direct: {}, proxy: {}}\n\
            accounts: {a0: {provider: p0}, a1: {provider: p1}, a2: {provider: p2}}\nkeys:\n"
            .to_owned();
        for key in 0..3 {
            for spare in 0..3 {
                let limit = self.limits[key];
                let _ = writeln!(
                    out,
                    "  k{key}{spare}: {{account: a{key}, secret: \"env:K\", limits: {{requestsPerMinute: {limit}}}}}"
                );
            }
        }
        out.push_str("targets:\n");
        for (number, (provider, keys, timeout)) in self.targets.iter().enumerate() {
            let keys: Vec<String> = (0..*keys).map(|spare| format!("k{provider}{spare}")).collect();
            let _ = writeln!(
                out,
                "  t{number}: {{model: m/x{number}, provider: p{provider}, keys: [{}], egress: [direct, proxy], timeout: {timeout}s}}",
                keys.join(", ")
            );
        }
        out.push_str("routes:\n");
        for (number, (pool, rungs, peak)) in self.routes.iter().enumerate() {
            let mut members: Vec<u8> = pool.clone();
            members.sort_unstable();
            members.dedup();
            let pool: Vec<String> = members.iter().map(|target| format!("{{target: t{target}}}")).collect();
            let _ = writeln!(
                out,
                "  r{number}:\n    audience: {{teams: [x], environments: [prod]}}\n    data: [d{}]",
                number % 2
            );
            let _ = writeln!(
                out,
                "    traffic: {{requestsPerMonth: 1000, peakRequestsPerMinute: {peak}, inputTokens: 10, outputTokens: 10}}"
            );
            let _ = writeln!(out, "    pool: [{}]\n    failover:", pool.join(", "));
            for (symptom, steps) in SYMPTOMS.iter().zip(rungs) {
                let mut steps: Vec<String> = steps.iter().map(|step| self.step(number, *step)).collect();
                if steps.is_empty() {
                    steps.push("{stop: {}}".to_owned());
                }
                let _ = writeln!(out, "      {symptom}: [{}]", steps.join(", "));
            }
        }
        out
    }

    fn step(&self, route: usize, step: u8) -> String {
        match step % 10 {
            0 => "{backoff: {initial: 1s, factor: 2, max: 3s, attempts: 2}}".to_owned(),
            1 => "{next-key: {}}".to_owned(),
            2 => "{lower-concurrency: {to: 50%}}".to_owned(),
            3 => "{raise-timeout: {to: 30s}}".to_owned(),
            4 => "{switch-egress: {to: proxy}}".to_owned(),
            5 => "{check: {runbook: x, owner: y}}".to_owned(),
            6 => "{next-key: {times: 1}}".to_owned(),
            7 | 8 if route + 1 < self.routes.len() => {
                format!("{{fallback: {{route: r{}}}}}", route + 1 + usize::from(step) % (self.routes.len() - route - 1))
            }
            _ => format!("{{fallback: {{target: t{}}}}}", step % 4),
        }
    }
}

/// What a request did: its calls as (target, key number, timeout in ms, egress), the waits before each, and whether it was answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Walked {
    pub(crate) calls: Vec<(usize, usize, u64, usize)>,
    pub(crate) waited: Vec<u64>,
    pub(crate) answered: bool,
}

/// The page of the language, word by word: a visit takes the next unused step for the symptom that shows.
fn visit(
    table: &Table,
    route: usize,
    choose: &mut dyn FnMut(usize, usize) -> usize,
    shown: &mut dyn FnMut(usize, usize) -> Option<Symptom>,
    walked: &mut Walked,
) -> Option<Symptom> {
    let node = table.routes.values().nth(route).unwrap();
    let mut used = vec![0usize; node.rungs.len()];
    let mut at = (node.pool[choose(route, node.pool.len())].target.number(), 0usize, 0usize);
    let timeout_of = |target: usize| table.targets.values().nth(target).unwrap().doc.timeout.as_ref().unwrap().value.0;
    let mut timeout = timeout_of(at.0);
    let call = |at: (usize, usize, usize),
                timeout: u64,
                wait: u64,
                walked: &mut Walked,
                shown: &mut dyn FnMut(usize, usize) -> Option<Symptom>| {
        walked.calls.push((at.0, at.1, timeout, at.2));
        walked.waited.push(wait);
        let failed = shown(at.0, at.1);
        walked.answered |= failed.is_none();
        failed
    };
    let mut failed = call(at, timeout, 0, walked, shown)?;
    loop {
        let own = node.rungs.iter().position(|rung| rung.symptom == failed);
        let rung = own.or_else(|| node.rungs.iter().position(|rung| rung.symptom == Symptom::Any));
        let Some(rung) = rung else { return Some(failed) };
        let Some(step) = node.rungs[rung].steps.get(used[rung]) else { return Some(failed) };
        used[rung] += 1;
        let same_rung = |symptom: Symptom| {
            let own = node.rungs.iter().position(|other| other.symptom == symptom);
            own.or_else(|| node.rungs.iter().position(|other| other.symptom == Symptom::Any)) == Some(rung)
        };
        match &step.step {
            Step::Backoff(backoff) => {
                for number in 0..u64::from(backoff.attempts.get()) {
                    let wait = [1000, 2000, 3000, 3000][usize::try_from(number).unwrap()];
                    failed = call(at, timeout, wait, walked, shown)?;
                    if !same_rung(failed) {
                        break;
                    }
                }
            }
            Step::NextKey(times) => {
                let keys = table.targets.values().nth(at.0).unwrap().keys.len();
                let mut left = times.map_or(usize::MAX, |times| usize::try_from(times).unwrap());
                while left > 0 && at.1 + 1 < keys {
                    left -= 1;
                    at.1 += 1;
                    failed = call(at, timeout, 0, walked, shown)?;
                    if !same_rung(failed) {
                        break;
                    }
                }
            }
            Step::LowerConcurrency(_) | Step::SwitchEgress(_) => {
                at.2 |= usize::from(step.step.word() == "switch-egress");
                failed = call(at, timeout, 0, walked, shown)?;
            }
            Step::RaiseTimeout(cap) => {
                timeout = timeout.max(cap.unwrap().0);
                failed = call(at, timeout, 0, walked, shown)?;
            }
            Step::Fallback(_) => match &step.leg.as_ref().unwrap().0 {
                routec::model::Leg::Target(target) => {
                    at = (target.number(), 0, 0);
                    timeout = timeout_of(at.0);
                    failed = call(at, timeout, 0, walked, shown)?;
                }
                routec::model::Leg::Route(to) => _ = visit(table, to.number(), choose, shown, walked)?,
                routec::model::Leg::Nowhere(_) => unreachable!(),
            },
            Step::Stop => return Some(failed),
            _ => {}
        }
    }
}

/// One walk; every visit of a route takes the same pool target, which two bits of `pool` choose.
pub(crate) fn walked(
    table: &Table,
    route: usize,
    pool: usize,
    mut shown: impl FnMut(usize, usize) -> Option<Symptom>,
) -> Walked {
    let mut walked = Walked::default();
    visit(table, route, &mut |route, len| (pool >> (2 * route)) % len, &mut shown, &mut walked);
    walked
}

/// The walks of every choice of pool targets, each visit choosing for itself; pools have two targets at most.
pub(crate) fn walks(
    table: &Table,
    route: usize,
    mut shown: impl FnMut(usize, usize) -> Option<Symptom>,
) -> Vec<Walked> {
    let (mut walks, mut most) = (Vec::new(), 1);
    while walks.len() < 1 << most {
        let (mut visits, mut walked) = (0, Walked::default());
        let mut choose = |_, len| {
            visits += 1;
            (walks.len() >> (visits - 1)) % len
        };
        visit(table, route, &mut choose, &mut shown, &mut walked);
        most = visits.max(most);
        walks.push(walked);
    }
    walks
}

impl Walked {
    pub(crate) fn time(&self) -> u64 {
        self.calls.iter().map(|(_, _, timeout, _)| timeout).sum::<u64>() + self.waited.iter().sum::<u64>()
    }

    pub(crate) fn last_start(&self) -> u64 {
        self.time() - self.calls.last().unwrap().2
    }
}

pub(crate) fn checked(small: &Small) -> Outcome {
    run(&[small.yaml().as_bytes()]).1
}
