//! A difference in words: what it requires, every change with why it counts, and the requests that show it.

mod json;
mod markdown;
mod text;

use std::fmt::Write;

use crate::diagnostic::Diagnostic;
use crate::diff::{Bump, Change, Difference, Judged, Side, Subject, Witness, witness};
use crate::source::{SourceMap, Span};

use super::{Places, Region};

pub(super) use json::short;
pub(super) use markdown::{change_line, counted};

/// Two versions of a table, and what was found by comparing them.
#[derive(Debug)]
pub struct Compared<'a> {
    /// The old version.
    pub old: Side<'a>,
    /// Its files.
    pub old_sources: &'a SourceMap,
    /// How it was given, for the command that repeats a request.
    pub old_name: &'a str,
    /// The new version.
    pub new: Side<'a>,
    /// Its files.
    pub new_sources: &'a SourceMap,
    /// How it was given.
    pub new_name: &'a str,
    /// What changed.
    pub difference: &'a Difference,
    /// What the versions say of it.
    pub judged: Option<Judged>,
    /// The finding about a version that does not say what changed.
    pub finding: Option<&'a Diagnostic>,
    /// The globs that the change was meant to stay within; none where nobody said.
    pub intent: &'a [String],
    /// The changes that none of them covers.
    pub outside: &'a [&'a Change],
}

/// A change that several routes have alike.
struct Group<'a> {
    first: &'a Change,
    subjects: Vec<&'a Subject>,
}

impl Compared<'_> {
    /// For people, in lines of at most 80 columns as far as names allow.
    pub fn text(&self) -> String {
        text::render(self)
    }

    /// For pull requests and tickets.
    pub fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// For scripts.
    pub fn json(&self) -> String {
        super::escape::json(&format!("{:#}\n", json::render(self)))
    }

    /// What is required, in one word.
    fn required(&self) -> &'static str {
        match self.difference.bump() {
            None => "nothing",
            Some(Bump::Patch) => "patch",
            Some(Bump::Minor) => "minor",
            Some(Bump::Major) => "major",
        }
    }

    /// What the versions say of it, in half a sentence.
    fn versions(&self) -> String {
        match &self.judged {
            None => "no versions to compare".to_owned(),
            Some(judged) if self.difference.changes.is_empty() && judged.follows => {
                format!("{} to {}", judged.old, judged.new)
            }
            Some(judged) if judged.follows => format!("{} to {} tells it", judged.old, judged.new),
            Some(judged) => {
                format!("{} to {} does not tell it: at least {}", judged.old, judged.new, judged.least)
            }
        }
    }

    /// Changes that only differ in what they are about, as one.
    fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for change in &self.difference.changes {
            let alike = |group: &&mut Group<'_>| {
                let first = group.first;
                matches!((&first.subject, &change.subject), (Subject::Route(_), Subject::Route(_)))
                    && (first.kind, &first.what, &first.before, &first.after, &first.symptoms)
                        == (change.kind, &change.what, &change.before, &change.after, &change.symptoms)
            };
            match groups.iter_mut().find(alike) {
                Some(group) => group.subjects.push(&change.subject),
                None => groups.push(Group { first: change, subjects: vec![&change.subject] }),
            }
        }
        groups
    }

    /// The request that shows a change.
    fn witness(&self, change: &Change) -> Option<Witness> {
        witness(&self.old, &self.new, change)
    }

    /// The words of `routec trace` that repeat a request on a side.
    fn typed(&self, witness: &Witness) -> Vec<String> {
        let mut words = vec!["routec".to_owned(), "trace".to_owned(), witness.request.route.clone()];
        words.extend(witness.request.weather.typed(self.new.table));
        words.extend(witness.request.from.iter().flat_map(|target| ["--from".to_owned(), target.clone()]));
        words
    }
}

/// What changed, in words: the thing, what it was and is, and the symptoms.
fn what(change: &Change) -> String {
    let mut text = change.what.clone();
    if !change.symptoms.is_empty() {
        let names: Vec<&str> = change.symptoms.iter().map(|symptom| symptom.as_str()).collect();
        let all = crate::model::Symptom::CONCRETE.len();
        text = if names.len() == all { "on any symptom".to_owned() } else { format!("on {}", names.join(", ")) };
    }
    let values = match (&change.before, &change.after) {
        (None, None) => return text,
        (Some(before), None) => format!("was {before}"),
        (None, Some(after)) => format!("now {after}"),
        (Some(before), Some(after)) => format!("{before} -> {after}"),
    };
    if text.is_empty() { values } else { format!("{text}: {values}") }
}

/// Who is concerned: the first few callers, and what they send.
fn who(change: &Change) -> Option<String> {
    const NAMES: usize = 3;
    if change.callers.is_empty() {
        return None;
    }
    let mut text = change.callers.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ");
    let more = change.callers.len().saturating_sub(NAMES);
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    if !change.data.is_empty() {
        let data: Vec<String> = change.data.iter().map(|class| crate::diagnostic::quote(class)).collect();
        let _ = write!(text, ", with {}", data.join(", "));
    }
    Some(text)
}

/// Where both sides say it, as far as they do.
fn places(compared: &Compared<'_>, change: &Change) -> [Option<Region>; 2] {
    let region = |sources: &SourceMap, span: Option<Span>| Some(Places::new(sources).region(span?));
    [region(compared.old_sources, change.old), region(compared.new_sources, change.new)]
}
