//! Sentences in lines no wider than a terminal.

/// The columns of a terminal that says nothing of its own.
pub const COLUMNS: usize = 80;

/// Adds a text in lines no wider than this, those after the first two columns further in.
pub fn wrap(out: &mut String, text: &str, indent: &str, width: usize) {
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column == 0 {
            out.push_str(indent);
            column = indent.len();
        } else if column + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            out.push_str("  ");
            column = indent.len() + 2;
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
}

/// A sentence in lines of at most 80 columns, as far in as it begins.
pub fn folded(sentence: &str) -> String {
    let text = sentence.trim_start_matches(' ');
    let (indent, _) = sentence.split_at(sentence.len() - text.len());
    let mut out = String::new();
    wrap(&mut out, text, indent, COLUMNS);
    out
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn no_line_is_longer_than_a_terminal_is_wide() {
        let text = folded(&format!("  {}", "some words ".repeat(20)));
        assert!(text.lines().all(|line| line.chars().count() <= 80 && line.starts_with("  ")));
        assert_eq!(folded("a: b c"), "a: b c\n");
    }
}
