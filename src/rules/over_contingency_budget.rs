//! Lets every single thing fail, and adds up what the moved traffic costs while that lasts.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{Counting, Duration};

use super::Context;
use super::bill::{chain, failures, per, terms};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("over-contingency-budget"),
    group: Group::Budget,
    level: Level::Deny,
    locked: false,
    page: include_str!("over_contingency_budget.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("traffic"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let clauses: Vec<_> =
        context.law.budgets.iter().filter(|clause| clause.counting == Counting::Contingency).collect();
    if clauses.is_empty() {
        return;
    }
    let (table, network) = (context.table, context.network());
    for clause in clauses {
        let calm = clause.expected(table).amount;
        let outages = std::iter::once(context.calm()).chain(context.outages());
        let costs = outages.map(|outage| (clause.sum_during(network, table, outage, &calm).0, outage));
        let worst = costs.reduce(|worst, next| if next.0 > worst.0 { next } else { worst });
        let Some((_, outage)) = worst.filter(|(sum, _)| sum.exceeds(clause.limit)) else { continue };
        let amount = clause.during(network, table, outage, &calm).amount;
        let what = failures(table, outage);
        let when = if outage.failures.is_empty() {
            "even if nothing fails".to_owned()
        } else {
            format!("if {what} for {}", Duration(clause.outage))
        };
        let message =
            format!("{when}, {} costs {}, and {} allows {}", per(clause), amount.sum, quote(&clause.id), clause.limit);
        let mut trace = chain(table, network, outage);
        trace.extend(terms(table, &amount));
        let over = amount.sum.minus(clause.limit.into());
        sink.report(
            Diagnostic::new("over-contingency-budget", clause.span, format!("exceeded by {over}"), message)
                .trace(trace)
                .help(format!(
                    "without any failure it costs {}: fall back to a cheaper target, or end the fallback earlier",
                    calm.sum
                ))
                .about(format!("budgets.{}", clause.id)),
        );
    }
}
