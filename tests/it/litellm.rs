//! How LiteLLM walks its lists, release by release. What it really does is asked of it by the scripts in `tests/litellm/`.

use std::fmt::Write;

use routec::litellm::{Ending, Era, Failure, Fault, Release, Router};
use routec::model::{Symptom, Table};

use crate::support::run;

/// A file with a group for every letter, each with one deployment of the same name in lower case.
pub(crate) fn file(groups: &str, settings: &str) -> String {
    let mut text = "model_list:\n".to_owned();
    for group in groups.split(' ') {
        let model = group.to_lowercase();
        let params = format!("{{model: {model:?}, api_key: os.environ/K}}");
        let _ = writeln!(text, "  - {{model_name: {group:?}, litellm_params: {params}}}");
    }
    text.push_str(settings);
    text
}

fn table(groups: &str, settings: &str) -> Table {
    run(&[file(groups, settings).as_bytes()]).1.tables.into_iter().next().unwrap()
}

/// The models called, in order, of a request for `A`.
fn walk(table: &Table, era: Era, mut fate: impl FnMut(&str) -> Option<Failure>) -> (String, Ending) {
    let routing = table.routing.as_ref().unwrap();
    let model = |at: usize| routing.deployments.get(at).unwrap().model.value.as_str();
    let router = Router::new(routing, era);
    let request = router.follow("A", 60, &mut |_, at| fate(model(at)), &mut |_| None);
    let calls: Vec<&str> = request.calls().map(|call| model(call.deployment)).collect();
    (calls.join(" "), request.ending)
}

pub(crate) const DOWN: Option<Failure> = Some(Failure::Status(500));

/// The walk of each era while everything is down.
fn walks(groups: &str, settings: &str) -> [String; 3] {
    let table = table(groups, settings);
    Era::ALL.map(|era| walk(&table, era, |_| DOWN).0)
}

pub(crate) fn lists(lists: &str) -> String {
    format!("router_settings: {{num_retries: 0, {lists}}}\n")
}

#[test]
fn lists_are_walked_as_each_era_does() {
    let cases = [
        (
            "fallbacks: [{A: [B, C, D]}, {B: [E, F]}, {E: [G, H]}]",
            ["a b e g h f c d", "a b e g h f c d", "a b e g c d h f"],
        ),
        ("fallbacks: [{A: [B]}], default_fallbacks: [B, C]", ["a b c b c b", "a b c", "a b"]),
        ("default_fallbacks: [D, E]", ["a d e d e d e d e d", "a d e", "a d e"]),
        ("fallbacks: [{A: [B]}, {B: [A]}]", ["a b a b a b", "a b", "a b"]),
        ("fallbacks: [{A: [B, C]}, {B: [D]}, {C: [D]}]", ["a b d c d", "a b d c", "a b d c"]),
        (
            "fallbacks: [{A: [B]}, {B: [C]}, {C: [D]}, {D: [E]}, {E: [F]}, {F: [G]}]",
            ["a b c d e f", "a b c d e f", "a b c d e f"],
        ),
        ("max_fallbacks: 1, fallbacks: [{A: [B, C, D, E]}, {B: [F]}]", ["a b c d e"; 3]),
        ("max_fallbacks: 0, fallbacks: [{A: [B]}]", ["a"; 3]),
        ("fallbacks: [{A: []}], default_fallbacks: [B]", ["a"; 3]),
        ("fallbacks: [{A: [B]}, {A: [C]}]", ["a b"; 3]),
        ("fallbacks: [{A: [A, B, B]}]", ["a b b", "a b", "a b"]),
    ];
    for (settings, expected) in cases {
        assert_eq!(walks("A B C D E F G H", &lists(settings)), expected, "{settings}");
    }
}

#[test]
fn names_are_found_as_litellm_finds_them() {
    let cases = [
        // An alias is followed once, and has the list of its own name.
        ("model_group_alias: {A: B}, fallbacks: [{B: [C]}]", "b"),
        ("model_group_alias: {A: B}, fallbacks: [{A: [C]}]", "b c"),
        ("model_group_alias: {A: X, X: B}, fallbacks: [{A: [C]}]", "c"),
        // A typo is served by the first of the defaults.
        ("fallbacks: [{A: [typo]}], default_fallbacks: [C]", "a c"),
        ("fallbacks: [{A: [typo, B]}]", "a b"),
        // A deployment is found by its model, and then has no list.
        ("fallbacks: [{A: [b]}, {B: [C]}]", "a b"),
        // Mappings are targets, too.
        ("fallbacks: [{A: [{model: B}, B, {model: B, temperature: 0}]}]", "a b b"),
    ];
    for (settings, expected) in cases {
        assert_eq!(walks("A B C", &lists(settings))[2], expected, "{settings}");
    }
    let wild = |settings: &str| walks("A openai/* openai/gpt-*", &lists(settings))[2].clone();
    // The longer pattern answers; a key with a star in it is compared letter by letter.
    assert_eq!(wild("fallbacks: [{A: [openai/gpt-4o]}, {openai/gpt-*: [B]}]"), "a openai/gpt-*");
    assert_eq!(wild("fallbacks: [{A: [openai/x]}, {openai/x: [openai/gpt-4o]}]"), "a openai/* openai/gpt-*");
    // A key without the provider is that of the name with it.
    assert_eq!(wild("fallbacks: [{A: [openai/x]}, {x: [openai/gpt-4o]}]"), "a openai/* openai/gpt-*");
}

