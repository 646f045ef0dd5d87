//! A place in text of plain forms, and the scalar that begins there.

use super::LIMITS;
use super::tree::Style;

/// The text leaves what the scanner reads.
pub(super) struct Leaves;

pub(super) type Step<T = ()> = Result<T, Leaves>;

/// Keys are kept well below the 1,024 characters that YAML allows them.
const LONGEST_KEY: usize = 1000;

/// A place in the text, with the beginning of its line.
pub(super) struct Cursor<'s> {
    bytes: &'s [u8],
    pub(super) at: usize,
    line: usize,
}

/// Whether every character is one that stands for itself; so no byte is zero, and zero can mean the end.
fn is_plain(text: &str) -> bool {
    let control = |byte: u8| (byte < b' ' && byte != b'\n') || byte == 0x7f;
    // Many bytes at once: to stop at the first would look at each by itself.
    let has_control = |bytes: &[u8]| bytes.iter().fold(false, |found, byte| found | control(*byte));
    let odd = |letter: char| matches!(letter, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}'..='\u{ffff}');
    !text.as_bytes().chunks(256).any(has_control) && (text.is_ascii() || !text.chars().any(odd))
}

/// A scalar on one line: where it stands, quotes included, and its text.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) style: Style,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Block,
    Flow,
}

impl<'s> Cursor<'s> {
    /// The beginning of a text, if every character of it [is plain](is_plain).
    pub(super) fn new(text: &'s str) -> Step<Self> {
        if is_plain(text) { Ok(Self { bytes: text.as_bytes(), at: 0, line: 0 }) } else { Err(Leaves) }
    }

    /// Skips blanks and comments; true where that led to another line.
    pub(super) fn skip(&mut self) -> Step<bool> {
        let mut next_line = false;
        loop {
            let before = self.at;
            while self.byte(self.at) == b' ' {
                self.at += 1;
            }
            match self.byte(self.at) {
                b'\n' => {
                    self.at += 1;
                    self.line = self.at;
                    next_line = true;
                }
                b'#' if self.at > before || self.at == self.line => self.at = self.line_end(),
                b'#' => return Err(Leaves),
                _ => return Ok(next_line),
            }
        }
    }

    fn line_end(&self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
    }

    /// The scalar that begins here.
    pub(super) fn token(&self, within: Within) -> Step<Token> {
        let token = self.any_token(within)?;
        if token.to - token.from > LIMITS.scalar { Err(Leaves) } else { Ok(token) }
    }

    fn any_token(&self, within: Within) -> Step<Token> {
        let start = self.at;
        let mark = self.byte(start);
        match mark {
            b'"' | b'\'' => {
                let to = self.find(start + 1, |byte| byte == mark || byte == b'\n' || (mark == b'"' && byte == b'\\'));
                // A quote that stands twice in single quotes is a quote of the text.
                if self.byte(to) != mark || (mark == b'\'' && self.byte(to + 1) == mark) {
                    return Err(Leaves);
                }
                Ok(Token { style: Style::Quoted, start, end: to + 1, from: start + 1, to })
            }
            b'-' if is_blank(self.byte(start + 1)) || is_bracket(self.byte(start + 1)) => Err(Leaves),
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@'
            | b'`' | b'\n' | 0 => Err(Leaves),
            _ => {
                let end = self.plain_end(start, within);
                Ok(Token { style: Style::Plain, start, end, from: start, to: end })
            }
        }
    }

    /// Where a plain scalar ends, blanks at its end left out.
    fn plain_end(&self, start: usize, within: Within) -> usize {
        let (mut at, mut end) = (start, start);
        loop {
            let mark = self.find(at, |byte| matches!(byte, 0 | b'\n' | b' ' | b'#' | b':') || is_bracket(byte));
            if mark > at {
                (at, end) = (mark, mark);
            }
            match self.byte(at) {
                b'\n' | 0 => return end,
                b' ' => {
                    at += 1;
                    continue;
                }
                b'#' if at > end => return end,
                b':' => {
                    let next = self.byte(at + 1);
                    if is_blank(next) || (within == Within::Flow && is_bracket(next)) {
                        return end;
                    }
                }
                byte if within == Within::Flow && is_bracket(byte) => return end,
                _ => {}
            }
            at += 1;
            end = at;
        }
    }

    fn find(&self, from: usize, stop: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| stop(*byte)).unwrap_or(rest.len())
    }

    /// The colon that makes a token a key. In flow collections the value may follow at once where the key has quotes.
    pub(super) fn colon(&self, token: Token, within: Within) -> Option<usize> {
        let at = self.find(token.end, |byte| byte != b' ');
        let value_may_follow = within == Within::Flow && token.style == Style::Quoted;
        (self.byte(at) == b':' && (value_may_follow || is_blank(self.byte(at + 1)))).then_some(at)
    }

    /// The same of a key that is short enough for one.
    pub(super) fn key_colon(&self, key: Token, within: Within) -> Step<usize> {
        if key.end - key.start > LONGEST_KEY { Err(Leaves) } else { self.colon(key, within).ok_or(Leaves) }
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn column(&self) -> usize {
        self.at - self.line
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn is_dash(&self) -> bool {
        self.byte(self.at) == b'-' && is_blank(self.byte(self.at + 1))
    }

    /// Whether a document begins or ends here.
    pub(super) fn is_mark(&self) -> bool {
        self.at == self.line
            && matches!(self.bytes.get(self.at..self.at + 3), Some(b"---" | b"..."))
            && is_blank(self.byte(self.at + 3))
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | 0)
}

fn is_bracket(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}
