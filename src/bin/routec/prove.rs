//! `routec prove`.

use serde_json::json;

use routec::claims::{
    Answer as Verdict, Asked, Extent, Fates, ListsAsked, ListsRefutation, Property, Refutation, Weather, prove,
    prove_lists,
};
use routec::contingency::{Element, Lists};
use routec::litellm::Failure;
use routec::model::{Duration, RouteId, SloTier, Symptom, Table, Usd};
use routec::policy::Pico;
use routec::report::{self, Attempts, attempts_json, attempts_text, count, folded, journey_json, journey_text};

use crate::again::{again, again_listed, in_lines};
use crate::args::{Answer, Prove};
use crate::ask::{Subject, every_failure, failure_sets, names_like, routes_like};
use crate::world::World;
use crate::{Exit, Stop};

/// Proves a property, or shows a request that breaks it.
pub(crate) fn run(args: &Prove, world: &World) -> Result<Exit, Stop> {
    let subject = Subject::read(&args.question, world)?;
    let (verdict, cover) = match subject.lists() {
        Some(lists) => through_lists(&subject, &lists, args)?,
        None => along_ladders(&subject, args)?,
    };
    let exit = if matches!(verdict, Verdict::Verified(_)) { Exit::Clean } else { Exit::Refuted };
    match args.question.format {
        Answer::Text => world.print(&report::terminal(&text(args, &cover, &verdict))),
        Answer::Json => world.print(&format!("{:#}\n", json(args, &cover, &verdict))),
    }
    subject.warn(world);
    Ok(exit)
}

/// A request that breaks the property, as it is shown.
struct Shown {
    because: String,
    /// How many requests of how many break it, where they were counted.
    counted: Option<(usize, usize)>,
    text: String,
    json: serde_json::Value,
    again: String,
}

fn along_ladders(subject: &Subject, args: &Prove) -> Result<(Verdict<Shown>, String), Stop> {
    let (table, graph) = subject.table()?;
    let routes = selected(table, args)?;
    let property = property(table, args)?;
    let (asked, cover) = asked(table, args, &property)?;
    let verdict = prove(table, graph, &routes, &property, &asked).map(|refutation| {
        let Refutation { weather, journey, because, counted } = refutation;
        let mut places = subject.places();
        Shown {
            because,
            counted,
            text: journey_text(table, &journey, &mut places),
            json: journey_json(table, &journey, &mut places),
            again: again(table, subject.outcome.tables.len(), &args.question, &journey, &weather),
        }
    });
    Ok((verdict, cover))
}

fn through_lists(subject: &Subject, lists: &Lists<'_>, args: &Prove) -> Result<(Verdict<Shown>, String), Stop> {
    let table = lists.table;
    let names = names_like(lists, &args.route)?;
    if args.tier.is_some() {
        return Err(Stop::usage("--tier: a LiteLLM file gives no route a tier"));
    }
    let property = property(table, args)?;
    let (asked, cover) = match asked(table, args, &property)? {
        (Asked::Anything, _) => (ListsAsked::Anything, "whatever failure shows at each call".to_owned()),
        (Asked::Weathers(weathers), cover) => {
            let always = |weather: &Weather| matches!(weather, Weather::InTurn(_));
            let mut fates: Vec<Fates> = weathers.iter().filter(|weather| !always(weather)).map(Fates::from).collect();
            // Of failures at every call LiteLLM has kinds of its own.
            if fates.len() == weathers.len() {
                (ListsAsked::Fates(fates), cover)
            } else {
                let kinds = Failure::kinds(lists.router.directory().era());
                let failures = count(fates.len().saturating_sub(1), single_or_pair(args));
                let cover = format!(
                    "with nothing failing, in {failures}, and with each of {} failures at every call",
                    kinds.len()
                );
                fates.extend(kinds.into_iter().map(|kind| Fates::InTurn(vec![Some(kind)])));
                (ListsAsked::Fates(fates), cover)
            }
        }
    };
    let release = subject.request.job.litellm;
    let cover = format!("{cover}, on LiteLLM {release}");
    let verdict = prove_lists(lists, &names, &property, &asked).map(|refutation| {
        let ListsRefutation { listed, because } = refutation;
        let attempts = Attempts { lists, release, name: &listed.name, request: &listed.request };
        let mut places = subject.places();
        Shown {
            because,
            counted: None,
            text: attempts_text(&attempts, &mut places),
            json: attempts_json(&attempts, &mut places),
            again: again_listed(lists, subject.outcome.tables.len(), &args.question, &listed),
        }
    });
    Ok((verdict, cover))
}

fn single_or_pair(args: &Prove) -> &'static str {
    if args.pairs { "single failure or pair" } else { "single failure" }
}

