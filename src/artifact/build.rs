//! Builds the payload from a checked table: the same inputs give the same bytes, anywhere.

use std::fmt;

use serde_json::json;

use crate::diagnostic::{Diagnostic, Level};
use crate::gate::Checked;
use crate::model::{Date, Moment, Policy, Table, Waiver};

use super::compile::compile;
use super::envelope::{Envelope, MAX_BYTES, MAX_SIGNATURES};
use super::json::{canonical, sha256_hex};
use super::predicate::{
    CatalogueRef, Compiler, Digest, Input, Lint, PolicyRef, Predicate, PreviousRef, RouteTableRef, Source, WaiverRef,
};
use super::sign::{PREDICATE_TYPE, STATEMENT_TYPE};

/// The version of the format of a predicate.
pub const PREDICATE_FORMAT: &str = "1.0.0";

/// A file the table was made from.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// `routes`, `catalogue`, `policy` or `config`.
    pub role: &'static str,
    /// Its name within the project, with `/`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The artifact that is replaced.
#[derive(Clone, Debug)]
pub struct Previous {
    /// The table.
    pub table: String,
    /// Its version.
    pub version: String,
    /// Its sequence.
    pub sequence: u64,
    /// The digest of its payload.
    pub payload_sha256: String,
}

/// Where the inputs came from, and when.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// Every file.
    pub inputs: Vec<InputFile>,
    /// The repository, if it is told.
    pub source_uri: Option<String>,
    /// The commit, as hex.
    pub commit: Option<String>,
    /// Whether files differ from it.
    pub dirty: bool,
    /// The day on which dates were judged.
    pub as_of: Date,
    /// When it was created.
    pub created_at: Moment,
    /// Where that time comes from.
    pub created_at_source: &'static str,
    /// How many days it may be loaded.
    pub max_age_days: u16,
    /// The artifact that is replaced.
    pub previous: Option<Previous>,
}

