//! The levels and numbers that policies set; a later policy beats an earlier one.

use crate::diagnostic::{Diagnostic, Level, Levels, Sink, nearest, quote};
use crate::model::{Count, LevelWord, Policy};
use crate::rules::{self, Terms};
use crate::source::{Place, Spanned};

/// The levels and numbers that policies set.
pub(super) fn set_by(policies: &[Policy], sink: &mut Sink) -> (Levels, Terms) {
    let mut levels = rules::default_levels();
    let mut terms = Terms::default();
    for policy in policies {
        for entry in &policy.levels {
            let name = entry.name.value.as_str();
            let Some(rule) = rules::find(name) else {
                sink.report(no_such_rule(name, entry.name.place));
                continue;
            };
            let level = match entry.value.value {
                LevelWord::Deny => Level::Deny,
                LevelWord::Warn => Level::Warn,
                LevelWord::Allow => Level::Allow,
            };
            levels.set(rule.id, level);
        }
        for name in policy.waiver_terms.iter().flat_map(|terms| &terms.never) {
            match rules::find(&name.value) {
                Some(rule) => levels.lock(rule.id),
                None => sink.report(no_such_rule(&name.value, name.place)),
            }
        }
        terms = tune(terms, policy);
    }
    (levels, terms)
}

fn no_such_rule(name: &str, place: Place) -> Diagnostic {
    let message = format!("there is no rule called {}", quote(name));
    let near = nearest(name, rules::ALL.iter().map(|rule| rule.id.as_str()));
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
    set(&mut terms.attempts_at_most, &policy.attempts_at_most);
    if let Some(catalog) = &policy.catalog {
        set(&mut terms.catalog_age_days, &catalog.max_age_days);
        set(&mut terms.retirement_notice_days, &catalog.retirement_notice_days);
        set(&mut terms.equivalence_review_days, &catalog.equivalence_review_days);
        set(&mut terms.key_expiry_notice_days, &catalog.key_expiry_notice_days);
    }
    terms
}
