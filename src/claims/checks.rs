//! Runs the checks of expectations: judges the table each of them holds, and compares the findings.

use crate::driver::{Outcome, judge_alone};
use crate::model::Check;
use crate::source::{FileId, Span, Spanned};

/// What came of a check.
#[derive(Clone, Debug)]
pub struct CheckResult {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Findings that are expected and do not come: the rule, its subject, and where it is expected.
    pub missing: Vec<(String, Option<String>, Span)>,
    /// Findings that come and are not expected: the rule, its subject, its message and its place.
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
    let mut expected: Vec<(&str, Option<&str>, Span, bool)> = check
        .finds
        .iter()
        .map(|find| {
            let at = find.value.at.as_ref().map(|at| at.value.as_str());
            (find.value.rule.value.as_str(), at, find.span(), false)
        })
        .collect();
    let mut unexpected = Vec::new();
    for finding in findings.iter().filter(|finding| finding.waived.is_none()) {
        let subject = finding.subject.as_deref();
        // A rule of the organisation goes by its own name too.
        let is_rule = |name: &str| {
            finding.rule.as_str() == name
                || (finding.rule.as_str() == "custom-rule" && finding.message.starts_with(&format!("`{name}`")))
        };
        let mut fits = expected.iter_mut().filter(|(rule, at, ..)| is_rule(rule) && (at.is_none() || *at == subject));
        match fits.next() {
            Some((.., seen)) => *seen = true,
            None => unexpected.push((
                finding.rule.as_str().to_owned(),
                finding.subject.clone(),
                finding.message.clone(),
                finding.primary.span,
            )),
        }
    }
    let missing = expected.into_iter().filter(|(.., seen)| !seen);
    CheckResult {
        name: check.name.value.clone(),
        span: check.name.span(),
        missing: missing.map(|(rule, at, span, _)| (rule.to_owned(), at.map(str::to_owned), span)).collect(),
        unexpected,
    }
}