/// Why a checked table cannot become an artifact.
#[derive(Clone, Debug)]
pub struct BuildError {
    message: String,
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for BuildError {}

/// An unsigned artifact and the name of its file.
#[derive(Clone, Debug)]
pub struct Built {
    /// The envelope, without signatures.
    pub envelope: Envelope,
    /// `<table>-<version>.routec.json`.
    pub file_name: String,
    /// The digest of the payload.
    pub payload_sha256: String,
    /// The digest of the table.
    pub table_sha256: String,
}

/// Builds an artifact.
///
/// # Errors
/// Where the table carries no version or one that is not above the previous artifact's, that is of another table, a waiver
/// has ended already, a text holds control characters, or the artifact would be larger than any reader takes.
pub fn build(checked: &Checked<'_>, policies: &[Policy], provenance: Provenance) -> Result<Built, BuildError> {
    let failed = |message: String| BuildError { message };
    let table = checked.table();
    let version = table.version.as_ref().map(|version| version.value.0.clone());
    let version =
        version.ok_or_else(|| failed("the table has no version: write `metadata: {version: 1.0.0}`".to_owned()))?;
    if let Some(previous) = &provenance.previous {
        follows(previous, table, &version).map_err(failed)?;
    }
    let compiled = compile(checked, version.to_string()).map_err(failed)?;
    let unwritable = |error: serde_json::Error| failed(error.to_string());
    let table_json = serde_json::to_value(&compiled).map_err(unwritable)?;
    let seal = |value: &serde_json::Value| {
        canonical(value).map_err(|error| failed(format!("a text of the table cannot be sealed: {error}")))
    };
    let table_sha256 = sha256_hex(&seal(&table_json)?);
    let name = table.name.to_string();
    let not_after = ends(table, &provenance).map_err(failed)?;
    // Findings and waivers of other tables of the same run are none of this one's business.
    let own = |finding: &&Diagnostic| is_about(table, policies, finding);
    let waived = checked.findings().iter().filter(own).any(|finding| finding.waived.is_some());
    let at = |level: Level| {
        let found = checked.findings().iter().filter(own);
        count(found.filter(|finding| finding.level == level && finding.waived.is_none()).count())
    };
    let mut judged: Vec<PolicyRef> =
        policies.iter().map(|each| policy(each, checked.findings().iter().filter(own))).collect();
    judged.sort_by(|a, b| (&a.id, &a.version).cmp(&(&b.id, &b.version)));
    let mut waivers: Vec<&Waiver> = table.waivers.iter().map(|waiver| &waiver.value).collect();
    waivers.sort_by_key(|waiver| (&waiver.rule.value, &waiver.at.value, waiver.until.value, &waiver.ticket));
    let mut inputs = provenance.inputs;
    inputs.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
    let catalogues: Vec<u8> =
        inputs.iter().filter(|input| input.role == "catalogue").flat_map(|input| input.bytes.iter().copied()).collect();
    let predicate = Predicate {
        schema_version: PREDICATE_FORMAT.to_owned(),
        requires: Vec::new(),
        route_table: RouteTableRef {
            name: name.clone(),
            version: version.to_string(),
            sequence: provenance.previous.as_ref().map_or(1, |previous| previous.sequence + 1),
            previous: provenance.previous.map(|previous| PreviousRef {
                version: previous.version,
                sequence: previous.sequence,
                payload_sha256: previous.payload_sha256,
            }),
        },
        compiler: Compiler { name: "routec".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        source: Source { uri: provenance.source_uri, commit: provenance.commit, dirty: provenance.dirty },
        created_at: provenance.created_at.to_string(),
        created_at_source: provenance.created_at_source.to_owned(),
        not_after: not_after.to_string(),
        inputs: inputs.iter().map(input).collect(),
        catalogue: CatalogueRef {
            as_of: compiled.catalogue_as_of.clone(),
            currency: "USD".to_owned(),
            digest: Digest { sha256: sha256_hex(&catalogues) },
        },
        lint: Lint {
            verdict: "pass".to_owned(),
            errors: at(Level::Deny),
            warnings: at(Level::Warn),
            as_of: provenance.as_of.to_string(),
        },
        policies: judged,
        waivers: waivers.into_iter().enumerate().map(|(at, each)| waiver(at, each)).collect(),
        verdict: if waived { "pass-with-waivers" } else { "pass" }.to_owned(),
        table: compiled,
    };
    let statement = json!({
        "_type": STATEMENT_TYPE,
        "subject": [{"name": format!("{name}-{version}.table.json"), "digest": {"sha256": table_sha256}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": serde_json::to_value(&predicate).map_err(unwritable)?,
    });
    let payload = seal(&statement)?;
    let payload_sha256 = sha256_hex(&payload);
    let file_name = format!("{name}-{version}.routec.json");
    let envelope = Envelope::unsigned(payload);
    let size = envelope.to_bytes().len();
    // Room for every signature that may follow.
    if size > MAX_BYTES - MAX_SIGNATURES * 512 {
        return Err(failed(format!(
            "it would be {} MiB, and no reader takes more than {}: split the table",
            size.div_ceil(1 << 20),
            MAX_BYTES >> 20
        )));
    }
    Ok(Built { envelope, file_name, payload_sha256, table_sha256 })
}

/// The moment from which an artifact may no longer be loaded: when it is too old, or when its first waiver has ended.
fn ends(table: &Table, provenance: &Provenance) -> Result<Moment, String> {
    let created = provenance.created_at;
    let too_old = created.plus_days(provenance.max_age_days);
    let waivers = table.waivers.iter().map(|waiver| &waiver.value);
    let first = waivers.min_by_key(|waiver| waiver.until.value);
    match first.map(|waiver| (waiver, waiver.until.value.end())) {
        Some((waiver, end)) if end <= created => {
            let (rule, at, until) = (&waiver.rule.value, &waiver.at.value, waiver.until.value);
            Err(format!("the waiver of `{rule}` at `{at}` ended on {until}, before {created}"))
        }
        _ if too_old <= created => Err("it would end when it is created: give it at least a day".to_owned()),
        Some((_, end)) => Ok(end.min(too_old)),
        None => Ok(too_old),
    }
}

/// Whether a version of a table may take the place of another artifact.
fn follows(previous: &Previous, table: &Table, version: &semver::Version) -> Result<(), String> {
    if previous.table != table.name.as_str() {
        return Err(format!("it takes the place of table `{}`, and this is `{}`", previous.table, table.name));
    }
    let before = semver::Version::parse(&previous.version).map_err(|error| format!("the previous version: {error}"))?;
    // Versions that differ in build metadata alone are the same version.
    if version.cmp_precedence(&before).is_gt() {
        return Ok(());
    }
    Err(format!("version {version} is not above {before}, whose place it takes: raise `metadata.version`"))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn input(file: &InputFile) -> Input {
    Input {
        role: file.role.to_owned(),
        name: file.name.clone(),
        digest: Digest { sha256: sha256_hex(&file.bytes) },
        size: count(file.bytes.len()),
    }
}

/// Whether a finding concerns a table: it stands in a file of the table, or nobody can tell whose it is, such as one that
/// stands in a policy.
fn is_about(table: &Table, policies: &[Policy], finding: &Diagnostic) -> bool {
    let file = finding.primary.span.file;
    finding.subject.is_none()
        || table.files.contains(&file)
        || policies.iter().any(|policy| policy.metadata.name.span().file == file)
}

/// A policy with what was found by its clauses in a table: findings that point into its file.
fn policy<'f>(policy: &Policy, findings: impl Iterator<Item = &'f Diagnostic>) -> PolicyRef {
    let file = policy.metadata.name.span().file;
    let by_policy = |finding: &&Diagnostic| {
        let mut places = std::iter::once(&finding.primary).chain(&finding.related);
        places.any(|label| label.span.file == file)
    };
    let own: Vec<&Diagnostic> = findings.filter(by_policy).collect();
    let verdict = match own.as_slice() {
        [] => "pass",
        own if own.iter().all(|finding| finding.waived.is_some()) => "waived",
        // What is denied is never built.
        _ => "warn",
    };
    PolicyRef {
        id: policy.metadata.name.value.to_string(),
        version: policy.metadata.version.as_ref().map(|version| version.0.to_string()),
        verdict: verdict.to_owned(),
        findings: count(own.len()),
    }
}

fn waiver(at: usize, waiver: &Waiver) -> WaiverRef {
    WaiverRef {
        id: format!("waiver-{}", at + 1),
        policy: waiver.rule.value.clone(),
        scope: waiver.at.value.clone(),
        reason: waiver.reason.clone(),
        approver: waiver.approved_by.clone(),
        ticket: waiver.ticket.clone(),
        expires: waiver.until.value.to_string(),
    }
}
