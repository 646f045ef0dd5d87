//! A slow, obvious reading of what a request does, to hold the quick ones against on small random tables.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unreachable,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "a reference is read, not trusted with input: plain beats safe"
)]

use std::fmt::Write;

use proptest::prelude::*;
use routec::contingency::{Element, Failure, Network, WHOLE};
use routec::driver::Outcome;
use routec::graph::{Bounds, Case};
use routec::model::{Percent, Step, Symptom, Table};
use routec::policy::{Offer, members};

use crate::support::run;

/// A small random table: routes only fall back to later routes, so that every walk ends.
#[derive(Clone, Debug)]
pub(crate) struct Small {
    targets: Vec<(u8, u8, u16)>,
    routes: Vec<(Vec<u8>, [Vec<u8>; 3], u16)>,
    limits: [u16; 3],
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
    fn yaml(&self) -> String {
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
    answered: bool,
}

/// The page of the language, word by word: a visit takes the next unused step for the symptom that shows.
fn visit(
    table: &Table,
    route: usize,
    pool: usize,
    shown: &mut dyn FnMut(usize, usize) -> Option<Symptom>,
    walked: &mut Walked,
) -> Option<Symptom> {
    let node = table.routes.values().nth(route).unwrap();
    let mut used = vec![0usize; node.rungs.len()];
    let mut at = (node.pool[(pool >> (2 * route)) % node.pool.len()].target.number(), 0usize, 0usize);
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
                routec::model::Leg::Route(to) => _ = visit(table, to.number(), pool, shown, walked)?,
                routec::model::Leg::Nowhere(_) => unreachable!(),
            },
            Step::Stop => return Some(failed),
            _ => {}
        }
    }
}

pub(crate) fn walked(
    table: &Table,
    route: usize,
    pool: usize,
    mut shown: impl FnMut(usize, usize) -> Option<Symptom>,
) -> Walked {
    let mut walked = Walked::default();
    visit(table, route, pool, &mut shown, &mut walked);
    walked
}

impl Walked {
    fn time(&self) -> u64 {
        self.calls.iter().map(|(_, _, timeout, _)| timeout).sum::<u64>() + self.waited.iter().sum::<u64>()
    }

    fn last_start(&self) -> u64 {
        self.time() - self.calls.last().unwrap().2
    }
}

