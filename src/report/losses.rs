//! What a conversion loses, for people and for scripts.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::backend::{Grade, Loss};
use crate::source::SourceMap;

use super::{COLUMNS, Places, count, escape, wrap};

/// The places of one kind of loss that are shown to people; scripts get all.
const SHOWN: usize = 4;

/// The losses for people: the gravest first, each with its places; what is exact is counted.
pub fn losses_text(sources: &SourceMap, losses: &[Loss]) -> String {
    let mut places = Places::new(sources);
    let mut out = String::new();
    let mut groups: Vec<(&Loss, Vec<&Loss>)> = Vec::new();
    for loss in losses.iter().filter(|loss| loss.grade != Grade::Exact) {
        let is_alike = |other: &Loss| other.grade == loss.grade && other.message == loss.message;
        match groups.iter_mut().find(|(first, _)| is_alike(first)) {
            Some((_, others)) => others.push(loss),
            None => groups.push((loss, Vec::new())),
        }
    }
    for (first, others) in groups {
        wrap(&mut out, &format!("{}: {}", first.grade.as_str(), escape::line(&first.message)), "", COLUMNS);
        let mut place = |loss: &Loss| {
            let region = places.region(loss.span);
            escape::line(&format!("{}:{}:{} {}", region.file, region.line, region.column, loss.subject))
        };
        let _ = writeln!(out, "    {}", place(first));
        for loss in others.iter().take(SHOWN - 1) {
            let _ = writeln!(out, "    {}", place(loss));
        }
        if others.len() >= SHOWN {
            let _ = writeln!(out, "    and {} more places", others.len() + 1 - SHOWN);
        }
    }
    let number = |grade: Grade| losses.iter().filter(|loss| loss.grade == grade).count();
    let _ = writeln!(
        out,
        "{} said exactly, {} approximate, {} unsupported",
        count(number(Grade::Exact), "thing"),
        number(Grade::Approximate),
        number(Grade::Unsupported)
    );
    out
}

/// The losses for scripts, what is exact included.
pub fn losses_json(sources: &SourceMap, losses: &[Loss]) -> Value {
    let mut places = Places::new(sources);
    losses
        .iter()
        .map(|loss| {
            let region = places.region(loss.span);
            json!({
                "grade": loss.grade.as_str(),
                "subject": loss.subject,
                "message": loss.message,
                "file": region.file,
                "line": region.line,
                "column": region.column,
            })
        })
        .collect()
}
