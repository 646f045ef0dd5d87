//! What the commands that ask share: the table, what fails, which routes; and `routec whatif`.

use std::fmt::Write;

use serde_json::json;

use routec::contingency::{Element, Failure, Network, Outage, single_failures};
use routec::driver::Outcome;
use routec::graph::FailoverGraph;
use routec::model::{Gateway, Percent, RouteId, Symptom, Table};
use routec::policy::{BudgetClause, Pattern, Pico};
use routec::report::{self, Bill, Places, outage_json, outage_line, outage_text};

use crate::args::{Answer, Fail, Question, Whatif};
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
        let known = || table.routes.values().map(|route| route.name.value.as_str());
        let near = globs.iter().find_map(|glob| routec::diagnostic::nearest(glob, known()));
        let hint =
            near.map_or_else(|| "`routec graph` shows them".to_owned(), |near| format!("did you mean `{near}`?"));
        let globs: Vec<String> = globs.iter().map(|glob| format!("`{glob}`")).collect();
        return Err(Stop::usage(format!("no route is called {}; {hint}", globs.join(" or "))));
    }
    Ok(found)
}

/// A symptom by its name.
pub(crate) fn symptom(text: &str) -> Result<Symptom, Stop> {
    let found = Symptom::CONCRETE.into_iter().find(|symptom| symptom.as_str() == text);
    found.ok_or_else(|| {
        let known = Symptom::CONCRETE.map(Symptom::as_str);
        let hint = routec::diagnostic::nearest(text, known)
            .map_or_else(|| format!("one of {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        Stop::usage(format!("`{text}` is not a symptom; {hint}"))
    })
}

/// What fails, as typed.
pub(crate) fn failures(table: &Table, typed: &Fail) -> Result<Vec<Failure>, Stop> {
    let with = typed.with.as_deref().map(symptom).transpose()?;
    if typed.fail.is_empty() && with.is_some() {
        return Err(Stop::usage("--with says how something fails; --fail says what"));
    }
    typed
        .fail
        .iter()
        .map(|text| {
            let (element, own) = failing(table, text)?;
            let cause = element.causes().first().copied().unwrap_or(Symptom::Overloaded);
            Ok(Failure { symptom: own.or(with).unwrap_or(cause), element })
        })
        .collect()
}

/// Something that fails, as typed, and the symptom where one is typed with it.
fn failing(table: &Table, text: &str) -> Result<(Element, Option<Symptom>), Stop> {
    let (element, own) = text.split_once('=').map_or((text, None), |(a, b)| (a, Some(b)));
    let own = own.map(symptom).transpose()?;
    let element = Element::parse(table, element).map_err(|why| Stop::usage(format!("--fail: {why}")))?;
    Ok((element, own))
}

/// What fails, as typed, once with every symptom that it causes: of several, in every combination.
pub(crate) fn every_failure(table: &Table, typed: &Fail) -> Result<Vec<Vec<Failure>>, Stop> {
    let with = typed.with.as_deref().map(symptom).transpose()?;
    let mut sets = vec![Vec::new()];
    for text in &typed.fail {
        let (element, own) = failing(table, text)?;
        let symptoms = own.or(with).map_or_else(|| element.causes().to_vec(), |symptom| vec![symptom]);
        sets = sets
            .iter()
            .flat_map(|set: &Vec<Failure>| {
                let failure = |symptom: &Symptom| Failure { element: element.clone(), symptom: *symptom };
                symptoms.iter().map(move |symptom| [set.clone(), vec![failure(symptom)]].concat())
            })
            .collect();
        if sets.len() > 4096 {
            return Err(Stop::usage("that is too much at once; say with =SYMPTOM how each of them fails"));
        }
    }
    Ok(sets)
}

/// What an hour of planned traffic costs, usually and during an outage.
fn bill(table: &Table, network: &Network<'_>, outage: &Outage) -> Bill {
    let all = BudgetClause::everything(table);
    let usual = all.expected(table);
    if !usual.missing.is_empty() {
        return Bill::default();
    }
    let during = all.during(network, table, outage, &usual.amount);
    let hour = |month: Pico| Some(month.part(1, 720).to_string());
    Bill { usual: hour(usual.amount.sum), during: hour(during.sum) }
}

/// What happens when something fails.
pub(crate) fn whatif(args: &Whatif, world: &World) -> Result<Exit, Stop> {
    let subject = Subject::read(&args.question, world)?;
    let (table, _) = subject.table()?;
    let network = Network::new(table, Percent(0));
    let calm = network.calm();
    if !args.all {
        let failures = failures(table, &args.fail)?;
        if failures.is_empty() {
            return Err(Stop::usage("say what fails, such as --fail provider:anthropic, or --all"));
        }
        let outage = network.fail(&failures);
        let bill = bill(table, &network, &outage);
        match args.question.format {
            Answer::Text => world.print(&report::terminal(&outage_text(table, &network, &outage, &calm, &bill))),
            Answer::Json => world.print(&format!("{:#}\n", outage_json(table, &network, &outage, &calm, &bill))),
        }
        subject.warn(world);
        return Ok(Exit::Clean);
    }
    let sets = failure_sets(table, args.pairs);
    let mut rows: Vec<[String; 4]> = Vec::new();
    let mut answers = Vec::new();
    for set in &sets {
        let outage = network.fail(set);
        match args.question.format {
            Answer::Text => rows.push(outage_line(table, &network, &outage, &calm)),
            Answer::Json => {
                let bill = bill(table, &network, &outage);
                answers.push(outage_json(table, &network, &outage, &calm, &bill));
            }
        }
    }
    match args.question.format {
        Answer::Json => world.print(&format!("{:#}\n", json!({"outages": answers}))),
        Answer::Text => {
            let quiet = rows.iter().filter(|[_, lost, over, _]| lost == "-" && over == "-").count();
            let mut text = matrix(&rows);
            let _ =
                writeln!(text, "{} failures, {} of them without a route lost or a limit exceeded", rows.len(), quiet);
            world.print(&report::terminal(&text));
        }
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

/// A block for each failure: what fails on a line of its own, and below it only what there is to say.
fn matrix(rows: &[[String; 4]]) -> String {
    let mut out = String::new();
    for [failing, lost, over, reached] in rows {
        let _ = writeln!(out, "{failing}");
        for (word, said) in [("lost", lost), ("over limit", over), ("newly answers", reached)] {
            if said != "-" {
                let _ = writeln!(out, "    {word}: {said}");
            }
        }
    }
    out
}
