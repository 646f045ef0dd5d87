//! Compares the day of each catalogue with the day of the check.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink};
use crate::model::Origin;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("stale-catalog"),
    group: Group::Catalogue,
    level: Level::Warn,
    locked: false,
    page: include_str!("stale_catalog.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for date in context.catalogue.dates() {
        let age = i64::from(date.value.days_until(context.as_of));
        if age < -1 {
            let message = format!("the catalogue is of a day that has not come: {}", date.value);
            sink.report(
                Diagnostic::new("stale-catalog", date.place, "in the future", message)
                    .help("write the day on which its facts were checked"),
            );
        }
        if age <= i64::from(context.terms.catalog_age_days) {
            continue;
        }
        let message = format!("the catalogue is {age} days old; prices and retirements change more often than that");
        let help = match context.catalogue.origin() {
            Origin::Project => {
                "check its facts against the vendors' pages and move `asOf`; a policy's `catalog.maxAgeDays` sets the limit"
            }
            Origin::BuiltIn => {
                "this is the catalogue that came with routec: use a newer release, or give your own with `--catalog`"
            }
        };
        sink.report(Diagnostic::new("stale-catalog", date.place, "its facts are of this day", message).help(help));
    }
}
