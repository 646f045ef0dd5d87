//! The honest last line: what was checked, how much, what was found, and what was not looked at.

use crate::model::{Duration, Origin};

use super::{Report, Style};

pub(super) fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// Adds a text in lines no wider than this, those after the first two columns further in.
pub(super) fn wrap(out: &mut String, text: &str, indent: &str, width: usize) {
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column == 0 {
            out.push_str(indent);
            column = indent.len();
        } else if column + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            out.push_str("  ");
            column = indent.len() + 2;
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
}

/// A length of time as people say it: in seconds from one second on, however many digits that takes.
pub fn time(milliseconds: u64) -> String {
    let rest = milliseconds % 1000;
    if milliseconds < 1000 || rest == 0 || milliseconds >= 600_000 {
        return Duration(milliseconds).to_string();
    }
    let decimals = format!("{rest:03}");
    format!("{}.{}s", milliseconds / 1000, decimals.trim_end_matches('0'))
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
