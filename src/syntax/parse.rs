//! A file's text becomes a tree: as JSON5 where it is that; as YAML by the quick scanner where the text keeps to plain
//! forms, else by the full parser.

use crate::diagnostic::{Diagnostic, Sink};
use crate::source::{FileId, SourceMap, Span, to_u32};

use super::LIMITS;
use super::build::Builder;
use super::embedded::Masked;
use super::events;
use super::json5;
use super::recover::{resume_after, syntax_error};
use super::scan;
use super::tree::Tree;

/// Why and where the text cannot be read on.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) at: u32,
    pub(super) message: String,
}

/// Reads a file. What cannot be read is reported and left out; the tree then says that it [is broken](Tree::is_broken).
pub fn parse<'s>(sources: &'s SourceMap, file: FileId, sink: &mut Sink) -> Tree<'s> {
    if let Some(why) = refusal(sources, file) {
        return refused(sources, file, why, sink);
    }
    if let Some(tree) = as_json5(sources, file, sink) {
        return tree;
    }
    match scan::read(file, sources.file(file).text()) {
        Some(builder) => builder.finish(sink),
        None => in_full(file, sources.file(file).text(), sink),
    }
}

/// Reads a file by the full parser alone. [`parse`] gives the same tree and the same findings, only sooner.
pub fn parse_in_full<'s>(sources: &'s SourceMap, file: FileId, sink: &mut Sink) -> Tree<'s> {
    match refusal(sources, file) {
        Some(why) => refused(sources, file, why, sink),
        None => as_json5(sources, file, sink).unwrap_or_else(|| in_full(file, sources.file(file).text(), sink)),
    }
}

/// What a file is read as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Yaml,
    Json5,
    /// A bracket begins it, so that it may be either.
    Either,
}

/// What the name says, else how the text begins.
fn language(name: &str, text: &str) -> Language {
    let ends = |ending: &str| {
        let at = name.len().saturating_sub(ending.len());
        name.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_commented = ["//", "/*"].iter().any(|mark| text.starts_with(mark));
    let begins = is_commented || text.starts_with(['{', '[']);
    if ends(".yaml") || ends(".yml") {
        Language::Yaml
    } else if ends(".json5") || is_commented || (ends(".json") && begins) {
        Language::Json5
    } else if begins {
        Language::Either
    } else {
        Language::Yaml
    }
}

/// The tree of a file that is JSON5. Of a text that could be YAML as well and is wrong as both, the reader that came
/// further says what is wrong.
fn as_json5<'s>(sources: &'s SourceMap, file: FileId, sink: &mut Sink) -> Option<Tree<'s>> {
    let source = sources.file(file);
    let language = language(source.name(), source.text());
    if language == Language::Yaml {
        return None;
    }
    let (mut builder, mistakes) = json5::read(file, source.text());
    if let Some(first) = mistakes.first()
        && language == Language::Either
    {
        let mut yaml = Builder::new(Tree::new(file, source.text()));
        let further = match events::run(&mut yaml, 0) {
            Ok(()) => true,
            Err(failure) => failure.at > first.at(),
        };
        if further {
            return None;
        }
    }
    for mistake in mistakes {
        builder.tree.broken = true;
        builder.tree.failures.push(mistake.at());
        sink.report(mistake.finding(&builder.tree));
    }
    Some(builder.finish(sink))
}

/// Reads the documents that stand within a file's block scalars, one root for each. Spans are those of the file.
pub fn parse_embedded<'m>(file: FileId, masked: &'m Masked, sink: &mut Sink) -> Tree<'m> {
    in_full(file, masked.text(), sink)
}

/// Why a file is not read at all.
fn refusal(sources: &SourceMap, file: FileId) -> Option<Diagnostic> {
    let source = sources.file(file);
    let end = to_u32(source.text().len());
    if end > LIMITS.bytes {
        let message = format!("the file is larger than {} MiB", LIMITS.bytes >> 20);
        let place = Span::new(file, 0, 0);
        return Some(Diagnostic::new("syntax-error", place, "not read", message).help("split it"));
    }
    let at = source.bad_utf8()?;
    let message = format!("byte {at} is not UTF-8");
    let place = Span::new(file, end, end);
    let found = Diagnostic::new("syntax-error", place, "the text is readable up to here", message);
    Some(found.help("save the file as UTF-8"))
}

fn refused<'s>(sources: &'s SourceMap, file: FileId, why: Diagnostic, sink: &mut Sink) -> Tree<'s> {
    let mut tree = Tree::new(file, sources.file(file).text());
    tree.broken = true;
    sink.report(why);
    tree
}

fn in_full<'s>(file: FileId, text: &'s str, sink: &mut Sink) -> Tree<'s> {
    let mut builder = Builder::new(Tree::new(file, text));
    let mut from = 0;
    for _ in 0..LIMITS.errors {
        let Err(failure) = events::run(&mut builder, from) else { break };
        builder.close_all(failure.at);
        let again = resume_after(text, failure.at, from);
        sink.report(syntax_error(&builder.tree, &failure));
        builder.tree.broken = true;
        builder.tree.failures.push(failure.at);
        match again {
            Some(next) => from = next,
            None => break,
        }
    }
    builder.finish(sink)
}
