//! Runs the cases of expectations: lets what they name fail, and compares every request with what is expected.

use crate::contingency::{Element, Failure};
use crate::diagnostic::nearest;
use crate::model::{
    Case, Catalogue, Expectation, FailureCase, Never, NonEmpty, Subject, Survive, Symptom, Table, TargetId, TargetNode,
};
use crate::policy::{Pattern, Pico, Selector};
use crate::source::{Span, Spanned};

use super::coverage::Coverage;
use super::gist::{Came, Gist};
use super::property::{Property, breaks};
use super::walks::{Told, Walks};
use super::weather::Weather;

/// What came of a case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a case.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It holds for so many requests.
    Holds(usize),
    /// A request does otherwise.
    Fails {
        /// What of it is not as expected.
        because: String,
        /// Where that is expected.
        expected_at: Span,
        /// The request.
        told: Told,
        /// How many of how many requests.
        broken: (usize, usize),
    },
    /// The case names something that the table does not have, or nothing at all.
    Broken(String),
}

/// Runs every case against a table, and counts what they exercise.
pub fn run_cases<'c>(
    walks: &Walks<'_>,
    catalogue: &Catalogue,
    cases: impl IntoIterator<Item = &'c Spanned<Case>>,
    coverage: &mut Coverage,
) -> Vec<CaseResult> {
    cases
        .into_iter()
        .map(|case| CaseResult {
            name: case.value.name.value.clone(),
            span: case.value.name.span(),
            outcome: run(walks, catalogue, &case.value, coverage).unwrap_or_else(Outcome::Broken),
        })
        .collect()
}

fn run(walks: &Walks<'_>, catalogue: &Catalogue, case: &Case, coverage: &mut Coverage) -> Result<Outcome, String> {
    let table = walks.table();
    let names = asked_names(table, &case.subject)?;
    let weathers = weathers(table, &case.fail.value)?;
    let expected = Expected::new(table, catalogue, &case.expect)?;
    let (mut requests, mut broken) = (0, 0);
    let mut worst: Option<(String, Told, usize)> = None;
    let mut complete = true;
    for weather in weathers {
        for name in &names {
            complete &= walks.every(name, &weather, |told| {
                requests += 1;
                coverage.count(table, &told);
                let Some(gist) = walks.gist(&told) else { return };
                let Some(because) = expected.differs(table, &gist) else { return };
                broken += 1;
                let calls = gist.calls.len();
                if worst.as_ref().is_none_or(|(_, _, known)| calls < *known) {
                    worst = Some((because, told, calls));
                }
            });
        }
    }
    match worst {
        Some((because, told, _)) => {
            Ok(Outcome::Fails { because, expected_at: case.expect.span(), told, broken: (broken, requests) })
        }
        None if !complete => Err("there are too many requests to follow them all".to_owned()),
        None if requests == 0 => Err("it asks no route, so it shows nothing".to_owned()),
        None => Ok(Outcome::Holds(requests)),
    }
}

/// Which of several tables a case asks: the one it names, else the only one that has what it is about.
pub fn asks(tables: &[&Table], case: &Case) -> Result<usize, String> {
    let names = || tables.iter().map(|table| table.name.as_str());
    if let Some(name) = &case.table {
        let found = tables.iter().position(|table| table.name.as_str() == name.value.as_str());
        return found.ok_or_else(|| {
            let near = nearest(name.value.as_str(), names())
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("there is no table `{}`{near}", name.value)
        });
    }
    let having: Vec<usize> =
        (0..).zip(tables).filter(|(_, table)| asked_names(table, &case.subject).is_ok()).map(|(at, _)| at).collect();
    match (having.as_slice(), tables) {
        ([only], _) => Ok(*only),
        // Asked of the only table there is, the case itself says what it lacks.
        ([], [_]) => Ok(0),
        ([], _) => {
            let lacks = tables.iter().find_map(|table| asked_names(table, &case.subject).err()).unwrap_or_default();
            Err(format!("no table of {} fits: {lacks}", names().collect::<Vec<_>>().join(", ")))
        }
        (several, _) => {
            let several: Vec<&str> =
                names().enumerate().filter(|(at, _)| several.contains(at)).map(|(_, name)| name).collect();
            Err(format!("several tables have what it is about: {}; say which with `table`", several.join(", ")))
        }
    }
}