pub(crate) fn checked(small: &Small) -> Outcome {
    run(&[small.yaml().as_bytes()]).1
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn persistent_bounds_are_what_the_worst_walk_does(small in small()) {
        let outcome = checked(&small);
        let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
        let price = |target: routec::model::TargetId| Some(u128::try_from(target.number()).unwrap() + 1);
        for symptom in [Symptom::RateLimit, Symptom::Timeout, Symptom::Auth] {
            let bounds = Bounds::new(table, graph, Case::Persistent(symptom), &price);
            for (id, _) in table.routes.iter() {
                let walks: Vec<Walked> =
                    (0..256).map(|pool| walked(table, id.number(), pool, |_, _| Some(symptom))).collect();
                let bound = bounds.get(id).unwrap();
                let most = |of: &dyn Fn(&Walked) -> u64| walks.iter().map(of).max().unwrap();
                prop_assert_eq!(bound.attempts, Ok(most(&|walk| walk.calls.len() as u64)));
                prop_assert_eq!(bound.time, Ok(most(&Walked::time)));
                prop_assert_eq!(bound.last_start, Ok(most(&Walked::last_start)));
                let money = most(&|walk| walk.calls.iter().map(|(target, ..)| *target as u64 + 1).sum());
                prop_assert_eq!(bound.money, Ok(u128::from(money)));
            }
        }
    }

    #[test]
    fn no_adversary_goes_beyond_the_bounds(small in small(), seed in proptest::collection::vec(0usize..3, 64)) {
        let outcome = checked(&small);
        let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
        let bounds = Bounds::new(table, graph, Case::Adversarial, &|_| Some(1));
        let symptoms = [Symptom::RateLimit, Symptom::Timeout, Symptom::Auth];
        for (id, route) in table.routes.iter() {
            for pool in 0..64 {
                let mut number = pool;
                let walk = walked(table, id.number(), pool, |_, _| {
                    number += 1;
                    Some(symptoms[seed[number % seed.len()]])
                });
                let bound = bounds.get(id).unwrap();
                let name = &route.name.value;
                prop_assert!(bound.attempts.unwrap() >= walk.calls.len() as u64, "{} attempts", name);
                prop_assert!(bound.time.unwrap() >= walk.time(), "{} time", name);
                prop_assert!(bound.last_start.unwrap() >= walk.last_start(), "{} last start", name);
                prop_assert!(bound.money.unwrap() >= walk.calls.len() as u128, "{} money", name);
            }
        }
    }

    #[test]
    fn what_walks_reach_is_what_the_graph_reaches(small in small(), seed in proptest::collection::vec(0usize..3, 64)) {
        let outcome = checked(&small);
        let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
        let symptoms = [Symptom::RateLimit, Symptom::Timeout, Symptom::Auth];
        for (id, _) in table.routes.iter() {
            let reached: std::collections::BTreeSet<usize> =
                graph.reach(table, id, |_, _| true).iter().map(|reached| reached.target.number()).collect();
            for pool in 0..64 {
                let mut number = pool;
                let walk = walked(table, id.number(), pool, |_, _| {
                    number += 1;
                    Some(symptoms[seed[number % seed.len()]])
                });
                for (target, ..) in walk.calls {
                    prop_assert!(reached.contains(&target));
                }
            }
        }
    }

    #[test]
    fn an_outage_without_limits_is_what_each_walk_does(small in small()) {
        // Without limits nothing but the failure itself refuses a call.
        let small = Small { limits: [60_000; 3], ..small };
        let outcome = checked(&small);
        let table = &outcome.tables[0];
        let network = Network::new(table, Percent(0));
        for (provider, _) in table.providers.iter() {
            for symptom in [Symptom::Overloaded, Symptom::Timeout] {
                let failure = Failure { element: Element::Provider(provider), symptom };
                let outage = network.fail(&[failure]);
                let lost = outage.lost(&network);
                for (id, route) in table.routes.iter() {
                    let down = |target: usize, _: usize| {
                        let node = table.targets.values().nth(target).unwrap();
                        (node.provider == Some(provider)).then_some(symptom)
                    };
                    // Every choice of pool targets; a route loses all or some of its requests if some walk is not answered.
                    let unanswered = (0..256).any(|pool| !walked(table, id.number(), pool, down).answered);
                    prop_assert_eq!(lost.contains_key(&id), unanswered, "{} {}", route.name.value, symptom.as_str());
                }
            }
        }
    }

    #[test]
    fn load_is_neither_made_nor_destroyed(small in small()) {
        let outcome = checked(&small);
        let table = &outcome.tables[0];
        let network = Network::new(table, Percent(0));
        for (provider, _) in table.providers.iter() {
            let failure = Failure { element: Element::Provider(provider), symptom: Symptom::Overloaded };
            let outage = network.fail(&[failure]);
            let mut carried = vec![0u64; table.keys.len()];
            for moved in outage.moved(&network) {
                let total: u64 = moved.answers.iter().map(|answer| answer.share).sum::<u64>() + moved.lost;
                prop_assert!(total.abs_diff(WHOLE) < WHOLE / 10_000, "{} of {}", total, WHOLE);
                let peak = table.routes[moved.route].doc.traffic.as_ref().unwrap().value.peak_requests_per_minute.unwrap().get();
                for answer in &moved.answers {
                    let load = u128::from(peak) * 1000 * u128::from(moved.share) / u128::from(WHOLE);
                    carried[answer.key.unwrap().number()] +=
                        u64::try_from(load * u128::from(answer.share) / u128::from(WHOLE)).unwrap();
                }
            }
            // What a limit lets through is at most the limit: the fixpoint was reached.
            for (id, key) in table.keys.iter() {
                let limit = key.doc.limits.as_ref().unwrap().requests_per_minute.unwrap().get() * 1000;
                prop_assert!(carried[id.number()] <= limit + limit / 100 + 1000, "{} carries {} of {}", key.name.value, carried[id.number()], limit);
            }
        }
    }

    #[test]
    fn grants_are_what_every_single_question_says(small in small(), allowed in proptest::collection::vec(any::<bool>(), 3), data in any::<bool>()) {
        let providers: Vec<String> = (0..3).filter(|provider| allowed[*provider]).map(|provider| format!("p{provider}")).collect();
        let classes = if data { "[d0, d1]" } else { "[d0]" };
        let policy = format!(
            "apiVersion: routec/v1\nkind: Policy\nmetadata: {{name: p}}\ngrants: [{{id: g, to: {{teams: [x]}}, allow: {{providers: [{}], data: {classes}}}}}]\n",
            providers.join(", ")
        );
        let (_, outcome) = run(&[small.yaml().as_bytes(), policy.as_bytes()]);
        let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
        for (id, route) in table.routes.iter() {
            let refused = graph.reach(table, id, |_, _| true).into_iter().any(|reached| {
                let offer = Offer::new(table, &outcome.catalogue, reached.target);
                members(route).iter().any(|member| {
                    route.doc.data.iter().any(|class| outcome.law.grants.refuse(member, Some(class.value.as_str()), &offer).is_some())
                })
            });
            let by_hand = {
                let own = if data { true } else { route.doc.data[0].value.as_str() == "d0" };
                let reached = graph.reach(table, id, |_, _| true);
                reached.into_iter().any(|reached| {
                    let provider: usize = table.targets[reached.target].doc.provider.value.as_str()[1..].parse().unwrap();
                    !own || !allowed[provider]
                })
            };
            prop_assert_eq!(refused, by_hand);
            // A place that several routes share is one finding; at least one is about what this route reaches.
            let found = outcome.findings.iter().any(|finding| finding.rule.as_str() == "ungranted-hop");
            prop_assert!(!refused || found);
        }
    }
}

