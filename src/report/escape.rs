//! Text from a table is hostile: each reader's own escapes.

use crate::diagnostic::is_bidi;

/// For a terminal: control characters and marks that turn the direction of text become visible.
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => out.push(letter),
            '\t' => out.push(' '),
            _ if letter.is_control() || is_bidi(letter) => out.extend(letter.escape_default()),
            _ => out.push(letter),
        }
    }
    out
}

/// For a line: as for a terminal, without line breaks.
pub fn line(text: &str) -> String {
    terminal(text).replace('\n', "\\n")
}

/// For JSON that is already written: what turns the direction of text as escapes, which mean the same.
pub(super) fn json(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_bidi(letter) {
            let _ = write!(out, "\\u{:04x}", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    out
}

/// For the message of a GitHub workflow command.
pub(super) fn github(text: &str) -> String {
    line(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// For a property of a GitHub workflow command.
pub(super) fn github_property(text: &str) -> String {
    github(text).replace(':', "%3A").replace(',', "%2C")
}

/// A path as a URI reference: what is not plain is percent-encoded.
pub(super) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            use std::fmt::Write;
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// For Mermaid and Dot labels: quotes, brackets and line breaks as entities.
pub(super) fn label(text: &str) -> String {
    let mut out = String::new();
    for letter in line(text).chars() {
        match letter {
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' => out.push('/'),
            _ => out.push(letter),
        }
    }
    out
}

/// For Markdown, in a table or anywhere in a line: text stays text, and names nobody and no issue.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for letter in line(text).chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An address is no link.
            '/' if before == Some('/') => out.push_str("\\/"),
            '.' if before == Some('w') => out.push_str("\\."),
            '-' | ',' | '.' | '/' | '\'' | ';' | '%' | '(' | ')' | '=' | '?' | '"' | '+' | ':' => out.push(letter),
            _ if letter.is_ascii_punctuation() => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
        // What reads as a mention or as the number of an issue is broken up where nobody sees it; an address stays whole.
        let is_mention = letter == '@' && !before.is_some_and(char::is_alphanumeric);
        if is_mention || letter == '#' {
            out.push('\u{200b}');
        }
        before = Some(letter);
    }
    // What begins a line as a list would, is none.
    match out.chars().next() {
        Some('-' | '+') => format!("\\{out}"),
        Some(_) | None => out,
    }
}

/// As code in Markdown, outside of tables: nothing in it has a meaning.
pub(super) fn code(text: &str) -> String {
    let text = line(text);
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A word of a command as a shell takes it.
pub(super) fn word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~/:@%+=,".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The same for words of ours that have names between backticks, as [`quote`](crate::diagnostic::quote) puts them there:
/// names become code, in which nothing has a meaning.
pub(super) fn markdown_words(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // Every name has two of them; without that, some are the text's own.
    if parts.len().is_multiple_of(2) {
        return markdown(text);
    }
    let mut out = String::new();
    for (number, part) in parts.iter().enumerate() {
        match (number % 2, *part) {
            (0, words) => out.push_str(&markdown(words)),
            (_, "") => out.push_str("\"\""),
            (_, name) => {
                out.push('`');
                out.push_str(&line(name).replace('|', "\\|"));
                out.push('`');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_command() {
        assert_eq!(terminal("a\u{1b}[31mb\u{202e}"), "a\\u{1b}[31mb\\u{202e}");
        assert_eq!(github("50%0A::error::x\n::error::y"), "50%250A::error::x\\n::error::y");
        assert_eq!(github_property("a:b,c"), "a%3Ab%2Cc");
        assert_eq!(uri("a b/ü.yaml"), "a%20b/%C3%BC.yaml");
        assert_eq!(
            markdown("a|b `c` <img> @me #1\n# h"),
            "a\\|b \\`c\\` &lt;img&gt; \\@\u{200b}me \\#\u{200b}1\\\\n\\#\u{200b} h"
        );
        assert_eq!(markdown("[x](https://y.example)"), "\\[x\\](https:/\\/y.example)");
        assert_eq!(markdown_words("a `b|<c` is `` *d*"), "a `b\\|<c` is \"\" \\*d\\*");
        assert_eq!((code("a"), code("a``b")), ("`a`".to_owned(), "``` a``b ```".to_owned()));
        assert_eq!((word("a/b.c"), word("a 'b")), ("a/b.c".to_owned(), "'a '\\''b'".to_owned()));
        assert_eq!(markdown("a@b.example"), "a\\@b.example");
        assert_eq!(markdown_words("a `b"), "a \\`b");
        assert_eq!(label("a\"]<b>"), "a&quot;]&lt;b&gt;");
    }
}