/// The names that requests of a case ask for: routes, and what else callers can ask a LiteLLM file for.
fn asked_names<'t>(table: &'t Table, subject: &Subject) -> Result<Vec<&'t str>, String> {
    match subject {
        Subject::Route(name) => {
            let routes = table.routes.values().map(|route| route.name.value.as_str());
            let aliases = table.routing.iter().flat_map(|routing| routing.aliases.keys());
            let known: Vec<&str> = routes.chain(aliases.map(String::as_str)).collect();
            let found = known.iter().copied().find(|known| *known == name.value.as_str());
            found.map(|name| vec![name]).ok_or_else(|| no_such("route", name.value.as_str(), known))
        }
        Subject::Routes(selector) => {
            let selector = Selector::new(&selector.value, &mut crate::diagnostic::Sink::new());
            let continuations = table.continuations();
            let asked = table.routes.iter().filter(|(id, _)| !continuations.contains(id));
            let selected = asked.filter(|(_, route)| selector.selects(route));
            let found: Vec<&str> = selected.map(|(_, route)| route.name.value.as_str()).collect();
            if found.is_empty() { Err("`routes` selects none, so it shows nothing".to_owned()) } else { Ok(found) }
        }
    }
}

fn no_such<'n>(word: &str, name: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    let near = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("the table has no {word} `{name}`{near}")
}

/// Every weather a case wants to be seen in.
fn weathers(table: &Table, doc: &FailureCase) -> Result<Vec<Weather>, String> {
    let lists = [
        ("provider", &doc.providers),
        ("region", &doc.regions),
        ("account", &doc.accounts),
        ("key", &doc.keys),
        ("quota", &doc.quotas),
        ("egress", &doc.egress),
        ("target", &doc.targets),
    ];
    let named = lists.into_iter().flat_map(|(word, names)| {
        names.iter().flat_map(NonEmpty::iter).map(move |name| format!("{word}:{}", name.value))
    });
    let models = doc.models.iter().flat_map(NonEmpty::iter).map(|model| format!("model:{}", model.value));
    let elements = named.chain(models).map(|typed| Element::parse(table, &typed)).collect::<Result<Vec<_>, _>>()?;
    let kinds: Vec<Survive> = doc.each.iter().flatten().copied().collect();
    let mut all = Vec::new();
    if !elements.is_empty() {
        all.extend(together(&elements, doc.with));
    }
    for element in kinds.into_iter().flat_map(|kind| Element::all(table, kind)) {
        all.extend(together(&[element], doc.with));
    }
    match (all.is_empty(), doc.with) {
        (false, _) => Ok(all),
        (true, _) if doc.each.is_some() => Err("`each` finds nothing that could fail".to_owned()),
        (true, Some(symptom)) => Ok(vec![Weather::always(symptom)]),
        (true, None) => Ok(vec![Weather::Failing(Vec::new())]),
    }
}

/// Elements that fail together: with one symptom, or with each that their kind causes.
fn together(elements: &[Element], with: Option<Symptom>) -> Vec<Weather> {
    let failing = |symptom_of: &dyn Fn(&Element) -> Symptom| {
        let failures =
            elements.iter().map(|element| Failure { element: element.clone(), symptom: symptom_of(element) });
        Weather::Failing(failures.collect())
    };
    if let Some(symptom) = with {
        return vec![failing(&|_| symptom)];
    }
    let variants = elements.iter().map(|element| element.causes().len()).max().unwrap_or(1);
    let cause = |element: &Element, variant: usize| {
        let causes = element.causes();
        causes.get(variant).or(causes.last()).copied().unwrap_or(Symptom::Overloaded)
    };
    (0..variants).map(|variant| failing(&|element| cause(element, variant))).collect()
}

/// The names of a kind that the table's targets can be called by.
fn names_of<'t>(table: &'t Table, catalogue: &'t Catalogue, word: &str) -> Vec<&'t str> {
    let targets = table.targets.values();
    match word {
        "provider" => targets.map(|target| target.doc.provider.value.as_str()).collect(),
        "region" => targets.filter_map(|target| Some(target.doc.region.as_ref()?.value.as_str())).collect(),
        "account" => table.accounts.values().map(|account| account.name.value.as_str()).collect(),
        "model" => targets.flat_map(|target| models_of(catalogue, target)).collect(),
        _ => targets.map(|target| target.name.value.as_str()).collect(),
    }
}

/// Every name of the model that a target serves: as it is written there, and as the catalogue calls it.
fn models_of<'t>(catalogue: &'t Catalogue, target: &'t TargetNode) -> Vec<&'t str> {
    let mut names = vec![target.doc.model.value.as_str()];
    if let Some(model) = target.model {
        let entry = catalogue.model(model);
        names.push(entry.id.value.as_str());
        names.extend(entry.model.aliases.iter().map(|alias| alias.value.as_str()));
    }
    names
}

