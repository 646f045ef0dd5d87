//! `routec check`.

use std::path::Path;

use routec::diagnostic::Findings;
use routec::driver::{Extent, Outcome};
use routec::model::Origin;
use routec::report::{Format, Report, Style, render};

use crate::args::{Check, FailOn};
use crate::request::{self, Request};
use crate::world::World;
use crate::{Exit, Stop};

/// Checks and reports.
pub(crate) fn run(args: &Check, world: &World) -> Result<Exit, Stop> {
    let outputs = outputs(&args.output)?;
    let request = request::for_report(&args.input, world)?;
    let style = Style { color: world.uses_color(), width: world.width(), verbose: args.verbose };
    if let Some(findings) = &request.project_findings {
        let report = of_project(&request, findings);
        emit(&report, &outputs, style, world)?;
        return Ok(Exit::Unreadable);
    }
    let mut outcome = routec::driver::check(&request.sources, &request.job);
    if let Some(base) = &args.base {
        let found = crate::diff::versions(base, &args.input, &outcome, world)?;
        outcome.add(found);
    }
    let trouble = trouble(&outcome);
    let report = Report { trouble: trouble.as_deref(), ..Report::of(&request.sources, &outcome) };
    emit(&report, &outputs, style, world)?;
    let exit = exit(&request, &outcome, args.fail_on, trouble.is_some());
    // The process ends here; to give every piece back by itself would take a twentieth of its time.
    std::mem::forget((request, outcome));
    Ok(exit)
}

/// The report of a project file that cannot be read.
fn of_project<'a>(request: &'a Request, findings: &'a Findings) -> Report<'a> {
    Report {
        sources: &request.sources,
        findings,
        extent: Extent { files: 1, ..Extent::default() },
        silent: &[],
        variables: &[],
        as_of: request.job.as_of,
        origin: Origin::Project,
        secrets: &[],
        trouble: Some("`routec.yaml` could not be read, so nothing was checked"),
    }
}

/// What kept the check from being one: nothing to check is never clean.
fn trouble(outcome: &Outcome) -> Option<String> {
    (outcome.extent.routes == 0 && outcome.extent.tables == 0)
        .then(|| "nothing was checked: no route table could be read".to_owned())
        .or_else(|| (outcome.extent.routes == 0).then(|| "nothing was checked: the table has no routes".to_owned()))
}

fn exit(request: &Request, outcome: &Outcome, fail_on: FailOn, nothing: bool) -> Exit {
    let findings = &outcome.findings;
    let unreadable = findings.iter().any(|finding| finding.rule.as_str() == "syntax-error");
    if unreadable || !request.job.lost.is_empty() {
        return Exit::Unreadable;
    }
    let fails = findings.denied() > 0 || (fail_on == FailOn::Warn && findings.warned() > 0);
    match (fails, nothing) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::Unreadable,
        (false, false) => Exit::Clean,
    }
}

/// The formats asked for, with the files they go to.
fn outputs(typed: &[String]) -> Result<Vec<(Format, Option<String>)>, Stop> {
    if typed.is_empty() {
        return Ok(vec![(Format::Human, None)]);
    }
    typed
        .iter()
        .map(|text| {
            let (name, file) = text.split_once('=').map_or((text.as_str(), None), |(name, file)| (name, Some(file)));
            let found = Format::ALL.into_iter().find(|(known, _)| *known == name);
            let Some((_, format)) = found else {
                let known: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
                return Err(Stop::usage(format!("--output: there is no format `{name}`; known: {}", known.join(", "))));
            };
            match file {
                Some("") => Err(Stop::usage(format!("--output: `{text}` names no file"))),
                Some(file) => Ok((format, Some(file.to_owned()))),
                None => Ok((format, None)),
            }
        })
        .collect()
}

fn emit(report: &Report<'_>, outputs: &[(Format, Option<String>)], style: Style, world: &World) -> Result<(), Stop> {
    for (format, file) in outputs {
        match file {
            None => world.print(&render(report, *format, style)),
            Some(file) => {
                let text = render(report, *format, Style { color: false, width: 80, ..style });
                world
                    .write(Path::new(file), text.as_bytes())
                    .map_err(|error| Stop::unreadable(format!("{file}: {error}")))?;
            }
        }
    }
    Ok(())
}

/// Reports a check to people.
pub(crate) fn show(request: &Request, outcome: &Outcome, world: &World) {
    let style = Style { color: world.uses_color(), width: world.width(), verbose: false };
    let trouble = trouble(outcome);
    let report = Report { trouble: trouble.as_deref(), ..Report::of(&request.sources, outcome) };
    world.print(&render(&report, Format::Human, style));
}

/// Checks for a command that goes on only with a clean result; otherwise the findings are reported and it ends.
pub(crate) fn gate(request: &Request, world: &World) -> Result<Outcome, Exit> {
    let style = Style { color: world.uses_color(), width: world.width(), verbose: false };
    if let Some(findings) = &request.project_findings {
        world.print(&render(&of_project(request, findings), Format::Human, style));
        return Err(Exit::Unreadable);
    }
    let outcome = routec::driver::check(&request.sources, &request.job);
    let trouble = trouble(&outcome);
    let exit = exit(request, &outcome, FailOn::Deny, trouble.is_some());
    if exit == Exit::Clean {
        return Ok(outcome);
    }
    show(request, &outcome, world);
    Err(exit)
}
