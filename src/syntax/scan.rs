//! The quick scanner: block and flow collections of scalars on one line each, which is what nearly all files hold.
//!
//! It accepts only text that the full parser reads the same way, and gives up at the first byte of anything else:
//! anchors, aliases, tags, block scalars, values that go on in the next line, list items that do not stand beside their
//! dash, escapes, tabs, carriage returns, errors.

use crate::source::{FileId, to_u32};

use super::build::{Builder, Collection};
use super::cursor::{Cursor, Leaves, Step, Token, Within};
use super::tree::{Kind, Style, Tree};

/// Reads a whole file; nothing where it holds what only the full parser reads.
pub(super) fn read(file: FileId, source: &str) -> Option<Builder<'_>> {
    let text = Cursor::new(source).ok()?;
    let mut scanner = Scanner { text, builder: Builder::new(Tree::new(file, source)) };
    scanner.documents().ok().map(|()| scanner.builder)
}

struct Scanner<'s> {
    text: Cursor<'s>,
    builder: Builder<'s>,
}

impl Scanner<'_> {
    fn documents(&mut self) -> Step {
        self.text.skip()?;
        while !self.text.is_done() {
            if self.text.is_mark() {
                if self.text.byte(self.text.at) == b'.' {
                    return Err(Leaves);
                }
                self.text.at += 3;
                if !self.text.skip()? || self.text.is_done() || self.text.is_mark() {
                    return Err(Leaves);
                }
            }
            self.block(0)?;
            if !self.text.is_done() && !self.text.is_mark() {
                return Err(Leaves);
            }
        }
        Ok(())
    }

    /// A node of block style that begins here; afterwards the next node begins here. Lines of flow collections stand at
    /// `floor` or to the right of it.
    fn block(&mut self, floor: usize) -> Step {
        if self.text.is_dash() {
            return self.block_sequence(Sequence::Indented);
        }
        if matches!(self.text.byte(self.text.at), b'{' | b'[') {
            self.flow(floor)?;
            return self.end_line();
        }
        let token = self.text.token(Within::Block)?;
        if self.text.colon(token, Within::Block).is_some() {
            self.block_mapping(token)
        } else {
            self.scalar(token);
            self.end_line()
        }
    }

    fn block_mapping(&mut self, first: Token) -> Step {
        let column = self.text.column();
        self.begin(Collection::Mapping, false, first.start)?;
        let mut key = first;
        loop {
            let colon = self.text.key_colon(key, Within::Block)?;
            self.scalar(key);
            self.text.at = colon + 1;
            self.block_value(column, colon)?;
            if self.is_over(column)? {
                break;
            }
            if self.text.is_dash() {
                return Err(Leaves);
            }
            key = self.text.token(Within::Block)?;
        }
        self.close();
        Ok(())
    }

    /// The value behind a colon.
    fn block_value(&mut self, column: usize, colon: usize) -> Step {
        if self.text.skip()? || self.text.is_done() {
            let here = self.text.column();
            if self.text.is_done() || self.text.is_mark() || here < column {
                self.nothing(colon);
            } else if here > column {
                self.block(column + 1)?;
            } else if self.text.is_dash() {
                self.block_sequence(Sequence::AtKey)?;
            } else {
                self.nothing(colon);
            }
            return Ok(());
        }
        if matches!(self.text.byte(self.text.at), b'{' | b'[') {
            self.flow(column + 1)?;
        } else {
            let token = self.text.token(Within::Block)?;
            if self.text.colon(token, Within::Block).is_some() {
                return Err(Leaves);
            }
            self.scalar(token);
        }
        self.end_line()
    }

    fn block_sequence(&mut self, sequence: Sequence) -> Step {
        let (column, first_dash) = (self.text.column(), self.text.at);
        self.reach_item()?;
        // The full parser lets a sequence at the column of its key begin with the first item.
        let start = if sequence == Sequence::AtKey { self.text.at } else { first_dash };
        self.begin(Collection::Sequence, false, start)?;
        loop {
            self.block(column + 1)?;
            if self.is_over(column)? {
                break;
            }
            if !self.text.is_dash() {
                if sequence == Sequence::AtKey {
                    break;
                }
                return Err(Leaves);
            }
            self.reach_item()?;
        }
        self.close();
        Ok(())
    }

    /// Goes from a dash to its item, on the same line.
    fn reach_item(&mut self) -> Step {
        self.text.at += 1;
        if self.text.skip()? { Err(Leaves) } else { Ok(()) }
    }

    /// Whether what begins here no longer belongs to a collection at a column.
    fn is_over(&self, column: usize) -> Step<bool> {
        if self.text.is_done() || self.text.is_mark() || self.text.column() < column {
            return Ok(true);
        }
        if self.text.column() > column { Err(Leaves) } else { Ok(false) }
    }

    fn flow(&mut self, floor: usize) -> Step {
        let (collection, closer) = if self.text.byte(self.text.at) == b'{' {
            (Collection::Mapping, b'}')
        } else {
            (Collection::Sequence, b']')
        };
        self.begin(collection, true, self.text.at)?;
        self.text.at += 1;
        loop {
            self.skip_in_flow(floor)?;
            if self.text.byte(self.text.at) == closer {
                break;
            }
            if collection == Collection::Mapping {
                let key = self.text.token(Within::Flow)?;
                let colon = self.text.key_colon(key, Within::Flow)?;
                self.scalar(key);
                self.text.at = colon + 1;
                self.skip_in_flow(floor)?;
            }
            if matches!(self.text.byte(self.text.at), b'{' | b'[') {
                self.flow(floor)?;
            } else {
                let token = self.text.token(Within::Flow)?;
                self.scalar(token);
            }
            self.skip_in_flow(floor)?;
            match self.text.byte(self.text.at) {
                b',' => self.text.at += 1,
                byte if byte == closer => break,
                _ => return Err(Leaves),
            }
        }
        self.text.at += 1;
        self.close();
        Ok(())
    }

    fn skip_in_flow(&mut self, floor: usize) -> Step {
        if self.text.skip()? && (self.text.column() < floor || self.text.is_mark()) { Err(Leaves) } else { Ok(()) }
    }

    /// Goes to what begins on a later line; nothing else may stand on this one.
    fn end_line(&mut self) -> Step {
        if self.text.skip()? || self.text.is_done() { Ok(()) } else { Err(Leaves) }
    }

    fn scalar(&mut self, token: Token) {
        let kind = Kind::Slice(token.style, to_u32(token.from), to_u32(token.to));
        self.builder.leaf(to_u32(token.start), to_u32(token.end), kind);
        self.text.at = token.end;
    }

    /// A value that is not there.
    fn nothing(&mut self, at: usize) {
        let at = to_u32(at);
        self.builder.leaf(at, at, Kind::Slice(Style::Plain, at, at));
    }

    fn begin(&mut self, collection: Collection, is_flow: bool, start: usize) -> Step {
        self.builder.begin(collection, is_flow, to_u32(start)).map(drop).map_err(|_| Leaves)
    }

    fn close(&mut self) {
        self.builder.close(to_u32(self.text.at));
    }
}

