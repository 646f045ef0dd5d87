//! JSON for scripts. The members of version 1 stay; new ones may come.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Label};

use super::{Places, Report, escape, page_of, redact, summary};

/// The report. `schema/report.schema.json` is made from this.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Report")]
pub(crate) struct JsonReport {
    /// The version of this format.
    version: u32,
    /// The version of routec.
    routec: &'static str,
    /// What was found, sorted by file, place and rule.
    findings: Vec<JsonFinding>,
    /// How much was checked and found.
    summary: JsonSummary,
}

/// A finding.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Finding")]
struct JsonFinding {
    /// The rule that fired.
    rule: &'static str,
    /// `deny` or `warn`.
    level: &'static str,
    /// What is wrong, in one sentence.
    message: String,
    /// The words under the place.
    label: String,
    /// Where it is.
    #[serde(flatten)]
    place: JsonPlace,
    /// What it is about, as waivers name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Other places that explain it.
    related: Vec<JsonLabel>,
    /// The path of the request that goes wrong, hop by hop.
    trace: Vec<JsonLabel>,
    /// What to do.
    help: Option<String>,
    /// How to read more.
    explain: String,
    /// The waiver that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<JsonLabel>,
}

/// A place: lines and columns from 1, columns in Unicode scalar values, the end behind the last character.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Place")]
struct JsonPlace {
    /// The file.
    file: String,
    /// The first line.
    line: u32,
    /// The first column.
    column: u32,
    /// The last line.
    end_line: u32,
    /// The column behind the last character.
    end_column: u32,
}

/// A place with a few words.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Label")]
struct JsonLabel {
    /// The words.
    message: String,
    /// The place.
    #[serde(flatten)]
    place: JsonPlace,
}

/// How much was checked and found.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Summary")]
struct JsonSummary {
    /// Findings that close the gate.
    deny: usize,
    /// Findings that leave it open.
    warn: usize,
    /// Findings that a waiver covers.
    waived: usize,
    /// Files read.
    files: usize,
    /// Tables.
    tables: usize,
    /// Routes.
    routes: usize,
    /// Targets.
    targets: usize,
    /// Targets whose model the catalogue knows.
    known_models: usize,
    /// Hops of the failover graph.
    hops: usize,
    /// The day on which dates were judged.
    as_of: String,
    /// Rules that were silent, and why.
    silent: Vec<JsonSilent>,
    /// Files of variables that were read for configurations of OpenClaw's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    variables: Vec<JsonVariables>,
    /// The verdict in one line.
    verdict: String,
    /// What kept the check from being complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

/// A file of variables.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Variables")]
struct JsonVariables {
    /// Whose they are: `process`, `workspace`, `state` or `gateway`.
    of: &'static str,
    /// The file.
    file: String,
}

/// A rule that was silent.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Silent")]
struct JsonSilent {
    /// The rule.
    rule: &'static str,
    /// Why.
    reason: String,
}

pub(super) fn render(report: &Report<'_>, places: &mut Places<'_>) -> String {
    let extent = report.extent;
    let json = JsonReport {
        version: 1,
        routec: env!("CARGO_PKG_VERSION"),
        findings: report.findings.iter().map(|finding| json_finding(finding, places)).collect(),
        summary: JsonSummary {
            deny: report.findings.denied(),
            warn: report.findings.warned(),
            waived: report.findings.waived(),
            files: extent.files,
            tables: extent.tables,
            routes: extent.routes,
            targets: extent.targets,
            known_models: extent.known_models,
            hops: extent.hops,
            as_of: report.as_of.to_string(),
            silent: report
                .silent
                .iter()
                .map(|silent| JsonSilent { rule: silent.rule.as_str(), reason: silent.reason.clone() })
                .collect(),
            variables: report
                .variables
                .iter()
                .map(|(of, file)| JsonVariables { of: of.as_str(), file: file.clone() })
                .collect(),
            verdict: summary::verdict(report),
            trouble: report.trouble.map(str::to_owned),
        },
    };
    let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
    text.push('\n');
    escape::json(&text)
}

fn json_finding(finding: &Diagnostic, places: &mut Places<'_>) -> JsonFinding {
    JsonFinding {
        rule: finding.rule.as_str(),
        level: finding.level.as_str(),
        message: redact::message(&finding.message),
        label: finding.primary.text.clone(),
        place: place(finding.primary.span, places),
        subject: finding.subject.clone(),
        related: finding.related.iter().map(|label| json_label(label, places)).collect(),
        trace: finding.trace.iter().map(|label| json_label(label, places)).collect(),
        help: finding.help.as_deref().map(redact::message),
        explain: page_of(finding.rule),
        waived: finding
            .waived
            .as_ref()
            .map(|waived| JsonLabel { message: waived.reason.clone(), place: place(waived.span, places) }),
    }
}

fn json_label(label: &Label, places: &mut Places<'_>) -> JsonLabel {
    JsonLabel { message: redact::message(&label.text), place: place(label.span, places) }
}

fn place(span: crate::source::Span, places: &mut Places<'_>) -> JsonPlace {
    let region = places.region(span);
    JsonPlace {
        file: region.file,
        line: region.line,
        column: region.column,
        end_line: region.end_line,
        end_column: region.end_column,
    }
}
