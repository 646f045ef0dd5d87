//! What is read of a LiteLLM file is what the release reads that is asked for, and what is found is found in that.

use std::collections::BTreeMap;

use routec::diagnostic::Diagnostic;
use routec::driver::Outcome;
use routec::litellm::{By, Era, Event, Failure, Hop, Release, Router};
use routec::model::Symptom;

use crate::litellm::{DOWN, file, ladders, lists};
use crate::support::run_by;

/// One release of each era.
const RELEASES: [&str; 3] = ["1.92", "1.101", "1.109"];

/// What is read of a file by one release of each era.
fn by_era<T>(text: &str, of: impl Fn(&Outcome) -> T) -> [T; 3] {
    RELEASES.map(|release| of(&run_by(Release::parse(release).unwrap(), &[text.as_bytes()]).1))
}

#[test]
fn the_graph_is_that_of_the_release() {
    let read = |groups: &str, settings: &str, symptom: Symptom| {
        by_era(&file(groups, settings), |outcome| ladders(&outcome.tables[0], symptom).join(", "))
    };
    // `*` and names with another prefix in the lists of one failure: since 1.104.
    let star = lists("context_window_fallbacks: [{'*': [B]}]");
    assert_eq!(read("A B", &star, Symptom::ContextOverflow), ["A: , B: ", "A: , B: ", "A: B, B: "]);
    let prefix = lists("content_policy_fallbacks: [{gpt-4o: [B]}]");
    let refused = read("openai/gpt-4o B", &prefix, Symptom::ContentPolicy);
    assert_eq!(refused, ["openai/gpt-4o: , B: ", "openai/gpt-4o: , B: ", "openai/gpt-4o: B, B: "]);
    // A bare name finds the list of the one with its provider: since 1.104, too.
    let bare = lists("fallbacks: [{openai/gpt-4o: [B]}]");
    assert_eq!(read("gpt-4o B", &bare, Symptom::Any), ["gpt-4o: , B: ", "gpt-4o: , B: ", "gpt-4o: B, B: "]);
    // One text for targets is walked letter by letter where LiteLLM starts with it; else it is read as meant.
    let text = lists("fallbacks: [{A: BBC}]");
    assert_eq!(
        read("A B C BBC", &text, Symptom::Any).map(|all| all[..7].trim().to_owned()),
        ["A: B C,", "A: B C,", "A: BBC,"]
    );
    // The name of a routing group can be called, and leads where its members do: since 1.97.
    let set = lists("routing_groups: [{group_name: S, models: [A, B]}], fallbacks: [{A: [S]}, {S: [C]}]");
    assert_eq!(read("A B C", &set, Symptom::Any), ["A: ?, B: , C: ", "A: S, B: , C: , S: C", "A: S, B: , C: , S: C"]);
    // An id goes before a group of the same name until 1.104.
    let id = "model_list:\n\
        \x20 - {model_name: A, litellm_params: {model: a}}\n\
        \x20 - {model_name: B, litellm_params: {model: b}}\n\
        \x20 - {model_name: C, litellm_params: {model: c}, model_info: {id: B}}\n\
        router_settings: {fallbacks: [{A: [B]}]}\n";
    let hops = by_era(id, |outcome| ladders(&outcome.tables[0], Symptom::Any)[0].clone());
    assert_eq!(hops, ["A: C", "A: C", "A: B"]);
}

#[test]
fn the_graph_leads_where_the_walk_does() {
    let cases = [
        "context_window_fallbacks: [{'*': [B]}]",
        "context_window_fallbacks: [{openai/gpt-4o: [B]}, {gpt-4o: [A]}]",
        "fallbacks: [{openai/gpt-4o: [B]}], default_fallbacks: [openai/gpt-4o]",
        "fallbacks: [{gpt-4o: BA}]",
    ];
    for (settings, release) in cases.iter().flat_map(|settings| RELEASES.map(|release| (settings, release))) {
        let release = Release::parse(release).unwrap();
        let text = file("gpt-4o A B openai/gpt-4o", &lists(settings));
        let (_, outcome) = run_by(release, &[text.as_bytes()]);
        let table = &outcome.tables[0];
        let router = Router::new(table.routing.as_ref().unwrap(), release.era());
        for (symptom, failure) in [(Symptom::Any, DOWN), (Symptom::ContextOverflow, Some(Failure::ContextWindow))] {
            // Where a rung for one failure is absent, that for all of them holds.
            let hops = |symptom| ladders(table, symptom)[0].split_once(": ").unwrap().1.to_owned();
            let route = table.routes.values().next().unwrap();
            let hops =
                if route.rungs.iter().any(|rung| rung.symptom == symptom) { hops(symptom) } else { hops(Symptom::Any) };
            let mut asked = BTreeMap::new();
            let mut first = None;
            for event in router.follow("gpt-4o", 20, &mut |_, _| failure, &mut |_| None).events {
                let Event::Asks(Hop { by: By::Listed { list, entry, target, .. }, resolved, .. }) = event else {
                    continue;
                };
                if *first.get_or_insert((list, entry)) != (list, entry) {
                    continue;
                }
                let group =
                    resolved.deployments().first().map(|at| &router.directory().routing().deployments[*at].group);
                asked.extend(group.map(|group| (target, group.value.clone())));
            }
            if !settings.contains(": BA") || release.era() != Era::Resuming {
                let asked: Vec<String> = asked.into_values().collect();
                assert_eq!(hops, asked.join(" "), "{settings} {release} {symptom:?}");
            }
        }
    }
}

