//! JSON5 to the same tree: its own small reader, because the tree wants the bytes of every key and value, both of two
//! equal keys, and all that can still be read behind a mistake.

mod number;
mod text;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, to_u32, to_usize};

use self::text::Text;
use super::LIMITS;
use super::build::{Builder, Collection};
use super::tree::{Kind, Style, Tree};

/// What keeps a piece of the text from being JSON5, and what to do about it.
pub(super) struct Mistake {
    start: u32,
    end: u32,
    label: &'static str,
    message: String,
    help: &'static str,
}

impl Mistake {
    /// Where reading had to stop.
    pub(super) fn at(&self) -> u32 {
        self.start
    }

    /// The finding for it.
    pub(super) fn finding(self, tree: &Tree<'_>) -> Diagnostic {
        let span = tree.span(self.start, self.end);
        Diagnostic::new("syntax-error", span, self.label, self.message).help(self.help)
    }
}

/// Reads a whole file, and gives what it could not read beside what it could.
pub(super) fn read(file: FileId, source: &str) -> (Builder<'_>, Vec<Mistake>) {
    let mut tree = Tree::new(file, source);
    tree.merges = false;
    let mut reader =
        Reader { text: Text::new(source), builder: Builder::new(tree), mistakes: Vec::new(), is_over: false };
    // Reading ends early where too much is wrong; what is open then is closed as it stands.
    if reader.document().is_none() {
        reader.builder.close_all(to_u32(source.len()));
    }
    let mut mistakes = reader.mistakes;
    mistakes.truncate(LIMITS.errors);
    (reader.builder, mistakes)
}

struct Reader<'s> {
    text: Text<'s>,
    builder: Builder<'s>,
    mistakes: Vec<Mistake>,
    /// Whether the end of the text was met within brackets.
    is_over: bool,
}

/// Goes on while the text may still make sense; `None` ends the reading.
type Go = Option<()>;

