//! A difference for people, 80 columns wide.

use std::fmt::Write;

use crate::claims::Journey;
use crate::diff::{Change, Side, Subject, Witness};
use crate::source::SourceMap;

use super::super::fold::{COLUMNS, wrap};
use super::super::{Places, count, ending, journey_text};
use super::{Compared, Group, places, what, who};

/// How many requests are followed hop by hop.
const REQUESTS: usize = 6;

/// How many routes a line names.
const ROUTES: usize = 4;

pub(super) fn render(compared: &Compared<'_>) -> String {
    let mut out = format!("requires: {}\n", compared.required());
    let name = &compared.new.table.name;
    line(&mut out, "", &format!("{name}: {}", compared.versions()));
    for unknown in &compared.difference.unknown {
        line(&mut out, "", &format!("not compared: {unknown}"));
    }
    if compared.difference.changes.is_empty() {
        out.push_str("no difference\n");
    }
    let mut requests: Vec<(Vec<String>, Witness)> = Vec::new();
    for group in compared.groups() {
        let change = group.first;
        let row = change.kind.row();
        let said = what(change);
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        let at = subjects(&group);
        let text = format!("{:<6} {} at {at}{said}; {}", row.bump.to_string(), row.word, row.why);
        out.push('\n');
        line(&mut out, "", &text);
        if let Some(who) = who(change) {
            line(&mut out, "    ", &format!("for {who}"));
        }
        let [old, new] = places(compared, change);
        let shown = [("was", old), ("now", new)]
            .into_iter()
            .filter_map(|(word, region)| region.map(|region| format!("{word} {}:{}", region.file, region.line)));
        let shown: Vec<String> = shown.collect();
        if !shown.is_empty() {
            line(&mut out, "    ", &shown.join(", "));
        }
        if let Some(witness) = compared.witness(change) {
            let typed = compared.typed(&witness);
            let number = requests.iter().position(|(known, _)| *known == typed).unwrap_or_else(|| {
                requests.push((typed, witness));
                requests.len() - 1
            });
            let _ = writeln!(out, "    request {}", number + 1);
        }
    }
    for (number, (typed, witness)) in requests.iter().enumerate() {
        request(&mut out, compared, number, typed, witness);
    }
    intent(&mut out, compared);
    if let Some(finding) = compared.finding {
        let region = Places::new(compared.new_sources).region(finding.primary.span);
        let _ = writeln!(
            out,
            "\n{}[{}] {}:{}:{}",
            finding.level.as_str(),
            finding.rule,
            region.file,
            region.line,
            region.column
        );
        line(&mut out, "  ", &finding.message);
        if let Some(help) = &finding.help {
            line(&mut out, "  ", &format!("help: {help}"));
        }
    }
    out
}

/// What a group of changes is about.
fn subjects(group: &Group<'_>) -> String {
    let mut text = group.subjects.iter().take(ROUTES).map(|subject| subject.path()).collect::<Vec<_>>().join(", ");
    let more = group.subjects.len().saturating_sub(ROUTES);
    if more > 0 {
        let _ = write!(text, " and {}", count(more, "more route").replace("more routes", "more"));
    }
    text
}

fn request(out: &mut String, compared: &Compared<'_>, number: usize, typed: &[String], witness: &Witness) {
    let mut head = format!("request {}: {}", number + 1, typed.join(" "));
    for (word, value) in [("by", &witness.request.caller), ("with", &witness.request.data)] {
        if let Some(value) = value {
            let value = if word == "with" { crate::diagnostic::quote(value) } else { value.clone() };
            let _ = write!(head, ", {word} {value}");
        }
    }
    out.push('\n');
    line(out, "", &head);
    let sides = [
        ("before", compared.old_name, &compared.old, compared.old_sources, &witness.before),
        ("now", compared.new_name, &compared.new, compared.new_sources, &witness.after),
    ];
    for (word, name, side, sources, journey) in sides {
        traced(out, number < REQUESTS, (word, name), (side, sources), journey.as_ref());
    }
}

fn traced(
    out: &mut String,
    in_full: bool,
    (word, name): (&str, &str),
    (side, sources): (&Side<'_>, &SourceMap),
    journey: Option<&Journey>,
) {
    let Some(journey) = journey else {
        line(out, "  ", &format!("{word} ({name}): there is no such route"));
        return;
    };
    if !in_full {
        line(out, "  ", &format!("{word} ({name}): {}", ending(side.table, journey)));
        return;
    }
    line(out, "  ", &format!("{word} ({name}):"));
    for text in journey_text(side.table, journey, &mut Places::new(sources)).lines() {
        let _ = writeln!(out, "    {text}");
    }
}

fn intent(out: &mut String, compared: &Compared<'_>) {
    if compared.intent.is_empty() {
        return;
    }
    let globs: Vec<String> = compared.intent.iter().map(|glob| crate::diagnostic::quote(glob)).collect();
    let globs = globs.join(", ");
    out.push('\n');
    if compared.outside.is_empty() && !compared.difference.unknown.is_empty() {
        line(out, "", &format!("nothing that could be compared changed outside {globs}"));
        return;
    }
    if compared.outside.is_empty() {
        line(out, "", &format!("nothing changed outside {globs}"));
        return;
    }
    line(out, "", &format!("{} outside {globs}:", count(compared.outside.len(), "change")));
    for change in compared.outside {
        line(out, "  ", &short(change));
    }
}

fn short(change: &Change) -> String {
    let said = what(change);
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    let at = match &change.subject {
        Subject::Table
        | Subject::Route(_)
        | Subject::Policy(_)
        | Subject::Levels
        | Subject::Observability
        | Subject::Path(_)
        | Subject::Waivers => change.subject.path(),
    };
    format!("{} at {at}{said}", change.kind.row().word)
}

fn line(out: &mut String, indent: &str, text: &str) {
    wrap(out, text, indent, COLUMNS);
}
