//! Searches from each embedding route and compares the models it reaches.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{Gaps, Mode, Relation};

use super::Context;
use super::found::{ByHop, pool_models};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("embedding-space-change"),
    group: Group::Relation,
    level: Level::Deny,
    locked: false,
    page: include_str!("embedding_space_change.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut found = ByHop::default();
    for (id, _) in context.entries() {
        if !table.pool_of(id).any(|target| target.facts.mode == Some(Mode::Embedding)) {
            continue;
        }
        for reached in context.graph.reach(table, id, |_, _| true) {
            let target = &table.targets[reached.target];
            let relation = context.relations.to_pool(table.pool_of(id), target);
            if target.facts.mode == Some(Mode::Embedding) && !matches!(relation, Relation::Same | Relation::Unknown) {
                found.note(context, id, reached.target, &reached.path, Gaps::NONE);
            }
        }
    }
    found.report(context, sink, |found, hop| {
        let route = quote(table.routes[found.route].name.value.as_str());
        let model = quote(table.targets[found.target].doc.model.value.as_str());
        let message = format!("{route} mixes vectors of {} with vectors of {model} in one index", pool_models(context, found.route));
        Some(
            Diagnostic::new("embedding-space-change", hop.place, "another embedding model", message)
                .help("vectors of two models cannot be compared, so search returns noise: fall back to the same model elsewhere, or fail"),
        )
    });
}