/// The routes of a table, each with where its ladder for a symptom leads.
pub(crate) fn ladders(table: &Table, symptom: Symptom) -> Vec<String> {
    let graph = routec::graph::FailoverGraph::build(table);
    let routes = table.routes.iter().map(|(id, route)| {
        let hops = graph.hops_of(id).iter().map(|hop| graph.hop(*hop)).filter(|hop| hop.symptom == symptom);
        let to: Vec<String> = hops
            .map(|hop| hop.to_route().map_or("?".to_owned(), |to| table.routes[to].name.value.to_string()))
            .collect();
        format!("{}: {}", route.name.value, to.join(" "))
    });
    routes.collect()
}

#[test]
fn the_graph_holds_lists_by_the_name_that_is_asked_for() {
    let cases = [
        // The list of an alias is not that of the group behind it.
        ("model_group_alias: {X: A}, fallbacks: [{X: [B]}, {A: [C]}, {B: [X]}]", "A: C, B: X, C: , X: B"),
        ("model_group_alias: {X: A}, fallbacks: [{A: [C]}, {B: [X]}]", "A: C, B: A, C: "),
        // Nor is that of a model.
        ("fallbacks: [{b: [C]}, {A: [b]}]", "A: b, B: , C: , b: C"),
        ("fallbacks: [{A: [B]}, {A: [C]}], default_fallbacks: [C]", "A: B, B: C, C: "),
    ];
    for (settings, expected) in cases {
        assert_eq!(ladders(&table("A B C", &lists(settings)), Symptom::Any).join(", "), expected, "{settings}");
    }
    let long = |settings: &str| ladders(&table("A B C", &lists(settings)), Symptom::ContextOverflow).join(", ");
    assert_eq!(long("context_window_fallbacks: [{'*': [B, C]}, {B: [A]}]"), "A: B C, B: A, C: B");
    assert_eq!(long("context_window_fallbacks: [{'*': [B]}, {'*': [C]}]"), "A: C, B: C, C: ");
    // A name with a provider has the list of the bare name, and the other way round.
    let names = |settings: &str| ladders(&table("openai/a gpt-4o C", &lists(settings)), Symptom::Any).join(", ");
    assert_eq!(names("fallbacks: [{a: [C]}, {openai/gpt-4o: [C]}]"), "openai/a: C, gpt-4o: C, C: ");
    // A bare name is one of its provider's, and the pattern that says the most answers to it.
    let bare = ladders(&table("A openai/* openai/gpt-*", &lists("fallbacks: [{A: [gpt-4o, o3]}]")), Symptom::Any);
    assert_eq!(bare[0], "A: openai/gpt-* openai/*");
}

#[test]
fn failures_decide_which_list_and_how_often() {
    let settings = "num_retries: 2, fallbacks: [{A: [B]}], context_window_fallbacks: [{C: [B]}]";
    let table = table("A B C", &format!("router_settings: {{{settings}}}\n"));
    let calls = |failure: Failure| walk(&table, Era::Resuming, |model| (model == "a").then_some(failure)).0;
    assert_eq!(calls(Failure::Status(500)), "a a a b");
    assert_eq!(calls(Failure::Status(429)), "a a a b");
    assert_eq!(calls(Failure::Status(403)), "a a a b");
    for once in [400, 401, 402, 404, 422] {
        assert_eq!(calls(Failure::Status(once)), "a b", "{once}");
    }
    // A list for prompts that are too long takes the general one from every group it does not name.
    assert_eq!(calls(Failure::ContextWindow), "a");
    assert_eq!(calls(Failure::ContentPolicy), "a b");
}

#[test]
fn a_star_in_the_lists_of_one_failure_counts_since_1_104() {
    let table = table("A B", &lists("context_window_fallbacks: [{'*': [B]}]"));
    let long = |era| walk(&table, era, |model| (model == "a").then_some(Failure::ContextWindow)).0;
    assert_eq!(Era::ALL.map(long), ["a", "a", "a b"]);
}

