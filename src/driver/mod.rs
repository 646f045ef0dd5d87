//! The passes in the order they run. Read this first.

use crate::diagnostic::{Diagnostic, Findings, Level, Levels, RuleId, Sink, WaiverTicket, nearest, quote};
use crate::frontend;
use crate::graph::{FailoverGraph, Reachable};
use crate::model::{
    Catalog, Catalogue, Date, Document, Kind, LevelWord, Origin, Part, Policy, Project, Relations, Table, resolve,
};
use crate::rules::{self, Context, Terms};
use crate::source::{FileId, Place, SourceMap, Span};

/// What a file is listed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Given by name: whatever it says it is.
    Any,
    /// Listed as one kind of document.
    Kind(Kind),
    /// The catalogue that comes with routec.
    BuiltInCatalogue,
}

/// What to check.
#[derive(Clone, Debug)]
pub struct Job {
    /// The files, in order, with what they are listed as.
    pub files: Vec<(FileId, Role)>,
    /// The day on which dates are judged.
    pub as_of: Date,
}

/// How much was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Files read, without the built-in catalogue.
    pub files: usize,
    /// Tables.
    pub tables: usize,
    /// Routes.
    pub routes: usize,
    /// Targets.
    pub targets: usize,
    /// Targets whose model the catalogue knows.
    pub known_models: usize,
    /// Hops of the failover graph.
    pub hops: usize,
    /// Policies in force.
    pub policies: usize,
    /// Files with expectations, which are read and not yet run.
    pub expectations: usize,
}

/// A rule that stayed silent about a table, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// The rule.
    pub rule: RuleId,
    /// Why.
    pub reason: String,
}

/// What came of a check.
#[derive(Debug)]
pub struct Outcome {
    /// What was found.
    pub findings: Findings,
    /// The tables, resolved.
    pub tables: Vec<Table>,
    /// The failover graph of each.
    pub graphs: Vec<FailoverGraph>,
    /// The models they were checked against.
    pub catalogue: Catalogue,
    /// The policies in force.
    pub policies: Vec<Policy>,
    /// How much was checked.
    pub extent: Extent,
    /// Which rules were silent, and why.
    pub silent: Vec<Silent>,
    /// The day on which dates were judged.
    pub as_of: Date,
    /// Where secrets stand, for reports to mask.
    pub secrets: Vec<Span>,
}

/// Reads a project file, to learn which files belong to it.
pub fn project(sources: &SourceMap, file: FileId) -> (Option<Project>, Findings) {
    let mut sink = Sink::new();
    let mut found = None;
    for document in frontend::read(sources, file, &mut sink) {
        match document {
            Document::Project(project) => found = Some(project),
            Document::RouteTable(_) | Document::Catalog(_) | Document::Policy(_) | Document::Expectations(_) => {
                sink.report(misplaced(file, Kind::Project));
            }
        }
    }
    (found, sink.finish(&rules::default_levels(), &[]))
}

/// Checks: reads every file, resolves names, builds graphs and runs the rules.
pub fn check(sources: &SourceMap, job: &Job) -> Outcome {
    let mut sink = Sink::new();
    let read = read(sources, job, &mut sink);
    let catalogue = Catalogue::new(read.catalogs, read.origin, &mut sink);
    let tables = resolve(read.parts, &catalogue, &mut sink);
    let (levels, terms) = judge(&read.policies, &mut sink);
    let graphs: Vec<FailoverGraph> = tables.iter().map(FailoverGraph::build).collect();
    let mut silent = Vec::new();
    for (table, graph) in tables.iter().zip(&graphs) {
        let relations = Relations::new(&catalogue);
        let reachable = Reachable::new(table, graph);
        let context =
            Context { table, graph, reachable: &reachable, catalogue: &catalogue, relations, as_of: job.as_of, terms };
        rules::run(&context, &mut sink);
        silent.extend(silences(&context));
    }
    silent.dedup();
    let extent = Extent {
        files: read.files,
        tables: tables.len(),
        routes: tables.iter().map(|table| table.routes.len()).sum(),
        targets: tables.iter().map(|table| table.targets.len()).sum(),
        known_models: tables
            .iter()
            .flat_map(|table| table.targets.values())
            .filter(|target| target.model.is_some())
            .count(),
        hops: graphs.iter().map(|graph| graph.hops().count()).sum(),
        policies: read.policies.len(),
        expectations: read.expectations,
    };
    let waivers: Vec<WaiverTicket> = tables.iter().flat_map(|table| waivers(table, job.as_of)).collect();
    let secrets = sink.secrets();
    let findings = sink.finish(&levels, &waivers);
    Outcome { findings, tables, graphs, catalogue, policies: read.policies, extent, silent, as_of: job.as_of, secrets }
}

