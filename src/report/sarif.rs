//! SARIF 2.1.0 (OASIS), within what GitHub's code scanning asks for: at most 25,000 results a run.

use serde_json::{Value as Json, json};

use crate::diagnostic::{Diagnostic, Label, Level};
use crate::rules;

use super::{Places, Report, escape, page_of, redact, summary};

/// GitHub refuses runs with more results (docs.github.com, "SARIF support for code scanning").
const MOST: usize = 25_000;

pub(super) fn render(report: &Report<'_>, places: &mut Places<'_>) -> String {
    let total = report.findings.iter().count();
    let results: Vec<Json> = report.findings.iter().take(MOST).map(|finding| result(finding, places)).collect();
    let mut notices = vec![notice("note", &summary::verdict(report))];
    if total > MOST {
        notices.push(notice("warning", &format!("{} more findings are not in this file", total - MOST)));
    }
    let sarif = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "routec",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://crates.io/crates/routec",
                "rules": rules::ALL.iter().map(|rule| json!({
                    "id": rule.id.as_str(),
                    "shortDescription": {"text": rule.summary()},
                    "fullDescription": {"text": rule.summary()},
                    "help": {"text": page_of(rule.id), "markdown": rule.page},
                    "defaultConfiguration": {"level": level(rule.level)},
                    "properties": {"tags": [rule.group.as_str()]},
                })).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.trouble.is_none() && !unreadable(report),
                "toolExecutionNotifications": notices,
            }],
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&sarif).unwrap_or_default();
    text.push('\n');
    escape::json(&text)
}

fn unreadable(report: &Report<'_>) -> bool {
    report.findings.iter().any(|finding| finding.rule.as_str() == "syntax-error")
}

fn notice(level: &str, text: &str) -> Json {
    json!({"level": level, "message": {"text": text}})
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "none",
    }
}

fn result(finding: &Diagnostic, places: &mut Places<'_>) -> Json {
    let mut text = redact::message(&finding.message);
    if let Some(help) = &finding.help {
        text.push_str(". Help: ");
        text.push_str(&redact::message(help));
    }
    let rule = rules::ALL.iter().position(|rule| rule.id == finding.rule);
    let mut result = json!({
        "ruleId": finding.rule.as_str(),
        "level": level(finding.level),
        "message": {"text": text},
        "locations": [location(&finding.primary, places)],
        "relatedLocations": finding.related.iter().enumerate().map(|(at, label)| {
            let mut related = location(label, places);
            if let Some(object) = related.as_object_mut() {
                object.insert("id".to_owned(), at.into());
            }
            related
        }).collect::<Vec<_>>(),
        "partialFingerprints": {"routec/v1": fingerprint(finding)},
    });
    let Some(object) = result.as_object_mut() else { return result };
    if let Some(rule) = rule {
        object.insert("ruleIndex".to_owned(), rule.into());
    }
    if !finding.trace.is_empty() {
        let hops: Vec<Json> = finding.trace.iter().map(|label| json!({"location": location(label, places)})).collect();
        object.insert("codeFlows".to_owned(), json!([{"threadFlows": [{"locations": hops}]}]));
    }
    if let Some(waived) = &finding.waived {
        object.insert(
            "suppressions".to_owned(),
            json!([{"kind": "external", "status": "accepted", "justification": waived.reason}]),
        );
    }
    result
}

/// What stays the same when lines move: the rule, the subject and the words.
fn fingerprint(finding: &Diagnostic) -> String {
    let text = format!("{}\n{}\n{}", finding.rule, finding.subject.as_deref().unwrap_or_default(), finding.message);
    let digest = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{digest:016x}")
}

fn location(label: &Label, places: &mut Places<'_>) -> Json {
    let region = places.region(label.span);
    json!({
        "physicalLocation": {
            "artifactLocation": {"uri": escape::uri(&region.file)},
            "region": {
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
            },
        },
        "message": {"text": redact::message(&label.text)},
    })
}