/// A group of three deployments.
fn three(params: [&str; 3], settings: &str) -> Table {
    let mut text = "model_list:\n".to_owned();
    for (number, params) in params.iter().enumerate() {
        let _ = writeln!(text, "  - {{model_name: A, litellm_params: {{model: m{number}{params}}}}}");
    }
    text.push_str(settings);
    run(&[text.as_bytes()]).1.tables.into_iter().next().unwrap()
}

#[test]
fn a_group_is_tried_by_order_weight_and_health() {
    let always = |status: u16| move |_: &str| Some(Failure::Status(status));
    let retries = "router_settings: {num_retries: 3}\n";
    let called = |params, settings, status| walk(&three(params, settings), Era::Resuming, always(status)).0;
    // 429 takes each deployment out at once, 500 takes one out after five failures.
    assert_eq!(called(["", "", ""], retries, 429), "m0 m1 m2");
    assert_eq!(called(["", "", ""], "router_settings: {num_retries: 5}\n", 500), "m0 m0 m0 m0 m0 m1");
    // Lower orders first; one without an order never.
    assert_eq!(called([", order: 2", ", order: 1", ""], "router_settings: {num_retries: 0}\n", 500), "m1 m0");
    // One of weight 0 never, as long as another is there.
    assert_eq!(called([", weight: 0", ", weight: 1", ""], "router_settings: {num_retries: 1}\n", 429), "m1 m0");
    let policy = "router_settings: {num_retries: 0, retry_policy: {BadRequestErrorRetries: 1}}\n";
    assert_eq!(called([", order: 1", ", order: 2", ", order: 2"], policy, 400), "m0 m0 m1 m2");
    let own = "router_settings: {num_retries: 0}\n";
    let doubled = three([", order: 1, num_retries: 1", ", order: 2", ", order: 2"], own);
    assert_eq!(walk(&doubled, Era::Resuming, always(500)).0, "m0 m0 m1");
    // Before 1.97 the client tried as often again behind LiteLLM's back.
    assert_eq!(walk(&doubled, Era::Paths, always(500)).0, "m0 m0 m0 m0 m1");
}

#[test]
fn the_other_deployments_of_a_group_can_come_before_its_lists() {
    let settings = "num_retries: 0, enable_weighted_failover: true, fallbacks: [{A: [B]}]";
    let all = [", weight: 1", ", weight: 1", ""];
    let with = |settings: &str, params| {
        let table = three(params, &format!("router_settings: {{{settings}}}\n"));
        Era::ALL.map(|era| walk(&table, era, |_| DOWN).0)
    };
    // Each of those with a weight once; then those without one, which are the only ones left.
    assert_eq!(with(settings, all), ["m0 m1 m2"; 3]);
    assert_eq!(with(settings, [", order: 1", ", order: 1", ", order: 2"]), ["m0 m2"; 3]);
    assert_eq!(with(&format!("{settings}, max_fallbacks: 0"), all), ["m0"; 3]);
    assert_eq!(with(&format!("{settings}, routing_strategy: least-busy"), all), ["m0"; 3]);
    // What failed before is passed over within a group only.
    let table = table("A A2 B", &lists("enable_weighted_failover: true, fallbacks: [{A: [B]}]"));
    assert_eq!(walk(&table, Era::Resuming, |_| DOWN).0, "a b");
}

/// The walks of a request with tags through a group of three deployments while everything is down.
fn tagged(params: [&str; 3], settings: &str, tags: &[&str]) -> [String; 3] {
    let settings = format!("router_settings: {{num_retries: 3, enable_tag_filtering: true{settings}}}\n");
    let table = three(params, &settings);
    Era::ALL.map(|era| {
        let router = Router::new(table.routing.as_ref().unwrap(), era).tagged(tags.iter().map(ToString::to_string));
        let request = router.follow("A", 60, &mut |_, _| Some(Failure::Status(429)), &mut |_| None);
        let calls: Vec<String> = request.calls().map(|call| format!("m{}", call.deployment)).collect();
        calls.join(" ")
    })
}

