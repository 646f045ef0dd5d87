//! Looks at the range of Node.js versions of each path: it must end somewhere.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unpinned-runtime"),
    group: Group::Secrets,
    level: Level::Warn,
    locked: false,
    page: include_str!("unpinned_runtime.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("how it is deployed"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for path in &context.table.paths {
        let Some(node) = path.value.node.as_ref().filter(|node| !is_bounded(&node.value)) else { continue };
        let name = path.name.value.as_str();
        let message = format!(
            "{} runs on whatever version of Node.js comes next: {} has no upper end",
            quote(name),
            quote(&node.value)
        );
        sink.report(
            Diagnostic::new("unpinned-runtime", node.place, "no upper end", message)
                .help("add one, for example `>=24.16 <25`")
                .about(format!("paths.{name}")),
        );
    }
}

/// A range with an upper end: `<`, `^`, `~`, a plain version, or a dash between two.
fn is_bounded(range: &str) -> bool {
    range.split("||").all(|part| {
        let part = part.trim();
        let is_plain = part.starts_with(|letter: char| letter.is_ascii_digit() || letter == '=' || letter == 'v');
        part.contains('<') || part.starts_with('^') || part.starts_with('~') || part.contains(" - ") || is_plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_end_somewhere() {
        for (range, bounded) in [
            (">=24.16 <25", true),
            (">=22", false),
            ("^24.1", true),
            ("24.16.0", true),
            ("*", false),
            ("22 || >=24", false),
        ] {
            assert_eq!(is_bounded(range), bounded, "{range}");
        }
    }
}
