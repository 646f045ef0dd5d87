//! What was found, in the words of each reader: people, editors, scripts, CI.

mod attempts;
mod concise;
mod difference;
mod escape;
mod fold;
mod github;
mod graph;
mod human;
mod imported;
mod journey;
mod json;
mod losses;
mod outage;
mod places;
mod redact;
mod run;
mod sarif;
mod show;
mod summary;
mod ticket;

use std::collections::BTreeMap;

use crate::diagnostic::{Findings, RuleId};
use crate::driver::{Extent, Outcome, Silent};
use crate::environment::VariablesOf;
use crate::model::{Date, Origin};
use crate::source::{FileId, LineIndex, SourceMap, Span};

pub use attempts::{Attempts, attempts_json, attempts_text};
pub use difference::Compared;
pub use escape::{line, terminal};
pub use fold::{COLUMNS, folded, wrap};
pub(crate) use graph::JsonGraph;
pub use graph::{GraphFormat, render as render_graph};
pub use imported::import_text;
pub use journey::{ending, journey_json, journey_text};
pub(crate) use json::JsonReport;
pub use losses::{losses_json, losses_text};
pub use outage::{Bill, Comparison};
pub use places::Region;
pub use show::{artifact_json, artifact_text};
pub use summary::{count, time, verdict};
pub use ticket::{Since, Ticket};

/// A format of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people: source, labels, path and advice.
    Human,
    /// One line a finding.
    Concise,
    /// For scripts; versioned.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// GitHub workflow commands, which annotate a pull request.
    Github,
}

impl Format {
    /// Every format, by its name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("human", Self::Human),
        ("concise", Self::Concise),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
        ("github", Self::Github),
    ];
}

/// What a report is about.
#[derive(Debug)]
pub struct Report<'a> {
    /// The files.
    pub sources: &'a SourceMap,
    /// What was found.
    pub findings: &'a Findings,
    /// How much was checked.
    pub extent: Extent,
    /// Which rules were silent, and why.
    pub silent: &'a [Silent],
    /// The files of variables that were read for configurations of OpenClaw's.
    pub variables: &'a [(VariablesOf, String)],
    /// The day on which dates were judged.
    pub as_of: Date,
    /// Whose catalogue it was.
    pub origin: Origin,
    /// Where secrets stand, to be masked.
    pub secrets: &'a [Span],
    /// What kept the check from being complete, beyond findings.
    pub trouble: Option<&'a str>,
}

impl<'a> Report<'a> {
    /// The report of a whole check.
    pub fn of(sources: &'a SourceMap, outcome: &'a Outcome) -> Self {
        Self {
            sources,
            findings: &outcome.findings,
            extent: outcome.extent,
            silent: &outcome.silent,
            variables: &outcome.variables,
            as_of: outcome.as_of,
            origin: outcome.catalogue.origin(),
            secrets: &outcome.secrets,
            trouble: None,
        }
    }
}

/// How a report for people looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to use colour.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to name the rules that were silent.
    pub verbose: bool,
}

/// Writes a report in a format.
pub fn render(report: &Report<'_>, format: Format, style: Style) -> String {
    let mut places = Places::new(report.sources);
    match format {
        Format::Human => human::render(report, style, &mut places),
        Format::Concise => concise::render(report, style, &mut places),
        Format::Json => json::render(report, &mut places),
        Format::Sarif => sarif::render(report, &mut places),
        Format::Github => github::render(report, &mut places),
    }
}

/// Line indexes of the files that findings point to, made when first needed.
#[derive(Debug)]
pub struct Places<'a> {
    sources: &'a SourceMap,
    indexes: BTreeMap<FileId, LineIndex>,
}

impl<'a> Places<'a> {
    /// Places in these files.
    pub fn new(sources: &'a SourceMap) -> Self {
        Self { sources, indexes: BTreeMap::new() }
    }
}

/// What a report calls a rule's page.
fn page_of(rule: RuleId) -> String {
    format!("routec explain {rule}")
}
