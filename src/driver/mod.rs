//! The passes in the order they run. Read this first.

mod clauses;
mod deployed;
mod levels;

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Findings, Level, Levels, RuleId, Sink, WaiverTicket, quote};
use crate::environment::{Environment, Files, Surroundings, VariablesOf};
use crate::frontend::{self, With};
use crate::graph::{FailoverGraph, Reachable};
use crate::litellm::Release;
use crate::model::{
    Catalog, Catalogue, Date, Document, Expectations, Gateway, Kind, Origin, Part, Policy, Project, RouteTable, Table,
    Waiver, resolve,
};
use crate::policy::Law;
use crate::rules::{self, Context, Terms};
use crate::source::{FileId, SourceMap, Span, Spanned};

pub use deployed::deployed;

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
    /// Policy files that others extend, and what they are pinned to.
    pub pins: Vec<Pin>,
    /// Policy files that others extend and that cannot be read.
    pub lost: Vec<Lost>,
    /// The files from which paths fill the environment.
    pub deployed: Files,
    /// The files of variables around a configuration of OpenClaw's.
    pub surroundings: Surroundings,
    /// The day on which dates are judged.
    pub as_of: Date,
    /// The release of LiteLLM that reads a file of LiteLLM's.
    pub litellm: Release,
}

/// A policy file that another one extends.
#[derive(Clone, Debug)]
pub struct Pin {
    /// The file that is extended.
    pub file: FileId,
    /// Where the other file says so.
    pub span: Span,
    /// The SHA-256 that it expects, as hexadecimal digits.
    pub expected: String,
    /// The SHA-256 of the file's bytes.
    pub found: String,
    /// Whether the file extends, by however many others, the one that extends it.
    pub is_circular: bool,
}

/// A policy file that another one extends and that cannot be read.
#[derive(Clone, Debug)]
pub struct Lost {
    /// Where the other file names it.
    pub span: Span,
    /// Why, with its name.
    pub why: String,
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
    /// What they mean.
    pub law: Law,
    /// What must hold when something fails.
    pub expectations: Vec<(FileId, Expectations)>,
    /// The levels in force.
    levels: Levels,
    /// The numbers that policies tune.
    terms: Terms,
    /// How much was checked.
    pub extent: Extent,
    /// Which rules were silent, and why.
    pub silent: Vec<Silent>,
    /// The files of variables that were read for configurations of OpenClaw's.
    pub variables: Vec<(VariablesOf, String)>,
    /// The day on which dates were judged.
    pub as_of: Date,
    /// Where secrets stand, for reports to mask.
    pub secrets: Vec<Span>,
}

impl Outcome {
    /// The level in force of the rule of this name, or of a policy's own rule where a policy sets one.
    pub fn level_of(&self, name: &str) -> Option<Level> {
        rules::find(name).map(|rule| self.levels.of(rule.id)).or_else(|| self.levels.of_clause(name))
    }

    /// The level in force of every rule.
    pub fn levels(&self) -> Vec<(String, Level)> {
        rules::ALL.iter().map(|rule| (rule.id.to_string(), self.levels.of(rule.id))).collect()
    }

    /// Adds what a later pass found, at the levels in force.
    pub fn add(&mut self, later: impl IntoIterator<Item = Diagnostic>) {
        let mut sink = Sink::new();
        later.into_iter().for_each(|diagnostic| sink.report(diagnostic));
        let found = std::mem::take(&mut self.findings);
        self.findings = found.joined(sink.finish(&self.levels));
    }
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
    (found, sink.finish(&rules::default_levels()))
}

/// Checks: reads every file, resolves names, builds graphs and runs the rules.
pub fn check(sources: &SourceMap, job: &Job) -> Outcome {
    let mut sink = Sink::new();
    let read = read(sources, job, &mut sink);
    let catalogue = Catalogue::new(read.catalogs, read.origin, &mut sink);
    sink.withdraw_known(|model| match model.strip_suffix('*') {
        Some(start) => catalogue.names().any(|name| name.starts_with(start)),
        None => catalogue.find(model).is_some(),
    });
    let tables = resolve(read.parts, &catalogue, &mut sink);
    let (levels, terms) = levels::set_by(&read.policies, &job.pins, &mut sink);
    let law = Law::new(&read.policies, sources, &mut sink).with_levels(&levels);
    clauses::pinned(sources, job, &mut sink);
    clauses::repeated(&read.policies, &mut sink);
    let graphs: Vec<FailoverGraph> = tables.iter().map(FailoverGraph::build).collect();
    let mut silent = Vec::new();
    let mut applied = BTreeSet::new();
    for (table, graph) in tables.iter().zip(&graphs) {
        let reachable = Reachable::new(table, graph);
        sink.begin_table(waivers(table, &law, job.as_of));
        let environments = Environment::of_table(table, sources, &job.deployed, &mut sink);
        let context = Context::new(table, graph, &reachable, &catalogue, &law, job.as_of, terms);
        let is_surrounded = table.files.iter().any(|file| job.surroundings.surrounds(*file));
        let context = context.deployed(&environments).amid(is_surrounded).read_by(job.litellm);
        rules::run(&context, &mut sink);
        silent.extend(silences(&context));
        silent.extend(environments.iter().flat_map(untold));
        clauses::applied(&context, &mut applied);
    }
    // What is said of clauses is about no table, and no waiver of one covers it.
    sink.begin_table(Vec::new());
    clauses::unmatched(&law, &tables, &catalogue, &applied, job, &mut sink);
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
        expectations: read.expectations.len(),
    };
    let mut secrets = sink.secrets();
    secrets.extend(job.deployed.values(sources));
    secrets.extend(job.surroundings.values(sources));
    let variables = job.surroundings.files().map(|(of, file)| (of, sources.file(file).name().to_owned())).collect();
    let findings = sink.finish(&levels);
    Outcome {
        findings,
        tables,
        graphs,
        catalogue,
        policies: read.policies,
        law,
        expectations: read.expectations,
        levels,
        terms,
        extent,
        silent,
        variables,
        as_of: job.as_of,
        secrets,
    }
}

