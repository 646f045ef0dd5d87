//! Spans as files, lines and columns.

use crate::source::Span;

use super::Places;

/// A span as people count: lines and columns from 1, the end behind the last character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The name of the file.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column behind the last character.
    pub end_column: u32,
}

impl Places<'_> {
    /// Where a span is.
    pub fn region(&mut self, span: Span) -> Region {
        let file = self.sources.file(span.file);
        let index = self.indexes.entry(span.file).or_insert_with(|| file.lines());
        let start = index.locate(file.text(), span.start);
        let end = index.locate(file.text(), span.end.max(span.start));
        Region {
            file: file.name().to_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}
