//! OpenClaw's files become chains as its runtime walks them: what is resolved to what, and from which file it comes.

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use routec::report::Format;

use crate::support::{findings, report, run};

/// The chain of each entry point, as `name: first > next > …`, and the findings as `line rule`.
fn chains(texts: &[&str]) -> (Vec<String>, Vec<String>) {
    let bytes: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
    let (sources, outcome) = run(&bytes);
    let mut chains = Vec::new();
    for table in &outcome.tables {
        for route in table.routes.values() {
            let first = route.pool.iter().map(|member| table.targets[member.target].name.value.to_string());
            let rest = route.rungs.iter().filter(|rung| rung.symptom == routec::model::Symptom::Any);
            let rest = rest.flat_map(|rung| rung.steps.iter()).filter_map(|step| match &step.leg.as_ref()?.0 {
                routec::model::Leg::Target(target) => Some(table.targets[*target].name.value.to_string()),
                routec::model::Leg::Route(_) => None,
                routec::model::Leg::Nowhere(name) => Some(format!("{name}?")),
            });
            chains.push(format!("{}: {}", route.name.value, first.chain(rest).collect::<Vec<_>>().join(" > ")));
        }
    }
    let found = findings(&sources, &outcome);
    (chains, found.into_iter().map(|(file, line, rule)| format!("{file}:{line} {rule}")).collect())
}

/// Two providers with a model each, and whatever else a case needs.
fn config(agents: &str, rest: &str) -> String {
    format!(
        "{{
  agents: {agents},
  models: {{providers: {{
    alpha: {{baseUrl: 'https://llm.alpha.example', models: [{{id: 'a1', name: 'A', cost: {{input: 1, output: 2}}}}]}},
    beta: {{baseUrl: 'https://llm.beta.example', models: [{{id: 'b1', name: 'B', cost: {{input: 1, output: 2}}}}]}},
    gamma: {{baseUrl: 'https://llm.gamma.example', models: [{{id: 'g1', name: 'G', cost: {{input: 1, output: 2}}}}]}},
  }}}},
  {rest}
}}"
    )
}

#[test]
fn references_are_resolved_as_at_run_time() {
    for (agents, expected, found) in [
        // Upper case in the provider is lost, and kept in the model.
        ("{defaults: {model: {primary: 'ALPHA/a1', fallbacks: ['Beta/B1']}}}", "alpha/a1 > beta/B1", ""),
        // A fallback takes the provider of the first model; a first model that of the only one that has it.
        (
            "{defaults: {model: {primary: 'alpha/a1', fallbacks: ['b1']}}}",
            "alpha/a1 > alpha/b1",
            "openclaw-unqualified-ref",
        ),
        (
            "{defaults: {model: {primary: 'b1', fallbacks: ['alpha/a1']}}}",
            "beta/b1 > alpha/a1",
            "openclaw-unqualified-ref",
        ),
        // Aliases: whole, in any case; the last of two wins.
        (
            "{defaults: {model: {primary: 'alpha/a1', fallbacks: ['QUICK']}, models: {'alpha/a1': {}, 'beta/b1': {alias: 'quick'}}}}",
            "alpha/a1 > beta/b1",
            "",
        ),
        (
            "{defaults: {model: {primary: 'alpha/a1', fallbacks: ['x']}, models: {'alpha/a1': {}, 'beta/b1': {alias: 'x'}, 'gamma/g1': {alias: 'X'}}}}",
            "alpha/a1 > gamma/g1",
            "ambiguous-name",
        ),
        // A slash in an alias does not beat a model of this name.
        (
            "{defaults: {model: {primary: 'alpha/a1', fallbacks: ['beta/b1']}, models: {'alpha/a1': {}, 'gamma/g1': {alias: 'beta/b1'}}}}",
            "alpha/a1 > beta/b1",
            "allowlist-mismatch ambiguous-name",
        ),
        // A profile is dropped from a fallback, an empty one is passed over.
        (
            "{defaults: {model: {primary: 'alpha/a1@work', fallbacks: ['beta/b1@home', ' ']}}}",
            "alpha/a1 > beta/b1",
            "dead-setting dead-setting",
        ),
        // Nobody brings this provider.
        (
            "{defaults: {model: {primary: 'alpha/a1', fallbacks: ['nosuch/m1', 'beta/b1']}}}",
            "alpha/a1 > nosuch/m1? > beta/b1",
            "unknown-reference",
        ),
        // The first model of the first provider answers where none is chosen.
        ("{defaults: {}, list: [{id: 'main'}]}", "", "implicit-default"),
        ("{defaults: {model: {fallbacks: ['beta/b1']}}}", "alpha/a1 > beta/b1", "implicit-default"),
    ] {
        let (chains, rules) = chains(&[&config(agents, "")]);
        let chain = chains.first().map(|chain| chain.split_once(": ").unwrap().1).unwrap_or_default();
        let rules: Vec<&str> = rules.iter().map(|line| line.split_once(' ').unwrap().1).collect();
        assert_eq!((chain, rules.join(" ").as_str()), (expected, found), "{agents}");
    }
}

