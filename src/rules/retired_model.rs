//! Compares each target's model with the day of the check.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::TargetNode;

use super::rule::{Context, Group, Rule, Silence};

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
        let Some(retires) = target.facts.lifecycle.retires.as_ref().filter(|retires| retires.value <= context.as_of) else { continue };
        let message = format!("{} was retired on {}", quote(target.doc.model.value.as_str()), retires.value);
        sink.report(
            Diagnostic::new("retired-model", target.doc.model.place, "no longer served", message)
                .related(retires.span(), "says the catalogue")
                .help(successor(context, target))
                .about(format!("targets.{}", target.name.value)),
        );
    }
}

/// The newest model of the family that stays.
pub(super) fn successor(context: &Context<'_>, target: &TargetNode) -> String {
    let next = context
        .catalogue
        .models()
        .map(|(_, entry)| entry)
        .filter(|entry| entry.model.vendor == target.facts.vendor && entry.model.family == target.facts.family)
        .filter(|entry| entry.model.tier == target.facts.tier && entry.model.mode == target.facts.mode)
        .filter(|entry| entry.model.lifecycle.retires.as_ref().is_none_or(|retires| retires.value > context.as_of))
        .filter(|entry| entry.model.lifecycle.released.is_some())
        .max_by_key(|entry| (entry.model.lifecycle.released, std::cmp::Reverse(entry.id.value.as_str())));
    match next {
        Some(entry) => format!("the newest of its family and tier is {}", quote(entry.id.value.as_str())),
        None => "choose a model that stays".to_owned(),
    }
}
