//! Reports lose nothing, and no text of a table becomes a command of whoever reads them.

use routec::report::Format;
use serde_json::Value as Json;

use crate::support::{report, run, text};

const HOSTILE: &str = "model_list:\n  - model_name: \"a\\n::error::pwned\\e[31m\\u202e%0A\"\n    litellm_params: {model: openai/gpt-4o, timeout: 5}\nrouter_settings:\n  fallbacks:\n    - \"a\\n::error::pwned\\e[31m\\u202e%0A\": [\"a\\n::error::pwned\\e[31m\\u202e%0A\", \"<b>|`x`\\n::set-output::\"]\n";

#[test]
fn every_format_has_every_finding() {
    let texts = [text("examples/from-litellm/litellm_config.yaml")];
    let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    let (sources, outcome) = run(&bytes);
    let total = outcome.findings.iter().count();
    assert!(total > 5);
    let json: Json = serde_json::from_str(&report(&sources, &outcome, Format::Json)).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), total);
    let sarif: Json = serde_json::from_str(&report(&sources, &outcome, Format::Sarif)).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), total);
    assert_eq!(report(&sources, &outcome, Format::Concise).lines().count(), total + 1);
    let annotations = report(&sources, &outcome, Format::Github);
    assert_eq!(
        annotations.lines().filter(|line| line.starts_with("::error ") || line.starts_with("::warning ")).count(),
        total
    );
    let human = report(&sources, &outcome, Format::Human);
    for finding in &outcome.findings {
        assert!(human.contains(&format!("{}[{}]", finding.level.as_str(), finding.rule)), "{}", finding.rule);
    }
}

#[test]
fn names_never_become_commands() {
    let (sources, outcome) = run(&[HOSTILE.as_bytes()]);
    assert!(outcome.findings.iter().count() > 1);
    for (name, format) in Format::ALL {
        let text = report(&sources, &outcome, format);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{name}");
        assert!(
            !text.lines().any(|line| line.starts_with("::error::pwned") || line.starts_with("::set-output")),
            "{name}"
        );
    }
}

#[test]
fn the_report_for_people_fits_into_80_columns() {
    let texts = [text("examples/from-litellm/litellm_config.yaml")];
    let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    let (sources, outcome) = run(&bytes);
    let source_lines: Vec<String> = texts[0].lines().map(str::to_owned).collect();
    for line in report(&sources, &outcome, Format::Human).lines() {
        let quotes_source =
            source_lines.iter().any(|source| !source.trim().is_empty() && line.ends_with(source.trim_end()));
        let is_drawing = line.contains('│') || line.contains('·') || line.contains('╭');
        assert!(line.chars().count() <= 80 || quotes_source || is_drawing, "{line}");
    }
}

#[test]
fn a_long_cycle_is_drawn_at_its_ends() {
    let route = |number: usize| {
        format!(
            "  r{number}: {{pool: [{{target: t}}], failover: {{any: [{{fallback: {{route: r{}}}}}]}}}}\n",
            (number + 1) % 40
        )
    };
    let routes: String = (0..40).map(route).collect();
    let table = format!(
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {{name: x, version: 1.0.0}}\nproviders: {{p: {{}}}}\ntargets: {{t: {{model: m, provider: p}}}}\nroutes:\n{routes}"
    );
    let (sources, outcome) = run(&[table.as_bytes()]);
    let cycle = outcome.findings.iter().find(|finding| finding.rule.as_str() == "failover-cycle").unwrap();
    assert!(cycle.message.ends_with("`r11` → 28 more → `r0`"), "{}", cycle.message);
    let human = report(&sources, &outcome, Format::Human);
    assert!(
        human.contains("16. `r14` on any, step 1: to route `r15`; 22 more hops follow, which JSON shows"),
        "{human}"
    );
    assert!(!human.contains(" 17. ") && !human.contains(" 38. ") && human.contains(" 39. ") && human.contains(" 42. "));
    let json: Json = serde_json::from_str(&report(&sources, &outcome, Format::Json)).unwrap();
    let found = json["findings"].as_array().unwrap();
    let cycle = found.iter().find(|finding| finding["rule"] == "failover-cycle").unwrap();
    assert_eq!(cycle["trace"].as_array().unwrap().len(), 42);
}

#[test]
fn no_report_shows_a_secret() {
    let secret = "sk-live-0123456789abcdefghij";
    let cases = [
        format!("model_list:\n  - model_name: a\n    litellm_params: {{model: openai/gpt-4o, api_key: {secret}, rpm: many}}\n"),
        format!("apiVersion: routec/v1\nkind: RouteTable\nmetadata: {{name: x, version: 1.0.0}}\naccounts: {{a: {{provider: p}}}}\nkeys: {{k: {{account: a, secret: {secret}, ownr: x}}}}\n"),
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: x, version: 1.0.0}\nkeys: {k: {account: a, secret: hunter2hunter2}}\n".to_owned(),
        "apiVersion: routec/v1\nkind: RouteTable\nmetadata: {name: x, version: 1.0.0}\negress: {k: {proxy: \"http://u:hunter2hunter2@h:1\"}}\n".to_owned(),
    ];
    for case in &cases {
        let (sources, outcome) = run(&[case.as_bytes()]);
        assert!(!outcome.findings.is_empty());
        for (name, format) in Format::ALL {
            let text = report(&sources, &outcome, format);
            assert!(!text.contains(secret) && !text.contains("hunter2"), "{name}: {text}");
        }
    }
}

#[test]
fn sarif_has_what_code_scanning_asks_for() {
    let clean = text("src/rules/self_fallback.md");
    let block = crate::support::blocks(&clean, "Instead").remove(0);
    for input in [block.as_str(), HOSTILE, "a: [", ""] {
        let (sources, outcome) = run(&[input.as_bytes()]);
        let sarif: Json = serde_json::from_str(&report(&sources, &outcome, Format::Sarif)).unwrap();
        assert_eq!(sarif["version"], "2.1.0");
        let run = &sarif["runs"][0];
        assert_eq!(run["tool"]["driver"]["name"], "routec");
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(run["invocations"][0]["executionSuccessful"], !input.starts_with("a: ["));
        for result in run["results"].as_array().unwrap() {
            let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[at]["id"], result["ruleId"]);
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert!(region["startLine"].as_u64().unwrap() >= 1 && region["startColumn"].as_u64().unwrap() >= 1);
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        }
    }
}
