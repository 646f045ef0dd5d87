//! The levels and numbers that policies set. A later policy beats an earlier one, but not those that it extends.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Level, Levels, RuleId, Sink, nearest, quote};
use crate::model::{Count, LevelWord, Policy};
use crate::rules::{self, Terms};
use crate::source::{FileId, Place, Spanned};

use super::Pin;

/// The levels and numbers that policies set.
pub(super) fn set_by(policies: &[Policy], pins: &[Pin], sink: &mut Sink) -> (Levels, Terms) {
    let mut levels = rules::default_levels();
    let mut terms = Terms::default();
    for clause in policies.iter().flat_map(|policy| &policy.rules) {
        levels.add_clause(clause.value.id.value.as_str());
    }
    // What is extended was written by others than those who extend it, so the strictest of it holds.
    let bases: BTreeSet<FileId> = pins.iter().map(|pin| pin.file).collect();
    let mut by_bases: BTreeMap<&str, Level> = BTreeMap::new();
    for policy in policies {
        let floor = Floor::of(policy, policies, pins);
        for entry in &policy.levels {
            let name = entry.name.value.as_str();
            let wanted = level(entry.value.value);
            let Some(rule) = find(name, &levels) else {
                sink.report(no_such_rule(name, entry.name.place, &levels));
                continue;
            };
            if let Some(least) = floor.below(name, rule).filter(|least| wanted < *least) {
                sink.report(lowered(name, least, entry.value.place));
                continue;
            }
            let wanted = if bases.contains(&file_of(policy)) {
                let strictest = by_bases.get(name).map_or(wanted, |known| wanted.max(*known));
                by_bases.insert(name, strictest);
                strictest
            } else {
                wanted
            };
            match rule {
                Named::Rule(rule) => levels.decide(rule, wanted),
                Named::Clause => levels.decide_clause(name, wanted),
            }
        }
        for name in policy.waiver_terms.iter().flat_map(|terms| &terms.never) {
            match find(&name.value, &levels) {
                Some(Named::Rule(rule)) => levels.lock(rule),
                Some(Named::Clause) => levels.lock_clause(name.value.as_str()),
                None => sink.report(no_such_rule(&name.value, name.place, &levels)),
            }
        }
        terms = tune(terms, policy);
    }
    (levels, terms)
}

/// What a name in a policy stands for.
#[derive(Clone, Copy)]
enum Named {
    /// A rule of routec.
    Rule(RuleId),
    /// A rule that some policy has written.
    Clause,
}

fn find(name: &str, levels: &Levels) -> Option<Named> {
    match rules::find(name) {
        Some(rule) => Some(Named::Rule(rule.id)),
        None => levels.knows(name).then_some(Named::Clause),
    }
}

/// The levels below which a policy cannot go: those of the policies it extends.
struct Floor<'p> {
    bases: Vec<&'p Policy>,
}

impl<'p> Floor<'p> {
    fn of(policy: &Policy, policies: &'p [Policy], pins: &[Pin]) -> Self {
        let mut open = vec![file_of(policy)];
        let mut files: BTreeSet<FileId> = BTreeSet::new();
        while let Some(file) = open.pop() {
            let below = pins.iter().filter(|pin| pin.span.file == file).map(|pin| pin.file);
            open.extend(below.filter(|base| files.insert(*base)));
        }
        files.remove(&file_of(policy));
        Self { bases: policies.iter().filter(|other| files.contains(&file_of(other))).collect() }
    }

    /// The level that the bases give a rule: the strictest they set, else its default; `None` without bases, or where
    /// none of them knows the rule.
    fn below(&self, name: &str, rule: Named) -> Option<Level> {
        if name == PINNED {
            return Some(Level::Deny);
        }
        let set = self.bases.iter().flat_map(|base| &base.levels).filter(|entry| entry.name.value == name);
        let usual = || match rule {
            Named::Rule(_) if self.bases.is_empty() => None,
            Named::Rule(rule) => rules::find(rule.as_str()).map(|rule| rule.level),
            Named::Clause => {
                let written = self.bases.iter().flat_map(|base| &base.rules).map(|clause| &clause.value);
                written.filter(|clause| clause.id.value.as_str() == name).map(|clause| level(clause.level)).max()
            }
        };
        set.map(|entry| level(entry.value.value)).max().or_else(usual)
    }
}

/// The rule that keeps bases what they were when they were reviewed.
const PINNED: &str = "changed-base-policy";

fn file_of(policy: &Policy) -> FileId {
    policy.metadata.name.span().file
}

fn level(word: LevelWord) -> Level {
    match word {
        LevelWord::Deny => Level::Deny,
        LevelWord::Warn => Level::Warn,
        LevelWord::Allow => Level::Allow,
    }
}

fn lowered(name: &str, least: Level, place: Place) -> Diagnostic {
    let rule = quote(name);
    let (message, help) = if name == PINNED {
        (
            format!("no policy can lower {rule}, or the pin would hold nothing"),
            "read what changed in the base, and write the new digest",
        )
    } else {
        (
            format!("{rule} is at {} in what this policy extends, and cannot be lowered here", quote(least.as_str())),
            "a policy can be stricter than those it extends, never laxer: to be laxer, change a copy of them",
        )
    };
    Diagnostic::new("bad-value", place, "has no effect", message).help(help)
}

fn no_such_rule(name: &str, place: Place, levels: &Levels) -> Diagnostic {
    let message = format!("there is no rule called {}", quote(name));
    let near = nearest(name, levels.names());
    let help =
        near.map_or_else(|| "`routec rules` lists them".to_owned(), |near| format!("did you mean {}?", quote(near)));
    Diagnostic::new("unknown-reference", place, "no such rule", message).help(help)
}

fn tune(mut terms: Terms, policy: &Policy) -> Terms {
    let set = |slot: &mut u32, value: &Option<Spanned<Count>>| {
        if let Some(value) = value {
            *slot = value.value.get();
        }
    };
    terms.attempts_are_agreed |= policy.attempts_at_most.is_some();
    set(&mut terms.attempts_at_most, &policy.attempts_at_most);
    if let Some(catalog) = &policy.catalog {
        set(&mut terms.catalog_age_days, &catalog.max_age_days);
        set(&mut terms.retirement_notice_days, &catalog.retirement_notice_days);
        set(&mut terms.equivalence_review_days, &catalog.equivalence_review_days);
        set(&mut terms.key_expiry_notice_days, &catalog.key_expiry_notice_days);
    }
    terms
}