/// What a case expects, its names resolved.
struct Expected<'t> {
    catalogue: &'t Catalogue,
    answers: Option<TargetId>,
    answered: Option<bool>,
    properties: Vec<Property>,
    never: Vec<(&'static str, Pattern, String)>,
}

impl<'t> Expected<'t> {
    fn new(table: &Table, catalogue: &'t Catalogue, doc: &Spanned<Expectation>) -> Result<Self, String> {
        let doc = &doc.value;
        let answers = match &doc.answers {
            None => None,
            Some(name) => {
                let found = table.targets.iter().find(|(_, target)| target.name.value.as_str() == name.value.as_str());
                let names = || table.targets.values().map(|target| target.name.value.as_str());
                Some(found.map(|(id, _)| id).ok_or_else(|| no_such("target", name.value.as_str(), names()))?)
            }
        };
        let mut properties = Vec::new();
        properties.extend(doc.within.map(Property::EndsWithin));
        properties.extend(doc.attempts_at_most.map(|most| Property::AttemptsAtMost(u64::from(most.get()))));
        properties.extend(doc.costs_at_most.map(|most| Property::CostsAtMost(Pico::from(most))));
        let never =
            doc.never.as_ref().map(|never| Self::never(table, catalogue, never)).transpose()?.unwrap_or_default();
        if answers.is_none() && doc.answered.is_none() && properties.is_empty() && never.is_empty() {
            return Err("it expects nothing, so it shows nothing".to_owned());
        }
        Ok(Self { catalogue, answers, answered: doc.answered, properties, never })
    }

    /// What must never be called. A glob that fits nothing the table has shows nothing: it may be misspelt.
    fn never(
        table: &Table,
        catalogue: &Catalogue,
        doc: &Never,
    ) -> Result<Vec<(&'static str, Pattern, String)>, String> {
        let Never { providers, regions, accounts, models, targets } = doc;
        let lists = [
            ("provider", providers),
            ("region", regions),
            ("account", accounts),
            ("model", models),
            ("target", targets),
        ];
        let mut never = Vec::new();
        for (word, globs) in lists {
            let known = names_of(table, catalogue, word);
            for glob in globs.iter().flat_map(NonEmpty::iter) {
                let glob = glob.value.clone();
                let pattern = Pattern::of_names(&glob).map_err(|why| format!("`{glob}` is not a glob: {why}"))?;
                if !known.iter().any(|name| pattern.matches(name)) {
                    return Err(no_such(word, &glob, known.iter().copied()));
                }
                never.push((word, pattern, glob));
            }
        }
        if never.is_empty() { Err("`never` names nothing, so it shows nothing".to_owned()) } else { Ok(never) }
    }

    /// What of a request is not as expected.
    fn differs(&self, table: &Table, gist: &Gist) -> Option<String> {
        let name = |target: TargetId| format!("`{}`", table.targets[target].name.value);
        let ending = match &gist.came {
            Came::Answered(target) => format!("{} answers", name(*target)),
            Came::Failed(with) => format!("nobody answers: it ends with {with}"),
            Came::Endless => "it never ends".to_owned(),
        };
        if let Some(wanted) = self.answers
            && gist.came != Came::Answered(wanted)
        {
            return Some(format!("{ending}, and {} is expected to", name(wanted)));
        }
        let is_answered = matches!(gist.came, Came::Answered(_));
        match self.answered {
            Some(true) if !is_answered => return Some(format!("{ending}, and an answer is expected")),
            Some(false) if is_answered => return Some(format!("{ending}, and a failure is expected")),
            Some(_) | None => {}
        }
        if let Some(because) = self.properties.iter().find_map(|property| breaks(table, property, gist)) {
            return Some(because);
        }
        self.never.iter().find_map(|(word, pattern, glob)| {
            let called = gist.calls.iter().find(|call| {
                let target = &table.targets[call.target];
                let account = call.key_of(table).and_then(|key| table.keys[key].account);
                let is = |name: &str| pattern.matches(name);
                match *word {
                    "provider" => is(target.doc.provider.value.as_str()),
                    "region" => target.doc.region.as_ref().is_some_and(|region| is(region.value.as_str())),
                    "account" => account.is_some_and(|account| is(table.accounts[account].name.value.as_str())),
                    "model" => models_of(self.catalogue, target).into_iter().any(is),
                    _ => is(target.name.value.as_str()),
                }
            })?;
            Some(format!("it calls {}, and must never call the {word} `{glob}`", name(called.target)))
        })
    }
}
