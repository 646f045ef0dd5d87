//! What to say about text that cannot be read, and where to read on.

use crate::diagnostic::Diagnostic;
use crate::source::{to_u32, to_usize};

use super::parse::Failure;
use super::tree::Tree;

/// The next line after an offset at which a top-level key begins.
pub(super) fn resume_after(text: &str, failed_at: u32, from: u32) -> Option<u32> {
    let mut at = to_usize(failed_at.max(from.saturating_add(1))).min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    // The line of the failure itself may be the key that an unclosed bracket before it ran into.
    let line_start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    if to_u32(line_start) > from {
        at = line_start - 1;
    }
    loop {
        at += text.get(at..)?.find('\n')? + 1;
        let line = text.get(at..)?.lines().next().unwrap_or_default();
        let begins_key =
            line.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '"' || letter == '_');
        if begins_key
            && line.split('#').next().is_some_and(|line| line.trim_end().ends_with(':') || line.contains(": "))
        {
            return Some(to_u32(at));
        }
    }
}

/// The finding for a failure: names the usual mistakes in the words of the file, not of the parser.
pub(super) fn syntax_error(tree: &Tree<'_>, failure: &Failure) -> Diagnostic {
    let text = tree.source;
    let mut at = to_usize(failure.at).min(text.len().saturating_sub(1));
    while at > 0 && !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let next_start = line_start + line.len() + 1;
    let next = text.get(next_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    for (start, line) in [(line_start, line), (next_start, next)] {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line.get(..indent).and_then(|blank| blank.find('\t')) {
            let start = to_u32(start + tab);
            let message = "a tab indents this line; YAML allows only spaces there";
            return Diagnostic::new("syntax-error", tree.span(start, start + 1), "a tab", message)
                .help("replace the tab by spaces");
        }
    }
    if let Some(open) = unclosed(before) {
        let start = to_u32(open);
        let bracket = text.get(open..=open).unwrap_or_default();
        let message = format!("the `{bracket}` that is opened here is never closed");
        let diagnostic = Diagnostic::new("syntax-error", tree.span(start, start + 1), "opened here", message);
        return diagnostic
            .related(tree.span(to_u32(at), to_u32(at)), failure.message.clone())
            .help("close it, or put the value in quotes if the bracket belongs to it");
    }
    let width =
        text.get(at..).and_then(|rest| rest.chars().next()).filter(|letter| *letter != '\n').map_or(0, char::len_utf8);
    let span = tree.span(to_u32(at), to_u32(at + width));
    let diagnostic = Diagnostic::new("syntax-error", span, "cannot be read from here on", failure.message.clone());
    let lower = failure.message.to_lowercase();
    let help = if lower.contains("quote") || lower.contains("quoted scalar") {
        Some("a quote is opened and not closed")
    } else if lower.contains("mapping values are not allowed") || lower.contains("simple key") {
        Some("a `:` is missing after a key, a value holds `: ` and needs quotes, or the indentation is off")
    } else if lower.contains("flow") {
        Some("a `[` or `{` is opened and not closed, or a comma is missing")
    } else if lower.contains("alias") || lower.contains("anchor") {
        Some("an alias `*name` needs an anchor `&name` before it")
    } else if lower.contains("nesting") {
        Some("no route table nests this deep; look for brackets that are never closed")
    } else if line.contains("{{") || line.contains("{%") {
        Some("this is a template: check what it renders to, for example `helm template … | routec check -`")
    } else {
        None
    };
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The bracket on the line of a failure, or the one before, that is opened and not closed.
fn unclosed(before: &str) -> Option<usize> {
    let from = before.rmatch_indices('\n').nth(1).map_or(0, |(at, _)| at + 1);
    let mut open = Vec::new();
    let mut quoted = None;
    for (at, letter) in before.get(from..)?.char_indices() {
        match (quoted, letter) {
            (Some(mark), letter) if mark == letter => quoted = None,
            (None, '"' | '\'') => quoted = Some(letter),
            (None, '[' | '{') => open.push(from + at),
            (None, ']' | '}') => drop(open.pop()),
            (None, '#') => break,
            (_, _) => {}
        }
    }
    open.pop()
}
