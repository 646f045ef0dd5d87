//! The honest last line: what was checked, how much, what was found, and what was not looked at.

use crate::diagnostic::quote;
use crate::model::{Duration, Origin};

use super::{Report, Style};

/// A number of things in words.
pub fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// A length of time as people say it.
pub fn time(milliseconds: u64) -> String {
    Duration(milliseconds).said()
}

/// The verdict in one line.
pub fn verdict(report: &Report<'_>) -> String {
    let extent = report.extent;
    let checked = format!(
        "checked {} of {} in {}: {}, {}",
        count(extent.routes, "route"),
        count(extent.tables, "table"),
        count(extent.files, "file"),
        count(extent.targets, "target"),
        count(extent.hops, "hop"),
    );
    let findings = report.findings;
    let found = match (findings.denied(), findings.warned(), findings.waived()) {
        (0, 0, 0) => "nothing found".to_owned(),
        (denied, warned, waived) => {
            let mut parts = vec![format!("{denied} denied"), count(warned, "warning")];
            if waived > 0 {
                parts.push(format!("{waived} waived"));
            }
            parts.join(", ")
        }
    };
    match report.trouble {
        Some(trouble) => format!("{trouble}; {found}"),
        None => format!("{checked}; {found}"),
    }
}

/// What the verdict does not cover, one sentence a line.
pub(super) fn caveats(report: &Report<'_>, style: Style) -> Vec<String> {
    let extent = report.extent;
    let mut lines = Vec::new();
    if extent.targets > 0 {
        let whose = match report.origin {
            Origin::BuiltIn => "the built-in catalogue",
            Origin::Project => "the catalogue",
        };
        if extent.known_models < extent.targets {
            lines.push(format!(
                "{} of {} targets have a model that {whose} knows; the others were not compared",
                extent.known_models, extent.targets
            ));
        }
    }
    if extent.expectations > 0 {
        lines.push(format!("{} with expectations read; `routec test` runs them", count(extent.expectations, "file")));
    }
    for (of, file) in report.variables {
        lines.push(format!("variables of the {} were read from {}", of.as_str(), quote(file)));
    }
    lines.push(format!("dates judged as of {}", report.as_of));
    if !report.silent.is_empty() {
        if style.verbose {
            lines.extend(report.silent.iter().map(|silent| format!("{} was silent: {}", silent.rule, silent.reason)));
        } else {
            lines.push(format!("{} had nothing to go by here (see --verbose)", count(report.silent.len(), "rule")));
        }
    }
    lines
}
