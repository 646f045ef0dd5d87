//! `routec test`.

use std::fmt::Write;

use serde_json::{Value, json};

use routec::claims::{CaseOutcome, CaseResult, CheckResult, Coverage, Told, Walks, asks, run_cases, run_checks};
use routec::contingency::Lists;
use routec::driver::Outcome;
use routec::graph::FailoverGraph;
use routec::litellm::{Era, Release};
use routec::model::{Case, Table};
use routec::report::{self, Attempts, Places, attempts_json, attempts_text, journey_json, journey_text, line};
use routec::source::{Span, Spanned};

use crate::again::{again, again_listed, in_lines};
use crate::args::{Answer, Question, Test};
use crate::ask::say_gaps;
use crate::request;
use crate::world::World;
use crate::{Exit, Stop};

/// Runs every case and every check of the expectations.
pub(crate) fn run(args: &Test, world: &World) -> Result<Exit, Stop> {
    let request = request::for_test(&args.question.input, world)?;
    if request.project_findings.is_some() {
        return Err(Stop::unreadable("`routec.yaml` cannot be read; `routec check` says why"));
    }
    let outcome = routec::driver::check(&request.sources, &request.job);
    let cases: usize = outcome.expectations.iter().map(|(_, doc)| doc.cases.len()).sum();
    let checks: usize = outcome.expectations.iter().map(|(_, doc)| doc.checks.len()).sum();
    if cases + checks == 0 {
        let why = match (unread(&outcome).len(), outcome.expectations.len()) {
            (0, 0) => "no expectation was read; put some into `expectations/`",
            (0, _) => "the expectations are empty",
            (_, _) => "the expectations could not be read; `routec check` says why",
        };
        return Err(Stop::unreadable(format!("nothing to test: {why}")));
    }
    let tables = walked(&outcome, args, cases, request.job.litellm.era())?;
    let mut tested = Tested {
        places: Places::new(&request.sources),
        text: String::new(),
        json: Vec::new(),
        failed: 0,
        run: 0,
        tables: outcome.tables.len(),
        release: request.job.litellm,
    };
    let by_table = asked(&outcome, &tables, args, &mut tested);
    for (walks, cases) in tables.iter().zip(by_table) {
        if cases.is_empty() && tables.len() > 1 {
            continue;
        }
        let mut coverage = Coverage::default();
        for result in run_cases(walks, &outcome.catalogue, cases, &mut coverage) {
            tested.case(walks, &args.question, &result);
        }
        match walks {
            Walks::Ladders(table, graph) => tested.covered(table, graph, &coverage),
            Walks::Lists(lists) => tested.covered_lists(lists, &coverage),
        }
    }
    let all = outcome.expectations.iter().flat_map(|(file, doc)| doc.checks.iter().map(|check| (*file, check)));
    for result in run_checks(&outcome, all) {
        tested.check(&result);
    }
    let unread = unread(&outcome).len();
    if tested.run == 0 {
        return Err(Stop::unreadable("nothing to test: no case asks this table"));
    }
    let failed = tested.failed;
    match args.question.format {
        Answer::Text => {
            let _ = writeln!(tested.text, "{} run, {failed} failed", tested.run);
            if unread > 0 {
                let _ = writeln!(
                    tested.text,
                    "some files could not be read whole, so this is not all; `routec check` says why"
                );
            }
            world.print(&report::terminal(&tested.text));
        }
        Answer::Json => {
            let answer = json!({"results": tested.json, "run": tested.run, "failed": failed, "unread": unread});
            world.print(&format!("{answer:#}\n"));
        }
    }
    say_gaps(tables.iter().map(Walks::table), world);
    Ok(match (failed, unread) {
        (0, 0) => Exit::Clean,
        (0, _) => Exit::Unreadable,
        (_, _) => Exit::Refuted,
    })
}

/// What could not be read whole, and so was not tested.
fn unread(outcome: &Outcome) -> Vec<Span> {
    let shape = ["syntax-error", "unknown-key", "wrong-type", "missing-key", "bad-value", "duplicate-key"];
    let found = outcome.findings.iter().filter(|finding| shape.contains(&finding.rule.as_str()));
    found.map(|finding| finding.primary.span).collect()
}

