//! The only way to make a finding visible; the only place that applies levels and waivers, and the only sort.

use crate::source::Span;

use super::{Diagnostic, Level, Levels};

/// A waiver as the sink needs it: resolved, with its own place.
#[derive(Clone, Debug)]
pub struct WaiverTicket {
    /// The rule it covers, as written.
    pub rule: String,
    /// What it covers (`routes.support-chat`), and everything below that.
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

/// What was found, with levels and waivers applied, sorted. Only [`Sink::finish`] makes it.
#[derive(Clone, Debug)]
pub struct Findings(Vec<Diagnostic>);

impl Findings {
    /// The findings in the order reports show them.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// How many close the gate.
    pub fn denied(&self) -> usize {
        self.count(Level::Deny)
    }

    /// How many are shown and leave the gate open.
    pub fn warned(&self) -> usize {
        self.count(Level::Warn)
    }

    /// How many a waiver covers.
    pub fn waived(&self) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.waived.is_some()).count()
    }

    /// Whether there is none, waived ones included.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn count(&self, level: Level) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.level == level && diagnostic.waived.is_none()).count()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Collects the findings of every pass.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports a finding.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// How many findings there are so far.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none so far.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Where secrets stand that were found so far, for reports to mask.
    pub fn secrets(&self) -> Vec<Span> {
        let found = self.found.iter().filter(|diagnostic| diagnostic.rule.as_str() == "literal-secret");
        found
            .flat_map(|diagnostic| {
                std::iter::once(diagnostic.primary.span).chain(diagnostic.related.iter().map(|label| label.span))
            })
            .collect()
    }

    /// Applies levels and waivers, says which waivers covered nothing, and sorts.
    ///
    /// Findings at level `allow` are dropped; waived ones stay, marked.
    pub fn finish(self, levels: &Levels, waivers: &[WaiverTicket]) -> Findings {
        let mut used = vec![false; waivers.len()];
        let mut kept: Vec<Diagnostic> = Vec::new();
        for mut diagnostic in self.found {
            diagnostic.level = levels.of(diagnostic.rule);
            if diagnostic.level == Level::Allow {
                continue;
            }
            let raised = diagnostic.at_least.map_or(diagnostic.level, |least| diagnostic.level.max(least));
            diagnostic.level = diagnostic.at_most.map_or(raised, |most| raised.min(most));
            for (waiver, used) in waivers.iter().zip(used.iter_mut()) {
                if covers(waiver, &diagnostic) && !levels.is_locked(diagnostic.rule) {
                    *used = true;
                    if !waiver.expired && waiver.lacks.is_empty() {
                        diagnostic.waived = Some(Waived { reason: waiver.reason.clone(), span: waiver.span });
                    }
                }
            }
            kept.push(diagnostic);
        }
        for (waiver, used) in waivers.iter().zip(used) {
            if let Some(mut diagnostic) = about_waiver(waiver, used, levels) {
                diagnostic.level = levels.of(diagnostic.rule);
                if diagnostic.level != Level::Allow {
                    kept.push(diagnostic);
                }
            }
        }
        kept.sort_by(|a, b| key(a).cmp(&key(b)));
        kept.dedup_by(|a, b| key(a) == key(b) && a.trace == b.trace && a.related == b.related);
        Findings(kept)
    }
}

type Key<'a> = (Span, &'static str, &'a str, Option<&'a str>);

fn key(diagnostic: &Diagnostic) -> Key<'_> {
    (diagnostic.primary.span, diagnostic.rule.as_str(), &diagnostic.message, diagnostic.subject.as_deref())
}

fn covers(waiver: &WaiverTicket, diagnostic: &Diagnostic) -> bool {
    waiver.rule == diagnostic.rule.as_str()
        && diagnostic
            .subject
            .as_deref()
            .and_then(|subject| subject.strip_prefix(waiver.at.as_str()))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn about_waiver(waiver: &WaiverTicket, used: bool, levels: &Levels) -> Option<Diagnostic> {
    let rule = super::quote(&waiver.rule);
    if levels.locked_name(&waiver.rule) {
        let message = format!("no waiver can cover {rule}");
        return Some(
            Diagnostic::new("forbidden-waiver", waiver.span, "this waiver has no effect", message)
                .help("remove the waiver and mend what the rule reports"),
        );
    }
    if let Some(lacking) = waiver.lacks.first() {
        let words: Vec<String> = waiver.lacks.iter().map(|key| super::quote(key)).collect();
        let message = format!("the waiver of {rule} has no {}, which the policies require", words.join(" and "));
        return Some(
            Diagnostic::new("forbidden-waiver", waiver.span, "this waiver has no effect", message)
                .help(format!("add `{lacking}: …`; without it nobody can ask who agreed, and why")),
        );
    }
    if used && waiver.expired {
        let message = format!("the waiver of {rule} at {} has expired", super::quote(&waiver.at));
        return Some(
            Diagnostic::new("expired-waiver", waiver.span, "its last day has passed", message)
                .help("mend what it covered, or agree on a new date"),
        );
    }
    if !levels.knows(&waiver.rule) {
        let message = format!("the waiver covers {rule}, and there is no rule of that name");
        let help = super::nearest(&waiver.rule, levels.names()).map_or_else(
            || "`routec rules` lists them".to_owned(),
            |near| format!("did you mean {}?", super::quote(near)),
        );
        return Some(Diagnostic::new("unknown-reference", waiver.span, "no such rule", message).help(help));
    }
    (!used).then(|| {
        let message = format!("the waiver of {rule} at {} covers nothing", super::quote(&waiver.at));
        Diagnostic::new("unused-waiver", waiver.span, "no finding matches this waiver", message)
            .help("remove it; or, if it should cover something, compare `at` with the subject of the finding (`--output json` shows it)")
    })
}
