//! `routec test`.

use std::fmt::Write;

use serde_json::{Value, json};

use routec::claims::{CaseOutcome, CaseResult, CheckResult, Coverage, run_cases, run_checks};
use routec::driver::Outcome;
use routec::graph::FailoverGraph;
use routec::model::{Gateway, Table};
use routec::report::{self, Places, journey_json, journey_text};
use routec::source::Span;

use crate::again::{again, in_lines};
use crate::args::{Answer, Question, Test};
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
        return Err(Stop::unreadable("nothing to test: no expectation was read; put some into `expectations/`"));
    }
    let tables = asked(&outcome, args, cases)?;
    let mut tested =
        Tested { places: Places::new(&request.sources), text: String::new(), json: Vec::new(), failed: 0, run: 0 };
    for (table, graph) in &tables {
        let mut coverage = Coverage::default();
        let all = outcome.expectations.iter().flat_map(|(_, doc)| &doc.cases);
        for result in run_cases(table, all, &mut coverage) {
            tested.case(table, &args.question, &result);
        }
        tested.covered(table, graph, &coverage);
    }
    let all = outcome.expectations.iter().flat_map(|(file, doc)| doc.checks.iter().map(|check| (*file, check)));
    for result in run_checks(&outcome, all) {
        tested.check(&result);
    }
    // What cannot be read was not tested.
    let unread = outcome.findings.iter().filter(|finding| {
        let shape = ["syntax-error", "unknown-key", "wrong-type", "missing-key", "bad-value", "duplicate-key"];
        shape.contains(&finding.rule.as_str())
    });
    let unread = unread.count();
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
    Ok(match (failed, unread) {
        (0, 0) => Exit::Clean,
        (0, _) => Exit::Unreadable,
        (_, _) => Exit::Refuted,
    })
}

/// The tables that cases are run against: every one, or the one that is named.
fn asked<'a>(outcome: &'a Outcome, args: &Test, cases: usize) -> Result<Vec<(&'a Table, &'a FailoverGraph)>, Stop> {
    if cases == 0 {
        return Ok(Vec::new());
    }
    let wanted = |table: &Table| args.question.table.as_ref().is_none_or(|name| table.name.as_str() == name);
    let native = |table: &Table| table.gateway == Gateway::Native;
    let all = outcome.tables.iter().zip(&outcome.graphs);
    let found: Vec<_> = all.filter(|(table, _)| wanted(table) && native(table)).collect();
    match found.len() {
        0 => Err(Stop::unreadable("there is no table of routec's own to run the cases against")),
        1 => Ok(found),
        _ => Err(Stop::usage("there are several tables; give the one that the cases are about with --table")),
    }
}

struct Tested<'a> {
    places: Places<'a>,
    text: String,
    json: Vec<Value>,
    failed: usize,
    run: usize,
}

impl Tested<'_> {
    fn at(&mut self, span: Span) -> String {
        let region = self.places.region(span);
        format!("{}:{}", region.file, region.line)
    }

    fn case(&mut self, table: &Table, question: &Question, result: &CaseResult) {
        self.run += 1;
        let place = self.at(result.span);
        let name = &result.name;
        match &result.outcome {
            CaseOutcome::Holds(requests) => {
                let all = if *requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") };
                let _ = writeln!(self.text, "ok      {name} ({all})");
                self.json.push(json!({"case": name, "at": place, "verdict": "ok", "requests": requests}));
            }
            CaseOutcome::Broken(why) => {
                self.failed += 1;
                let _ = writeln!(self.text, "BROKEN  {name}\n        {place}: {why}");
                self.json.push(json!({"case": name, "at": place, "verdict": "broken", "because": why}));
            }
            CaseOutcome::Fails { because, expected_at, weather, journey, broken } => {
                self.failed += 1;
                let expected = self.at(*expected_at);
                let request = journey_text(table, journey, &mut self.places);
                let many =
                    if broken.0 > 1 { format!(" ({} of {} requests)", broken.0, broken.1) } else { String::new() };
                let _ = writeln!(self.text, "FAILED  {name}\n        {expected}: {because}{many}\n");
                for line in request.lines() {
                    self.text.push_str(&report::folded(&format!("        {line}")));
                }
                let again = again(table, question, journey, weather);
                let _ = write!(self.text, "\n{}", in_lines(&again, 8));
                let request = journey_json(table, journey, &mut self.places);
                self.json.push(json!({
                    "case": name, "at": expected, "verdict": "failed", "because": because,
                    "broken": broken.0, "requests": broken.1, "request": request, "again": again,
                }));
            }
        }
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
            let _ = writeln!(self.text, "ok      {}", result.name);
            self.json.push(json!({"check": result.name, "at": place, "verdict": "ok"}));
            return;
        }
        self.failed += 1;
        let _ = writeln!(self.text, "FAILED  {}", result.name);
        let (mut missing, mut unexpected) = (Vec::new(), Vec::new());
        for (rule, at, span) in &result.missing {
            let place = self.at(*span);
            let about = at.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
            let _ = writeln!(self.text, "        {place}: expected {rule}{about}, and it is not found");
            missing.push(json!({"rule": rule, "subject": at, "at": place}));
        }
        for (rule, at, message, span) in &result.unexpected {
            let place = self.at(*span);
            let about = at.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
            let _ = writeln!(self.text, "        {place}: found {rule}{about}, and it is not expected: {message}");
            unexpected.push(json!({"rule": rule, "subject": at, "message": message, "at": place}));
        }
        self.json.push(json!({
            "check": result.name, "at": place, "verdict": "failed", "missing": missing, "unexpected": unexpected,
        }));
    }
}