/// The tables that cases can be run against; the one that is typed must be among them.
fn walked<'a>(outcome: &'a Outcome, args: &Test, cases: usize, era: Era) -> Result<Vec<Walks<'a>>, Stop> {
    if cases == 0 {
        return Ok(Vec::new());
    }
    let all = outcome.tables.iter().zip(&outcome.graphs);
    let found: Vec<Walks<'_>> = all
        .filter_map(|(table, graph)| match Lists::new(table, era) {
            Some(lists) => Some(Walks::Lists(Box::new(lists))),
            None => table.gateway.walks_ladders().then_some(Walks::Ladders(table, graph)),
        })
        .collect();
    if found.is_empty() {
        return Err(Stop::unreadable("there is no table whose walks are known step by step to run the cases against"));
    }
    let names: Vec<&str> = found.iter().map(|walks| walks.table().name.as_str()).collect();
    match &args.question.table {
        Some(name) if !names.contains(&name.as_str()) => {
            Err(Stop::usage(format!("there is no table `{name}`; there is {}", names.join(", "))))
        }
        Some(_) | None => Ok(found),
    }
}

/// The cases of each table, without those of others than the one that is typed. A case of no table is broken.
fn asked<'a>(
    outcome: &'a Outcome,
    tables: &[Walks<'a>],
    args: &Test,
    tested: &mut Tested<'_>,
) -> Vec<Vec<&'a Spanned<Case>>> {
    let unread = unread(outcome);
    let mut by_table = vec![Vec::new(); tables.len()];
    let all: Vec<&Table> = tables.iter().map(Walks::table).collect();
    let typed = |table: &Table| args.question.table.as_ref().is_none_or(|name| table.name.as_str() == name);
    let typed_ones: Vec<&Table> = all.iter().copied().filter(|table| typed(table)).collect();
    for case in outcome.expectations.iter().flat_map(|(_, doc)| &doc.cases) {
        let found = asks(&all, &case.value).or_else(|why: String| -> Result<usize, String> {
            // The table that is typed decides between several that could be meant.
            let own = asks(&typed_ones, &case.value).map_err(|_| why)?;
            let name = typed_ones.get(own).map(|table| &table.name);
            Ok(all.iter().position(|table| Some(&table.name) == name).unwrap_or(0))
        });
        let place = case.span();
        let is_inside = |span: &Span| span.file == place.file && (place.start..place.end).contains(&span.start);
        let found = if unread.iter().any(is_inside) {
            Err("it could not be read whole, so it shows nothing; `routec check` says why".to_owned())
        } else {
            found
        };
        match found {
            Ok(at) if all.get(at).is_some_and(|table| typed(table)) => {
                if let Some(cases) = by_table.get_mut(at) {
                    cases.push(case);
                }
            }
            Ok(_) => {}
            Err(why) => tested.broken(&case.value.name.value, case.value.name.span(), &why),
        }
    }
    by_table
}

struct Tested<'a> {
    places: Places<'a>,
    text: String,
    json: Vec<Value>,
    failed: usize,
    run: usize,
    /// How many tables the project has.
    tables: usize,
    /// The LiteLLM that reads its files.
    release: Release,
}

