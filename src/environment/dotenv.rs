//! Reads `NAME=value` lines as dotenv readers do: `export`, quotes, comments; and nothing is ever replaced.

use crate::source::{FileId, Span, to_u32};

use super::{Setting, Variable};

/// The variables of a file in its order. Lines that are none are skipped, as every reader does.
pub(super) fn read(file: FileId, text: &str) -> Vec<Variable> {
    let mut variables = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let at = text.len() - rest.len();
        rest = behind;
        let Some((name_at, name, value)) = name_of(line) else { continue };
        let start = to_u32(at + name_at);
        let span = Span::new(file, start, start.saturating_add(to_u32(name.len())));
        let setting = match value {
            // A name alone is taken from the machine that deploys.
            None => Setting::Unknown,
            Some(value_at) => {
                let from = text.get(at + value_at..).unwrap_or_default();
                let (setting, length) = value_of(from);
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
fn name_of(line: &str) -> Option<(usize, &str, Option<usize>)> {
    let trimmed = line.trim_start().trim_start_matches('\u{feff}');
    let trimmed = trimmed.strip_prefix("export ").map_or(trimmed, str::trim_start);
    let at = line.len() - trimmed.len();
    let end = trimmed.find(|letter: char| !is_of_name(letter) && !matches!(letter, '.' | '-')).unwrap_or(trimmed.len());
    let (name, behind) = trimmed.split_at_checked(end)?;
    if name.is_empty() {
        return None;
    }
    let behind_blank = behind.trim_start_matches([' ', '\t']);
    match behind_blank.strip_prefix('=') {
        Some(value) => Some((at, name, Some(line.len() - value.len()))),
        None => behind_blank.trim_end().is_empty().then_some((at, name, None)),
    }
}

/// The value at the beginning of a text, and how long it is there.
fn value_of(text: &str) -> (Setting, usize) {
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
            return (Setting::replaced(inner).unwrap_or_else(|| Setting::of(plain)), length);
        }
    }
    let bare = line.trim_start();
    let end =
        if bare.starts_with('#') { 0 } else { bare.find(" #").or_else(|| bare.find("\t#")).unwrap_or(bare.len()) };
    let bare = bare.get(..end).unwrap_or_default().trim_end();
    (Setting::replaced(bare).unwrap_or_else(|| Setting::of(bare.to_owned())), line.len())
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
        let mut sources = SourceMap::new();
        let file = sources.add("x.env", text.as_bytes().to_vec());
        let variables = read(file, text);
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
    fn what_is_no_line_of_these_is_skipped() {
        assert_eq!(all("# A=b\n\n=c\nA b\n- x\nB=\"1\n2\"\nC=3\n").len(), 2);
        assert_eq!(format!("{:?}", all("A=sesame")), "[(\"A\", Value((a value, not shown)))]");
    }
}