/// Where the dashes of a sequence stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sequence {
    /// To the right of the key they belong to.
    Indented,
    /// At the column of the key.
    AtKey,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    fn is_quick(text: &str) -> bool {
        let mut sources = SourceMap::new();
        let file = sources.add("x.yaml", text.as_bytes().to_vec());
        read(file, sources.file(file).text()).is_some()
    }

    #[test]
    fn reads_what_files_hold() {
        for text in [
            "",
            "# only a comment\n",
            "---\na: 1\n---\nb: 2\n",
            "a:\nb: {c: 'd', e: [f, \"g\"]} # h\n\n  # i\nj:\n- k\n- - l: m\n    n: https://o#p\n",
            "{\n  \"a\":1,\n  \"b\": [true,\n null]\n}",
            "a: größer\n",
        ] {
            assert!(is_quick(text), "{text}");
        }
    }

    #[test]
    fn leaves_the_rest_to_the_full_parser() {
        for text in [
            "a: &b c\n",
            "a: *b\n",
            "a: !b c\n",
            "a: |\n  b\n",
            "a: b\n  c\n",
            "a: \"b\\n\"\n",
            "a: 'b''c'\n",
            "a: \tb\n",
            "a: b\r\n",
            "a: b: c\n",
            "a: b\n c: d\n",
            "? a\n: b\n",
            "a: [b, c\n",
            "a: [b: c]\n",
            "a: \"b\" c\n",
            "a: \"b\"# c\n",
            "a: - b\n",
            "a:\n-\n  b\n",
            "\u{feff}a: b\n",
        ] {
            assert!(!is_quick(text), "{text}");
        }
    }
}
