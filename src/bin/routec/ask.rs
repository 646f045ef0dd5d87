//! `routec trace` and `routec bounds`, and what other questions share with them.

use std::fmt::Write;

use serde_json::json;

use routec::claims::{Weather, follow};
use routec::contingency::{Element, Failure, single_failures};
use routec::driver::Outcome;
use routec::graph::{AtMost, Bounds as Limits, Case, FailoverGraph, Open, usual};
use routec::model::{Gateway, RouteId, Symptom, Table, TargetId};
use routec::policy::{Pattern, Pico, per_request};
use routec::report::{self, Places, journey_json, journey_text};

use crate::args::{Answer, Bounds, Fail, Question, Trace};
use crate::request::{self, Request};
use crate::world::World;
use crate::{Exit, Stop};

/// A run and the table in it that is asked.
pub(crate) struct Subject {
    pub(crate) request: Request,
    pub(crate) outcome: Outcome,
    at: usize,
}

impl Subject {
    /// Reads what is asked. Findings are `check`'s to report; they do not keep a question from being answered.
    pub(crate) fn read(question: &Question, world: &World) -> Result<Self, Stop> {
        let request = request::read(&question.input, world)?;
        if request.project_findings.is_some() {
            return Err(Stop::unreadable("`routec.yaml` cannot be read; `routec check` says why"));
        }
        let outcome = routec::driver::check(&request.sources, &request.job);
        let names = || outcome.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ");
        let at = match (&question.table, outcome.tables.len()) {
            (_, 0) => return Err(Stop::unreadable("no route table could be read; `routec check` says why")),
            (None, 1) => 0,
            (None, _) => {
                return Err(Stop::usage(format!("there are several tables; give one with --table: {}", names())));
            }
            (Some(name), _) => outcome
                .tables
                .iter()
                .position(|table| table.name.as_str() == name)
                .ok_or_else(|| Stop::usage(format!("there is no table `{name}`; there is {}", names())))?,
        };
        Ok(Self { request, outcome, at })
    }

    /// The table and its graph, if its semantics are known.
    pub(crate) fn table(&self) -> Result<(&Table, &FailoverGraph), Stop> {
        let found = self.outcome.tables.get(self.at).zip(self.outcome.graphs.get(self.at));
        let (table, graph) = found.ok_or_else(|| Stop::unreadable("no route table could be read"))?;
        if table.gateway != Gateway::Native {
            let gateway = table.gateway.as_str();
            return Err(Stop::usage(format!(
                "`{}` is a {gateway} file, and how {gateway} walks its fallbacks is not modelled yet; `routec check` and `routec graph` read it",
                table.name
            )));
        }
        Ok((table, graph))
    }

    /// Says, on standard error, where the answer may be wrong because the table is.
    pub(crate) fn warn(&self, world: &World) {
        let denied = self.outcome.findings.denied();
        if denied > 0 {
            let them = if denied == 1 { "1 finding".to_owned() } else { format!("{denied} findings") };
            world.say(&format!("note: the table has {them} that deny it; `routec check` shows them\n"));
        }
    }

    pub(crate) fn places(&self) -> Places<'_> {
        Places::new(&self.request.sources)
    }
}

/// A route by its name.
pub(crate) fn route_named(table: &Table, name: &str) -> Result<RouteId, Stop> {
    let found = table.routes.iter().find(|(_, route)| route.name.value.as_str() == name);
    found.map(|(id, _)| id).ok_or_else(|| {
        let known = table.routes.values().map(|route| route.name.value.as_str());
        let hint = routec::diagnostic::nearest(name, known)
            .map_or_else(|| "`routec graph` shows them".to_owned(), |near| format!("did you mean `{near}`?"));
        Stop::usage(format!("the table has no route `{name}`; {hint}"))
    })
}