#[test]
fn agents_inherit_as_their_model_says() {
    let agents = "{
    defaults: {model: {primary: 'alpha/a1', fallbacks: ['beta/b1']}, subagents: {model: 'gamma/g1'}},
    list: [
      {id: 'main'},
      {id: 'text', model: 'beta/b1'},
      {id: 'lone', model: {primary: 'beta/b1'}},
      {id: 'own', model: {primary: 'beta/b1', fallbacks: ['gamma/g1']}, subagents: {model: {fallbacks: ['alpha/a1']}}},
      {id: 'shared', model: {fallbacks: ['gamma/g1']}},
      {id: 'strict', model: {primary: 'beta/b1', fallbacks: []}, heartbeat: {model: 'alpha/a1'}},
    ],
  }";
    let (chains, found) = chains(&[&config(
        agents,
        "channels: {modelByChannel: {telegram: {'1': 'gamma/g1'}}}, hooks: {gmail: {model: 'beta/b1'}},",
    )]);
    assert_eq!(
        chains,
        [
            "agents.defaults.model: alpha/a1 > beta/b1",
            "agents.defaults.subagents.model: gamma/g1",
            "agents.list.text.model: beta/b1",
            "agents.list.lone.model: beta/b1",
            "agents.list.own.model: beta/b1 > gamma/g1",
            "agents.list.own.subagents.model: gamma/g1 > alpha/a1",
            "agents.list.shared.model: alpha/a1 > gamma/g1",
            "agents.list.strict.model: beta/b1",
            "agents.list.strict.heartbeat.model: alpha/a1",
            "channels.modelByChannel.telegram.1: gamma/g1",
            "hooks.gmail.model: beta/b1",
        ]
    );
    assert_eq!(found, ["1.json5:6 openclaw-drops-fallbacks"], "two agents, shown as one");
}

#[test]
fn included_lists_stand_one_behind_the_other() {
    let root = "{
  $include: ['2.json5', './3.json5'],
  agents: {defaults: {model: {fallbacks: ['gamma/g1']}}},
}";
    let base = config("{defaults: {model: {\n  primary: 'alpha/a1',\n  fallbacks: ['beta/b1', 'alpha/a1']}}}", "");
    let site = "{\n  agents: {defaults: {model: {\n  primary: 'beta/b1',\n  fallbacks: ['beta/b1']}}}}";
    let (chains, found) = chains(&[root, &base, site]);
    assert_eq!(chains, ["agents.defaults.model: beta/b1 > beta/b1 > alpha/a1 > beta/b1 > gamma/g1"]);
    assert_eq!(found, ["2.json5:4 self-fallback", "3.json5:4 self-fallback"]);
}

