//! Looks up every model that a target names.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, nearest, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unknown-model"),
    group: Group::Catalogue,
    level: Level::Warn,
    locked: false,
    page: include_str!("unknown_model.md"),
    run: Some(run),
    silence: Silence::WithoutOwnCatalogue,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let mut helps: BTreeMap<&str, String> = BTreeMap::new();
    for target in context.table.targets.values() {
        let model = &target.doc.model;
        let is_known = target.model.is_some() || target.doc.self_hosted || target.doc.own_facts.is_some();
        if is_known || context.catalogue.is_empty() {
            continue;
        }
        let message = format!("the catalogue does not know the model {}", quote(model.value.as_str()));
        let help = helps.entry(model.value.as_str()).or_insert_with(|| {
            match nearest(model.value.as_str(), context.catalogue.names()) {
                Some(near) => format!("did you mean {}?", quote(near)),
                None => {
                    "add it to the catalogue: what is not known there cannot be compared, priced or granted".to_owned()
                }
            }
        });
        sink.report(
            Diagnostic::new("unknown-model", model.place, "not in the catalogue", message)
                .help(help.clone())
                .shared_anywhere_by(target.name.value.as_str(), model.value.as_str())
                .about(format!("targets.{}", target.name.value)),
        );
    }
}
