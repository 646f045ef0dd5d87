//! Compares each target's model with the day of the check and the notice in force.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::Origin;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("retiring-model"),
    group: Group::Catalogue,
    level: Level::Warn,
    locked: false,
    page: include_str!("retiring_model.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let notice = i64::from(context.terms.retirement_notice_days);
    for target in context.table.targets.values() {
        let Some(retires) = target.facts.lifecycle.retires.as_ref() else { continue };
        let days = context.as_of.days_until(retires.value);
        if days <= 0 || i64::from(days) > notice {
            continue;
        }
        let message =
            format!("{} will be retired on {}, in {days} days", quote(target.doc.model.value.as_str()), retires.value);
        let mut finding = Diagnostic::new("retiring-model", target.doc.model.place, "soon no longer served", message)
            .help(super::retired_model::successor(context, target))
            .about(format!("targets.{}", target.name.value));
        if context.catalogue.origin() == Origin::Project {
            finding = finding.related(retires.span(), "says the catalogue");
        }
        sink.report(finding);
    }
}