/// Every document of every file, by kind.
struct Read {
    parts: Vec<Part>,
    catalogs: Vec<Catalog>,
    policies: Vec<Policy>,
    expectations: usize,
    files: usize,
    origin: Origin,
}

fn read(sources: &SourceMap, job: &Job, sink: &mut Sink) -> Read {
    let mut read = Read {
        parts: Vec::new(),
        catalogs: Vec::new(),
        policies: Vec::new(),
        expectations: 0,
        files: 0,
        origin: Origin::Project,
    };
    for (file, role) in &job.files {
        if *role == Role::BuiltInCatalogue {
            read.origin = Origin::BuiltIn;
        } else {
            read.files += 1;
        }
        for document in frontend::read(sources, *file, sink) {
            if let Role::Kind(wanted) = role
                && kind_of(&document) != *wanted
            {
                sink.report(misplaced(*file, *wanted));
                continue;
            }
            match document {
                Document::RouteTable(part) => read.parts.push(*part),
                Document::Catalog(catalog) => read.catalogs.push(*catalog),
                Document::Policy(policy) => read.policies.push(*policy),
                Document::Expectations(_) => read.expectations += 1,
                Document::Project(_) => {}
            }
        }
    }
    read
}

fn kind_of(document: &Document) -> Kind {
    match document {
        Document::Project(_) => Kind::Project,
        Document::RouteTable(_) => Kind::RouteTable,
        Document::Catalog(_) => Kind::Catalog,
        Document::Policy(_) => Kind::Policy,
        Document::Expectations(_) => Kind::Expectations,
    }
}

fn misplaced(file: FileId, wanted: Kind) -> Diagnostic {
    let message = format!("this file is listed as {}, and is something else", quote(wanted.as_str()));
    Diagnostic::new("bad-value", Span::new(file, 0, 0), "another kind of document", message)
        .help("list it under its own kind in `routec.yaml`, or move it to the folder of its kind")
}

/// The levels and numbers that policies set.
fn judge(policies: &[Policy], sink: &mut Sink) -> (Levels, Terms) {
    let mut levels = rules::default_levels();
    let mut terms = Terms::default();
    for policy in policies {
        for entry in &policy.levels {
            let name = entry.name.value.as_str();
            let Some(rule) = rules::find(name) else {
                sink.report(no_such_rule(name, entry.name.place));
                continue;
            };
            let level = match entry.value.value {
                LevelWord::Deny => Level::Deny,
                LevelWord::Warn => Level::Warn,
                LevelWord::Allow => Level::Allow,
            };
            levels.set(rule.id, level);
        }
        for name in policy.waiver_terms.iter().flat_map(|terms| &terms.never) {
            match rules::find(&name.value) {
                Some(rule) => levels.lock(rule.id),
                None => sink.report(no_such_rule(&name.value, name.place)),
            }
        }
        terms = tune(terms, policy);
    }
    (levels, terms)
}

fn no_such_rule(name: &str, place: Place) -> Diagnostic {
    let message = format!("there is no rule called {}", quote(name));
    let near = nearest(name, rules::ALL.iter().map(|rule| rule.id.as_str()));
    let help =
        near.map_or_else(|| "`routec rules` lists them".to_owned(), |near| format!("did you mean {}?", quote(near)));
    Diagnostic::new("unknown-reference", place, "no such rule", message).help(help)
}

fn tune(mut terms: Terms, policy: &Policy) -> Terms {
    let set = |slot: &mut u32, value: Option<crate::model::Count>| {
        if let Some(value) = value {
            *slot = value.get();
        }
    };
    set(&mut terms.attempts_at_most, policy.attempts_at_most);
    if let Some(catalog) = &policy.catalog {
        set(&mut terms.catalog_age_days, catalog.max_age_days);
        set(&mut terms.retirement_notice_days, catalog.retirement_notice_days);
        set(&mut terms.equivalence_review_days, catalog.equivalence_review_days);
        set(&mut terms.key_expiry_notice_days, catalog.key_expiry_notice_days);
    }
    terms
}

fn silences(context: &Context<'_>) -> Vec<Silent> {
    let quiet = rules::ALL.iter().filter(|rule| rule.run.is_some());
    quiet.filter_map(|rule| Some(Silent { rule: rule.id, reason: rule.silent_because(context)? })).collect()
}

fn waivers(table: &Table, as_of: Date) -> impl Iterator<Item = WaiverTicket> {
    table.waivers.iter().map(move |waiver| WaiverTicket {
        rule: waiver.value.rule.value.clone(),
        at: waiver.value.at.value.clone(),
        expired: waiver.value.until.value < as_of,
        span: waiver.span(),
        reason: match &waiver.value.ticket {
            Some(ticket) => format!("{ticket}: {}", waiver.value.reason),
            None => waiver.value.reason.clone(),
        },
    })
}
