//! Turns byte offsets into lines and columns, once a report asks for them.

use super::{to_u32, to_usize};

/// A place as people count it: lines and columns from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in Unicode scalar values.
    pub column: u32,
}

/// Where each line of a text begins, in bytes.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text; lines end at `\n`, `\r\n` or a lone `\r`, as YAML counts them.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(to_u32(at + 1));
            }
        }
        Self { starts }
    }

    /// The number of lines, at least 1.
    pub fn lines(&self) -> u32 {
        to_u32(self.starts.len())
    }

    /// The byte at which a line (from 1) begins; the last line's start for lines past the end.
    pub fn start_of(&self, line: u32) -> u32 {
        let at = to_usize(line.saturating_sub(1)).min(self.starts.len().saturating_sub(1));
        self.starts.get(at).copied().unwrap_or(0)
    }

    /// The line and column of a byte offset in the text this index was made from.
    pub fn locate(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = to_usize(self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0));
        let end = to_usize(offset).min(text.len());
        let column = text.get(start..end).map_or(end.saturating_sub(start), |before| before.chars().count());
        LineColumn { line: to_u32(line), column: to_u32(column + 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: u32) -> (u32, u32) {
        let place = LineIndex::new(text).locate(text, offset);
        (place.line, place.column)
    }

    #[test]
    fn counts_lines_and_characters_from_one() {
        assert_eq!(at("ab\ncd", 0), (1, 1));
        assert_eq!(at("ab\ncd", 4), (2, 2));
        assert_eq!(at("é=1", 2), (1, 2));
    }

    #[test]
    fn knows_every_line_ending() {
        assert_eq!(at("a\r\nb\rc\nd", 3), (2, 1));
        assert_eq!(at("a\r\nb\rc\nd", 5), (3, 1));
        assert_eq!(LineIndex::new("a\r\nb\rc\nd").lines(), 4);
    }
}
