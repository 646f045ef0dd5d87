//! `routec prove`.

use serde_json::json;

use routec::claims::{Answer as Verdict, Asked, Property, Refutation, prove};
use routec::contingency::Element;
use routec::graph::usual;
use routec::model::{Duration, RouteId, SloTier, Table, Usd};
use routec::policy::Pico;
use routec::report::{self, journey_json, journey_text};

use crate::args::{Answer, Prove};
use crate::ask::{Subject, failure_sets, failures, routes_like};
use crate::world::World;
use crate::{Exit, Stop};

/// Proves a property, or shows a request that breaks it.
pub(crate) fn run(args: &Prove, world: &World) -> Result<Exit, Stop> {
    let subject = Subject::read(&args.question, world)?;
    let (table, graph) = subject.table()?;
    let routes = selected(table, args)?;
    let property = property(table, args)?;
    let asked = if args.anything {
        Asked::Anything
    } else if args.fail.fail.is_empty() {
        let mut sets = vec![Vec::new()];
        sets.extend(failure_sets(table, args.pairs));
        Asked::Failures(sets)
    } else {
        Asked::Failures(vec![failures(table, &args.fail)?])
    };
    let verdict = prove(table, graph, &routes, &property, &asked);
    let exit = if matches!(verdict, Verdict::Verified(_)) { Exit::Clean } else { Exit::Refuted };
    match args.question.format {
        Answer::Text => world.print(&report::terminal(&text(&subject, table, args, &routes, &asked, &verdict))),
        Answer::Json => world.print(&format!("{:#}\n", json(&subject, table, args, &verdict))),
    }
    subject.warn(world);
    Ok(exit)
}

fn selected(table: &Table, args: &Prove) -> Result<Vec<RouteId>, Stop> {
    let mut routes = routes_like(table, &args.route)?;
    if let Some(word) = &args.tier {
        let tier = match word.as_str() {
            "critical" => SloTier::Critical,
            "standard" => SloTier::Standard,
            "best-effort" => SloTier::BestEffort,
            _ => return Err(Stop::usage(format!("--tier: `{word}` is none of critical, standard, best-effort"))),
        };
        routes.retain(|route| table.routes[*route].doc.slo.as_ref().is_some_and(|slo| slo.value.tier == Some(tier)));
        if routes.is_empty() {
            return Err(Stop::usage(format!("no selected route is {word}")));
        }
    }
    Ok(routes)
}

fn property(table: &Table, args: &Prove) -> Result<Property, Stop> {
    let duration = |option: &str, text: &str| -> Result<Duration, Stop> {
        text.parse().map_err(|_| Stop::usage(format!("{option}: `{text}` is not a duration such as 60s")))
    };
    if let Some(text) = &args.never_reaches {
        let element = Element::parse(table, text).map_err(|why| Stop::usage(format!("--never-reaches: {why}")))?;
        return Ok(Property::NeverReaches(element));
    }
    if let Some(text) = &args.answers_within {
        return Ok(Property::AnswersWithin(duration("--answers-within", text)?));
    }
    if let Some(text) = &args.ends_within {
        return Ok(Property::EndsWithin(duration("--ends-within", text)?));
    }
    if let Some(text) = &args.costs_at_most {
        let money: Usd = text
            .parse()
            .map_err(|_| Stop::usage(format!("--costs-at-most: `{text}` is not an amount such as \"0.25 USD\"")))?;
        return Ok(Property::CostsAtMost(Pico::from(money)));
    }
    args.attempts_at_most.map(Property::AttemptsAtMost).ok_or_else(|| Stop::usage("say what to prove"))
}

/// The property in words: as it is when it holds, and as it is when it is broken.
fn said(args: &Prove) -> (String, String) {
    let both = |holds: String, broken: String| Some((holds, broken));
    let said = [
        args.never_reaches
            .as_ref()
            .and_then(|what| both(format!("no request reaches {what}"), format!("a request reaches {what}"))),
        args.answers_within.as_ref().and_then(|time| {
            both(format!("every request is answered within {time}"), format!("a request is not answered within {time}"))
        }),
        args.ends_within.as_ref().and_then(|time| {
            both(format!("every request ends within {time}"), format!("a request does not end within {time}"))
        }),
        args.attempts_at_most.and_then(|most| {
            both(
                format!("no request causes more than {most} calls"),
                format!("a request causes more than {most} calls"),
            )
        }),
        args.costs_at_most.as_ref().and_then(|most| {
            both(format!("no request costs more than {most}"), format!("a request can cost more than {most}"))
        }),
    ];
    said.into_iter().flatten().next().unwrap_or_default()
}

fn text(
    subject: &Subject,
    table: &Table,
    args: &Prove,
    routes: &[RouteId],
    asked: &Asked,
    verdict: &Verdict,
) -> String {
    let (holds, broken_by) = said(args);
    match verdict {
        Verdict::Verified(cases) => {
            let of = match routes.len() {
                1 => "1 route".to_owned(),
                several => format!("{several} routes"),
            };
            let how = match asked {
                Asked::Anything => format!("whatever symptom shows at each call, by every path and bound of {of}"),
                Asked::Failures(sets) => format!("{cases} requests followed: {of}, {} failures", sets.len()),
            };
            format!("verified: {holds}\n  {how}\n")
        }
        Verdict::Undecided(why) => format!("not verified, and not refuted: {holds}\n  {why}\n"),
        Verdict::Refuted(refutation) => {
            let Refutation { journey, because, broken, cases, .. } = refutation.as_ref();
            let mut places = subject.places();
            let more = if *broken > 1 { format!(" ({broken} of {cases} requests do)") } else { String::new() };
            format!(
                "refuted: {broken_by}\n  {because}{more}\n\n{}\n  again: {}\n",
                journey_text(table, journey, &mut places),
                again(table, args, refutation)
            )
        }
    }
}

/// The command that shows the request again.
fn again(table: &Table, args: &Prove, refutation: &Refutation) -> String {
    let route = &table.routes[refutation.journey.route];
    let mut words = vec!["routec trace".to_owned(), route.name.value.to_string()];
    words.extend(args.question.input.paths.iter().filter(|path| *path != ".").cloned());
    if let Some(name) = &args.question.table {
        words.push(format!("--table {name}"));
    }
    if usual(route) != Some(refutation.first) {
        words.push(format!("--from {}", table.targets[refutation.first].name.value));
    }
    let weather = refutation.weather.typed(table);
    words.extend((!weather.is_empty()).then_some(weather));
    words.join(" ")
}

fn json(subject: &Subject, table: &Table, args: &Prove, verdict: &Verdict) -> serde_json::Value {
    let (property, _) = said(args);
    match verdict {
        Verdict::Verified(cases) => json!({"verdict": "verified", "property": property, "cases": cases}),
        Verdict::Undecided(why) => json!({"verdict": "undecided", "property": property, "because": why}),
        Verdict::Refuted(refutation) => json!({
            "verdict": "refuted",
            "property": property,
            "because": refutation.because,
            "broken": refutation.broken,
            "cases": refutation.cases,
            "request": journey_json(table, &refutation.journey, &mut subject.places()),
            "again": again(table, args, refutation),
        }),
    }
}
