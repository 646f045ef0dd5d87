//! What can be said of clauses only when every table has been read: those that match nothing, and those whose file is
//! not the one that was reviewed.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Sink, nearest, quote};
use crate::frontend::{self, BUILT_IN_CATALOGUE, BUILT_IN_CATALOGUE_NAME};
use crate::model::{Catalog, Catalogue, Document, Gateway, LevelWord, Name, Origin, Policy, Table};
use crate::policy::{Dead, Known, Law, Listed, Offer, members};
use crate::rules::Context;
use crate::source::{SourceMap, Span, Spanned};

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

/// Reports clauses of one policy and one kind that have the same name: findings, waivers and budgets are known by it.
pub(super) fn repeated(policies: &[Policy], sink: &mut Sink) {
    for policy in policies {
        let lists: [Vec<&Spanned<Name>>; 5] = [
            policy.grants.iter().map(|clause| &clause.value.id).collect(),
            policy.denials.iter().map(|clause| &clause.value.id).collect(),
            policy.budgets.iter().map(|clause| &clause.value.id).collect(),
            policy.resilience.iter().map(|clause| &clause.value.id).collect(),
            policy.rules.iter().map(|clause| &clause.value.id).collect(),
        ];
        for ids in lists {
            let mut first: BTreeMap<&Name, Span> = BTreeMap::new();
            for id in ids {
                let Some(known) = first.get(&id.value) else {
                    first.insert(&id.value, id.span());
                    continue;
                };
                let message = format!("two clauses of this policy are called {}", quote(id.value.as_str()));
                sink.report(
                    Diagnostic::new("duplicate-key", id.place, "again here", message)
                        .related(*known, "first here")
                        .help(
                            "both hold, and nobody can tell which of them a finding means: give each a name of its own",
                        ),
                );
            }
        }
    }
}

/// Adds the rules of policies that apply to anything in a table, once its rules have run.
pub(super) fn applied(context: &Context<'_>, applied: &mut BTreeSet<Span>) {
    applied.extend(context.applied());
    let always = context.law.rules.iter().filter(|clause| clause.when.is_none());
    applied.extend(always.map(|clause| clause.clause));
}

/// Reports clauses and globs that match nothing in any table. A policy that others extend is written for many tables, so
/// nothing is expected of it here.
pub(super) fn unmatched(
    law: &Law,
    tables: &[Table],
    catalogue: &Catalogue,
    applied: &BTreeSet<Span>,
    job: &Job,
    sink: &mut Sink,
) {
    let incomplete = tables.iter().any(|table| table.incomplete);
    // A gateway's own file cannot say most of what clauses are about.
    let tables: Vec<&Table> = tables.iter().filter(|table| table.gateway == Gateway::Native).collect();
    if tables.is_empty() || incomplete {
        return;
    }
    let known = Known::new(&tables, catalogue);
    let idle = idle(law, &tables, catalogue, applied, &known);
    let is_base = |span: Span| job.pins.iter().any(|pin| pin.file == span.file);
    for (id, span, why) in idle.iter().filter(|(_, span, _)| !is_base(*span)) {
        let message = format!("the clause {} matches nothing: {why}", quote(id));
        sink.report(
            Diagnostic::new("unmatched-clause", *span, "matches nothing", message)
                .help("a clause that matches nothing protects nothing: look for a misspelt name, or remove it"),
        );
    }
    // Of a clause that matches nothing as a whole its globs need not be told one by one.
    let is_idle = |span: Span| idle.iter().any(|(_, known, _)| *known == span);
    let dead = law.grants.dead(&known).into_iter().chain(law.denials.dead(&known));
    let mut dead: Vec<Dead<'_>> = dead.filter(|dead| !is_base(dead.clause) && !is_idle(dead.clause)).collect();
    // Somebody may guard against a model that nobody here has ever used.
    let built_in = if dead.is_empty() { None } else { built_in() };
    if let Some(built_in) = &built_in {
        let world = Known::new(&[], built_in);
        dead.retain(|dead| !dead.is_alive(&world));
    }
    for dead in dead {
        sink.report(of_glob(&dead, &known));
    }
}

/// The catalogue that comes with routec, read aside.
fn built_in() -> Option<Catalogue> {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let file = sources.add(BUILT_IN_CATALOGUE_NAME, BUILT_IN_CATALOGUE.as_bytes().to_vec());
    let documents = frontend::read(&sources, file, &mut sink).into_iter();
    let catalogs =
        documents.filter_map(|document| if let Document::Catalog(catalog) = document { Some(*catalog) } else { None });
    let catalogs: Vec<Catalog> = catalogs.collect();
    (!catalogs.is_empty()).then(|| Catalogue::new(catalogs, Origin::BuiltIn, &mut sink))
}

/// The clauses that match nothing: their names, where they stand, and why.
fn idle<'l>(
    law: &'l Law,
    tables: &[&'l Table],
    catalogue: &'l Catalogue,
    applied: &BTreeSet<Span>,
    known: &Known<'_>,
) -> Vec<(&'l str, Span, &'static str)> {
    let routes = || tables.iter().flat_map(|table| table.routes.values());
    let callers = || routes().flat_map(members);
    let of_table = |table: &'l Table| table.targets.iter().map(move |(id, _)| Offer::new(table, catalogue, id));
    let offers = || tables.iter().flat_map(|table| of_table(table));
    let mut idle: Vec<(&str, Span, &str)> = Vec::new();
    idle.extend(
        law.grants
            .unmatched(callers, offers)
            .into_iter()
            .map(|(id, span)| (id, span, "no route has such callers, or no target is what it allows")),
    );
    idle.extend(law.denials.unmatched(known));
    let budgets = law.budgets.iter().filter(|clause| !tables.iter().any(|table| clause.matches(table)));
    idle.extend(budgets.map(|clause| (clause.id.as_str(), clause.span, "it counts no route or no account")));
    let resilience = law.resilience.iter().filter(|clause| !routes().any(|route| clause.routes.selects(route)));
    idle.extend(resilience.map(|clause| (clause.id.as_str(), clause.span, "it selects no route")));
    let rules = law.rules.iter().filter(|clause| clause.level != LevelWord::Allow && !applied.contains(&clause.clause));
    idle.extend(
        rules.filter_map(|clause| Some((clause.id.as_str(), clause.applies_at?, "its `when` holds for nothing"))),
    );
    idle
}

/// A glob that matches no name.
fn of_glob(dead: &Dead<'_>, known: &Known<'_>) -> Diagnostic {
    let (id, written, what) = (quote(dead.id), quote(dead.written), dead.what.word());
    let where_to = match dead.what {
        Listed::Model | Listed::Provider => "no table and no catalogue names such a",
        Listed::Region | Listed::Account | Listed::Tool => "no table names such a",
        Listed::Data | Listed::Team | Listed::User | Listed::Environment => "no route is for such a",
    };
    let what = if dead.what == Listed::Data { "class of data" } else { what };
    let message = format!("{written} in the clause {id} matches nothing: {where_to} {what}");
    let help = nearest(dead.written, known.names(dead.what)).map_or_else(
        || "a name that matches nothing protects nothing: look for a misspelt name, or remove it".to_owned(),
        |near| format!("did you mean {}?", quote(near)),
    );
    Diagnostic::new("unmatched-clause", dead.place, "matches nothing", message).help(help)
}