#[test]
fn includes_that_cannot_be_read_are_named() {
    let (_, found) =
        chains(&["{\n  agents: {defaults: {model: 'openai/gpt-5.4'}},\n  models: {$include: 'gone.json5'},\n}"]);
    assert_eq!(found, ["1.json5:3 bad-value"]);
    let (_, found) = chains(&[
        "{\n  agents: {defaults: {model: 'openai/gpt-5.4', $include: '2.json5'}},\n}",
        "{\n  models: {$include: '2.json5'},\n}",
    ]);
    assert_eq!(found, ["2.json5:2 bad-value"]);
}

#[test]
fn two_generations_do_not_go_together() {
    let defaults = "defaults: {model: {primary: 'alpha/a1', fallbacks: ['beta/b1']}";
    for (agents, rest, expected) in [
        ("list: [{id: 'x'}]", "auth: {cooldowns: {billingBackoffHours: 5}}, env: {FOO: 'x'},", ""),
        ("entries: {x: {}}", "env: {vars: {FOO: 'x'}},", ""),
        ("entries: {x: {}}", "auth: {cooldowns: {billingBackoffHours: 5}},", "contradictory-settings"),
        ("entries: {x: {}}", "env: {FOO: 'x'},", "contradictory-settings"),
        ("entries: {x: {}}, list: [{id: 'x'}]", "", "shadowed-setting"),
    ] {
        let (_, found) = chains(&[&config(&format!("{{{defaults}}}, {agents}}}"), rest)]);
        let rules: Vec<&str> = found.iter().map(|line| line.split_once(' ').unwrap().1).collect();
        assert_eq!(rules.join(" "), expected, "{agents} {rest}");
    }
}

#[test]
fn what_openclaw_refuses_or_passes_over_is_named() {
    let model = "model: {primary: 'alpha/a1', fallbacks: ['beta/b1']}";
    for (agents, rest, expected) in [
        ("{defaults: {model: {primary: 'alpha/a1', fallback: ['beta/b1']}}}", "", "unknown-key"),
        ("{defaults: {model: {primary: 'alpha/a1', fallbacks: 'beta/b1'}}}", "", "wrong-type"),
        ("{defaults: {model: 5}}", "", "wrong-type implicit-default"),
        ("{defaults: {MODEL}}", "env: {vars: {A: '${B}'}},", "dead-setting"),
        (
            "{defaults: {MODEL}}",
            "auth: {profiles: {'alpha:x': {provider: 'alpha', mode: 'api_key'}}, order: {alpha: ['alpha:x', 'alpha:y']}},",
            "unknown-reference",
        ),
        ("{defaults: {MODEL}}", "auth: {order: {nosuch: ['x']}},", "dead-setting"),
        ("{defaults: {MODEL}}", "gateway: {auth: {token: '0123456789abcdef0123456789abcdef'}},", "literal-secret"),
        ("{defaults: {MODEL}}", "channels: {telegram: {botToken: '${env.TOKEN}'}},", "openclaw-placeholder-key"),
        ("{defaults: {MODEL, modelPolicy: {allow: ['alpha/*']}}}", "", "allowlist-mismatch"),
        ("{defaults: {MODEL, modelPolicy: {}, models: {'alpha/a1': {}}}}", "", ""),
        ("{defaults: {MODEL, models: {'alpha/a1': {}}}}", "", "allowlist-mismatch"),
        ("{defaults: {MODEL, models: {'alpha/a1': {}}}}", "meta: {migrations: {modelPolicyAllowlist: true}},", ""),
        ("{defaults: {MODEL}}", "tools: {byProvider: {alpha: {deny: ['exec']}}},", "widened-tools"),
        (
            "{defaults: {MODEL}}",
            "tools: {byProvider: {alpha: {deny: ['group:runtime']}, 'beta/b1': {deny: ['bash', 'process']}}},",
            "",
        ),
        (
            "{defaults: {MODEL}, list: [{id: 'x', MODEL, tools: {byProvider: {alpha: {deny: ['exec']}}}}]}",
            "",
            "widened-tools",
        ),
        (
            "{defaults: {MODEL}, list: [{id: 'x', MODEL, tools: {byProvider: {alpha: {deny: ['exec']}}}}]}",
            "tools: {byProvider: {alpha: {deny: ['exec']}, beta: {deny: ['exec']}}},",
            "",
        ),
        ("{defaults: {MODEL}}", "tools: {deny: ['exec'], byProvider: {alpha: {deny: ['exec']}}},", ""),
    ] {
        let (_, found) = chains(&[&config(&agents.replace("MODEL", model), rest)]);
        let rules: Vec<&str> = found.iter().map(|line| line.split_once(' ').unwrap().1).collect();
        assert_eq!(rules.join(" "), expected, "{agents} {rest}");
    }
}

