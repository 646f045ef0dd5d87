//! Adds up the planned traffic of what each budget counts.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::Counting;

use super::Context;
use super::bill::{per, terms};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("over-budget"),
    group: Group::Budget,
    level: Level::Deny,
    locked: false,
    page: include_str!("over_budget.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("traffic"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for clause in context.law.budgets.iter().filter(|clause| clause.counting == Counting::Expected) {
        let spending = clause.expected(context.table);
        if !spending.amount.sum.exceeds(clause.limit) {
            continue;
        }
        let message = format!(
            "planned traffic costs {} {}, and {} allows {}",
            spending.amount.sum,
            per(clause),
            quote(&clause.id),
            clause.limit
        );
        let over = spending.amount.sum.minus(clause.limit.into());
        sink.report(
            Diagnostic::new("over-budget", clause.span, format!("exceeded by {over}"), message)
                .trace(terms(context.table, &spending.amount))
                .help("move traffic to a cheaper model, plan for less, or ask whoever owns the budget")
                .about(format!("budgets.{}", clause.id)),
        );
    }
}
