//! Requests that differ only by which of several equal deployments is which are one; nothing that is said changes by it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use routec::claims::{Answer, ListsAsked, Property, prove_lists};
use routec::contingency::{Element, Failure as Fails, Lists, Network, WHOLE};
use routec::litellm::{Ending, Era, Failure, Pending, Space, Spaces, To, Walk};
use routec::model::{Percent, Symptom, Table};

use crate::claims::{answer, folder, routec};
use crate::support::run;

/// A small random file with pools of deployments that are mostly equal.
#[derive(Clone, Debug)]
struct Pools {
    /// For each deployment its group, its weight, its order and its timeout.
    deployments: Vec<(u8, u8, u8, u8)>,
    /// Whose lists lead where.
    lists: Vec<(u8, Vec<u8>)>,
    retries: u8,
    allowed: u8,
    /// Which of the settings that look at single deployments are on.
    settings: u8,
}

fn pools() -> impl Strategy<Value = Pools> {
    let deployments = proptest::collection::vec((0u8..2, 0u8..9, 0u8..12, 0u8..8), 2..5);
    let lists = proptest::collection::vec((0u8..2, proptest::collection::vec(0u8..4, 0..3)), 0..3);
    (deployments, lists, 0u8..3, 0u8..5, 0u8..6).prop_map(|(deployments, lists, retries, allowed, settings)| Pools {
        deployments,
        lists,
        retries,
        allowed,
        settings,
    })
}

/// Two groups, the model of a deployment that is mostly not there, and the id of another.
const NAMES: [&str; 4] = ["A", "B", "m/2", "one"];

impl Pools {
    fn table(&self) -> Table {
        let mut text = "model_list:\n  - {model_name: A, litellm_params: {model: m/0}}\n".to_owned();
        for (number, (group, weight, order, timeout)) in self.deployments.iter().enumerate() {
            let weight = if *weight < 2 { format!(", weight: {weight}") } else { String::new() };
            let order = if *order < 2 { format!(", order: {order}") } else { String::new() };
            let timeout = if *timeout == 0 { ", timeout: 9" } else { "" };
            let id = if number == 1 { ", model_info: {id: one}" } else { "" };
            let params = format!("{{model: m/{}{weight}{order}{timeout}}}", number % 3);
            let group = NAMES[usize::from(*group)];
            let _ = writeln!(text, "  - {{model_name: {group}, litellm_params: {params}{id}}}");
        }
        let entries = self.lists.iter().map(|(key, targets)| {
            let targets: Vec<&str> = targets.iter().map(|target| NAMES[usize::from(*target)]).collect();
            format!("{{{}: [{}]}}", NAMES[usize::from(*key)], targets.join(", "))
        });
        let entries: Vec<String> = entries.collect();
        let _ = writeln!(text, "router_settings:\n  num_retries: {}\n  max_fallbacks: 1", self.retries);
        let _ = writeln!(text, "  fallbacks: [{}]", entries.join(", "));
        if self.allowed < 2 {
            let _ = writeln!(text, "  allowed_fails: {}", self.allowed);
        }
        match self.settings {
            0 => text.push_str("  enable_weighted_failover: true\n"),
            1 => text.push_str("litellm_settings: {num_retries_per_request: 3}\n"),
            2 => text.push_str("  retry_policy: {BadRequestErrorRetries: 2}\n"),
            _ => {}
        }
        run(&[text.as_bytes()]).1.tables.into_iter().next().unwrap()
    }
}

const ENDS: [Option<Failure>; 4] =
    [Some(Failure::Status(500)), Some(Failure::Status(429)), Some(Failure::Status(400)), None];

const MANY: usize = 1_500;

/// The most calls from a place on.
fn longest(space: &Space<'_>, to: To, known: &mut BTreeMap<usize, u64>) -> u64 {
    let Some((place, spot)) = to.place().and_then(|place| Some((place, space.spot(place)?))) else { return 0 };
    if let Some(known) = known.get(&place) {
        return *known;
    }
    let rest = spot.ways.iter().map(|way| longest(space, way.to, known)).max().unwrap_or(0);
    known.insert(place, rest + u64::from(spot.calls.is_some()));
    rest + u64::from(spot.calls.is_some())
}

