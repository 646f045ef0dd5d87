//! What is said of all requests to a LiteLLM file, held against following every one of them, on small random files.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use routec::claims::{Answer, ListsAsked, ListsCase, Property, bounds_of_lists, prove_lists};
use routec::contingency::{Element, Lists};
use routec::litellm::{Era, Failure, Pending, Space, Spaces, To, Walk};
use routec::model::{Duration, Table};

use crate::claims::{answer, folder, routec};
use crate::support::run;

/// A small random file.
#[derive(Clone, Debug)]
struct Small {
    /// For each deployment its group, its order, its weight and its timeout.
    deployments: Vec<(u8, u8, u8, u8)>,
    /// For each list its entries: whose they are, and where they lead.
    lists: [Vec<(u8, Vec<u8>)>; 2],
    numbers: (u8, u8, u8, u8),
}

fn small() -> impl Strategy<Value = Small> {
    let list = || proptest::collection::vec((0u8..4, proptest::collection::vec(0u8..4, 0..3)), 0..3);
    let deployments = proptest::collection::vec((0u8..3, 0u8..6, 0u8..6, 1u8..9), 1..4);
    (deployments, [list(), list()], (0u8..2, 0u8..3, 0u8..8, 0u8..6)).prop_map(|(deployments, lists, numbers)| Small {
        deployments,
        lists,
        numbers,
    })
}

const NAMES: [&str; 4] = ["A", "B", "C", "typo"];

impl Small {
    fn table(&self) -> Table {
        let mut text = "model_list:\n  - {model_name: A, litellm_params: {model: first, timeout: 3}}\n".to_owned();
        for (number, (group, order, weight, timeout)) in self.deployments.iter().enumerate() {
            let order = if *order < 2 { format!(", order: {order}") } else { String::new() };
            let weight = if *weight < 3 { format!(", weight: {weight}") } else { String::new() };
            let group = NAMES[usize::from(*group)];
            let params = format!("{{model: m{number}, timeout: {timeout}{order}{weight}}}");
            let _ = writeln!(text, "  - {{model_name: {group}, litellm_params: {params}}}");
        }
        let (retries, depth, cap, allowed) = self.numbers;
        let _ = writeln!(text, "router_settings:\n  num_retries: {retries}\n  max_fallbacks: {depth}");
        if allowed < 3 {
            let _ = writeln!(text, "  allowed_fails: {allowed}\n  retry_policy: {{BadRequestErrorRetries: 1}}");
        }
        for (setting, list) in ["fallbacks", "context_window_fallbacks"].iter().zip(&self.lists) {
            let entries = list.iter().map(|(key, targets)| {
                let targets: Vec<&str> = targets.iter().map(|target| NAMES[usize::from(*target)]).collect();
                format!("{{{}: [{}]}}", NAMES[usize::from(*key)], targets.join(", "))
            });
            let _ = writeln!(text, "  {setting}: [{}]", entries.collect::<Vec<_>>().join(", "));
        }
        if cap < 3 {
            let _ = writeln!(text, "litellm_settings: {{num_retries_per_request: {cap}}}");
        }
        run(&[text.as_bytes()]).1.tables.into_iter().next().unwrap()
    }
}

/// How calls end where every request is followed: few enough ways that all of them are.
const ENDS: [Option<Failure>; 5] = [
    Some(Failure::Status(500)),
    Some(Failure::Status(429)),
    Some(Failure::Status(404)),
    Some(Failure::ContextWindow),
    None,
];

/// Calls and milliseconds at most.
type Most = (u64, u64);

/// Follows every request from a walk on, one by one; `None` after too many.
fn slowly(lists: &Lists<'_>, walk: &Walk<'_>, left: &mut usize) -> Option<Most> {
    *left = left.checked_sub(1)?;
    let nexts: Vec<(Walk<'_>, Most)> = match walk.pending() {
        Pending::Ended(_) => return Some((0, 0)),
        Pending::Pick => {
            walk.among().iter().map(|picked| (after(walk, |walk| walk.pick(Some(*picked))), (0, 0))).collect()
        }
        Pending::Call(deployment) => ENDS
            .iter()
            .map(|end| {
                let next = after(walk, |walk| walk.call(*end));
                let time = lists.longest(deployment) + next.waited();
                (next, (1, time))
            })
            .collect(),
    };
    nexts.iter().try_fold((0, 0), |most: Most, (next, own)| {
        let rest = slowly(lists, next, left)?;
        Some((most.0.max(rest.0 + own.0), most.1.max(rest.1 + own.1)))
    })
}

