//! What an authentic artifact is asked: is it the table that is wanted, is it of today, is it not replaced, may it be used.

use crate::artifact::cause::{Cause, VerifyError};
use crate::artifact::compiled::TABLE_MEMBERS;
use crate::artifact::read::Artifact;
use crate::artifact::sign::PREDICATE_TYPE;
use crate::artifact::state::State;
use crate::artifact::trust::{Rule, Trust};
use crate::model::Moment;

use super::Expectation;

/// How far the clock of the builder may be ahead of ours, in seconds.
const CLOCK_SKEW: i64 = 5 * 60;

impl Trust {
    /// Whether the trust is still in force, and no older than what the state remembers of it.
    pub(super) fn is_current(&self, now: Moment, state: &State) -> Result<(), VerifyError> {
        if let Some(end) = self.expires().filter(|end| now >= *end) {
            return Err(VerifyError::new(Cause::Trust, format!("the trust file ended at {end}, now is {now}")));
        }
        let Some(file) = self.file() else { return Ok(()) };
        match state.trust_version(&file.name).filter(|seen| *seen > file.version) {
            Some(seen) => {
                let message = format!("the trust file is version {}, and version {seen} was used before", file.version);
                Err(VerifyError::new(Cause::Trust, message))
            }
            None => Ok(()),
        }
    }

    /// The rule about a table; one that accepts what is stated here.
    pub(super) fn rule_for(&self, table: &str) -> Result<&Rule, VerifyError> {
        let rule = self.rule(table);
        let rule = rule.ok_or_else(|| VerifyError::new(Cause::NoRule, format!("no rule is about table `{table}`")))?;
        if rule.predicate_types.contains(PREDICATE_TYPE) {
            Ok(rule)
        } else {
            let message = format!("the rule about table `{table}` does not accept `{PREDICATE_TYPE}`");
            Err(VerifyError::new(Cause::PredicateType, message))
        }
    }
}

impl Artifact {
    /// Whether it agrees with itself about its time, and is the table that is wanted.
    pub(super) fn is_wanted(&self, expectation: &Expectation<'_>) -> Result<(), VerifyError> {
        let (created, end) = (self.created_at(), self.not_after());
        if end <= created {
            let message = format!("it ends at {end}, and was created at {created}");
            return Err(VerifyError::new(Cause::Lifetime, message));
        }
        if let Some(waiver) = self.waivers().iter().find(|waiver| end > waiver.expires.end()) {
            let message = format!("it ends at {end}, and its waiver `{}` on {}", waiver.id, waiver.expires);
            return Err(VerifyError::new(Cause::WaiverOutlived, message));
        }
        match expectation.table {
            Some(wanted) if wanted != self.name() => {
                let message = format!("it holds table `{}`, not `{wanted}`", self.name());
                Err(VerifyError::new(Cause::WrongTable, message))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether it is of today; gives back what would have been refused and is overlooked on demand.
    pub(super) fn is_fresh(&self, rule: &Rule, expectation: &Expectation<'_>) -> Result<Vec<VerifyError>, VerifyError> {
        let (now, created) = (expectation.now, self.created_at());
        if created.seconds_since(now) > CLOCK_SKEW {
            let message = format!("it was created at {created}, and now is {now}");
            return Err(VerifyError::new(Cause::Future, message));
        }
        let mut old = Vec::new();
        if now >= self.not_after() {
            let message = format!("it ended at {}, and now is {now}", self.not_after());
            old.push(VerifyError::new(Cause::Expired, message));
        }
        if let Some(days) = rule.max_age_days.filter(|days| now >= created.plus_days(days.get())) {
            let message = format!("it was created at {created}, more than {days} days before {now}");
            old.push(VerifyError::new(Cause::OverAge, message));
        }
        if let Some(days) = rule.max_catalogue_age_days {
            let age = self.catalogue_as_of().map(|as_of| (as_of, as_of.days_until(now.day())));
            let message = match age {
                None => Some("its catalogue does not say how old it is".to_owned()),
                Some((as_of, age)) if age > i32::from(days.get()) => {
                    Some(format!("its catalogue is of {as_of}, {age} days ago; the rule accepts {days}"))
                }
                Some(_) => None,
            };
            old.extend(message.map(|message| VerifyError::new(Cause::CatalogueAge, message)));
        }
        match old.first() {
            Some(first) if !expectation.allow_expired => Err(first.clone()),
            Some(_) | None => Ok(old),
        }
    }

    /// Whether no other artifact of its table has taken its place.
    pub(super) fn is_latest(&self, state: &State) -> Result<(), VerifyError> {
        let Some(seen) = state.seen(self.name()) else { return Ok(()) };
        let (own, last) = (self.sequence(), seen.sequence);
        if own < last {
            let message = format!("it has sequence {own}, and {last} was accepted before");
            return Err(VerifyError::new(Cause::Rollback, message));
        }
        if own == last && self.payload_sha256() != seen.payload_sha256 {
            let message = format!(
                "it has sequence {own} like payload {}, which was accepted before, and is payload {}",
                seen.payload_sha256,
                self.payload_sha256()
            );
            return Err(VerifyError::new(Cause::Equivocation, message));
        }
        Ok(())
    }

    /// Whether everything in it is understood, and the rule accepts what it says of itself.
    pub(super) fn is_usable(&self, rule: &Rule) -> Result<(), VerifyError> {
        if let Some(feature) = self.requires().first() {
            let message = format!("it requires `{}`, which is not known here", feature.escape_debug());
            return Err(VerifyError::new(Cause::Requires, message));
        }
        if !rule.verdicts.contains(&self.verdict()) {
            let accepted: Vec<&str> = rule.verdicts.iter().map(|verdict| verdict.as_str()).collect();
            let message =
                format!("its verdict is `{}`; the rule accepts `{}`", self.verdict().as_str(), accepted.join("`, `"));
            return Err(VerifyError::new(Cause::Verdict, message));
        }
        if self.source().dirty && !rule.allow_dirty {
            return Err(VerifyError::new(Cause::Dirty, "it was built from files that are in no commit"));
        }
        let members = self.table().as_object().into_iter().flat_map(|table| table.keys());
        match members.into_iter().find(|name| !TABLE_MEMBERS.contains(&name.as_str())) {
            Some(name) => {
                let message = format!("the table has a member `{}`, which is not known here", name.escape_debug());
                Err(VerifyError::new(Cause::TableMember, message))
            }
            None => Ok(()),
        }
    }
}
