//! Compares the last day of every waiver with the most days that the policies allow.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("overlong-waiver"),
    group: Group::Governance,
    level: Level::Deny,
    locked: true,
    page: include_str!("overlong_waiver.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let Some((most, span)) = context.law.waivers.max_days else { return };
    for waiver in &context.table.waivers {
        let days = context.as_of.days_until(waiver.value.until.value);
        if i64::from(days) <= i64::from(most) {
            continue;
        }
        let message = format!(
            "the waiver of {} lasts {days} more days, and the policy allows {most}",
            quote(&waiver.value.rule.value)
        );
        sink.report(
            Diagnostic::new("overlong-waiver", waiver.value.until.place, "too far away", message)
                .related(span, "the most that is allowed")
                .about(format!("waivers.{}", waiver.value.rule.value))
                .help("an exception that nobody looks at again becomes the rule: agree on an earlier day"),
        );
    }
}
