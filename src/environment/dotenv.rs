//! Reads `NAME=value` lines as dotenv readers do: `export`, quotes, comments; and nothing is ever replaced.

use crate::source::{FileId, Span, to_u32};

use super::{Setting, Variable};

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// As Compose and systemd do: `$` asks the machine that deploys, and so does a name alone.
    Compose,
    /// As the package `dotenv` of Node.js does: `$` is a letter, a comment needs no blank before it, a name alone is nothing,
    /// and `NAME: value` sets a name too.
    Node,
}

impl Dialect {
    /// What a text is where it may not stand for itself.
    fn setting(self, text: &str) -> Option<Setting> {
        if self == Self::Compose { Setting::replaced(text) } else { None }
    }
}

/// The variables of a file in its order. Lines that are none are skipped, as every reader does.
pub(super) fn read(file: FileId, text: &str, dialect: Dialect) -> Vec<Variable> {
    let mut variables = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let at = text.len() - rest.len();
        rest = behind;
        let Some((name_at, name, value)) = name_of(line, dialect) else { continue };
        let start = to_u32(at + name_at);
        let span = Span::new(file, start, start.saturating_add(to_u32(name.len())));
        let setting = match value {
            // A name alone is taken from the machine that deploys.
            None if dialect == Dialect::Compose => Setting::Unknown,
            None => continue,
            Some(value_at) => {
                let from = text.get(at + value_at..).unwrap_or_default();
                let (setting, length) = value_of(from, dialect);
                // A value in quotes may go on over several lines.
                let end = at + value_at + length;
                if end > at + line.len() {
                    rest = text.get(end..).and_then(|tail| Some(tail.split_once('\n')?.1)).unwrap_or_default();
                }
                setting
            }
        };
        variables.push(Variable { name: name.to_owned(), span, setting });
    }
    variables
}

/// Whether a letter can stand in a name.
pub(super) fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The name that a line sets, where in the line it stands, and where its value begins; no value where there is no `=`.
fn name_of(line: &str, dialect: Dialect) -> Option<(usize, &str, Option<usize>)> {
    let trimmed = line.trim_start().trim_start_matches('\u{feff}');
    let trimmed = trimmed.strip_prefix("export ").map_or(trimmed, str::trim_start);
    let at = line.len() - trimmed.len();
    let end = trimmed.find(|letter: char| !is_of_name(letter) && !matches!(letter, '.' | '-')).unwrap_or(trimmed.len());
    let (name, behind) = trimmed.split_at_checked(end)?;
    if name.is_empty() {
        return None;
    }
    if let Some(value) = behind.strip_prefix(": ").filter(|_| dialect == Dialect::Node) {
        return Some((at, name, Some(line.len() - value.len())));
    }
    let behind_blank = behind.trim_start_matches([' ', '\t']);
    match behind_blank.strip_prefix('=') {
        Some(value) => Some((at, name, Some(line.len() - value.len()))),
        None => behind_blank.trim_end().is_empty().then_some((at, name, None)),
    }
}

/// The value at the beginning of a text, and how long it is there.
fn value_of(text: &str, dialect: Dialect) -> (Setting, usize) {
    let line = text.split('\n').next().unwrap_or_default();
    let blank = line.len() - line.trim_start().len();
    let value = text.get(blank..).unwrap_or_default();
    for quote in ['\'', '"', '`'] {
        if let Some(inner) = value.strip_prefix(quote)
            && let Some(end) = closing(inner, quote)
        {
            let inner = inner.get(..end).unwrap_or_default();
            let length = blank + end + 2;
            if quote == '\'' {
                return (Setting::of(inner.to_owned()), length);
            }
            let plain = inner.replace("\\n", "\n").replace("\\r", "\r").replace("\\\"", "\"");
            let plain = if quote == '`' && dialect == Dialect::Node { inner.to_owned() } else { plain };
            return (dialect.setting(inner).unwrap_or_else(|| Setting::of(plain)), length);
        }
    }
    let bare = line.trim_start();
    let comment = match dialect {
        Dialect::Node => bare.find('#'),
        Dialect::Compose if bare.starts_with('#') => Some(0),
        Dialect::Compose => bare.find(" #").or_else(|| bare.find("\t#")),
    };
    let bare = bare.get(..comment.unwrap_or(bare.len())).unwrap_or_default().trim_end();
    (dialect.setting(bare).unwrap_or_else(|| Setting::of(bare.to_owned())), line.len())
}

/// Where a quoted text ends; a backslash takes the quote behind it away.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if letter == quote && !escaped {
            return Some(at);
        }
        escaped = letter == '\\' && !escaped && quote != '\'';
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Hidden;
    use crate::source::SourceMap;

    fn all(text: &str) -> Vec<(String, Setting)> {
        all_by(text, Dialect::Compose)
    }

    fn all_by(text: &str, dialect: Dialect) -> Vec<(String, Setting)> {
        let mut sources = SourceMap::new();
        let file = sources.add("x.env", text.as_bytes().to_vec());
        let variables = read(file, text, dialect);
        assert!(variables.iter().all(|variable| sources.slice(variable.span) == variable.name));
        variables.into_iter().map(|variable| (variable.name, variable.setting)).collect()
    }

    #[test]
    fn lines_are_read_as_dotenv_readers_do() {
        let value = |text: &str| Setting::Value(Hidden(text.to_owned()));
        for (text, setting) in [
            ("A=b", value("b")),
            ("\u{feff}A=b", value("b")),
            ("  export A = b  # why", value("b")),
            ("A=b#c\r\n", value("b#c")),
            ("A='b $C # d'", value("b $C # d")),
            ("A=\"b\\nc\" # why", value("b\nc")),
            ("A=\"b\nc\"", value("b\nc")),
            ("A='open", value("'open")),
            ("A=", Setting::Empty),
            ("A=   # nothing", Setting::Empty),
            ("A=''", Setting::Empty),
            ("A", Setting::Unknown),
            ("A=b$C", Setting::Unknown),
            ("A=${C:-d}", Setting::Unknown),
            ("A=${C:-}", Setting::EmptyUnless("C".to_owned())),
            ("A=\"$C\"", Setting::EmptyUnless("C".to_owned())),
        ] {
            assert_eq!(all(text), [("A".to_owned(), setting)], "{text}");
        }
    }

    #[test]
    fn node_replaces_nothing() {
        let value = |text: &str| Setting::Value(Hidden(text.to_owned()));
        for (text, setting) in [
            ("A=b$C", value("b$C")),
            ("A=\"${C:-}\"", value("${C:-}")),
            ("A=b#c", value("b")),
            ("A=#c", Setting::Empty),
            ("A='b#c' # d", value("b#c")),
            ("A=\"b\\nc\"", value("b\nc")),
            ("A=`b\\nc`", value("b\\nc")),
            ("A: b", value("b")),
            ("export A=b", value("b")),
        ] {
            assert_eq!(all_by(text, Dialect::Node), [("A".to_owned(), setting)], "{text}");
        }
        assert_eq!(all_by("A\nA:b\n", Dialect::Node), []);
    }

    #[test]
    fn what_is_no_line_of_these_is_skipped() {
        assert_eq!(all("# A=b\n\n=c\nA b\n- x\nB=\"1\n2\"\nC=3\n").len(), 2);
        assert_eq!(format!("{:?}", all("A=sesame")), "[(\"A\", Value((a value, not shown)))]");
    }
}
