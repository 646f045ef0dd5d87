//! Compares each target's model with the day of the check.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{Origin, TargetNode};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("retired-model"),
    group: Group::Catalogue,
    level: Level::Deny,
    locked: false,
    page: include_str!("retired_model.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for target in context.table.targets.values() {
        let Some(retires) = target.facts.lifecycle.retires.as_ref().filter(|retires| retires.value <= context.as_of)
        else {
            continue;
        };
        let message = format!("{} was retired on {}", quote(target.doc.model.value.as_str()), retires.value);
        let mut finding = Diagnostic::new("retired-model", target.doc.model.place, "no longer served", message)
            .help(successor(context, target))
            .about(format!("targets.{}", target.name.value));
        if context.catalogue.origin() == Origin::Project {
            finding = finding.related(retires.span(), "says the catalogue");
        }
        sink.report(finding);
    }
}

/// The newest model of the same family and tier that is out and stays, if the catalogue knows one.
pub(super) fn successor(context: &Context<'_>, target: &TargetNode) -> String {
    let facts = &target.facts;
    let leaves = i64::from(context.terms.retirement_notice_days);
    let next = context
        .catalogue
        .models()
        .filter(|(index, _)| Some(*index) != target.model)
        .map(|(_, entry)| entry)
        .filter(|_| facts.vendor.is_some() && facts.family.is_some())
        .filter(|entry| entry.model.vendor == facts.vendor && entry.model.family == facts.family)
        .filter(|entry| entry.model.tier == facts.tier && entry.model.mode == facts.mode)
        .filter(|entry| {
            let retires = entry.model.lifecycle.retires.as_ref();
            retires.is_none_or(|retires| i64::from(context.as_of.days_until(retires.value)) > leaves)
        })
        .filter(|entry| entry.model.lifecycle.released.is_some_and(|released| released <= context.as_of))
        .max_by_key(|entry| (entry.model.lifecycle.released, std::cmp::Reverse(entry.id.value.as_str())));
    match next {
        Some(entry) => format!("the newest of its family and tier is {}", quote(entry.id.value.as_str())),
        None => "choose a model that stays".to_owned(),
    }
}
