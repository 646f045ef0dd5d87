//! The only way to make a finding visible; the only place that applies levels and waivers, and the only sort.

use std::collections::BTreeMap;

use crate::source::Span;

use super::{Diagnostic, Level, Levels, WaiverTicket};

/// What was found, with levels and waivers applied, sorted. Only [`Sink::finish`] puts something into it.
#[derive(Clone, Debug, Default)]
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

    /// The same with what a later pass found.
    #[must_use]
    pub fn joined(mut self, later: Self) -> Self {
        self.0.extend(later.0);
        self.0.sort_by(|a, b| key(a).cmp(&key(b)));
        self
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
    /// The findings, each with the number of waiver lists that were known when it was reported.
    found: Vec<(usize, Diagnostic)>,
    /// The waivers of each table.
    waivers: Vec<Vec<WaiverTicket>>,
    /// Where the first finding stands of those that become one.
    first: BTreeMap<Kin, usize>,
}

/// What findings have in common that become one: their table, rule, place and defect, and the bounds of their level.
type Kin = (usize, &'static str, Option<Span>, String, Option<Level>, Option<Level>);

impl Sink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that what is reported from here on is about a table with these waivers. They cover nothing else.
    pub fn begin_table(&mut self, waivers: Vec<WaiverTicket>) {
        self.waivers.push(waivers);
    }

    /// Reports a finding.
    ///
    /// What befalls many routes at one place joins the first at once, unless a waiver is for it: so a ladder that
    /// thousands of routes share costs the memory of one finding.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        let table = self.waivers.len();
        let has_waiver = self.waivers.last().into_iter().flatten().any(|waiver| waiver.is_for(&diagnostic));
        if let Some(kin) = kin(table, &diagnostic).filter(|_| !has_waiver) {
            if let Some((_, known)) = self.first.get(&kin).and_then(|at| self.found.get_mut(*at)) {
                known.join(diagnostic);
                return;
            }
            self.first.insert(kin, self.found.len());
        }
        self.found.push((table, diagnostic));
    }

    /// Lets those findings fall away that only hold where no catalogue knows a model.
    pub fn withdraw_known(&mut self, is_known: impl Fn(&str) -> bool) {
        for (_, diagnostic) in &mut self.found {
            if diagnostic.unless_known.as_deref().is_some_and(&is_known) {
                diagnostic.at_most = Some(Level::Allow);
            }
        }
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
        let found = self
            .found
            .iter()
            .map(|(_, diagnostic)| diagnostic)
            .filter(|diagnostic| diagnostic.rule.as_str() == "literal-secret");
        found
            .flat_map(|diagnostic| {
                std::iter::once(diagnostic.primary.span).chain(diagnostic.related.iter().map(|label| label.span))
            })
            .collect()
    }

    /// Applies levels and waivers, lets what remains of one defect become one finding, says which waivers covered
    /// nothing, and sorts.
    ///
    /// Findings at level `allow` are dropped; waived ones stay, marked.
    pub fn finish(self, levels: &Levels) -> Findings {
        let mut used: Vec<Vec<bool>> = self.waivers.iter().map(|waivers| vec![false; waivers.len()]).collect();
        let mut kept: Vec<Diagnostic> = Vec::new();
        let mut first: BTreeMap<Kin, usize> = BTreeMap::new();
        for (table, mut diagnostic) in self.found {
            diagnostic.level = levels.of(diagnostic.rule);
            if diagnostic.level == Level::Allow {
                continue;
            }
            let least = diagnostic.at_least.filter(|_| !levels.is_decided(diagnostic.rule));
            let raised = least.map_or(diagnostic.level, |least| diagnostic.level.max(least));
            diagnostic.level = diagnostic.at_most.map_or(raised, |most| raised.min(most));
            if diagnostic.level == Level::Allow {
                continue;
            }
            let own = table.checked_sub(1).and_then(|at| self.waivers.get(at).zip(used.get_mut(at)));
            for (waiver, used) in own.into_iter().flat_map(|(waivers, used)| waivers.iter().zip(used)) {
                if waiver.is_for(&diagnostic) && !levels.is_locked(&diagnostic) {
                    *used = true;
                    if waiver.is_in_force() {
                        diagnostic.waived = Some(waiver.waived());
                    }
                }
            }
            if let Some(kin) = kin(table, &diagnostic).filter(|_| diagnostic.waived.is_none()) {
                if let Some(known) = first.get(&kin).and_then(|at| kept.get_mut(*at)) {
                    known.join(diagnostic);
                    continue;
                }
                first.insert(kin, kept.len());
            }
            kept.push(diagnostic);
        }
        let all = self.waivers.iter().flatten().zip(used.into_iter().flatten());
        for mut diagnostic in all.filter_map(|(waiver, used)| waiver.trouble(used, levels)) {
            diagnostic.level = levels.of(diagnostic.rule);
            if diagnostic.level != Level::Allow {
                kept.push(diagnostic);
            }
        }
        kept.iter_mut().for_each(Diagnostic::name_others);
        kept.sort_by(|a, b| key(a).cmp(&key(b)));
        kept.dedup_by(|a, b| key(a) == key(b) && a.trace == b.trace && a.related == b.related);
        Findings(kept)
    }
}

fn kin(table: usize, diagnostic: &Diagnostic) -> Option<Kin> {
    let shared = diagnostic.shared.as_ref()?;
    let place = (!shared.anywhere).then_some(diagnostic.primary.span);
    let rule = diagnostic.rule.as_str();
    Some((table, rule, place, shared.defect.clone(), diagnostic.at_most, diagnostic.at_least))
}

type Key<'a> = (Span, &'static str, &'a str, Option<&'a str>);

fn key(diagnostic: &Diagnostic) -> Key<'_> {
    (diagnostic.primary.span, diagnostic.rule.as_str(), &diagnostic.message, diagnostic.subject.as_deref())
}
