//! What can be said of clauses only when every table has been read: those that match nothing, and those whose file is
//! not the one that was reviewed.

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::model::{Catalogue, Gateway, Policy, Table};
use crate::policy::{Law, Member, Offer, members};
use crate::source::{SourceMap, Span};

use super::Job;

/// Reports policy files that are not what the policy which extends them was reviewed with.
pub(super) fn pinned(sources: &SourceMap, job: &Job, sink: &mut Sink) {
    for pin in &job.pins {
        let name = quote(sources.file(pin.file).name());
        if pin.is_circular {
            let message = format!("{name} is extended in a circle: no digest can be that of a text that holds it");
            sink.report(
                Diagnostic::new("changed-base-policy", pin.span, "leads back to where it starts", message)
                    .help("take one of these `extends` out: what holds for both belongs into a third file"),
            );
        } else if pin.found != pin.expected {
            let message = format!("{name} is not the policy that was reviewed: its SHA-256 is {}", pin.found);
            sink.report(
                Diagnostic::new("changed-base-policy", pin.span, "the digest does not match", message)
                    .help("read what changed in it, and write the new digest here once it is agreed"),
            );
        }
    }
    for lost in &job.lost {
        let message = format!("the policy that this one extends cannot be read: {}", lost.why);
        sink.report(
            Diagnostic::new("changed-base-policy", lost.span, "cannot be read", message)
                .help("`file` is relative to the policy that names it"),
        );
    }
}

/// Reports clauses that match nothing in any table. A policy that others extend is written for many tables, so nothing
/// is expected of it here.
pub(super) fn unmatched(
    law: &Law,
    tables: &[Table],
    catalogue: &Catalogue,
    policies: &[Policy],
    job: &Job,
    sink: &mut Sink,
) {
    // A gateway's own file cannot say most of what clauses are about.
    let tables: Vec<&Table> = tables.iter().filter(|table| table.gateway == Gateway::Native).collect();
    if tables.is_empty() || tables.iter().any(|table| table.incomplete) || policies.is_empty() {
        return;
    }
    let routes = || tables.iter().flat_map(|table| table.routes.values());
    let callers: Vec<Member<'_>> = routes().flat_map(members).collect();
    let offers: Vec<Offer<'_>> =
        tables.iter().flat_map(|table| table.targets.iter().map(|(id, _)| Offer::new(table, catalogue, id))).collect();
    let data: Vec<&str> = routes().flat_map(|route| &route.doc.data).map(|class| class.value.as_str()).collect();
    let mut idle: Vec<(&str, Span, &str)> = Vec::new();
    idle.extend(
        law.grants
            .unmatched(&callers, &offers)
            .into_iter()
            .map(|(id, span)| (id, span, "no route has such callers, or no target is what it allows")),
    );
    idle.extend(law.denials.unmatched(&data).into_iter().map(|(id, span)| (id, span, "no route carries such data")));
    let budgets = law.budgets.iter().filter(|clause| !tables.iter().any(|table| clause.matches(table)));
    idle.extend(budgets.map(|clause| (clause.id.as_str(), clause.span, "it counts no route or no account")));
    let resilience = law.resilience.iter().filter(|clause| !routes().any(|route| clause.routes.selects(route)));
    idle.extend(resilience.map(|clause| (clause.id.as_str(), clause.span, "it selects no route")));
    for (id, span, why) in idle {
        if job.pins.iter().any(|pin| pin.file == span.file) {
            continue;
        }
        let message = format!("the clause {} matches nothing: {why}", quote(id));
        sink.report(
            Diagnostic::new("unmatched-clause", span, "matches nothing", message)
                .help("a clause that matches nothing protects nothing: look for a misspelt name, or remove it"),
        );
    }
}
