//! Reads the payload: strict JSON in its one form, every part that a reader relies on there, and all of them in agreement.

use semver::Version;
use serde_json::Value;

use crate::artifact::cause::{Cause, VerifyError};
use crate::artifact::json::{MAX_INTEGER, canonical, is_sha256, parse_strict, sha256_hex};
use crate::artifact::sign::{PREDICATE_TYPE, STATEMENT_TYPE};
use crate::model::{Date, Moment};

use super::{Artifact, PolicyVerdict, Replaced, SourceTree, Verdict, WaiverInForce};

impl Artifact {
    /// Reads a payload; whoever calls this answers for who signed it.
    pub(in crate::artifact) fn read(bytes: &[u8]) -> Result<Self, VerifyError> {
        let payload = parse_strict(bytes).map_err(|error| bad(format!("the payload is not strict JSON: {error}")))?;
        let form = canonical(&payload).map_err(|error| bad(format!("the payload is outside the profile: {error}")))?;
        if form != bytes {
            return Err(bad("the payload is not in canonical form"));
        }
        let top = Part { value: &payload, pointer: String::new() };
        top.at("_type")?.is(STATEMENT_TYPE)?;
        let kind = top.at("predicateType")?;
        if kind.text()? != PREDICATE_TYPE {
            let message = format!("it states `{}`, not a route table (`{PREDICATE_TYPE}`)", shown(kind.text()?));
            return Err(VerifyError::new(Cause::PredicateType, message));
        }
        let predicate = top.at("predicate")?;
        predicate.at("schemaVersion")?.is_supported()?;
        let table = predicate.at("table")?;
        table.at("schemaVersion")?.is_supported()?;
        let reference = predicate.at("routeTable")?;
        let name = reference.at("name")?.name()?;
        let version = reference.at("version")?.version()?;
        table.at("name")?.is(&name)?;
        table.at("version")?.is(&version.to_string())?;
        let table_bytes = canonical(table.value).map_err(|error| bad(error.to_string()))?;
        let table_sha256 = sha256_hex(&table_bytes);
        let [subject] = <[Part<'_>; 1]>::try_from(top.at("subject")?.list()?)
            .map_err(|_| bad("`/subject` is not a list of exactly one"))?;
        subject.at("name")?.is(&format!("{name}-{version}.table.json"))?;
        subject.at("digest")?.at("sha256")?.is(&table_sha256)?;
        let sequence = reference.at("sequence")?.count()?;
        let replaces = reference.at("previous")?.unless_null(Part::replaced)?;
        if sequence != replaces.as_ref().map_or(1, |before| before.sequence.saturating_add(1)) {
            return Err(bad("`/predicate/routeTable/sequence` is not one more than that of the artifact it replaces"));
        }
        let source = predicate.at("source")?;
        let as_of = predicate.at("catalogue")?.at("asOf")?;
        Ok(Self {
            payload_sha256: sha256_hex(bytes),
            table_sha256,
            sequence,
            replaces,
            created_at: predicate.at("createdAt")?.moment()?,
            not_after: predicate.at("notAfter")?.moment()?,
            catalogue_as_of: if as_of.text()?.is_empty() { None } else { Some(as_of.date()?) },
            source: SourceTree {
                commit: source.at("commit")?.unless_null(|commit| commit.text().map(str::to_owned))?,
                dirty: source.at("dirty")?.flag()?,
            },
            verdict: predicate.at("verdict")?.verdict()?,
            policies: predicate.at("policies")?.each(Part::policy)?,
            waivers: predicate.at("waivers")?.each(Part::waiver)?,
            requires: predicate.at("requires")?.each(|feature| feature.text().map(str::to_owned))?,
            table_bytes,
            name,
            version,
            payload,
        })
    }
}

/// A value of the payload and the JSON pointer to it.
struct Part<'v> {
    value: &'v Value,
    pointer: String,
}

impl<'v> Part<'v> {
    /// The member of that name, which must be there.
    fn at(&self, name: &str) -> Result<Self, VerifyError> {
        let pointer = format!("{}/{name}", self.pointer);
        let value = self.value.get(name).ok_or_else(|| bad(format!("`{pointer}` is missing")))?;
        Ok(Self { value, pointer })
    }

    /// The member of that name, where it is there and not null, as a text.
    fn optional_text(&self, name: &str) -> Result<Option<String>, VerifyError> {
        match self.value.get(name) {
            None => Ok(None),
            Some(_) => self.at(name)?.unless_null(|part| part.text().map(str::to_owned)),
        }
    }

    fn unless_null<T>(&self, read: impl Fn(&Self) -> Result<T, VerifyError>) -> Result<Option<T>, VerifyError> {
        if self.value.is_null() { Ok(None) } else { read(self).map(Some) }
    }

