//! What was imported into a catalogue and what misled, for people.

use std::fmt::Write as _;

use crate::diagnostic::quote;
use crate::import::{Doubt, Imported, Note};
use crate::model::{CatalogFormat, Date};

use super::{COLUMNS, count, wrap};

/// How much was read, then each doubt with its number, its first names and what became of it.
pub fn import_text(imported: &Imported, as_of: Date) -> String {
    let whose = match imported.format {
        CatalogFormat::Litellm => "LiteLLM's model map",
        CatalogFormat::ModelsDev => "the `api.json` of models.dev",
    };
    let mut out = String::new();
    for note in &imported.notes {
        let line = format!("{}: {}", note.doubt.fate().as_str(), said(note));
        wrap(&mut out, &line, "", COLUMNS);
    }
    let entries = if imported.entries == 1 { "entry" } else { "entries" };
    let _ = writeln!(
        out,
        "{} from {} {entries} of {whose}, as of {as_of}",
        count(imported.models, "model"),
        imported.entries
    );
    out
}

fn said(note: &Note) -> String {
    let names: Vec<String> = note.names.iter().map(|name| quote(name)).collect();
    let rest = note.count.saturating_sub(names.len());
    let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    format!("{} × {}: {}{more}", note.count, Doubt::says(note.doubt), names.join(", "))
}
