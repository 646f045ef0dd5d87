//! Asks the denials about each target a route can reach.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::breach::{Breaches, refused};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("denied-hop"),
    group: Group::Entitlement,
    level: Level::Deny,
    locked: true,
    page: include_str!("denied_hop.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let law = context.law;
    if !law.denials.in_force() {
        return;
    }
    let table = context.table;
    let mut breaches = Breaches::new();
    for (id, route) in table.routes.iter() {
        let data: Vec<&str> = route.doc.data.iter().map(|class| class.value.as_str()).collect();
        let forbids = |target| law.denials.forbid(&data, context.offer(target));
        for reached in refused(context, id, |target| !forbids(target).is_empty(), |_| true) {
            for forbidden in forbids(reached.target) {
                breaches.note(context, id, &reached, forbidden);
            }
        }
    }
    breaches.report(context, sink, |breach, place| {
        let clause = &breach.key;
        let route = quote(table.routes[breach.route].name.value.as_str());
        let target = quote(table.targets[breach.target].name.value.as_str());
        let carrying = clause.data.as_ref().map_or_else(String::new, |data| format!(" with {}", quote(data)));
        let id = quote(&clause.id);
        if clause.unknown {
            let message = format!("{route} reaches {target}{carrying}, and nobody can tell whether {id} forbids it: {}", clause.because);
            return Diagnostic::new("denied-hop", place, "cannot be ruled out", message)
                .related(clause.span, clause.reason.clone())
                .at_most(Level::Warn)
                .help(if clause.because.contains("terms") {
                    "write down what the contract says, in `terms` of the provider"
                } else {
                    "say in which `region` the target is called"
                });
        }
        let message = format!("{route} reaches {target}{carrying}, which {id} forbids: {}", clause.because);
        Diagnostic::new("denied-hop", place, "forbidden", message)
            .related(clause.span, clause.reason.clone())
            .help("a denial beats every grant and no waiver covers it: take the target out of the ladder, or send what it protects over a route of its own")
    });
}