/// Every deployment that is called.
fn called(space: &Space<'_>) -> BTreeSet<usize> {
    let calls = (0..space.len()).filter_map(|place| space.spot(place)?.calls);
    calls.flat_map(|deployment| space.all_like(deployment)).collect()
}

/// A part of a whole, to nine digits.
fn ratio(part: u64, whole: u64) -> f64 {
    let billionths = u128::from(part) * 1_000_000_000 / u128::from(whole);
    f64::from(u32::try_from(billionths).unwrap()) / 1e9
}

/// Who answers which part of the requests from a walk on, each followed by itself; `None` after too many.
fn shares(walk: &Walk<'_>, shows: &dyn Fn(usize) -> Option<Failure>, left: &mut usize) -> Option<BTreeMap<usize, f64>> {
    *left = left.checked_sub(1)?;
    let mut next = walk.clone();
    match walk.pending() {
        Pending::Ended(Ending::Answered(deployment)) => Some(BTreeMap::from([(deployment, 1.0)])),
        Pending::Ended(_) => Some(BTreeMap::new()),
        Pending::Call(deployment) => {
            next.call(shows(deployment));
            shares(&next, shows, left)
        }
        Pending::Pick => {
            let all: Vec<(usize, u64)> = walk.weighed().collect();
            let total: u64 = all.iter().map(|(_, weight)| weight).sum();
            let mut sum: BTreeMap<usize, f64> = BTreeMap::new();
            for (picked, weight) in all {
                let mut next = walk.clone();
                next.pick(Some(picked));
                for (deployment, share) in shares(&next, shows, left)? {
                    *sum.entry(deployment).or_default() += share * ratio(weight, total);
                }
            }
            Some(sum)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_deployments_are_one_to_questions(pools in pools(), most in 0u64..8) {
        let table = pools.table();
        for era in Era::ALL {
            let lists = Lists::new(&table, era).unwrap();
            let spaces = Spaces::new(&lists.router);
            let ends = |_: usize| ENDS.to_vec();
            for name in ["A", "one"] {
                let apart = spaces.explore(name, &ends, |deployment| deployment);
                // Larger ones take long to go through apart, and show nothing that small ones do not.
                if !apart.is_whole || apart.len() > MANY {
                    continue;
                }
                let merged = spaces.explore(name, &ends, |_| ());
                prop_assert!(merged.is_whole && merged.len() <= apart.len());
                let [a, m] = [&apart, &merged].map(|space| longest(space, space.start, &mut BTreeMap::new()));
                prop_assert_eq!(a, m, "{:?} {}", era, name);
                prop_assert_eq!(called(&apart), called(&merged), "{:?} {}", era, name);
            }
            let anything = spaces.anything();
            let apart = spaces.explore("A", &|_| anything.clone(), |deployment| deployment);
            if !apart.is_whole || apart.len() > MANY {
                continue;
            }
            let prove = |property: &Property| prove_lists(&lists, &["A"], property, &ListsAsked::Anything);
            // A verdict is the one of all places, and what refutes is a request that LiteLLM could make.
            let breaks = longest(&apart, apart.start, &mut BTreeMap::new()) > most;
            let verdict = prove(&Property::AttemptsAtMost(most));
            prop_assert_eq!(matches!(&verdict, Answer::Refuted(_)), breaks, "{:?}", era);
            prop_assert!(!matches!(&verdict, Answer::Undecided(_)));
            let called = called(&apart);
            for deployment in 0..lists.routing().deployments.len() {
                let target = lists.target(deployment).unwrap();
                let verdict = prove(&Property::NeverReaches(Element::Target(target)));
                prop_assert_eq!(matches!(&verdict, Answer::Refuted(_)), called.contains(&deployment), "{:?}", era);
                prop_assert!(!matches!(&verdict, Answer::Undecided(_)));
            }
        }
    }

    #[test]
    fn equal_deployments_share_what_comes_to_them(pools in pools(), failing in 0usize..6, whole in any::<bool>()) {
        let table = pools.table();
        for era in Era::ALL {
            let lists = Lists::new(&table, era).unwrap();
            let down = lists.target(failing % lists.routing().deployments.len()).unwrap();
            let element = match table.targets[down].provider.filter(|_| whole) {
                Some(provider) => Element::Provider(provider),
                None => Element::Target(down),
            };
            let fails = [Fails { element, symptom: Symptom::Overloaded }];
            let network = Network::of_lists(&lists, Percent(0));
            let outage = network.fail(&fails);
            let shows = |deployment: usize| lists.shows(&fails, deployment);
            for moved in outage.moved(&network) {
                let name = table.routes[moved.route].name.value.as_str();
                let first = (0..lists.routing().deployments.len()).find(|at| lists.target(*at) == Some(moved.from));
                let mut walk = lists.router.enter(name, 1_000);
                walk.pick(first);
                let Some(slow) = shares(&walk, &shows, &mut 3_000) else { continue };
                let mut found: BTreeMap<_, f64> = BTreeMap::new();
                for answer in &moved.answers {
                    *found.entry(answer.target).or_default() += ratio(answer.share, WHOLE);
                }
                for (deployment, share) in slow {
                    let target = lists.target(deployment).unwrap();
                    let share_found = found.get(&target).copied().unwrap_or(0.0);
                    prop_assert!((share_found - share).abs() < 1e-4, "{era:?} {name}: {share_found} {share}");
                }
            }
        }
    }
}

/// A pool of six deployments with several retries, of which some are of another provider.
fn large() -> String {
    let mut text = "model_list:\n".to_owned();
    for number in 0..6 {
        let provider = if number < 4 { "openai" } else { "azure" };
        let params = format!("{{model: {provider}/chat, api_key: os.environ/K{number}, timeout: 10}}");
        let _ = writeln!(text, "  - {{model_name: chat, litellm_params: {params}}}");
    }
    text.push_str("  - {model_name: spare, litellm_params: {model: gemini/spare, timeout: 10}}\n");
    text.push_str("router_settings: {num_retries: 4, fallbacks: [{chat: [spare]}]}\n");
    text
}

#[test]
fn a_large_pool_of_equals_is_decided_and_shown_again() {
    let folder = folder("again-alike", &[("c.yaml", &large())]);
    let bin = Path::new(env!("CARGO_BIN_EXE_routec")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    for release in ["1.92", "1.101", "1.109"] {
        let gateway = format!("litellm@{release}");
        let ask = |rest: &[&str]| routec(&folder, &[rest, &["--gateway", &gateway, "--format", "json"]].concat());
        let bounds = answer(&ask(&["bounds", "c.yaml"]));
        for bound in bounds["routes"][0]["bounds"].as_array().unwrap() {
            assert!(bound["attempts"].is_u64(), "{release} {bound}");
        }
        let refuted: [&[&str]; 3] = [
            &["--never-reaches", "provider:gemini", "--anything"],
            &["--never-reaches", "target:azure/chat (2)", "--anything"],
            &["--attempts-at-most", "6", "--anything"],
        ];
        for property in refuted {
            let output = ask(&[&["prove", "c.yaml", "--route", "chat"], property].concat());
            assert_eq!(output.status.code(), Some(6), "{release} {property:?}");
            let refuted = answer(&output);
            assert_eq!(refuted["verdict"], "refuted", "{release} {property:?}: {refuted}");
            let line = format!("{} --format json", refuted["again"].as_str().unwrap());
            let again =
                Command::new("sh").arg("-c").arg(&line).current_dir(&folder).env("PATH", &path).output().unwrap();
            assert_eq!(answer(&again), refuted["request"], "{line}");
        }
        let failed = answer(&ask(&["whatif", "c.yaml", "--fail", "provider:openai=auth"]));
        assert_eq!(failed["undecided"].as_array().map_or(0, Vec::len), 0, "{release}");
    }
}