/// In which cases the property is asked, and that in words.
fn asked(table: &Table, args: &Prove, property: &Property) -> Result<(Asked, String), Stop> {
    if args.anything {
        return Ok((Asked::Anything, "whatever symptom shows at each call".to_owned()));
    }
    if args.fail.fail.is_empty() && args.fail.with.is_some() {
        return Err(Stop::usage("--with says how something fails; --fail says what"));
    }
    if !args.fail.fail.is_empty() {
        let sets = every_failure(table, &args.fail)?;
        let each = sets.iter().filter_map(|set| {
            let words =
                set.iter().map(|failure| format!("{}={}", failure.element.typed(table), failure.symptom.as_str()));
            words.reduce(|all, word| format!("{all} with {word}"))
        });
        let cover = format!("while these fail: {}", each.collect::<Vec<_>>().join("; "));
        return Ok((Asked::Weathers(sets.into_iter().map(Weather::Failing).collect()), cover));
    }
    let sets = failure_sets(table, args.pairs);
    let failures = count(sets.len(), single_or_pair(args));
    let mut weathers = vec![Weather::Failing(Vec::new())];
    weathers.extend(sets.into_iter().map(Weather::Failing));
    // A request whose every call fails is never answered; to ask that would answer nothing.
    if matches!(property, Property::AnswersWithin(_)) {
        return Ok((Asked::Weathers(weathers), format!("with nothing failing, and in {failures}")));
    }
    weathers.extend(Symptom::CONCRETE.into_iter().map(Weather::always));
    let symptoms = Symptom::CONCRETE.len();
    let cover = format!("with nothing failing, in {failures}, and with each of {symptoms} symptoms at every call");
    Ok((Asked::Weathers(weathers), cover))
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
    let calls = |most: u64| usize::try_from(most).unwrap_or(usize::MAX);
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
                format!("no request causes more than {}", count(calls(most), "call")),
                format!("a request causes more than {}", count(calls(most), "call")),
            )
        }),
        args.costs_at_most.as_ref().and_then(|most| {
            both(format!("no request costs more than {most}"), format!("a request can cost more than {most}"))
        }),
    ];
    said.into_iter().flatten().next().unwrap_or_default()
}

fn text(args: &Prove, cover: &str, verdict: &Verdict<Shown>) -> String {
    let (holds, broken_by) = said(args);
    match verdict {
        Verdict::Verified(extent) => {
            format!("{}{}", folded(&format!("verified: {holds}")), folded(&format!("  {}", covered(*extent, cover))))
        }
        Verdict::Undecided(why) => format!(
            "{}{}{}",
            folded(&format!("not decided: {holds}")),
            folded(&format!("  {why}")),
            folded(&format!("  asked {cover}"))
        ),
        Verdict::Refuted(shown) => {
            let more = match shown.counted {
                Some((broken, cases)) if broken > 1 => format!(" ({broken} of {cases} requests do)"),
                Some(_) | None => String::new(),
            };
            format!(
                "{}{}\n{}\n{}",
                folded(&format!("refuted: {broken_by}")),
                folded(&format!("  {}{more}", shown.because)),
                shown.text,
                in_lines(&shown.again, 2)
            )
        }
    }
}

/// What was looked at, in words.
fn covered(extent: Extent, cover: &str) -> String {
    match extent {
        Extent::Requests(requests) => {
            format!("{} followed, from every target of a pool, {cover}", count(requests, "request"))
        }
        Extent::Places(names, places) => {
            format!(
                "every request for {}, whoever is picked: {} searched, {cover}",
                count(names, "name"),
                count(places, "state")
            )
        }
        Extent::Everything(routes) => format!("every request of {}, {cover}", count(routes, "route")),
    }
}

fn json(args: &Prove, cover: &str, verdict: &Verdict<Shown>) -> serde_json::Value {
    let (property, _) = said(args);
    match verdict {
        Verdict::Verified(extent) => {
            let cases = match extent {
                Extent::Requests(cases) | Extent::Places(_, cases) => Some(cases),
                Extent::Everything(_) => None,
            };
            json!({"verdict": "verified", "property": property, "covers": covered(*extent, cover), "cases": cases})
        }
        Verdict::Undecided(why) => {
            json!({"verdict": "undecided", "property": property, "asked": cover, "because": why})
        }
        Verdict::Refuted(shown) => json!({
            "verdict": "refuted",
            "property": property,
            "because": shown.because,
            "broken": shown.counted.map(|(broken, _)| broken),
            "cases": shown.counted.map(|(_, cases)| cases),
            "request": shown.json,
            "again": shown.again,
        }),
    }
}
