//! What the commands that ask share: the table, what fails, which routes.

use routec::contingency::{Element, Failure, Lists, single_failures};
use routec::driver::Outcome;
use routec::graph::FailoverGraph;
use routec::litellm::Routing;
use routec::model::{RouteId, Symptom, Table};
use routec::policy::Pattern;
use routec::report::{self, Places};

use crate::Stop;
use crate::args::{Fail, Question};
use crate::request::{self, Request};
use crate::world::World;

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
        if !table.gateway.walks_ladders() {
            let gateway = table.gateway.as_str();
            return Err(Stop::usage(format!(
                "`{}` is {} file, and how {gateway} walks its fallbacks is not modelled yet; `routec check` and `routec graph` read it",
                table.name,
                table.gateway.with_article()
            )));
        }
        Ok((table, graph))
    }

    /// The table's lists as the release walks them that is asked for, if its file is one of LiteLLM's.
    pub(crate) fn lists(&self) -> Option<Lists<'_>> {
        Lists::new(self.outcome.tables.get(self.at)?, self.request.job.litellm.era())
    }

    /// Says, on standard error, where the answer may be wrong because the table is.
    pub(crate) fn warn(&self, world: &World) {
        let denied = self.outcome.findings.denied();
        if denied > 0 {
            let them = if denied == 1 { "1 finding".to_owned() } else { format!("{denied} findings") };
            world.say(&format!("note: the table has {them} that deny it; `routec check` shows them\n"));
        }
    }

    /// Says, on standard error, where requests may go elsewhere than they are followed.
    pub(crate) fn warn_of_gaps(&self, world: &World) {
        say_gaps(self.outcome.tables.get(self.at), world);
    }

    pub(crate) fn places(&self) -> Places<'_> {
        Places::new(&self.request.sources)
    }
}

/// Says where requests to tables of LiteLLM's may go elsewhere than they are followed.
pub(crate) fn say_gaps<'t>(tables: impl IntoIterator<Item = &'t Table>, world: &World) {
    for gap in tables.into_iter().filter_map(|table| table.routing.as_deref()).flat_map(Routing::gaps) {
        world.say(&report::terminal(&format!("note: {gap}\n")));
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

/// The routes whose names fit any of some globs; without a glob all that callers can ask for.
pub(crate) fn routes_like(table: &Table, globs: &[String]) -> Result<Vec<RouteId>, Stop> {
    let known: Vec<&str> = table.routes.values().map(|route| route.name.value.as_str()).collect();
    let fit = like(&known, globs)?;
    let mut found: Vec<RouteId> =
        table.routes.iter().map(|(id, _)| id).zip(fit).filter(|(_, fits)| *fits).map(|(id, _)| id).collect();
    if globs.is_empty() {
        let continuations = table.continuations();
        found.retain(|route| !continuations.contains(route));
    }
    Ok(found)
}

/// The names that callers of a LiteLLM file can ask for and that fit any of some globs; all without a glob.
pub(crate) fn names_like<'t>(lists: &Lists<'t>, globs: &[String]) -> Result<Vec<&'t str>, Stop> {
    let known = lists.names();
    let fit = like(&known, globs)?;
    Ok(known.into_iter().zip(fit).filter(|(_, fits)| *fits).map(|(name, _)| name).collect())
}

/// Which of some names fit any of some globs: at least one must.
fn like(known: &[&str], globs: &[String]) -> Result<Vec<bool>, Stop> {
    let patterns = globs
        .iter()
        .map(|glob| {
            Pattern::of_names(glob).map_err(|why| Stop::usage(format!("--route: `{glob}` is not a glob: {why}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let fits = |name: &&str| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name));
    let fit: Vec<bool> = known.iter().map(fits).collect();
    if !fit.contains(&true) {
        let near = globs.iter().find_map(|glob| routec::diagnostic::nearest(glob, known.iter().copied()));
        let hint =
            near.map_or_else(|| "`routec graph` shows them".to_owned(), |near| format!("did you mean `{near}`?"));
        let globs: Vec<String> = globs.iter().map(|glob| format!("`{glob}`")).collect();
        return Err(Stop::usage(format!("no route is called {}; {hint}", globs.join(" or "))));
    }
    Ok(fit)
}

/// A word with how often it is meant: `timeout*3`.
pub(crate) fn times<'t>(option: &str, part: &'t str) -> Result<(&'t str, usize), Stop> {
    let (name, times) = part.split_once('*').map_or((part, None), |(name, times)| (name, Some(times)));
    let number = match times {
        None => 1,
        Some(times) => times
            .parse()
            .ok()
            .filter(|times| (1..=1000).contains(times))
            .ok_or_else(|| Stop::usage(format!("{option}: `{times}` is not a number of calls from 1 to 1000")))?,
    };
    Ok((name.trim(), number))
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

/// What fails, as typed; without a symptom, with the first that its kind causes, and a note says which others there are.
pub(crate) fn failures(table: &Table, typed: &Fail) -> Result<(Vec<Failure>, Option<String>), Stop> {
    let (mut chosen, mut taken, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for (text, each) in typed.fail.iter().zip(failures_each(table, typed)?) {
        let mut named = each.iter().map(|failure| format!("{text}={}", failure.symptom.as_str()));
        if each.len() > 1 {
            taken.extend(named.next());
            left.extend(named);
        }
        chosen.extend(each.into_iter().next());
    }
    let (taken, left) = (taken.join(" and "), left.join(", "));
    let note = (!left.is_empty()).then(|| format!("note: this is {taken}; see also {left}\n"));
    Ok((chosen, note))
}

/// What fails, as typed: each with its symptom or, without one, once with every symptom that its kind causes.
fn failures_each(table: &Table, typed: &Fail) -> Result<Vec<Vec<Failure>>, Stop> {
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

/// What fails, as typed, with every symptom that it causes: of several, in every combination.
pub(crate) fn every_failure(table: &Table, typed: &Fail) -> Result<Vec<Vec<Failure>>, Stop> {
    let mut sets = vec![Vec::new()];
    for each in failures_each(table, typed)? {
        sets = sets
            .iter()
            .flat_map(|set: &Vec<Failure>| each.iter().map(|failure| [set.clone(), vec![failure.clone()]].concat()))
            .collect();
        if sets.len() > 4096 {
            return Err(Stop::usage("that is too much at once; say with =SYMPTOM how each of them fails"));
        }
    }
    Ok(sets)
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
