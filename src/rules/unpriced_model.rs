//! Looks, for every budget, at the targets it counts whose model has no known price.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::model::{Counting, TargetId};
use crate::policy::{BudgetClause, is_priced};

use super::Context;
use super::breach::refused;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unpriced-model"),
    group: Group::Budget,
    level: Level::Warn,
    locked: false,
    page: include_str!("unpriced_model.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("traffic"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut found: BTreeMap<TargetId, Vec<&str>> = BTreeMap::new();
    for clause in &context.law.budgets {
        for target in counted(context, clause) {
            let known = found.entry(target).or_default();
            if !is_priced(&table.targets[target]) && !known.contains(&clause.id.as_str()) {
                known.push(&clause.id);
            }
        }
    }
    for (id, clauses) in found.into_iter().filter(|(_, clauses)| !clauses.is_empty()) {
        let target = &table.targets[id];
        let model = quote(target.doc.model.value.as_str());
        let message = format!(
            "nobody knows what {model} costs, so nothing is promised by {} where {} answers",
            or_list(clauses.into_iter(), 4),
            quote(target.name.value.as_str())
        );
        sink.report(
            Diagnostic::new("unpriced-model", target.doc.model.place, "counted as nothing", message)
                .help(format!(
                    "add the price of {model} to a catalogue: `price: {{input: 3 USD/MTok, output: 15 USD/MTok}}`"
                ))
                .about(format!("targets.{}", target.name.value)),
        );
    }
}

/// The targets that a clause counts: for planned traffic those that answer when nothing fails, else all that its routes
/// can reach.
fn counted(context: &Context<'_>, clause: &BudgetClause) -> Vec<TargetId> {
    let table = context.table;
    let routes = table.routes.iter().filter(|(_, route)| clause.counts_route(route));
    let all: Vec<TargetId> = if clause.counting == Counting::Expected {
        routes.flat_map(|(_, route)| route.preferred().map(|member| member.target)).collect()
    } else {
        let unpriced = |target: TargetId| !is_priced(&table.targets[target]);
        routes.flat_map(|(id, _)| refused(context, id, unpriced, |_| true)).map(|reached| reached.target).collect()
    };
    all.into_iter().filter(|target| clause.counts_any(table, *target)).collect()
}
