//! Which findings a waiver covers, and what is wrong with a waiver.

use crate::source::Span;

use super::{Diagnostic, Levels, nearest, quote};

/// A waiver as the sink needs it: resolved, with its own place.
#[derive(Clone, Debug)]
pub struct WaiverTicket {
    /// The rule it covers, or the clause of a policy's own rule, as written.
    pub rule: String,
    /// What it covers (`routes.support-chat`), or everything of a kind (`routes`).
    pub at: String,
    /// Whether its last day has passed.
    pub expired: bool,
    /// What the policies require of a waiver and this one does not have.
    pub lacks: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// Ticket and reason, for the reports.
    pub reason: String,
}

/// The waiver that covers a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// Ticket and reason.
    pub reason: String,
    /// Where the waiver stands.
    pub span: Span,
}

impl WaiverTicket {
    /// Whether it is for a finding, be it in force or not.
    pub(super) fn is_for(&self, diagnostic: &Diagnostic) -> bool {
        let names_rule = self.rule == diagnostic.rule.as_str() || diagnostic.clause.as_ref() == Some(&self.rule);
        names_rule
            && diagnostic.subject.as_deref().is_some_and(|subject| {
                // Names may hold dots, so that only the first one of a subject parts anything.
                subject == self.at || subject.split_once('.').is_some_and(|(kind, _)| kind == self.at)
            })
    }

    /// Whether it covers what it is for.
    pub(super) fn is_in_force(&self) -> bool {
        !self.expired && self.lacks.is_empty()
    }

    /// How it is shown with what it covers.
    pub(super) fn waived(&self) -> Waived {
        Waived { reason: self.reason.clone(), span: self.span }
    }

    /// What is wrong with it, given whether it was for any finding.
    pub(super) fn trouble(&self, used: bool, levels: &Levels) -> Option<Diagnostic> {
        let rule = quote(&self.rule);
        let at = quote(&self.at);
        if levels.locked_name(&self.rule) {
            let message = format!("no waiver can cover {rule}");
            return Some(
                Diagnostic::new("forbidden-waiver", self.span, "this waiver has no effect", message)
                    .help("remove the waiver and mend what the rule reports"),
            );
        }
        if let Some(lacking) = self.lacks.first() {
            let words: Vec<String> = self.lacks.iter().map(|key| quote(key)).collect();
            let message = format!("the waiver of {rule} has no {}, which the policies require", words.join(" and "));
            return Some(
                Diagnostic::new("forbidden-waiver", self.span, "this waiver has no effect", message)
                    .help(format!("add `{lacking}: …`; without it nobody can ask who agreed, and why")),
            );
        }
        if used && self.expired {
            let message = format!("the waiver of {rule} at {at} has expired");
            return Some(
                Diagnostic::new("expired-waiver", self.span, "its last day has passed", message)
                    .help("mend what it covered, or agree on a new date"),
            );
        }
        if !levels.knows(&self.rule) {
            let message = format!("the waiver covers {rule}, and there is no rule of that name");
            let help = nearest(&self.rule, levels.names()).map_or_else(
                || "`routec rules` lists them".to_owned(),
                |near| format!("did you mean {}?", quote(near)),
            );
            return Some(Diagnostic::new("unknown-reference", self.span, "no such rule", message).help(help));
        }
        (!used).then(|| {
            let message = format!("the waiver of {rule} at {at} covers nothing");
            Diagnostic::new("unused-waiver", self.span, "no finding matches this waiver", message)
                .help("remove it; or, if it should cover something, compare `at` with the subject of the finding (`--output json` shows it)")
        })
    }
}
