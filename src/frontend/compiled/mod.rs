//! Artifacts and the plain tables extracted from them, written out again as documents of routec's own language.

mod catalogue;
mod member;
mod route;
mod supply;
mod table;

use std::fmt;

use serde_json::Value as Json;

use crate::artifact::Unverified;
use crate::artifact::compiled::{CompiledTable, TABLE_FORMAT};
use crate::artifact::envelope::Envelope;
use crate::artifact::json::{SealError, parse_strict};
use crate::artifact::predicate::WaiverRef;

/// What a compiled file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An artifact: an envelope with signatures, none of which is checked here.
    Artifact,
    /// A plain table, which carries no signature.
    Table,
}

/// A compiled table as documents that [`read`](super::read) understands.
#[derive(Clone, Debug)]
pub struct Unpacked {
    /// What the file was.
    pub form: Form,
    /// A route table and the catalogue of the models in use, as JSON documents of routec's own language.
    pub text: String,
}

/// Why a file that is an artifact or a compiled table by its members cannot be used as one: one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpackError {
    message: String,
}

impl UnpackError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for UnpackError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for UnpackError {}

/// Writes an artifact or a compiled table out as documents; `None` for every other file. Whoever reads them reads what
/// was compiled: plans are whole, shared ladders and `any` are merged, and the policies are not part of it. Nothing is
/// verified: [`verify`](crate::artifact::verify::verify) does that.
pub fn unpack(bytes: &[u8]) -> Option<Result<Unpacked, UnpackError>> {
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    let is_envelope = is_object && has(b"\"payloadType\"");
    let is_table = is_object && has(b"\"schemaVersion\"") && has(b"\"routes\"");
    if !is_envelope && !is_table {
        return None;
    }
    let value = match parse_strict(bytes) {
        Ok(value) => value,
        Err(error) if is_envelope => return Some(Err(UnpackError::new(format!("not strict JSON: {error}")))),
        Err(_) => return None,
    };
    let has = |name: &str| value.get(name).is_some();
    if has("payloadType") {
        return Some(artifact(bytes));
    }
    (has("schemaVersion") && has("routes")).then(|| plain(&value))
}

fn artifact(bytes: &[u8]) -> Result<Unpacked, UnpackError> {
    let wrong = |error: SealError| UnpackError::new(error.to_string());
    let found = Envelope::from_bytes(bytes).and_then(|envelope| Unverified::read(&envelope)).map_err(wrong)?;
    if let Some(feature) = found.predicate.requires.first() {
        let feature = feature.escape_debug();
        return Err(UnpackError::new(format!("requires `{feature}`, which this routec does not know")));
    }
    documents(&found.predicate.table, &found.predicate.waivers, Form::Artifact)
}

fn plain(value: &Json) -> Result<Unpacked, UnpackError> {
    let version = value.get("schemaVersion").and_then(Json::as_str).unwrap_or_default();
    if version != TABLE_FORMAT {
        let version = version.escape_debug();
        return Err(UnpackError::new(format!(
            "the format of the table is `{version}`, and this routec reads {TABLE_FORMAT}"
        )));
    }
    let compiled: CompiledTable = serde_json::from_value(value.clone())
        .map_err(|error| UnpackError::new(format!("the table is not one that routec compiled: {error}")))?;
    // A member that says nothing, such as `null`, would be lost on the way.
    if serde_json::to_value(&compiled).ok().as_ref() != Some(value) {
        return Err(UnpackError::new("the table is not written as routec writes it"));
    }
    documents(&compiled, &[], Form::Table)
}

fn documents(compiled: &CompiledTable, waivers: &[WaiverRef], form: Form) -> Result<Unpacked, UnpackError> {
    let table = table::document(compiled, waivers)?;
    let catalogue = catalogue::document(compiled);
    let text = |document: &Json| serde_json::to_string_pretty(document).unwrap_or_default();
    Ok(Unpacked { form, text: format!("{}\n---\n{}\n", text(&table), text(&catalogue)) })
}
