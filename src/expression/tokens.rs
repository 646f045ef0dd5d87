//! The words and signs of an expression; what CEL has and rules have not is told here, by name.

use super::Problem;
use crate::diagnostic::quote;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Word,
    Int,
    Text,
    Operator,
    Dot,
    Comma,
    Question,
    Colon,
    Open,
    Close,
}

/// A token and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
    /// The index of the bracket that belongs to this one.
    pub(super) partner: Option<usize>,
}

impl Token<'_> {
    /// Where the token ends.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether a value may end with the token, so that a `-` after it takes away.
    fn ends_value(&self) -> bool {
        matches!(self.kind, Kind::Name | Kind::Word | Kind::Int | Kind::Text | Kind::Close)
    }
}

/// Whether the token at an index is a `-` or `!` with one operand.
pub(super) fn is_unary(tokens: &[Token<'_>], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| tokens.get(before));
    tokens.get(index).is_some_and(|token| matches!(token.text, "-" | "!"))
        && before.is_none_or(|before| !before.ends_value())
}

/// Words CEL keeps for itself.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The signs, the longer ones first.
const SIGNS: [(&str, Kind); 22] = [
    ("==", Kind::Operator),
    ("!=", Kind::Operator),
    ("<=", Kind::Operator),
    (">=", Kind::Operator),
    ("&&", Kind::Operator),
    ("||", Kind::Operator),
    ("<", Kind::Operator),
    (">", Kind::Operator),
    ("!", Kind::Operator),
    ("+", Kind::Operator),
    ("-", Kind::Operator),
    ("*", Kind::Operator),
    (".", Kind::Dot),
    (",", Kind::Comma),
    ("?", Kind::Question),
    (":", Kind::Colon),
    ("(", Kind::Open),
    (")", Kind::Close),
    ("[", Kind::Open),
    ("]", Kind::Close),
    ("{", Kind::Open),
    ("}", Kind::Close),
];

/// The tokens of a text, and what in it is none.
pub(super) fn read(text: &str) -> (Vec<Token<'_>>, Vec<Problem>) {
    let mut reader = Reader { text, at: 0, tokens: Vec::new(), problems: Vec::new() };
    while let Some(first) = reader.rest().chars().next() {
        reader.step(first);
    }
    (reader.tokens, reader.problems)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token<'a>>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self, first: char) {
        let rest = self.rest();
        let digit_follows = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        match first {
            ' ' | '\t' | '\r' | '\n' | '\u{c}' => self.at += 1,
            '/' if rest.starts_with("//") => self.at += rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => self.quoted(first),
            '0'..='9' => self.number(),
            '.' if digit_follows => self.number(),
            'a'..='z' | 'A'..='Z' | '_' => self.word(),
            _ => self.sign(first),
        }
    }

    /// Takes the next bytes as a token.
    fn take(&mut self, kind: Kind, length: usize) {
        let text = self.rest().get(..length).unwrap_or_default();
        self.tokens.push(Token { kind, text, start: self.at, partner: None });
        self.at += length;
    }

    /// Tells of the next bytes and goes past them.
    fn refuse(&mut self, length: usize, message: &str, help: Option<&str>) {
        let range = self.at..self.at + length;
        let written = quote(self.text.get(range.clone()).unwrap_or_default());
        let problem = Problem::new(range, format!("{written} {message}"));
        self.problems.push(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
        self.at += length;
    }

    fn word(&mut self) {
        let rest = self.rest();
        let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let is_field = self.tokens.last().is_some_and(|token| token.kind == Kind::Dot);
        let prefix = matches!(word.to_ascii_lowercase().as_str(), "r" | "b" | "br" | "rb");
        match word {
            _ if prefix && after.starts_with(['"', '\'']) => {
                self.refuse(length, "before a text is not supported in rules", Some("write a plain text in quotes"));
            }
            "null" => self.refuse(length, "is not supported in rules", Some("`has(x.y)` asks whether `x.y` is known")),
            "in" => self.take(Kind::Operator, length),
            "true" | "false" => self.take(Kind::Word, length),
            _ if !is_field && RESERVED.contains(&word) => self.refuse(length, "is a reserved word of CEL", None),
            _ => self.take(Kind::Name, length),
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let part = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let point = |at: usize| bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let length = (0..bytes.len()).find(|at| !part(*at) && !point(*at)).unwrap_or(bytes.len());
        let written = rest.get(..length).unwrap_or_default();
        let (digits, radix) = written.strip_prefix("0x").map_or((written, 10), |digits| (digits, 16));
        let negative = is_unary(&self.tokens, self.tokens.len().wrapping_sub(1));
        let most = if negative { i64::MIN.unsigned_abs() } else { i64::MAX.unsigned_abs() };
        if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
            self.refuse(length, "is not a whole number", Some("rules reckon in whole numbers"));
        } else if u64::from_str_radix(digits, radix).is_ok_and(|number| number <= most) {
            self.take(Kind::Int, length);
        } else {
            self.refuse(length, "is too large a number", None);
        }
    }

    fn quoted(&mut self, mark: char) {
        let rest = self.rest();
        let triple = if mark == '"' { "\"\"\"" } else { "'''" };
        if let Some(inside) = rest.strip_prefix(triple) {
            let length = inside.find(triple).map_or(rest.len(), |length| length + 6);
            return self.refuse(length, "is in three quotes, which rules do not support", Some("use one quote"));
        }
        let mut length = 1;
        while let Some(letter) = rest.get(length..).and_then(|rest| rest.chars().next()) {
            let after = length + letter.len_utf8();
            match letter {
                '\n' | '\r' => break,
                '\\' => length = after + self.escape(length, rest.get(after..).unwrap_or_default()),
                _ if letter == mark => return self.take(Kind::Text, after),
                _ => length = after,
            }
        }
        self.refuse(length, "has no closing quote", None);
    }

    /// How many bytes an escape has after its backslash, which stands `offset` bytes after the reader.
    fn escape(&mut self, offset: usize, rest: &str) -> usize {
        let Some(letter) = rest.chars().next() else { return 0 };
        let hex = |digits: usize| {
            let code = rest.get(1..=digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
            code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32).map(|_| digits + 1)
        };
        let octal = || rest.get(..3).filter(|code| code.bytes().all(|byte| matches!(byte, b'0'..=b'7'))).map(str::len);
        let length = match letter {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '"' | '\'' | '\\' | '?' | '`' => Some(1),
            'x' | 'X' => hex(2),
            'u' => hex(4),
            'U' => hex(8),
            '0'..='3' => octal(),
            _ => None,
        };
        length.unwrap_or_else(|| {
            let start = self.at + offset;
            let length = if matches!(letter, '\n' | '\r') { 0 } else { letter.len_utf8() };
            let range = start..start + 1 + length;
            let written = quote(self.text.get(range.clone()).unwrap_or_default());
            let problem = Problem::new(range, format!("{written} is not an escape"));
            self.problems.push(problem.with_help("write `\\\\` for a backslash"));
            length
        })
    }

    fn sign(&mut self, first: char) {
        let rest = self.rest();
        let help = match first {
            '{' => return self.brace(),
            '=' if !rest.starts_with("==") => Some("write `==` to compare"),
            '&' if !rest.starts_with("&&") => Some("write `&&` for \"and\""),
            '|' if !rest.starts_with("||") => Some("write `||` for \"or\""),
            _ => None,
        };
        let known = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        match known {
            Some((sign, kind)) => self.take(*kind, sign.len()),
            None if matches!(first, '=' | '&' | '|' | '/' | '%') => {
                self.refuse(1, "is not an operator of rules", help);
            }
            // Quoted, it would be lost among the marks of the quotation.
            None if first == '`' => {
                let range = self.at..self.at + 1;
                self.problems.push(Problem::new(range, "a backtick has no meaning outside a text"));
                self.at += 1;
            }
            None => {
                let foreign = |letter: &char| !letter.is_ascii() || "@#$^~;\\".contains(*letter) || letter.is_control();
                let length = rest.chars().take_while(foreign).map(char::len_utf8).sum::<usize>();
                self.refuse(length.max(first.len_utf8()), "has no meaning outside a text", None);
            }
        }
    }

    /// Maps and messages have braces; rules have neither, but the brackets should still pair.
    fn brace(&mut self) {
        let range = self.at..self.at + 1;
        self.problems.push(Problem::new(range, "maps and messages are not supported in rules"));
        self.take(Kind::Open, 1);
    }
}