/// Routes each of which falls back to the next in two ways: 2⁴¹ − 1 calls, which no walk could ever count.
#[test]
fn a_ladder_of_forty_diamonds_is_answered_at_once() {
    let mut yaml = "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: t, version: 1.0.0}\nproviders: {p: {}}\n\
        targets: {t: {model: m/x, provider: p, timeout: 1s}}\nroutes:\n"
        .to_owned();
    for route in 0..40 {
        let next = route + 1;
        let _ = writeln!(
            yaml,
            "  r{route}: {{pool: [{{target: t}}], failover: {{rate-limit: [{{fallback: {{route: r{next}}}}}], timeout: [{{fallback: {{route: r{next}}}}}], any: [{{stop: {{}}}}]}}}}"
        );
    }
    yaml.push_str("  r40: {pool: [{target: t}], failover: {any: [{stop: {}}]}}\n");
    let (_, outcome) = run(&[yaml.as_bytes()]);
    let (table, graph) = (&outcome.tables[0], &outcome.graphs[0]);
    let first = table.routes.iter().next().unwrap().0;
    let bound = |case| *Bounds::new(table, graph, case, &|_| Some(1)).get(first).unwrap();
    let all = bound(Case::Adversarial);
    assert_eq!((all.attempts, all.money), (Ok((1 << 41) - 1), Ok((1 << 41) - 1)));
    assert_eq!(all.time, Ok(((1 << 41) - 1) * 1000));
    assert_eq!(bound(Case::Persistent(Symptom::Timeout)).attempts, Ok(41));
    let found = outcome.findings.iter().any(|finding| finding.rule.as_str() == "runaway-attempts");
    assert!(found);
}
