//! Looks at each hop that a route takes on `not-entitled` or `auth`, and at the models it leads to.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::model::{Gaps, Leg, Relation, Symptom};

use super::Context;
use super::found::{ByHop, pool_models};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("masked-entitlement-error"),
    group: Group::Relation,
    level: Level::Deny,
    locked: false,
    page: include_str!("masked_entitlement_error.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("what happens on a missing entitlement alone"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut found = ByHop::default();
    for (id, hop) in context.graph.hops() {
        if masked(context, hop).is_empty() {
            continue;
        }
        let reached: Vec<_> = match &hop.to {
            Leg::Target(target) => vec![*target],
            Leg::Route(route) => table.routes[*route].pool.iter().map(|member| member.target).collect(),
            Leg::Nowhere(_) => Vec::new(),
        };
        let other = reached.into_iter().find(|target| {
            let relation = context.relations.to_pool(table.pool_of(hop.from), &table.targets[*target]);
            matches!(relation, Relation::Family | Relation::Equivalent | Relation::Unrelated)
        });
        if let Some(target) = other {
            found.note(context, hop.from, target, &[id], Gaps::NONE);
        }
    }
    found.report(context, sink, |found, hop| {
        let symptoms = masked(context, hop);
        let words = or_list(symptoms.iter().map(|symptom| symptom.as_str()), 2);
        let model = quote(table.targets[found.target].doc.model.value.as_str());
        let route = quote(table.routes[found.route].name.value.as_str());
        let message = format!("on {words} {route} answers with {model} instead of failing openly, so nobody learns that {} cannot be used", pool_models(context, found.route));
        let help = if hop.symptom == Symptom::Any {
            let rungs: Vec<String> = symptoms.iter().map(|symptom| format!("{}: [{{check: {{runbook: …, owner: …}}}}, {{stop: {{}}}}]", symptom.as_str())).collect();
            format!("`any` covers {words}; add steps of their own: `{}`", rungs.join("`, `"))
        } else {
            "a person must mend the key or the permission: `- check: {runbook: …, owner: …}` and then `- stop: {}`".to_owned()
        };
        Some(Diagnostic::new("masked-entitlement-error", hop.place, "hides the real failure", message).help(help))
    });
}

/// The symptoms a hop hides: its own, or those that `any` covers.
fn masked(context: &Context<'_>, hop: &crate::graph::HopEdge) -> Vec<Symptom> {
    let Some(rung) = hop.rung(context.table) else { return Vec::new() };
    let route = &context.table.routes[hop.from];
    let takes = |symptom: &Symptom| route.symptoms_of(rung).any(|taken| taken == *symptom);
    [Symptom::NotEntitled, Symptom::Auth].into_iter().filter(takes).collect()
}
