//! Compares every `raise-timeout` with the deadline of each route that takes it.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::Step;

use super::Context;
use super::ladder::way_to;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("uncapped-timeout"),
    group: Group::Ladder,
    level: Level::Deny,
    locked: false,
    page: include_str!("uncapped_timeout.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (id, route) in context.table.routes.iter() {
        let deadline = route.doc.slo.as_ref().and_then(|slo| slo.value.deadline.as_ref());
        let taken = route.rungs.iter().filter(|rung| route.takes(rung));
        for (rung, step) in taken.flat_map(|rung| rung.taken().map(move |step| (rung, step))) {
            let Step::RaiseTimeout(cap) = &step.step else { continue };
            let name = || quote(route.name.value.as_str());
            let finding = match (cap, deadline) {
                (None, _) => {
                    let message = format!(
                        "{} raises its timeout without a cap: a hanging call may hold its caller for ever",
                        name()
                    );
                    let help = "write the longest time worth waiting, below the deadline: `raise-timeout: {to: 60s}`";
                    Diagnostic::new("uncapped-timeout", step.place, "no cap", message).help(help)
                }
                (Some(cap), Some(deadline)) if *cap > deadline.value => {
                    let message =
                        format!("{} raises its timeout to {cap}, and gives up after {}", name(), deadline.value);
                    Diagnostic::new("uncapped-timeout", step.place, "longer than anybody waits", message)
                        .related(deadline.span(), "nobody waits longer than this")
                        .help("a cap above the deadline caps nothing: lower it, so that the steps behind it still have time")
                }
                (Some(_), _) => continue,
            };
            let finding = finding.trace(way_to(context.table, id, rung, step.place));
            sink.report(finding.shared_by(route.name.value.as_str(), "").about(route.subject()));
        }
    }
}
