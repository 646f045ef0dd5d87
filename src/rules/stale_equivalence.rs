//! Compares the last review of each equivalence with the day of the check.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("stale-equivalence"),
    group: Group::Catalogue,
    level: Level::Warn,
    locked: false,
    page: include_str!("stale_equivalence.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for class in context.catalogue.equivalences() {
        let age = i64::from(class.value.reviewed.value.days_until(context.as_of));
        if age <= i64::from(context.terms.equivalence_review_days) {
            continue;
        }
        let message =
            format!("the equivalence {} was last reviewed {age} days ago", quote(class.value.id.value.as_str()));
        sink.report(
            Diagnostic::new("stale-equivalence", class.value.reviewed.place, "last compared on this day", message)
                .help("repeat the comparison and move `reviewed`, or remove the class; a policy's `catalog.equivalenceReviewDays` sets the limit"),
        );
    }
}
