//! Documents within block scalars, such as a gateway's configuration in a Kubernetes `ConfigMap`.
//!
//! Everything around them is blanked out, byte by byte, so that what is left stands where it stands in the file: the spans
//! of the tree within are spans of the file.

use crate::source::{Span, to_usize};

/// A file's text of which only block scalars are left, each behind a line that begins a document.
#[derive(Clone, Debug)]
pub struct Masked {
    text: String,
}

impl Masked {
    /// Leaves only the block scalars at these spans, given in the order of the text. Scalars of other styles are left out.
    pub fn new(source: &str, scalars: &[Span]) -> Self {
        let mut text = String::with_capacity(source.len());
        for span in scalars {
            let Some(block) = Block::at(source, *span).filter(|block| block.line >= text.len()) else { continue };
            blank(source, text.len()..block.line, &mut text);
            // The line of the key is at least as long as the mark of a new document.
            text.push_str("---");
            blank(source, text.len()..block.from, &mut text);
            for line in source.get(block.from..block.to).unwrap_or_default().split_inclusive('\n') {
                let is_mark = matches!(line.trim(), "---" | "...");
                if is_mark {
                    blank(line, 0..line.len(), &mut text);
                } else {
                    text.push_str(line);
                }
            }
        }
        blank(source, text.len()..source.len(), &mut text);
        Self { text }
    }

    /// Whether a scalar is written as a block of lines that stand for themselves, so that a document can be read in it.
    pub fn can_read(source: &str, scalar: Span) -> bool {
        Block::at(source, scalar).is_some()
    }

    /// The text, as long as that of the file.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A block scalar: where the line of its mark begins, and where its lines do and end.
struct Block {
    line: usize,
    from: usize,
    to: usize,
}

impl Block {
    fn at(source: &str, span: Span) -> Option<Self> {
        // The parser lets a block scalar begin with its first character that is not white space.
        let from = source.get(..to_usize(span.start))?.rfind('\n')? + 1;
        let above = source.get(..from)?.trim_end();
        let line = above.rfind('\n').map_or(0, |at| at + 1);
        let header = above.get(line..)?;
        let header = header.split_once(" #").map_or(header, |(header, _)| header).trim_end();
        let is_literal =
            header.trim_end_matches(|letter: char| letter.is_ascii_digit() || "+-".contains(letter)).ends_with('|');
        let room = from - line > 3 && source.get(from..to_usize(span.start))?.trim().is_empty();
        (is_literal && room).then_some(Self { line, from, to: to_usize(span.end) })
    }
}

/// Puts a blank for every byte, and keeps the ends of lines.
fn blank(source: &str, range: std::ops::Range<usize>, text: &mut String) {
    let bytes = source.as_bytes().get(range).unwrap_or_default();
    text.extend(bytes.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(*byte) } else { ' ' }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sink;
    use crate::source::SourceMap;
    use crate::syntax::{Tree, Value, parse, parse_embedded};

    fn block_of<'t>(tree: &'t Tree<'t>) -> Span {
        let root = Value::new(tree, *tree.roots().first().unwrap());
        root.get("data").unwrap().entries().first().unwrap().1.span()
    }

    #[test]
    fn what_stands_within_keeps_its_place() {
        for text in [
            "kind: ConfigMap\ndata:\n  größe.yaml: |\n    # a comment\n    a: {b: here}\n    c: |\n      d\nmore: 1\n",
            "data:\n  x: |-\n    ---\n    a:\n      b: here\n",
            "data:\n  x: |2+\n    a: {b: here}\n",
        ] {
            let mut sources = SourceMap::new();
            let file = sources.add("x.yaml", text.as_bytes().to_vec());
            let mut sink = Sink::new();
            let tree = parse(&sources, file, &mut sink);
            let masked = Masked::new(text, &[block_of(&tree)]);
            assert_eq!(masked.text().len(), text.len());
            let inner = parse_embedded(file, &masked, &mut sink);
            let root = Value::new(&inner, *inner.roots().first().unwrap());
            let found = root.get("a").and_then(|a| a.get("b")).unwrap();
            assert_eq!(sources.slice(found.span()), "here", "{text}");
            assert!(!inner.is_broken());
        }
    }

    #[test]
    fn other_scalars_are_left_out() {
        let text = "a: 'b: 1'\n";
        let mut sources = SourceMap::new();
        let file = sources.add("x.yaml", text.as_bytes().to_vec());
        let masked = Masked::new(text, &[Span::new(file, 3, 9)]);
        assert_eq!(masked.text().trim(), "");
    }
}