impl Reader<'_> {
    fn document(&mut self) -> Go {
        self.blank()?;
        if self.text.peek().is_none() {
            return Some(());
        }
        self.value()?;
        self.blank()?;
        if self.text.peek().is_some() {
            let at = self.text.at();
            let message = "the file goes on behind the end of its value";
            self.mistake(
                at,
                at + 1,
                "one value is all a file holds",
                message,
                "remove what follows, or a bracket that closes too early",
            )?;
        }
        Some(())
    }

    /// Notes a mistake; ends the reading once there are too many.
    fn mistake(
        &mut self,
        start: usize,
        end: usize,
        label: &'static str,
        message: impl Into<String>,
        help: &'static str,
    ) -> Go {
        let (start, end) = self.text.whole(start, end);
        self.mistakes.push(Mistake { start: to_u32(start), end: to_u32(end), label, message: message.into(), help });
        (self.mistakes.len() < LIMITS.errors).then_some(())
    }

    /// Skips white space and comments.
    fn blank(&mut self) -> Go {
        match self.text.skip_blank() {
            Ok(()) => Some(()),
            Err(open) => {
                let message = "the comment that is opened here is never closed";
                self.mistake(open, open + 2, "opened here", message, "close it with `*/`")
            }
        }
    }

    /// A value that begins here; where there is none, its place stays empty and reading goes on behind it.
    fn value(&mut self) -> Go {
        let start = self.text.at();
        match self.text.peek() {
            Some('{') => self.collection(Collection::Mapping, '}'),
            Some('[') => self.collection(Collection::Sequence, ']'),
            Some(mark @ ('"' | '\'')) => self.string(mark),
            Some('0'..='9' | '-' | '+' | '.') => self.number(),
            Some(letter) if text::is_name(letter) => self.word(),
            _ => {
                self.text.skip_item();
                self.nothing(start);
                self.mistake(
                    start,
                    start + 1,
                    "a value is wanted here",
                    "a value is missing",
                    "write one, or remove the key or the comma before it",
                )
            }
        }
    }

    /// Takes the place of a value that cannot be read.
    fn nothing(&mut self, at: usize) {
        self.builder.leaf(to_u32(at), to_u32(at), Kind::Missing);
    }

    fn scalar(&mut self, value: &str, style: Style, start: usize) -> Go {
        match self.builder.scalar(value, style, to_u32(start), to_u32(self.text.at())) {
            Ok(_) => Some(()),
            Err(failure) => {
                let at = to_usize(failure.at);
                self.mistake(at, at + 1, "begins here", failure.message, "keep it elsewhere").and(None)
            }
        }
    }

    fn string(&mut self, mark: char) -> Go {
        let start = self.text.at();
        let read = self.text.string(mark);
        self.scalar(&read.value, Style::Quoted, start)?;
        if let Some(at) = read.bad_escape {
            let message = "the `\\` does not begin an escape that JSON5 has";
            self.mistake(at, at + 2, "not an escape", message, "write `\\\\` for a backslash")?;
        }
        if !read.closed {
            let message = "the quote that is opened here is not closed on its line";
            self.mistake(
                start,
                start + 1,
                "opened here",
                message,
                "close it; a string goes on in the next line only behind a `\\`",
            )?;
        }
        Some(())
    }

    fn number(&mut self) -> Go {
        let start = self.text.at();
        let written = self.text.take_word();
        match number::canonical(written) {
            Some(digits) => self.scalar(&digits, Style::Plain, start),
            None => self.bare(start, written),
        }
    }

    fn word(&mut self) -> Go {
        let start = self.text.at();
        let written = self.text.take_word();
        match written {
            "true" | "false" | "null" | "Infinity" | "NaN" => self.scalar(written, Style::Plain, start),
            _ => self.bare(start, written),
        }
    }

    /// Text without quotes, read as if it had some.
    fn bare(&mut self, start: usize, written: &str) -> Go {
        self.scalar(written, Style::Quoted, start)?;
        let message = "this is neither a number nor `true`, `false` or `null`, and text needs quotes";
        self.mistake(start, self.text.at(), "without quotes", message, "put it in quotes")
    }

    fn collection(&mut self, collection: Collection, closing: char) -> Go {
        let open = self.text.at();
        self.text.bump();
        if let Err(failure) = self.builder.begin(collection, true, to_u32(open)) {
            let help = "no route table nests this deep; look for brackets that are never closed";
            return self.mistake(open, open + 1, "one level too many", failure.message, help).and(None);
        }
        loop {
            self.blank()?;
            match self.text.peek() {
                None => {
                    self.close();
                    // Whatever else is open then is open because of the innermost.
                    if std::mem::replace(&mut self.is_over, true) {
                        return Some(());
                    }
                    let bracket = self.text.slice(open, open + 1);
                    let message = format!("the `{bracket}` that is opened here is never closed");
                    return self.mistake(open, open + 1, "opened here", message, "close it, or an earlier one");
                }
                Some(letter) if letter == closing => {
                    self.text.bump();
                    self.close();
                    return Some(());
                }
                Some(letter @ ('}' | ']')) => {
                    let at = self.text.at();
                    self.text.bump();
                    self.close();
                    let message = format!("`{letter}` stands where `{closing}` is wanted");
                    return self.mistake(
                        at,
                        at + 1,
                        "closes another bracket",
                        message,
                        "close the brackets in the order they were opened",
                    );
                }
                Some(',') => {
                    let at = self.text.at();
                    self.text.bump();
                    self.mistake(
                        at,
                        at + 1,
                        "nothing before it",
                        "a comma stands where a value is wanted",
                        "remove the comma",
                    )?;
                    continue;
                }
                Some(_) if collection == Collection::Mapping => self.pair()?,
                Some(_) => self.value()?,
            }
            self.comma(closing)?;
        }
    }

    fn close(&mut self) {
        self.builder.close(to_u32(self.text.at()));
    }

    /// A comma between two values; the last may have one behind it.
    fn comma(&mut self, closing: char) -> Go {
        self.blank()?;
        match self.text.peek() {
            Some(',') => self.text.bump(),
            Some(letter) if letter != closing && letter != '}' && letter != ']' => {
                let at = self.text.at();
                self.mistake(
                    at,
                    at + 1,
                    "before this",
                    "a comma is missing between two values",
                    "write `,` before it",
                )?;
                if letter == ':' {
                    self.text.skip_item();
                }
            }
            Some(_) | None => {}
        }
        Some(())
    }

    /// A key and its value.
    fn pair(&mut self) -> Go {
        let start = self.text.at();
        match self.text.peek() {
            Some(mark @ ('"' | '\'')) => self.string(mark)?,
            Some(letter) if text::is_name(letter) || letter.is_ascii_digit() || "-\\".contains(letter) => {
                let (name, is_name) = self.text.take_name();
                self.scalar(&name, Style::Quoted, start)?;
                if !is_name {
                    let message = "a key of other characters than letters, digits, `_` and `$` needs quotes";
                    self.mistake(start, self.text.at(), "without quotes", message, "put it in quotes")?;
                }
            }
            _ => {
                self.text.skip_item();
                let message = "a key is missing";
                return self.mistake(start, start + 1, "a key is wanted here", message, "write `key: value`");
            }
        }
        self.blank()?;
        if self.text.peek() != Some(':') {
            let at = self.text.at();
            self.nothing(at);
            self.mistake(at, at + 1, "a `:` is wanted before this", "a key has no value", "write `key: value`")?;
            self.text.skip_item();
            return Some(());
        }
        self.text.bump();
        self.blank()?;
        self.value()
    }
}
