//! Finds a part of a scalar's text in the file, however the scalar is written: plain, in quotes or as a block.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

/// The bytes of a scalar as it is written that a part of its value comes from. `None` where the two do not go together.
///
/// Quotes, indentation and folded lines only add or change white space, and an escape stands for one character. So the
/// other characters of both are the same, in number and in order.
pub fn written_as(written: &str, value: &str, part: &Range<usize>) -> Option<Range<usize>> {
    // Taken for another style than it has, a scalar has characters to spare.
    [Style::Plain, Style::Single, Style::Double].into_iter().find_map(|style| aligned(written, value, part, style))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// As it reads, over one line or several.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
}

fn aligned(written: &str, value: &str, part: &Range<usize>, style: Style) -> Option<Range<usize>> {
    let (inner, before) = match style {
        Style::Plain => (written, 0),
        Style::Single => (written.strip_prefix('\'')?.strip_suffix('\'')?, 1),
        Style::Double => (written.strip_prefix('"')?.strip_suffix('"')?, 1),
    };
    let mut letters = Letters { style, end: inner.len(), rest: inner.char_indices().peekable() };
    let mut found: Option<Range<usize>> = None;
    let mut last = 0;
    for (at, wanted) in value.char_indices().filter(|(_, letter)| !letter.is_whitespace()) {
        let (_, range) = letters.next().filter(|(letter, _)| *letter == wanted)?;
        last = range.end;
        // A part of no length is widened, so that there is something to underline.
        if at >= part.start && (at < part.end || found.is_none()) {
            let start = found.map_or(range.start, |found| found.start);
            found = Some(start..range.end);
        }
    }
    if letters.next().is_some() {
        return None;
    }
    let found = found.unwrap_or(last..last);
    Some(found.start + before..found.end + before)
}

/// The characters that are not white space, each with the bytes it is written as.
struct Letters<'t> {
    style: Style,
    end: usize,
    rest: Peekable<CharIndices<'t>>,
}

impl Iterator for Letters<'_> {
    type Item = (char, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (start, letter) = self.rest.next()?;
            let meant = match (self.style, letter) {
                (Style::Single, '\'') => self.rest.next()?.1,
                (Style::Double, '\\') => self.escaped()?,
                (Style::Plain | Style::Single | Style::Double, letter) => letter,
            };
            if !meant.is_whitespace() {
                let end = self.rest.peek().map_or(self.end, |(next, _)| *next);
                return Some((meant, start..end));
            }
        }
    }
}

impl Letters<'_> {
    /// The character that an escape in double quotes stands for, behind its backslash.
    fn escaped(&mut self) -> Option<char> {
        let digits = match self.rest.next()?.1 {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            // All of them white space, or next to it.
            't' | 'n' | 'r' | 'v' | 'f' | 'N' | '_' | 'L' | 'P' => return Some(' '),
            '0' => return Some('\0'),
            'a' => return Some('\x07'),
            'b' => return Some('\x08'),
            'e' => return Some('\x1b'),
            letter => return Some(letter),
        };
        let code: String = self.rest.by_ref().take(digits).map(|(_, digit)| digit).collect();
        u32::from_str_radix(&code, 16).ok().and_then(char::from_u32)
    }
}

#[cfg(test)]
mod tests {
    use super::written_as;

    #[test]
    fn finds_a_part_however_the_scalar_is_written() {
        let value = "a == \"x\" &&\n'é' in b";
        for written in [
            "a == \"x\" &&\n      'é' in b",
            "a == \"x\"\r\n  &&\r\n\r\n  'é'\r\n  in b",
            "'a == \"x\" &&\n\n   ''é'' in b'",
            r#""a == \"x\" &&\n'\u00e9' in b""#,
            r#""a == \x22x\" &&\n'é'\
               \ in b""#,
        ] {
            let part = |text: &str| {
                let start = value.find(text).unwrap();
                written.get(written_as(written, value, &(start..start + text.len())).unwrap()).unwrap()
            };
            assert_eq!(part("a"), "a", "{written}");
            assert_eq!(part("b"), "b", "{written}");
            assert_eq!(part("&&"), "&&", "{written}");
            assert!(["'é'", "''é''", r"'\u00e9'"].contains(&part("'é'")), "{written}");
        }
        assert_eq!(written_as("'a'", "a", &(1..1)), Some(2..2));
        assert_eq!(written_as("'a b'", "a b", &(2..2)), Some(3..4));
        assert_eq!(written_as("*alias", "a", &(0..1)), None);
    }
}
