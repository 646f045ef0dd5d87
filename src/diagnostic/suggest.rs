//! Did-you-mean, and words for lists of names.

/// The candidate nearest to what was written, if it is near enough to be a slip.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: Vec<char> = written.chars().take(64).flat_map(char::to_lowercase).collect();
    let limit = (written.len() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let letters: Vec<char> = candidate.chars().take(64).flat_map(char::to_lowercase).collect();
            let distance = distance(&written, &letters, limit);
            let prefix = written.len() >= 4 && letters.starts_with(&written);
            (distance <= limit || prefix).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// The number of edits between two words (insert, delete, replace, swap neighbours), or more than `limit`.
fn distance(left: &[char], right: &[char], limit: usize) -> usize {
    if left.len().abs_diff(right.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let at = |cells: &[usize], k: usize| cells.get(k).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (at(&row, j) + usize::from(a != b)).min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            if i > 0 && j > 0 && left.get(i - 1) == Some(b) && right.get(j - 1) == Some(a) {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

/// A name in backticks, cut where it is too long to read and with its control characters shown.
pub fn quote(name: &str) -> String {
    match name.char_indices().nth(120) {
        Some((end, _)) => quoted(name.get(..end).unwrap_or(name), "…"),
        None => quoted(name, ""),
    }
}

/// A name in backticks, never cut: for what is compared, where all of it counts.
pub fn quote_whole(name: &str) -> String {
    quoted(name, "")
}

fn quoted(shown: &str, rest: &str) -> String {
    let mut out = String::from("`");
    for letter in shown.chars() {
        if letter.is_control() || letter == '`' || is_bidi(letter) {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    out.push_str(rest);
    out.push('`');
    out
}

/// Whether a character changes the direction of the text around it, so that it reads as something it is not.
pub fn is_bidi(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// "`a`, `b` or `c`", at most `most` of them.
pub fn or_list<'a>(names: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let names: Vec<String> = names.into_iter().map(quote).collect();
    let shown = names.get(..most.min(names.len())).unwrap_or_default();
    match shown {
        [] => String::new(),
        [one] if names.len() == 1 => one.clone(),
        [init @ .., last] if names.len() == shown.len() => format!("{} or {last}", init.join(", ")),
        _ => format!("{} … ({} in all)", shown.join(", "), names.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_slip_of_a_finger() {
        assert_eq!(nearest("fallbcak", ["fallback", "route"]), Some("fallback"));
        assert_eq!(nearest("tool", ["tools", "vision"]), Some("tools"));
        assert_eq!(nearest("cat", ["dog"]), None);
        assert_eq!(nearest("gpt-4o-minni", ["gpt-4o", "gpt-4o-mini"]), Some("gpt-4o-mini"));
    }

    #[test]
    fn quotes_what_a_terminal_would_obey() {
        assert_eq!(quote("a\u{1b}[31m"), "`a\\u{1b}[31m`");
    }

    #[test]
    fn lists_with_or() {
        assert_eq!(or_list(["a", "b", "c"], 5), "`a`, `b` or `c`");
        assert_eq!(or_list(["a", "b", "c"], 2), "`a`, `b` … (3 in all)");
    }
}