    fn list(&self) -> Result<Vec<Self>, VerifyError> {
        let items = self.value.as_array().ok_or_else(|| self.is_no("list"))?;
        let item = |(at, value)| Self { value, pointer: format!("{}/{at}", self.pointer) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    fn each<T>(&self, read: impl Fn(&Self) -> Result<T, VerifyError>) -> Result<Vec<T>, VerifyError> {
        self.list()?.iter().map(read).collect()
    }

    fn text(&self) -> Result<&'v str, VerifyError> {
        self.value.as_str().ok_or_else(|| self.is_no("string"))
    }

    fn is(&self, wanted: &str) -> Result<(), VerifyError> {
        match self.text()? {
            found if found == wanted => Ok(()),
            found => Err(bad(format!("`{}` is `{}`, not `{}`", self.pointer, shown(found), shown(wanted)))),
        }
    }

    /// The name of a table: it becomes part of file names and lines of logs.
    fn name(&self) -> Result<String, VerifyError> {
        let text = self.text()?;
        let fits = !text.is_empty() && !text.contains(['/', '\\']) && !text.chars().any(char::is_whitespace);
        if fits { Ok(text.to_owned()) } else { Err(self.is_no("name")) }
    }

    fn count(&self) -> Result<u64, VerifyError> {
        self.value.as_u64().filter(|count| *count <= MAX_INTEGER).ok_or_else(|| self.is_no("number"))
    }

    fn flag(&self) -> Result<bool, VerifyError> {
        self.value.as_bool().ok_or_else(|| self.is_no("boolean"))
    }

    fn version(&self) -> Result<Version, VerifyError> {
        let text = self.text()?;
        Version::parse(text)
            .map_err(|error| bad(format!("`{}` is `{}`, not a version: {error}", self.pointer, shown(text))))
    }

    /// Whether it is the version of a format that is read here.
    fn is_supported(&self) -> Result<(), VerifyError> {
        match self.version()? {
            version if version.major == 1 => Ok(()),
            version => {
                let message = format!("`{}` is `{version}`, and only 1.x is known here", self.pointer);
                Err(VerifyError::new(Cause::SchemaVersion, message))
            }
        }
    }

    fn moment(&self) -> Result<Moment, VerifyError> {
        self.text()?.parse().map_err(|_| self.is_no("time like `2026-11-20T09:00:00Z`"))
    }

    fn date(&self) -> Result<Date, VerifyError> {
        let text = self.text()?;
        let date: Option<Date> = text.parse().ok();
        date.filter(|date| date.to_string() == text).ok_or_else(|| self.is_no("date like `2026-11-20`"))
    }

    fn sha256(&self) -> Result<String, VerifyError> {
        let text = self.text()?;
        if is_sha256(text) { Ok(text.to_owned()) } else { Err(self.is_no("SHA-256 in 64 lower-case hex digits")) }
    }

    fn verdict(&self) -> Result<Verdict, VerifyError> {
        let text = self.text()?;
        let known = [Verdict::Pass, Verdict::PassWithWaivers, Verdict::Fail];
        known.into_iter().find(|verdict| verdict.as_str() == text).ok_or_else(|| self.is_no("verdict"))
    }

    fn replaced(&self) -> Result<Replaced, VerifyError> {
        Ok(Replaced {
            version: self.at("version")?.version()?,
            sequence: self.at("sequence")?.count()?,
            payload_sha256: self.at("payloadSha256")?.sha256()?,
        })
    }

    fn policy(&self) -> Result<PolicyVerdict, VerifyError> {
        Ok(PolicyVerdict {
            id: self.at("id")?.text()?.to_owned(),
            version: self.optional_text("version")?,
            verdict: self.at("verdict")?.text()?.to_owned(),
            findings: self.at("findings")?.count()?,
        })
    }

    fn waiver(&self) -> Result<WaiverInForce, VerifyError> {
        Ok(WaiverInForce {
            id: self.at("id")?.text()?.to_owned(),
            policy: self.at("policy")?.text()?.to_owned(),
            scope: self.at("scope")?.text()?.to_owned(),
            approver: self.optional_text("approver")?,
            ticket: self.optional_text("ticket")?,
            expires: self.at("expires")?.date()?,
        })
    }

    fn is_no(&self, wanted: &str) -> VerifyError {
        let article = if wanted.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        bad(format!("`{}` is not {article} {wanted}", self.pointer))
    }
}

fn bad(message: impl Into<String>) -> VerifyError {
    VerifyError::new(Cause::Statement, message)
}

fn shown(text: &str) -> std::str::EscapeDebug<'_> {
    text.escape_debug()
}