impl Tested<'_> {
    fn at(&mut self, span: Span) -> String {
        let region = self.places.region(span);
        format!("{}:{}", region.file, region.line)
    }

    fn broken(&mut self, name: &str, span: Span, why: &str) {
        self.run += 1;
        self.failed += 1;
        let place = self.at(span);
        self.text.push_str(&report::folded(&format!("BROKEN  {}", line(name))));
        self.text.push_str(&report::folded(&format!("        {place}: {}", line(why))));
        self.json.push(json!({"case": name, "at": place, "verdict": "broken", "because": why}));
    }

    fn case(&mut self, walks: &Walks<'_>, question: &Question, result: &CaseResult) {
        let name = &result.name;
        match &result.outcome {
            CaseOutcome::Holds(requests) => {
                self.run += 1;
                let place = self.at(result.span);
                let all = if *requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") };
                self.text.push_str(&report::folded(&format!("ok      {} ({all})", line(name))));
                self.json.push(json!({"case": name, "at": place, "verdict": "ok", "requests": requests}));
            }
            CaseOutcome::Broken(why) => self.broken(&result.name, result.span, why),
            CaseOutcome::Fails { because, expected_at, told, broken } => {
                self.run += 1;
                self.failed += 1;
                let expected = self.at(*expected_at);
                let (request, request_json, again) = self.told(walks, question, told);
                let many =
                    if broken.0 > 1 { format!(" ({} of {} requests)", broken.0, broken.1) } else { String::new() };
                self.text.push_str(&report::folded(&format!("FAILED  {}", line(name))));
                self.text.push_str(&report::folded(&format!("        {expected}: {}{many}", line(because))));
                self.text.push('\n');
                for line in request.lines() {
                    self.text.push_str(&report::folded(&format!("        {line}")));
                }
                let _ = write!(self.text, "\n{}", in_lines(&again, 8));
                self.json.push(json!({
                    "case": name, "at": expected, "verdict": "failed", "because": because,
                    "broken": broken.0, "requests": broken.1, "request": request_json, "again": again,
                }));
            }
        }
    }

    /// A request in words, for scripts, and the command that follows it again.
    fn told(&mut self, walks: &Walks<'_>, question: &Question, told: &Told) -> (String, Value, String) {
        let (table, places) = (walks.table(), &mut self.places);
        match (walks, told) {
            (_, Told::Journey(weather, journey)) => (
                journey_text(table, journey, places),
                journey_json(table, journey, places),
                again(table, self.tables, question, journey, weather),
            ),
            (Walks::Lists(lists), Told::Listed(listed)) => {
                let attempts = Attempts { lists, release: self.release, name: &listed.name, request: &listed.request };
                (
                    attempts_text(&attempts, places),
                    attempts_json(&attempts, places),
                    again_listed(lists, self.tables, question, listed),
                )
            }
            (Walks::Ladders(..), Told::Listed(_)) => (String::new(), Value::Null, String::new()),
        }
    }

    fn covered_lists(&mut self, lists: &Lists<'_>, coverage: &Coverage) {
        let (targets, of_targets) = coverage.targets(lists);
        let _ = writeln!(self.text, "        exercised: {targets} of {of_targets} targets of fallback lists");
        let idle = coverage.idle_targets(lists);
        for target in idle.iter().take(5) {
            self.text.push_str(&report::folded(&format!("        no case takes {}", line(target))));
        }
        if idle.len() > 5 {
            let _ = writeln!(self.text, "        and {} more (--format json lists them)", idle.len() - 5);
        }
        self.json.push(json!({"coverage": {"targets": targets, "ofTargets": of_targets, "idleTargets": idle}}));
    }

    fn covered(&mut self, table: &Table, graph: &FailoverGraph, coverage: &Coverage) {
        let ((hops, of_hops), (ladders, of_ladders)) = (coverage.hops(graph), coverage.ladders(table, graph));
        let _ = writeln!(self.text, "        exercised: {hops} of {of_hops} hops, {ladders} of {of_ladders} ladders");
        let idle = coverage.idle_ladders(table, graph);
        if !idle.is_empty() {
            let _ = writeln!(self.text, "        no case takes a hop of the ladders {}", idle.join(", "));
        }
        let hops_left = coverage.idle_hops(table, graph);
        for hop in hops_left.iter().take(5) {
            let _ = writeln!(self.text, "        no case takes {hop}");
        }
        if hops_left.len() > 5 {
            let _ = writeln!(self.text, "        and {} hops more (--format json lists them)", hops_left.len() - 5);
        }
        self.json.push(json!({
            "coverage": {
                "hops": hops, "ofHops": of_hops, "ladders": ladders, "ofLadders": of_ladders,
                "idleLadders": idle, "idleHops": hops_left,
            }
        }));
    }

    fn check(&mut self, result: &CheckResult) {
        self.run += 1;
        let place = self.at(result.span);
        if result.holds() {
            self.text.push_str(&report::folded(&format!("ok      {}", line(&result.name))));
            self.json.push(json!({"check": result.name, "at": place, "verdict": "ok"}));
            return;
        }
        self.failed += 1;
        self.text.push_str(&report::folded(&format!("FAILED  {}", line(&result.name))));
        let (mut missing, mut unexpected) = (Vec::new(), Vec::new());
        for (rule, at, span) in &result.missing {
            let place = self.at(*span);
            let about = at.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
            let _ = writeln!(
                self.text,
                "        {place}: expected {}, and it is not found",
                line(&format!("{rule}{about}"))
            );
            missing.push(json!({"rule": rule, "subject": at, "at": place}));
        }
        for (rule, at, message, span) in &result.unexpected {
            let place = self.at(*span);
            let about = at.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
            let _ =
                writeln!(self.text, "        {place}: found {rule}{about}, and it is not expected: {}", line(message));
            unexpected.push(json!({"rule": rule, "subject": at, "message": message, "at": place}));
        }
        self.json.push(json!({
            "check": result.name, "at": place, "verdict": "failed", "missing": missing, "unexpected": unexpected,
        }));
    }
}
