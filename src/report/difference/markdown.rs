//! A difference for pull requests and tickets: one line a change.

use std::fmt::Write;

use crate::diff::{Bump, Change};

use super::super::escape::{markdown, markdown_words};
use super::{Compared, what};

pub(super) fn render(compared: &Compared<'_>) -> String {
    let name = markdown(compared.new.table.name.as_str());
    let mut out = format!("### {name} requires: {}\n\n", compared.required());
    let _ = writeln!(out, "{}\n", markdown(&compared.versions()));
    for unknown in &compared.difference.unknown {
        let _ = writeln!(out, "Not compared: {}\n", markdown_words(unknown));
    }
    if compared.difference.changes.is_empty() {
        out.push_str("No difference.\n");
        return out;
    }
    out.push_str("| counts | change | at | what | why |\n|---|---|---|---|---|\n");
    for change in &compared.difference.changes {
        let row = change.kind.row();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            row.bump,
            row.word,
            markdown(&change.subject.path()),
            markdown_words(&what(change)),
            row.why
        );
    }
    if !compared.intent.is_empty() {
        let globs = markdown(&compared.intent.join(", "));
        match compared.outside.len() {
            0 => {
                let _ = writeln!(out, "\nNothing that was compared changed outside {globs}.");
            }
            outside => {
                let _ = writeln!(out, "\nOutside {globs} there are changes: {outside}.");
            }
        }
    }
    out
}

/// A change in one line of Markdown, for lists.
pub(crate) fn change_line(change: &Change) -> String {
    let row = change.kind.row();
    let said = what(change);
    let said = if said.is_empty() { String::new() } else { format!(": {}", markdown_words(&said)) };
    format!("{} {} at {}{said}; {}", row.bump, row.word, markdown(&change.subject.path()), row.why)
}

/// How many changes count as what, in words.
pub(crate) fn counted(changes: &[Change]) -> String {
    let number = |bump: Bump| changes.iter().filter(|change| change.bump() == bump).count();
    format!("{} major, {} minor, {} patch", number(Bump::Major), number(Bump::Minor), number(Bump::Patch))
}