#[test]
fn findings_are_those_of_the_release() {
    let router = |settings: &str| format!("router_settings: {{{settings}}}\n");
    let zero = router("allowed_fails_policy: {RateLimitErrorAllowedFails: 0}");
    let retries = format!("{}litellm_settings: {{num_retries: 1}}\n", router("num_retries: 3"));
    let cap = format!(
        "{}litellm_settings: {{num_retries_per_request: 5}}\n",
        router("num_retries: 3, fallbacks: [{A: [B]}]")
    );
    let cases = [
        (lists("fallbacks: [{A: [B]}, {B: [A]}]"), "failover-cycle Deny", [true, false, false]),
        (lists("fallbacks: [{A: [B]}, {B: [A]}]"), "failover-cycle Warn", [false, true, true]),
        (lists("fallbacks: [{A: B}]"), "dead-setting Warn: the targets of `A` in `fallbacks`", [true, true, false]),
        (lists("fallbacks: [{A: B}]"), "bad-value Deny: the targets of `A` in `fallbacks`", [false, false, true]),
        (lists("context_window_fallbacks: [{A: B}]"), "dead-setting Warn: the targets of `A`", [true, true, true]),
        (
            lists("context_window_fallbacks: [{'*': [B]}]"),
            "takes `*` in `context_window_fallbacks`",
            [true, true, false],
        ),
        (lists("fallbacks: [{'*': [B]}]"), "takes `*`", [false, false, false]),
        (lists("fallbacks: [{openai/gpt-4o: [B]}]"), "finds its fallbacks under no other name", [false, false, false]),
        (zero, "of 0 counts as unset in LiteLLM 1.92", [true, false, false]),
        (
            router("retry_policy: {InternalServerErrorRetries: 0}"),
            "ignores `InternalServerErrorRetries`",
            [true, false, false],
        ),
        (router("retry_policy: {NotFoundErrorRetries: 0}"), "ignores `NotFoundErrorRetries`", [true, true, false]),
        (router("retry_policy: {BadGatewayErrorRetries: 0}"), "ignores `BadGatewayErrorRetries`", [true, true, true]),
        (router("retry_policy: {DefaultRetries: 0}"), "ignores `DefaultRetries`", [true, false, false]),
        (
            router("allowed_fails_policy: {NotFoundErrorAllowedFails: 1}"),
            "ignores `NotFoundErrorAllowedFails`",
            [true, false, false],
        ),
        (
            router("fallback_on_unsupported_params: false"),
            "ignores `fallback_on_unsupported_params`",
            [true, true, false],
        ),
        (retries.clone(), "on LiteLLM 1.92 `litellm_settings` wins", [true, false, false]),
        (retries, "`router_settings` wins", [false, true, true]),
        // What is noted of retries never passes four until 1.104.
        (cap, "`num_retries_per_request` of 5 is used up", [false, false, true]),
        (lists("fallbacks: [{A: [B, B]}]"), "duplicate-hop Warn", [true, true, true]),
    ];
    for (settings, said, expected) in cases {
        let says = by_era(&file("A B", &settings), |outcome| {
            let line = |finding: &Diagnostic| format!("{} {:?}: {}", finding.rule, finding.level, finding.message);
            outcome.findings.iter().any(|finding| line(finding).contains(said))
        });
        assert_eq!(says, expected, "{settings} {said}");
    }
    // A key that only later releases find under another name.
    let later = by_era(&file("gpt-4o B", &lists("fallbacks: [{openai/gpt-4o: [B]}]")), |outcome| {
        outcome.findings.iter().any(|finding| finding.message.contains("that comes with 1.104"))
    });
    assert_eq!(later, [true, true, false]);
    // Until 1.104 the first deployment alone decided by what a group is weighed.
    let weights = "model_list:\n\
        \x20 - {model_name: A, litellm_params: {model: a}}\n\
        \x20 - {model_name: A, litellm_params: {model: b, weight: 2}}\n";
    let unpicked =
        by_era(weights, |outcome| outcome.findings.iter().any(|found| found.message.contains("never picked")));
    assert_eq!(unpicked, [false, false, true]);
}
