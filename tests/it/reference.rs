//! The quick answers held against the slow, obvious walk, on small random tables.

#![expect(
    clippy::string_slice,
    clippy::as_conversions,
    reason = "a reference is read, not trusted with input: plain beats safe"
)]

use std::fmt::Write;

use proptest::prelude::*;
use routec::contingency::{Element, Failure, Network, WHOLE};
use routec::graph::{Bounds, Case};
use routec::model::{Percent, Symptom};
use routec::policy::{Offer, members};

use crate::support::run;
use crate::walk::{Small, Walked, checked, small, walked, walks};

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
                let walks = walks(table, id.number(), |_, _| Some(symptom));
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
                    let unanswered = walks(table, id.number(), down).iter().any(|walk| !walk.answered);
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
                    route.doc.data.iter().any(|class| !outcome.law.grants.allow(member, Some(class.value.as_str()), &offer))
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
