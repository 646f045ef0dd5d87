//! Every page is run: its examples give exactly the findings that are marked, of all rules, and its remedies none.

use routec::rules;

use crate::support::{blocks, files, findings, name_of, run, text};

/// The marks of a block: `# error` for the page's own rule, `# error: [rule] [rule]` for others; behind `//` in JSON5.
fn marks(blocks: &[String], own: &str) -> Vec<(String, u32, String)> {
    let mut marks = Vec::new();
    for (file, block) in blocks.iter().enumerate() {
        for (line, text) in block.lines().enumerate() {
            let Some((_, mark)) = text.rsplit_once("# error").or_else(|| text.rsplit_once("// error")) else {
                continue;
            };
            let named: Vec<&str> = mark.split('[').skip(1).filter_map(|part| part.split(']').next()).collect();
            let rules = if named.is_empty() { vec![own] } else { named };
            marks.extend(
                rules
                    .iter()
                    .map(|rule| (name_of(file + 1, block), u32::try_from(line).unwrap() + 1, (*rule).to_owned())),
            );
        }
    }
    marks.sort();
    marks
}

fn found(blocks: &[String]) -> Vec<(String, u32, String)> {
    let bytes: Vec<&[u8]> = blocks.iter().map(String::as_bytes).collect();
    let (sources, outcome) = run(&bytes);
    findings(&sources, &outcome)
}

#[test]
fn examples_show_their_rule_and_remedies_are_clean() {
    let mut wrong = Vec::new();
    for rule in rules::ALL {
        let name = rule.id.as_str();
        let example = blocks(rule.page, "Example");
        let expected = marks(&example, name);
        if !expected.iter().any(|(_, _, rule)| rule == name) {
            wrong.push(format!("{name}: the example does not mark its own rule"));
        }
        let got = found(&example);
        if got != expected {
            wrong.push(format!("{name}: example\n  found  {got:?}\n  marked {expected:?}"));
        }
        let instead = blocks(rule.page, "Instead");
        let got = found(&instead);
        if instead.is_empty() || !got.is_empty() {
            wrong.push(format!("{name}: the remedy has {} blocks and findings {got:?}", instead.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn more_cases_are_exact() {
    let mut wrong = Vec::new();
    let mut pages = files("tests/pages", &[".md"]);
    let incidents = files("tests/incidents", &[".md"]);
    assert!(!pages.is_empty() && !incidents.is_empty());
    pages.extend(incidents);
    for name in pages {
        let page = text(&name);
        let stem = name.rsplit('/').next().unwrap().trim_end_matches(".md").replace('_', "-");
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert!(!sections.is_empty(), "{name} has no case");
        for section in sections {
            let case = blocks(&page, section);
            let (got, expected) = (found(&case), marks(&case, &stem));
            if case.is_empty() || got != expected {
                wrong.push(format!("{name}, {section}\n  found  {got:?}\n  marked {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_have_their_form() {
    for rule in rules::ALL {
        let name = rule.id.as_str();
        assert_eq!(rule.page.lines().next(), Some(format!("# {name}").as_str()));
        let headings: Vec<&str> = rule.page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert!(
            matches!(headings.as_slice(), ["Why", "Example", "Instead"] | ["Why", "Example", "Instead", "Policy"]),
            "{name}: {headings:?}"
        );
        assert!(!rule.summary().is_empty() && rule.summary().chars().count() <= 130, "{name}: {}", rule.summary());
    }
}