#[test]
fn tags_choose_deployments() {
    let colours = [", tags: [red]", ", tags: [blue, default]", ""];
    assert_eq!(tagged(colours, "", &["red"])[2], "m0");
    assert_eq!(tagged(colours, "", &["green"])[2], "m1");
    assert_eq!(tagged(colours, "", &["!blue"])[2], "");
    assert_eq!(tagged(colours, "", &["&red"]), ["m1", "m0", "m0"]);
    // A request without a tag has those of what it was served by before, until 1.104.
    assert_eq!(tagged(colours, "", &[]), ["m1", "m1", "m1 m0 m2"]);
    // Since 1.97 the defaults are no help for a tag that the group knows.
    assert_eq!(tagged(colours, "", &["red"]), ["m0 m1", "m0", "m0"]);
    assert_eq!(tagged([", tags: [red, blue]", ", tags: [red]", ""], "", &["red", "blue"])[2], "m0 m1");
    let all = ", tag_filtering_match_any: false";
    assert_eq!(tagged([", tags: [red, blue]", ", tags: [red]", ""], all, &["red", "blue"])[2], "m0");
}

#[test]
fn groups_are_joined_since_1_97() {
    let joined = |strategy: &str| {
        let set = format!("{{group_name: A, models: [C, B], routing_strategy: {strategy}}}");
        walks("B C", &lists(&format!("routing_groups: [{set}], fallbacks: [{{A: [B]}}]")))
    };
    assert_eq!(joined("simple-shuffle"), ["b", "c b", "c b"]);
    assert_eq!(joined("priority, model_priorities: {B: 1, C: 2}")[2], "b c b");
}

#[test]
fn a_budget_without_a_limit_is_used_up() {
    let budget = |entry: &str| {
        walks("openai/a B", &lists(&format!("model_group_alias: {{A: openai/a}}, fallbacks: [{{A: [B]}}], provider_budget_config: {{openai: {{{entry}}}}}")))[2].clone()
    };
    assert_eq!(budget("time_period: 1d"), "b");
    assert_eq!(budget("time_period: 1d, budget_limit: 5"), "openai/a b");
    assert_eq!(budget("budget_limit: 5"), "openai/a b");
}

#[test]
fn the_cheapest_deployment_is_picked_where_the_file_prices_all() {
    let priced = |cost: &str| format!(", input_cost_per_token: {cost}, output_cost_per_token: 1e-6");
    let [dear, cheap] = ["3e-6", "2e-6"].map(priced);
    let settings = "router_settings: {num_retries: 2, routing_strategy: cost-based-routing}\n";
    let among = |params| {
        let table = three(params, settings);
        let router = Router::new(table.routing.as_ref().unwrap(), Era::Resuming);
        let request = router.follow("A", 9, &mut |_, _| Some(Failure::Status(429)), &mut |_| None);
        request.calls().map(|call| call.among.clone()).collect::<Vec<_>>()
    };
    assert_eq!(among([&dear, &cheap, &cheap]), [vec![1], vec![2], vec![0]]);
    assert_eq!(among([&dear, &cheap, ""]), [vec![0, 1, 2], vec![1, 2], vec![2]]);
}

#[test]
fn a_cap_for_the_whole_request_starves_fallbacks() {
    let with = |cap: u32| {
        let settings = format!(
            "router_settings: {{num_retries: 3, fallbacks: [{{A: [B]}}]}}\nlitellm_settings: {{num_retries_per_request: {cap}}}\n"
        );
        walk(&table("A B", &settings), Era::Resuming, |_| DOWN).0
    };
    assert_eq!(with(3), "a a a");
    assert_eq!(with(6), "a a a a b");
    assert_eq!(with(0), "a");
}

#[test]
fn retries_of_litellm_settings_went_first_before_1_97() {
    let table = table("A", "router_settings: {num_retries: 0}\nlitellm_settings: {num_retries: 2}\n");
    assert_eq!(Era::ALL.map(|era| walk(&table, era, |_| DOWN).0), ["a a a", "a", "a"]);
}

#[test]
fn a_request_ends_as_its_own_group_did() {
    let table = table("A B", &lists("fallbacks: [{A: [B]}]"));
    let end =
        |a: u16, b: u16| walk(&table, Era::Resuming, |model| Some(Failure::Status(if model == "a" { a } else { b }))).1;
    assert_eq!(end(500, 429), Ending::Failed(Fault::Answer(Failure::Status(500))));
    assert_eq!(walk(&table, Era::Resuming, |model| DOWN.filter(|_| model == "a")).1, Ending::Answered(1));
}

#[test]
fn hostile_numbers_end() {
    let huge = "router_settings: {num_retries: 4000000000, max_fallbacks: 4000000000, fallbacks: [{A: [A, typo, B]}, {B: [A, B, typo]}]}\n";
    let table = table("A B", huge);
    for era in Era::ALL {
        assert_eq!(walk(&table, era, |_| DOWN).1, Ending::Longer);
        assert!(matches!(walk(&table, era, |_| Some(Failure::Status(400))).1, Ending::Failed(_) | Ending::Longer));
    }
    assert_eq!(Release::NEWEST.era(), Era::Resuming);
}