/// The routes whose names fit any of some globs; all without a glob.
pub(crate) fn routes_like(table: &Table, globs: &[String]) -> Result<Vec<RouteId>, Stop> {
    let patterns = globs
        .iter()
        .map(|glob| {
            Pattern::of_names(glob).map_err(|why| Stop::usage(format!("--route: `{glob}` is not a glob: {why}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let fits = |name: &str| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name));
    let found: Vec<RouteId> =
        table.routes.iter().filter(|(_, route)| fits(route.name.value.as_str())).map(|(id, _)| id).collect();
    if found.is_empty() {
        return Err(Stop::usage(format!("no route is called {}", globs.join(" or "))));
    }
    Ok(found)
}

/// A symptom by its name.
fn symptom(text: &str) -> Result<Symptom, Stop> {
    let found = Symptom::CONCRETE.into_iter().find(|symptom| symptom.as_str() == text);
    found.ok_or_else(|| {
        let known = Symptom::CONCRETE.map(Symptom::as_str);
        let hint = routec::diagnostic::nearest(text, known)
            .map_or_else(|| format!("one of {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        Stop::usage(format!("`{text}` is not a symptom; {hint}"))
    })
}

/// What fails, as typed; without a symptom, with the first that its kind causes.
pub(crate) fn failures(table: &Table, typed: &Fail) -> Result<Vec<Failure>, Stop> {
    let failures = failures_each(table, typed)?;
    Ok(failures.into_iter().filter_map(|each| each.into_iter().next()).collect())
}

/// What fails, as typed: each with its symptom or, without one, once with every symptom that its kind causes.
pub(crate) fn failures_each(table: &Table, typed: &Fail) -> Result<Vec<Vec<Failure>>, Stop> {
    let with = typed.with.as_deref().map(symptom).transpose()?;
    if typed.fail.is_empty() && with.is_some() {
        return Err(Stop::usage("--with says how something fails; --fail says what"));
    }
    typed
        .fail
        .iter()
        .map(|text| {
            let (element, own) = text.split_once('=').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
            let own = own.map(symptom).transpose()?;
            let element = Element::parse(table, element).map_err(|why| Stop::usage(format!("--fail: {why}")))?;
            let causes = own.or(with).map_or_else(|| element.causes().to_vec(), |symptom| vec![symptom]);
            Ok(causes.into_iter().map(|symptom| Failure { element: element.clone(), symptom }).collect())
        })
        .collect()
}

/// Symptoms in turn, as typed.
fn in_turn(text: &str) -> Result<Vec<Symptom>, Stop> {
    let mut symptoms = Vec::new();
    for part in text.split(',') {
        let (name, times) = part.split_once('*').map_or((part, None), |(name, times)| (name, Some(times)));
        let times: usize = match times {
            None => 1,
            Some(times) => times
                .parse()
                .ok()
                .filter(|times| (1..=1000).contains(times))
                .ok_or_else(|| Stop::usage(format!("--on: `{times}` is not a number of calls from 1 to 1000")))?,
        };
        symptoms.extend(std::iter::repeat_n(symptom(name.trim())?, times));
    }
    Ok(symptoms)
}

/// A target of a route's pool by its name.
fn pool_target(table: &Table, route: RouteId, name: &str) -> Result<TargetId, Stop> {
    let pool = &table.routes[route].pool;
    let found = pool.iter().find(|member| table.targets[member.target].name.value.as_str() == name);
    found.map(|member| member.target).ok_or_else(|| {
        let known: Vec<&str> = pool.iter().map(|member| table.targets[member.target].name.value.as_str()).collect();
        Stop::usage(format!("--from: `{name}` is not in the pool; it has {}", known.join(", ")))
    })
}

/// Follows one request.
pub(crate) fn trace(args: &Trace, world: &World) -> Result<Exit, Stop> {
    let subject = Subject::read(&args.question, world)?;
    let (table, _) = subject.table()?;
    let route = route_named(table, &args.route)?;
    let first = match &args.from {
        Some(name) => pool_target(table, route, name)?,
        None => usual(&table.routes[route]).ok_or_else(|| Stop::unreadable("the route has no pool"))?,
    };
    let weather = match &args.on {
        Some(text) => Weather::InTurn(in_turn(text)?),
        None => Weather::Failing(failures(table, &args.fail)?),
    };
    let journey = follow(table, route, first, &weather);
    let mut places = subject.places();
    match args.question.format {
        Answer::Text => world.print(&report::terminal(&journey_text(table, &journey, &mut places))),
        Answer::Json => world.print(&format!("{:#}\n", journey_json(table, &journey, &mut places))),
    }
    subject.warn(world);
    Ok(Exit::Clean)
}

/// Every single failure, and every pair where that is asked for.
pub(crate) fn failure_sets(table: &Table, pairs: bool) -> Vec<Vec<Failure>> {
    let singles = single_failures(table);
    let mut sets: Vec<Vec<Failure>> = singles.iter().map(|failure| vec![failure.clone()]).collect();
    if pairs {
        for (number, first) in singles.iter().enumerate() {
            let others = singles.iter().skip(number + 1).filter(|second| second.element != first.element);
            sets.extend(others.map(|second| vec![first.clone(), second.clone()]));
        }
    }
    sets
}

/// The calls, time and money at most.
pub(crate) fn bounds(args: &Bounds, world: &World) -> Result<Exit, Stop> {
    let subject = Subject::read(&args.question, world)?;
    let (table, graph) = subject.table()?;
    let mut text = String::new();
    let mut answers = Vec::new();
    for route in routes_like(table, &args.route)? {
        let traffic = table.routes[route].doc.traffic.as_ref().map(|traffic| &traffic.value);
        let price = |target: TargetId| per_request(&table.targets[target], traffic?).map(|cost| cost.0);
        let name = &table.routes[route].name.value;
        let _ = writeln!(text, "{name}");
        let cases = Symptom::CONCRETE.into_iter().map(|symptom| (symptom.as_str(), Case::Persistent(symptom)));
        let mut said = Vec::new();
        for (word, case) in cases.chain([("any symptom at each call", Case::Adversarial)]) {
            let limits = Limits::of(table, graph, case, &price, [route]);
            let Some(bound) = limits.get(route) else { continue };
            let time = |bound: AtMost<u64>| open(table, bound, report::time);
            let money = open(table, bound.money, |money| Pico(money).to_string());
            let calls = open(table, bound.attempts, |calls| calls.to_string());
            let _ = writeln!(
                text,
                "  {word:<25} {calls:>3} calls, last after {:>7}, ends within {:>7}, {money}",
                time(bound.last_start),
                time(bound.time)
            );
            said.push(json!({
                "case": word,
                "attempts": bound.attempts.ok(),
                "lastStartMs": bound.last_start.ok(),
                "timeMs": bound.time.ok(),
                "money": bound.money.ok().map(|money| Pico(money).to_string()),
            }));
        }
        answers.push(json!({"route": name.as_str(), "bounds": said}));
    }
    match args.question.format {
        Answer::Text => world.print(&report::terminal(&text)),
        Answer::Json => world.print(&format!("{:#}\n", json!({"routes": answers}))),
    }
    subject.warn(world);
    Ok(Exit::Clean)
}

fn open<T>(table: &Table, bound: AtMost<T>, show: impl Fn(T) -> String) -> String {
    match bound {
        Ok(value) => show(value),
        Err(Open::Cycle) => "no end (cycle)".to_owned(),
        Err(Open::NoTimeout(target)) => format!("? ({} has no timeout)", table.targets[target].name.value),
        Err(Open::NoPrice(target)) => format!("cost unknown ({})", table.targets[target].name.value),
    }
}