fn after<'w>(walk: &Walk<'w>, change: impl FnOnce(&mut Walk<'w>)) -> Walk<'w> {
    let mut next = walk.clone();
    change(&mut next);
    next
}

/// The longest way through a space.
fn longest(lists: &Lists<'_>, space: &Space<'_>, to: To) -> Most {
    let Some(spot) = to.place().and_then(|place| space.spot(place)) else { return (0, 0) };
    let own = spot.calls.map_or((0, 0), |deployment| (1, lists.longest(deployment)));
    spot.ways.iter().fold((0, 0), |most: Most, way| {
        let rest = longest(lists, space, way.to);
        (most.0.max(rest.0 + own.0), most.1.max(rest.1 + own.1 + way.waited))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_space_is_as_long_as_the_longest_request(small in small()) {
        let table = small.table();
        for era in Era::ALL {
            let lists = Lists::new(&table, era).unwrap();
            let spaces = Spaces::new(&lists.router);
            let Some(slow) = slowly(&lists, &lists.router.enter("A", 100), &mut 4_000) else { continue };
            let space = spaces.explore("A", &|_| ENDS.to_vec(), |deployment| lists.longest(deployment));
            prop_assert!(space.is_whole);
            prop_assert_eq!(longest(&lists, &space, space.start), slow, "{:?}", era);
            // More ways to fail never make less of it.
            let bound = bounds_of_lists(&lists, &spaces, "A", ListsCase::Adversarial).unwrap();
            prop_assert!(bound.attempts.unwrap() >= slow.0 && bound.time.unwrap() >= slow.1);
        }
    }

    #[test]
    fn failures_of_one_kind_are_one_to_litellm(small in small(), seed in proptest::collection::vec(0usize..4, 1..12)) {
        let table = small.table();
        for era in Era::ALL {
            let lists = Lists::new(&table, era).unwrap();
            let kinds = Failure::kinds(era);
            // Where the walk of a failure leads, told by who is called from then on.
            let called = |first: Failure| {
                let mut number = 0;
                let request = lists.router.follow("A", 40, &mut |_, _| {
                    number += 1;
                    let at = seed.len().min(3);
                    if number == at { Some(first) } else { ENDS[seed[number % seed.len()]] }
                }, &mut |among| among.last().copied());
                request.calls().map(|call| call.deployment).collect::<Vec<_>>()
            };
            let known: Vec<Vec<usize>> = kinds.iter().map(|kind| called(*kind)).collect();
            for failure in (400..600).map(Failure::Status) {
                prop_assert!(known.contains(&called(failure)), "{era:?} {failure}");
            }
        }
    }

    #[test]
    fn what_is_refuted_breaks_and_what_is_verified_is_within_the_bounds(small in small(), most in 0u64..8) {
        let table = small.table();
        for era in Era::ALL {
            let lists = Lists::new(&table, era).unwrap();
            let spaces = Spaces::new(&lists.router);
            let bound = bounds_of_lists(&lists, &spaces, "A", ListsCase::Adversarial).unwrap();
            let prove = |property: &Property| prove_lists(&lists, &["A"], property, &ListsAsked::Anything);
            match prove(&Property::AttemptsAtMost(most)) {
                Answer::Verified(_) => prop_assert!(bound.attempts.unwrap() <= most),
                // One call more than allowed, and none beyond.
                Answer::Refuted(found) => { let calls = found.listed.request.calls().count(); prop_assert_eq!(calls, usize::try_from(most + 1).unwrap()) },
                Answer::Undecided(why) => prop_assert!(false, "{}", why),
            }
            let time = bound.time.unwrap();
            prop_assert!(matches!(prove(&Property::EndsWithin(Duration(time))), Answer::Verified(_)));
            if time > 0 {
                prop_assert!(matches!(prove(&Property::EndsWithin(Duration(time - 1))), Answer::Refuted(_)));
            }
            let called: Vec<bool> = table.targets.iter().map(|(target, _)| {
                matches!(prove(&Property::NeverReaches(Element::Target(target))), Answer::Refuted(_))
            }).collect();
            // Whom a plain outage reaches is reached.
            let plain = lists.router.follow("A", 100, &mut |_, _| Some(Failure::Status(500)), &mut |_| None);
            for call in plain.calls() {
                let target = lists.target(call.deployment).unwrap();
                prop_assert!(called[table.targets.iter().position(|(id, _)| id == target).unwrap()]);
            }
        }
    }
}

const CHAT: &str = "model_list:\n\
    \x20 - {model_name: chat, litellm_params: {model: openai/a, api_key: os.environ/A, timeout: 10, weight: 3}}\n\
    \x20 - {model_name: chat, litellm_params: {model: azure/a, api_key: os.environ/B, timeout: 10, weight: 1}}\n\
    \x20 - {model_name: big, litellm_params: {model: gemini/b, api_key: os.environ/C, timeout: 20}}\n\
    router_settings:\n  num_retries: 1\n  fallbacks: [{chat: [big]}]\n  context_window_fallbacks: [{chat: [big]}]\n";

#[test]
fn the_command_that_is_printed_shows_the_same_request_to_litellm() {
    let folder = folder("again-lists", &[("li te's.yaml", CHAT)]);
    let properties: [&[&str]; 8] = [
        &["--never-reaches", "provider:gemini"],
        &["--never-reaches", "target:azure/a", "--anything"],
        &["--never-reaches", "provider:gemini", "--anything", "--gateway", "litellm@1.92"],
        &["--attempts-at-most", "2"],
        &["--attempts-at-most", "3", "--anything"],
        &["--ends-within", "40s", "--anything"],
        &["--answers-within", "60s", "--fail", "provider:openai", "--fail", "provider:gemini=auth"],
        &["--costs-at-most", "0.01 USD", "--anything"],
    ];
    let bin = Path::new(env!("CARGO_BIN_EXE_routec")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    for property in properties {
        let output = routec(&folder, &[&["prove", "li te's.yaml"], property, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(6), "{property:?}");
        let refuted = answer(&output);
        let line = format!("{} --format json", refuted["again"].as_str().unwrap());
        let again = Command::new("sh").arg("-c").arg(&line).current_dir(&folder).env("PATH", &path).output().unwrap();
        assert_eq!(answer(&again), refuted["request"], "{line}");
    }
}

#[test]
fn a_failure_moves_shares_by_weight() {
    let folder = folder("shares-lists", &[("c.yaml", CHAT)]);
    let failed = answer(&routec(&folder, &["whatif", "c.yaml", "--fail", "provider:azure=auth", "--format", "json"]));
    // The share of the deployment that refuses goes to the other one of the group, which is healthy.
    assert_eq!(failed["routes"][0]["from"], "azure/a");
    assert_eq!(failed["routes"][0]["share"], "25%");
    assert_eq!(failed["routes"][0]["answers"][0]["target"], "openai/a");
    let both = [
        "whatif",
        "c.yaml",
        "--fail",
        "provider:azure=timeout",
        "--fail",
        "provider:openai=timeout",
        "--format",
        "json",
    ];
    let failed = answer(&routec(&folder, &both));
    assert_eq!(failed["newlyReached"][0]["target"], "gemini/b");
    assert_eq!(failed["lost"].as_array().unwrap().len(), 0);
}

#[test]
fn cases_are_run_by_litellms_walk() {
    let cases = "apiVersion: routec/v1\nkind: Expectations\ncases:\n\
        \x20 - {name: spare, route: chat, fail: {providers: [openai, azure], with: timeout}, expect: {answers: gemini/b}}\n\
        \x20 - {name: long, route: chat, fail: {with: context-overflow}, expect: {attemptsAtMost: 2}}\n\
        \x20 - {name: wrong, route: chat, fail: {providers: [openai, azure, gemini], with: auth}, expect: {answered: true}}\n";
    let folder = folder("cases-lists", &[("routes/c.yaml", CHAT), ("expectations/e.yaml", cases)]);
    let tested = answer(&routec(&folder, &["test", "routes/c.yaml", "expectations/e.yaml", "--format", "json"]));
    let verdicts: Vec<&str> =
        tested["results"].as_array().unwrap().iter().filter_map(|result| result["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["ok", "ok", "failed"]);
    assert_eq!(tested["results"][3]["coverage"]["targets"], 2);
}
