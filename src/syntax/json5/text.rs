//! A place in text of JSON5: blanks, words and strings from there on.

use std::borrow::Cow;

/// A string that was read.
pub(super) struct StringRead<'s> {
    pub(super) value: Cow<'s, str>,
    /// Whether its closing quote was found.
    pub(super) closed: bool,
    /// Where a backslash begins no escape.
    pub(super) bad_escape: Option<usize>,
}

pub(super) struct Text<'s> {
    source: &'s str,
    at: usize,
}

/// Whether a name can begin with a letter.
pub(super) fn is_name(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, '_' | '$' | '\\')
}

fn is_line_end(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}

/// Whether a letter ends a word that stands without quotes.
fn ends_word(letter: char) -> bool {
    is_blank(letter) || matches!(letter, ',' | '{' | '}' | '[' | ']' | '"' | '\'')
}

impl<'s> Text<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, at: 0 }
    }

    /// How many bytes have been read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'s str {
        self.source.get(start..end).unwrap_or_default()
    }

    /// A range moved outwards to whole characters.
    pub(super) fn whole(&self, start: usize, end: usize) -> (usize, usize) {
        let mut end = end.min(self.source.len());
        while !self.source.is_char_boundary(end) {
            end += 1;
        }
        (start.min(end), end)
    }

    /// Skips white space and comments; the beginning of a comment that is never closed is the error, and ends the text.
    pub(super) fn skip_blank(&mut self) -> Result<(), usize> {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches(is_blank).len();
            let rest = self.rest();
            if rest.starts_with("//") {
                self.at += rest.find(is_line_end).unwrap_or(rest.len());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let Some(end) = comment.find("*/") else {
                    let open = self.at;
                    self.at = self.source.len();
                    return Err(open);
                };
                self.at += end + 4;
            } else {
                return Ok(());
            }
        }
    }

    /// A value's word: up to a blank, bracket, comma, quote or comment.
    pub(super) fn take_word(&mut self) -> &'s str {
        self.take(|rest, letter| ends_word(letter) || rest.starts_with("//") || rest.starts_with("/*"))
    }

    /// A key without quotes, escapes read, and whether it may stand without them.
    pub(super) fn take_name(&mut self) -> (Cow<'s, str>, bool) {
        let word = self.take(|_, letter| ends_word(letter) || letter == ':');
        let mut name = Cow::Borrowed(word);
        let mut is_right = true;
        if word.contains('\\') {
            let mut pieces = word.split('\\');
            let mut read = pieces.next().unwrap_or_default().to_owned();
            for piece in pieces {
                let letter = piece
                    .strip_prefix('u')
                    .and_then(|hex| hex.get(..4))
                    .and_then(|hex| u32::from_str_radix(hex, 16).ok());
                match letter.and_then(char::from_u32) {
                    Some(letter) => {
                        read.push(letter);
                        read.push_str(piece.get(5..).unwrap_or_default());
                    }
                    None => is_right = false,
                }
            }
            name = Cow::Owned(read);
        }
        let begins = name.chars().next().is_some_and(|letter| is_name(letter) && letter != '\\');
        let goes_on = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '\u{200c}' | '\u{200d}');
        is_right = is_right && begins && name.chars().all(goes_on);
        (name, is_right)
    }

    fn take(&mut self, ends: impl Fn(&str, char) -> bool) -> &'s str {
        let rest = self.rest();
        let end = rest.char_indices().find(|(at, letter)| ends(rest.get(*at..).unwrap_or_default(), *letter));
        let end = end.map_or(rest.len(), |(at, _)| at);
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// The string whose opening quote stands here. It ends at its closing quote, else at the end of its line.
    pub(super) fn string(&mut self, mark: char) -> StringRead<'s> {
        self.bump();
        let start = self.at;
        let mut owned: Option<String> = None;
        let mut bad_escape = None;
        loop {
            let plain = self.take(|_, letter| letter == mark || letter == '\\' || letter == '\n' || letter == '\r');
            if let Some(text) = &mut owned {
                text.push_str(plain);
            }
            let closed = match self.peek() {
                Some('\\') => {
                    let before = self.slice(start, self.at);
                    let at = self.at;
                    let text = owned.get_or_insert_with(|| before.to_owned());
                    self.at += 1;
                    if !self.escape(text) {
                        bad_escape = bad_escape.or(Some(at));
                    }
                    continue;
                }
                letter => letter == Some(mark),
            };
            let value = owned.map_or_else(|| Cow::Borrowed(self.slice(start, self.at)), Cow::Owned);
            if closed {
                self.bump();
            }
            return StringRead { value, closed, bad_escape };
        }
    }

    /// Reads an escape, behind its backslash, into a text; false if JSON5 has none such.
    fn escape(&mut self, into: &mut String) -> bool {
        let Some(letter) = self.peek() else { return false };
        self.bump();
        let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        let meant = match letter {
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            '0' if !is_digit(self.peek()) => Some('\0'),
            '0'..='9' => None,
            'x' => self.hex(2).and_then(char::from_u32),
            'u' => self.unicode(),
            letter if is_line_end(letter) => {
                if letter == '\r' && self.peek() == Some('\n') {
                    self.bump();
                }
                return true;
            }
            letter => Some(letter),
        };
        into.extend(meant);
        meant.is_some()
    }

    /// The letter of `\u`; half of a pair without the other half becomes the letter that stands for what cannot be read.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hex(4)?;
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            if let Some(second) = self.hex(4).filter(|second| (0xdc00..0xe000).contains(second)) {
                return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            }
            self.at = before;
        }
        Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text = self.rest().get(..digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.at += digits;
        u32::from_str_radix(text, 16).ok()
    }

    /// Moves on to the comma or bracket that ends the item under way; brackets, strings and comments within it are passed over.
    pub(super) fn skip_item(&mut self) {
        let start = self.at;
        let mut depth = 0u32;
        while let Some(letter) = self.peek() {
            match letter {
                ',' | '}' | ']' if depth == 0 => break,
                '{' | '[' => depth += 1,
                '}' | ']' => depth -= 1,
                '\n' if depth == 0 && self.at > start => break,
                mark @ ('"' | '\'') => {
                    self.string(mark);
                    continue;
                }
                '/' => {
                    let before = self.at;
                    if self.skip_blank().is_err() || self.at > before {
                        continue;
                    }
                }
                _ => {}
            }
            self.bump();
        }
    }
}
