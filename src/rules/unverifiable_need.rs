//! Compares what each route needs with what is known of the targets it can reach; one finding per model and route.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Reached;
use crate::model::{Gaps, missing_needs};

use super::Context;
use super::breach::trace;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unverifiable-need"),
    group: Group::Relation,
    level: Level::Warn,
    locked: false,
    page: include_str!("unverifiable_need.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    for (id, route) in table.routes.iter() {
        let Some(needs) = &route.doc.needs else { continue };
        let lacks = |target| !missing_needs(&needs.value, &table.targets[target].facts).1.is_empty();
        if !context.reachable.of(id).any(lacks) {
            continue;
        }
        let mut unknown: BTreeMap<&str, (Gaps, Reached)> = BTreeMap::new();
        for reached in context.graph.reach(table, id, |_, _| true) {
            let target = &table.targets[reached.target];
            let (_, gaps) = missing_needs(&needs.value, &target.facts);
            // A model the catalogue lacks altogether is reported as such.
            if !gaps.is_empty() && (target.model.is_some() || target.doc.self_hosted) {
                unknown.entry(target.doc.model.value.as_str()).or_insert((gaps, reached));
            }
        }
        for (model, (gaps, reached)) in unknown {
            let message = format!(
                "{} needs {gaps}, and the catalogue does not say whether {} has that",
                quote(route.name.value.as_str()),
                quote(model)
            );
            sink.report(
                Diagnostic::new("unverifiable-need", needs.place, "cannot be verified", message)
                    .help("complete the model in the catalogue: what is absent there is unknown, neither there nor missing")
                    .trace(trace(context, id, reached.target, &reached.path))
                    .about(route.subject()),
            );
        }
    }
}
