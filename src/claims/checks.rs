//! Runs the checks of expectations: judges the table each of them holds, and compares the findings.

use crate::driver::{Outcome, judge_alone};
use crate::model::{Check, Finds, LevelWord};
use crate::source::{FileId, Span, Spanned};

/// What came of a check.
#[derive(Clone, Debug)]
pub struct CheckResult {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Findings that are expected and do not come: the rule and its level, its subject, and where it is expected.
    pub missing: Vec<(String, Option<String>, Span)>,
    /// Findings that come and are not expected: the rule and its level, its subject, its message and its place.
    pub unexpected: Vec<(String, Option<String>, String, Span)>,
}

impl CheckResult {
    /// Whether every finding is as expected.
    pub fn holds(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty()
    }
}

/// Runs every check with the policies of a run in force.
pub fn run_checks<'c>(
    run: &Outcome,
    checks: impl IntoIterator<Item = (FileId, &'c Spanned<Check>)>,
) -> Vec<CheckResult> {
    checks.into_iter().map(|(file, check)| result(run, file, &check.value)).collect()
}

fn result(run: &Outcome, file: FileId, check: &Check) -> CheckResult {
    let findings = judge_alone(run, file, (*check.table).clone(), check.catalog.as_deref().cloned());
    let mut expected: Vec<(&Spanned<Finds>, bool)> = check.finds.iter().map(|find| (find, false)).collect();
    let mut unexpected = Vec::new();
    for finding in findings.iter().filter(|finding| finding.waived.is_none()) {
        // A rule of the organisation goes by its own name too.
        let is_rule = |name: &str| {
            finding.rule.as_str() == name
                || (finding.rule.as_str() == "custom-rule" && finding.message.starts_with(&format!("`{name}`")))
        };
        let fits = |find: &Finds, subject: Option<&str>| {
            is_rule(&find.rule.value)
                && find.at.as_ref().is_none_or(|at| Some(at.value.as_str()) == subject)
                && find.level.is_none_or(|level| word(level) == finding.level.as_str())
        };
        // What befalls several routes is one finding, and each of them is expected on its own.
        let mut subjects: Vec<Option<&str>> = finding.subjects().map(Some).collect();
        if subjects.is_empty() {
            subjects.push(None);
        }
        for subject in subjects {
            match expected.iter_mut().find(|(find, _)| fits(&find.value, subject)) {
                Some((_, seen)) => *seen = true,
                None => unexpected.push((
                    format!("{} at level {}", finding.rule.as_str(), finding.level.as_str()),
                    subject.map(str::to_owned),
                    finding.message.clone(),
                    finding.primary.span,
                )),
            }
        }
    }
    let missing = expected.into_iter().filter(|(_, seen)| !seen).map(|(find, _)| {
        let at = find.value.at.as_ref().map(|at| at.value.clone());
        let rule = find.value.rule.value.clone();
        let rule = find.value.level.map_or(rule.clone(), |level| format!("{rule} at level {}", word(level)));
        (rule, at, find.span())
    });
    CheckResult { name: check.name.value.clone(), span: check.name.span(), missing: missing.collect(), unexpected }
}

fn word(level: LevelWord) -> &'static str {
    match level {
        LevelWord::Deny => "deny",
        LevelWord::Warn => "warn",
        LevelWord::Allow => "allow",
    }
}
