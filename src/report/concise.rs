//! One line a finding: `file:line:column: level[rule] message`.

use super::{Places, Report, Style, escape, redact, summary};

pub(super) fn render(report: &Report<'_>, style: Style, places: &mut Places<'_>) -> String {
    let mut out = String::new();
    for finding in report.findings {
        let region = places.region(finding.primary.span);
        let waived = if finding.waived.is_some() { " (waived)" } else { "" };
        let line = format!(
            "{}:{}:{}: {}[{}]{waived} {}",
            region.file,
            region.line,
            region.column,
            finding.level.as_str(),
            finding.rule,
            redact::message(&finding.message)
        );
        // A likely spelling is worth the room; other advice is left to the longer formats.
        let near = finding.help.as_deref().filter(|help| help.starts_with("did you mean"));
        let line = near.map_or(line.clone(), |near| format!("{line} ({near})"));
        out.push_str(&escape::line(&line));
        out.push('\n');
    }
    out.push_str(&escape::line(&summary::verdict(report)));
    out.push('\n');
    if style.verbose {
        for line in summary::caveats(report, style) {
            out.push_str(&escape::line(&line));
            out.push('\n');
        }
    }
    out
}