#[test]
fn included_files_come_from_the_folder_of_the_configuration_only() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openclaw-includes");
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(root.join("home/sites")).unwrap();
    let model = "agents: {defaults: {model: 'openai/gpt-5.4'}}";
    for (file, text) in [
        (
            "home/openclaw.json",
            &*format!("{{\n  $include: [\n'sites/a.json5',\n'../outside.json5',\n'gone.json5'],\n  {model},\n}}"),
        ),
        ("home/sites/a.json5", "{$include: '../b.json5'}"),
        ("home/b.json5", "{agents: {defaults: {model: {fallbacks: [\n'nosuch/x']}}}}"),
        ("home/nested.json", &format!("{{$include: 'openclaw.json', {model}}}")),
        ("outside.json5", "{agents: {defaults: {imageModel: 'nosuch/y'}}}"),
    ] {
        std::fs::write(root.join(file), text).unwrap();
    }
    let check = |path: &str| {
        let run = Command::new(env!("CARGO_BIN_EXE_routec"))
            .args(["check", path, "--output", "concise"])
            .current_dir(root.join("home"))
            .output()
            .unwrap();
        let text = String::from_utf8(run.stdout).unwrap();
        text.lines().filter(|line| line.contains("not read")).map(str::to_owned).collect::<Vec<_>>()
    };
    let refused = [
        "openclaw.json:4:1: deny[bad-value] the included file `../outside.json5` is not read: it lies outside the folder of the configuration",
        "openclaw.json:5:1: deny[bad-value] the included file `gone.json5` is not read: there is no such file",
    ];
    assert_eq!(check("openclaw.json"), refused);
    assert_eq!(check("."), refused, "a folder with `openclaw.json` is a project of it");
    assert_eq!(check("nested.json"), refused);
}

/// A value with keys that mean something to OpenClaw, and nearly the values they want.
fn nearly_openclaw() -> impl Strategy<Value = serde_json::Value> {
    let key = "(agents|defaults|list|entries|model|primary|fallbacks|models|providers|auth|order|profiles|tools|byProvider|deny|allow|\
               env|vars|id|alias|subagents|apiKey|baseUrl|cost|input|contextWindow|timeoutSeconds|modelPolicy|\\$include|alpha|beta|channels|modelByChannel|<<)";
    let leaf = prop_oneof![
        4 => "(alpha|beta|openai)?/?(a|b)?@?(x|20260101)?".prop_map(serde_json::Value::from),
        1 => "[$]?[{]?[A-Z]{0,3}[}]?".prop_map(serde_json::Value::from),
        1 => (-5i64..5000).prop_map(serde_json::Value::from),
        1 => Just(serde_json::Value::Null),
    ];
    leaf.prop_recursive(7, 64, 6, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            4 => prop::collection::btree_map(key, inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_that_looks_like_it_is_judged_twice_alike(agents in nearly_openclaw(), models in nearly_openclaw(), rest in nearly_openclaw()) {
        let mut config = serde_json::json!({"agents": {"defaults": agents, "list": rest}, "models": {"providers": models}});
        if let (Some(config), Some(rest)) = (config.as_object_mut(), rest.as_object()) {
            config.extend(rest.clone());
        }
        let text = serde_json::to_string_pretty(&config).unwrap();
        let (sources, outcome) = run(&[text.as_bytes()]);
        let (again, second) = run(&[text.as_bytes()]);
        for (_, format) in Format::ALL {
            prop_assert_eq!(report(&sources, &outcome, format), report(&again, &second, format));
        }
    }
}