/// Judges one table by itself, with the policies of a run in force; against the catalogue of the run if it brings none.
pub fn judge_alone(run: &Outcome, file: FileId, table: RouteTable, catalog: Option<Catalog>) -> Findings {
    let mut sink = Sink::new();
    let own = catalog.map(|catalog| Catalogue::new(vec![catalog], Origin::Project, &mut sink));
    let catalogue = own.as_ref().unwrap_or(&run.catalogue);
    let head = table.metadata.name.span();
    let part = Part::of(Gateway::Native, table, file, head);
    let tables = resolve(vec![part], catalogue, &mut sink);
    for table in &tables {
        let graph = FailoverGraph::build(table);
        let reachable = Reachable::new(table, &graph);
        let context = Context::new(table, &graph, &reachable, catalogue, &run.law, run.as_of, run.terms);
        sink.begin_table(waivers(table, &run.law, run.as_of));
        rules::run(&context, &mut sink);
    }
    sink.finish(&run.levels)
}

/// Every document of every file, by kind.
struct Read {
    parts: Vec<Part>,
    catalogs: Vec<Catalog>,
    policies: Vec<Policy>,
    expectations: Vec<(FileId, Expectations)>,
    files: usize,
    origin: Origin,
}

fn read(sources: &SourceMap, job: &Job, sink: &mut Sink) -> Read {
    let mut read = Read {
        parts: Vec::new(),
        catalogs: Vec::new(),
        policies: Vec::new(),
        expectations: Vec::new(),
        files: sources.linked_files(),
        origin: Origin::Project,
    };
    for (file, role) in &job.files {
        if *role == Role::BuiltInCatalogue {
            read.origin = Origin::BuiltIn;
        } else {
            read.files += 1;
        }
        let with = With { litellm: job.litellm, surroundings: &job.surroundings };
        let documents = frontend::read_with(sources, *file, with, sink);
        let has_table = documents.iter().any(|document| matches!(document, Document::RouteTable(_)));
        for document in documents {
            if let Document::Policy(policy) = &document
                && has_table
            {
                sink.report(own_policy(policy));
                continue;
            }
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
                Document::Expectations(expectations) => read.expectations.push((*file, expectations)),
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

/// A table that brings its judge along.
fn own_policy(policy: &Policy) -> Diagnostic {
    let name = &policy.metadata.name;
    let message =
        format!("the policy {} stands in the file of a route table, so it is not in force", quote(name.value.as_str()));
    Diagnostic::new("bad-value", name.place, "a table does not choose its own policies", message)
        .help("move it to a file of its own, and give that with `--policy` or list it in `routec.yaml`")
}

fn silences(context: &Context<'_>) -> Vec<Silent> {
    let quiet = rules::ALL.iter().filter(|rule| rule.run.is_some());
    quiet.filter_map(|rule| Some(Silent { rule: rule.id, reason: rule.silent_because(context)? })).collect()
}

/// The rules that say nothing of a path, because not all of its environment is known.
fn untold(path: &Environment) -> Vec<Silent> {
    let Some(why) = &path.unknown else { return Vec::new() };
    let reason = format!("of the path {}: {why}", quote(path.name.value.as_str()));
    let names = ["conflicting-env", "empty-env", "missing-env"];
    names.map(|rule| Silent { rule: RuleId::new(rule), reason: reason.clone() }).to_vec()
}

fn waivers(table: &Table, law: &Law, as_of: Date) -> Vec<WaiverTicket> {
    let ticket = |waiver: &Spanned<Waiver>| {
        let doc = &waiver.value;
        let lacks = law.waivers.require.iter().filter(|(key, _)| match key.as_str() {
            "ticket" => is_blank(doc.ticket.as_deref()),
            "approvedBy" => is_blank(doc.approved_by.as_deref()),
            _ => is_blank(Some(&doc.reason)),
        });
        WaiverTicket {
            rule: doc.rule.value.clone(),
            at: doc.at.value.clone(),
            expired: doc.until.value < as_of,
            lacks: lacks.map(|(key, _)| key.clone()).collect(),
            span: waiver.span(),
            reason: match &doc.ticket {
                Some(ticket) => format!("{ticket}: {}", doc.reason),
                None => doc.reason.clone(),
            },
        }
    };
    table.waivers.iter().map(ticket).collect()
}

/// Whether a key is absent, or says nothing.
fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.chars().all(|letter| letter.is_whitespace() || letter.is_control()))
}
