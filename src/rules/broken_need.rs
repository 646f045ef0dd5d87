//! Compares what each route needs with every target it can reach, its own pool included.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::describe_path;
use crate::model::missing_needs;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("broken-need"),
    group: Group::Relation,
    level: Level::Deny,
    locked: true,
    page: include_str!("broken_need.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    for (id, route) in table.routes.iter() {
        let Some(needs) = &route.doc.needs else { continue };
        let lacks = |target| !missing_needs(&needs.value, &table.targets[target].facts).0.is_empty();
        if !context.reachable.of(id).any(lacks) {
            continue;
        }
        for reached in context.graph.reach(table, id, |_, _| true) {
            let target = &table.targets[reached.target];
            let (broken, _) = missing_needs(&needs.value, &target.facts);
            if broken.is_empty() {
                continue;
            }
            let hop = reached.path.last().map(|hop| context.graph.hop(*hop).place);
            let member = route.pool.iter().find(|member| member.target == reached.target).map(|member| member.place);
            let place = hop.or(member).unwrap_or(route.name.place);
            let message = format!(
                "{} needs {broken}, which {} lacks",
                quote(route.name.value.as_str()),
                quote(target.doc.model.value.as_str())
            );
            let mut trace = vec![super::found::enters(table, id)];
            trace.extend(describe_path(table, context.graph, &reached.path));
            sink.report(
                Diagnostic::new("broken-need", place, format!("lacks {broken}"), message)
                    .related(needs.span(), "the route needs it")
                    .trace(trace)
                    .help("requests that rely on it fail here, with or without a label: choose another target, or drop the need")
                    .about(route.subject()),
            );
        }
    }
}
