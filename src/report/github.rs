//! GitHub workflow commands: each finding annotates its line in a pull request. Waived findings stay silent.

use std::fmt::Write;

use crate::diagnostic::Level;

use super::{Places, Report, escape, redact, summary};

pub(super) fn render(report: &Report<'_>, places: &mut Places<'_>) -> String {
    let mut out = String::new();
    for finding in report.findings.iter().filter(|finding| finding.waived.is_none()) {
        let region = places.region(finding.primary.span);
        let command = match finding.level {
            Level::Deny => "error",
            Level::Warn => "warning",
            Level::Allow => continue,
        };
        let help = finding.help.as_deref().map_or_else(String::new, |help| format!(" — {help}"));
        let _ = writeln!(
            out,
            "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}",
            escape::github_property(&region.file),
            region.line,
            region.end_line,
            region.column,
            region.end_column,
            escape::github_property(finding.rule.as_str()),
            escape::github(&redact::message(&format!("{}{help}", finding.message)))
        );
    }
    let _ = writeln!(out, "::notice title=routec::{}", escape::github(&summary::verdict(report)));
    out
}
