//! The command that shows a request again, as a shell takes it.

use routec::claims::{Journey, Listed, Weather};
use routec::contingency::Lists;
use routec::model::{Table, TargetId};
use routec::report;

use crate::args::Question;

/// The command that follows a request again: with the files, the table where there are several, the choices and the
/// failures it was found with.
pub(crate) fn again(table: &Table, tables: usize, question: &Question, journey: &Journey, weather: &Weather) -> String {
    let from = |target: &TargetId| ["--from".to_owned(), table.targets[*target].name.value.to_string()];
    let mut how: Vec<String> = journey.choices(table).iter().flat_map(|(_, target)| from(target)).collect();
    how.extend(weather.typed(table));
    command(table, tables, question, table.routes[journey.route].name.value.as_str(), how)
}

/// The same for a request to LiteLLM.
pub(crate) fn again_listed(lists: &Lists<'_>, tables: usize, question: &Question, listed: &Listed) -> String {
    command(lists.table, tables, question, &listed.name, listed.typed(lists))
}

/// The command that follows a request for a name: with what was asked, and how the request goes.
fn command(table: &Table, tables: usize, question: &Question, name: &str, how: Vec<String>) -> String {
    let mut words = vec!["routec".to_owned(), "trace".to_owned(), name.to_owned()];
    let input = &question.input;
    if input.paths.iter().any(|path| path != ".") {
        words.extend(input.paths.iter().cloned());
    }
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
    for catalog in &input.catalog {
        option("--catalog", catalog);
    }
    for policy in &input.policy {
        option("--policy", policy);
    }
    if let Some(date) = &input.as_of {
        option("--as-of", date);
    }
    if tables > 1 || question.table.is_some() {
        option("--table", table.name.as_str());
    }
    if let Some(gateway) = &input.gateway {
        option("--gateway", gateway);
    }
    for env in &input.env {
        option("--env", env);
    }
    words.extend(how);
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A command in lines of at most 80 columns, as far in as this, that a shell takes as one.
pub(crate) fn in_lines(command: &str, indent: usize) -> String {
    let mut lines = String::new();
    // Each line but the last ends in a backslash.
    let width = report::COLUMNS - " \\".len();
    report::wrap(&mut lines, &format!("again: {command}"), &" ".repeat(indent), width);
    lines.trim_end().replace('\n', " \\\n") + "\n"
}

/// A word as a shell takes it: in quotes unless it is plain.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,@%+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn only_plain_words_go_without_quotes() {
        assert_eq!(quoted("timeout,auth"), "timeout,auth");
        assert_eq!(quoted("timeout*2"), "'timeout*2'");
        assert_eq!(quoted("sp ace/it's"), r"'sp ace/it'\''s'");
    }
}
