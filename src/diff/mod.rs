//! What another version of a table does otherwise: facts of both sides, compared, each difference with the bump it asks for.
//!
//! Where things are written, in which order, under which ladder's name and with which comments is no fact, and so no
//! difference. `kinds.md` beside this file says what counts as what.

mod audience;
mod cost;
mod fact;
mod kind;
mod law;
mod plan;
mod reach;
mod rest;
mod routes;
mod version;
mod witness;

use std::collections::BTreeSet;

use crate::diagnostic::Level;
use crate::graph::FailoverGraph;
use crate::model::{Catalogue, Policy, Symptom, Table};
use crate::policy::Pattern;
use crate::source::Span;

use fact::{Fact, Facts, Item, Key, Rank, whole};

pub use cost::{Monthly, monthly};
pub use fact::Subject;
pub use kind::{Aspect, Bump, Kind, ROWS, Row, Way};
pub use version::{Judged, finding, judge, report_version};
pub use witness::{Request, Witness, witness};

/// The page on which people read what counts as what; a test compares it with [`ROWS`].
pub const PAGE: &str = include_str!("kinds.md");

/// One version of a table, with everything it is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The table.
    pub table: &'a Table,
    /// Its failover graph.
    pub graph: &'a FailoverGraph,
    /// The models it is checked against.
    pub catalogue: &'a Catalogue,
    /// What it is judged by; `None` where only the names of the policies are known.
    pub law: Option<InForce<'a>>,
}

/// What a table is judged by.
#[derive(Clone, Copy, Debug)]
pub struct InForce<'a> {
    /// The policies in force.
    pub policies: &'a [Policy],
    /// The level of every rule.
    pub levels: &'a [(String, Level)],
}

/// One change of behaviour, of a promise, or of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind it is, and so what it counts as.
    pub kind: Kind,
    /// What it is about.
    pub subject: Subject,
    /// The thing that changed, in words; empty where the symptoms say it.
    pub what: String,
    /// What it was, where there is more to say than that it held.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
    /// The symptoms of which this is so, for changes of what happens on them.
    pub symptoms: Vec<Symptom>,
    /// Whom it concerns: each caller of the route.
    pub callers: Vec<String>,
    /// The classes of data that they may send.
    pub data: Vec<String>,
    /// Where the old side says it.
    pub old: Option<Span>,
    /// Where the new side says it.
    pub new: Option<Span>,
}

/// Everything that changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The changes: the weightiest first, then by what they are about.
    pub changes: Vec<Change>,
    /// What could not be compared, in words.
    pub unknown: BTreeSet<String>,
}

impl Difference {
    /// The bump that the changes ask for; `None` where there is none.
    pub fn bump(&self) -> Option<Bump> {
        self.changes.iter().map(Change::bump).max()
    }

    /// The changes that no glob of an intent covers.
    pub fn outside<'d>(&'d self, intent: &[Pattern]) -> Vec<&'d Change> {
        let is_within = |change: &&Change| {
            let path = change.subject.path();
            intent.iter().any(|glob| glob.matches(&path))
        };
        self.changes.iter().filter(|change| !is_within(change)).collect()
    }
}

impl Change {
    /// What it counts as.
    pub fn bump(&self) -> Bump {
        self.kind.row().bump
    }
}

/// Compares two versions of a table.
pub fn compare(old: &Side<'_>, new: &Side<'_>) -> Difference {
    let (before, after) = (facts(old), facts(new));
    let keys: BTreeSet<&Key> = before.all.keys().chain(after.all.keys()).collect();
    let mut changes: Vec<Change> = Vec::new();
    for key in keys {
        let (subject, aspect, _) = key;
        let comes_or_goes = before.subjects.contains(subject) != after.subjects.contains(subject);
        let is_of_its_own = matches!(subject, Subject::Route(_) | Subject::Policy(_));
        if comes_or_goes && is_of_its_own && !matches!(aspect, Aspect::Route | Aspect::Policy) {
            continue;
        }
        if let Some(change) = changed(key, before.all.get(key), after.all.get(key)) {
            join(&mut changes, change);
        }
    }
    changes.extend(audience::changes(old, new));
    changes.extend(parties(&before, &after));
    let mut unknown: BTreeSet<String> = before.unknown.union(&after.unknown).cloned().collect();
    if old.law.is_none() || new.law.is_none() {
        changes.retain(|change| !matches!(change.subject, Subject::Policy(_) | Subject::Levels));
        unknown.insert(
            "policies and levels: an artifact knows its policies only by name, version, verdict and digest".to_owned(),
        );
    }
    leave_out_what_is_said(&mut changes);
    for change in &mut changes {
        concerns(change, old, new);
    }
    changes.sort_by(|a, b| order(a).cmp(&order(b)));
    Difference { changes, unknown }
}

fn order(change: &Change) -> (std::cmp::Reverse<Bump>, &Subject, Kind, &str, &[Symptom]) {
    (std::cmp::Reverse(change.bump()), &change.subject, change.kind, &change.what, &change.symptoms)
}

/// Everything that holds of a side.
fn facts(side: &Side<'_>) -> Facts {
    let mut facts = Facts::default();
    rest::add(&mut facts, side.table);
    for (id, route) in side.table.routes.iter() {
        let subject = Subject::Route(route.name.value.to_string());
        facts.holds(&subject, Aspect::Route, Item::named(""), Some(route.name.span()));
        routes::add(&mut facts, side, id, &subject);
        reach::add(&mut facts, side, id, &subject);
    }
    if side.table.gateway.walks_ladders() {
        cost::add_bounds(&mut facts, side);
        cost::add_traffic(&mut facts, side);
    } else {
        let gateway = side.table.gateway.as_str();
        facts.unknown.insert(format!(
            "calls, time, money and requests: what {gateway} does with a request is not compared, only what its fallbacks lead to"
        ));
    }
    if side.table.incomplete {
        facts.unknown.insert(format!("parts of table `{}` that could not be read", side.table.name));
    }
    if let Some(law) = side.law {
        law::add(&mut facts, law.policies, law.levels);
    }
    facts
}

fn changed(key: &Key, before: Option<&Fact>, after: Option<&Fact>) -> Option<Change> {
    let (subject, aspect, item) = key;
    // What a thing is like says nothing where it comes or goes as a whole: that is a change of its own.
    let is_detail = matches!(aspect, Aspect::ClauseText | Aspect::Setting | Aspect::Limit | Aspect::Level);
    if is_detail && (before.is_none() || after.is_none()) {
        return None;
    }
    let way = if aspect.is_text() {
        if before.map(|fact| &fact.text) == after.map(|fact| &fact.text) {
            return None;
        }
        Way::Other
    } else {
        let rank = |fact: Option<&Fact>| fact.map_or(Rank::NONE, |fact| fact.rank);
        match rank(before).cmp(&rank(after)) {
            std::cmp::Ordering::Less => Way::More,
            std::cmp::Ordering::Greater => Way::Less,
            std::cmp::Ordering::Equal => return None,
        }
    };
    let (what, symptoms) = match item {
        Item::Named(words) => (words.clone(), Vec::new()),
        Item::On(symptom) => (String::new(), vec![*symptom]),
    };
    let (mut was, mut is) = (before.and_then(|fact| fact.shown.clone()), after.and_then(|fact| fact.shown.clone()));
    if *aspect == Aspect::Setting
        && let (Some(old), Some(new)) = (&was, &is)
    {
        (was, is) = (Some(only_in(old, new)), Some(only_in(new, old)));
    }
    Some(Change {
        kind: Kind { aspect: *aspect, way },
        subject: subject.clone(),
        what,
        before: was,
        after: is,
        symptoms,
        callers: Vec::new(),
        data: Vec::new(),
        old: before.and_then(|fact| fact.span),
        new: after.and_then(|fact| fact.span),
    })
}

/// The settings of one list that do not stand in another alike.
fn only_in(settings: &str, others: &str) -> String {
    let known: BTreeSet<&str> = others.split("; ").collect();
    let own: Vec<&str> = settings.split("; ").filter(|setting| !known.contains(setting)).collect();
    if own.is_empty() { "not set".to_owned() } else { own.join("; ") }
}

/// Adds a change; what changes alike on several symptoms is one.
fn join(changes: &mut Vec<Change>, change: Change) {
    let alike = |known: &&mut Change| {
        known.kind == change.kind
            && known.subject == change.subject
            && !known.symptoms.is_empty()
            && !change.symptoms.is_empty()
            && known.before == change.before
            && known.after == change.after
    };
    match changes.iter_mut().rev().take(Symptom::CONCRETE.len()).find(alike) {
        Some(known) => known.symptoms.extend(change.symptoms),
        None => changes.push(change),
    }
}

/// Providers that receive a class of data through a new route and received it through none before.
fn parties(before: &Facts, after: &Facts) -> Vec<Change> {
    let one_sided = |with: &Facts, without: &Facts, way: Way| -> Vec<Change> {
        let routes = with.subjects.difference(&without.subjects).filter(|subject| matches!(subject, Subject::Route(_)));
        routes
            .flat_map(|subject| {
                let providers = with.through.get(subject).into_iter().flatten();
                providers.filter(|(pair, _)| !without.parties.contains(pair)).map(|((class, provider), span)| Change {
                    kind: Kind { aspect: Aspect::Provider, way },
                    subject: subject.clone(),
                    what: match class.as_str() {
                        "" => format!("provider {}", whole(provider)),
                        class => format!("provider {} for {}", whole(provider), whole(class)),
                    },
                    before: None,
                    after: None,
                    symptoms: Vec::new(),
                    callers: Vec::new(),
                    data: Vec::new(),
                    old: (way == Way::Less).then_some(*span),
                    new: (way == Way::More).then_some(*span),
                })
            })
            .collect()
    };
    let mut all = one_sided(after, before, Way::More);
    all.extend(one_sided(before, after, Way::Less));
    all
}

/// A deployment is only said where neither its provider, its model nor its region says it: the bump is the same.
fn leave_out_what_is_said(changes: &mut Vec<Change>) {
    let said: BTreeSet<(Subject, Way)> = changes
        .iter()
        .filter(|change| matches!(change.kind.aspect, Aspect::Provider | Aspect::Model | Aspect::Region))
        .map(|change| (change.subject.clone(), change.kind.way))
        .collect();
    changes.retain(|change| {
        change.kind.aspect != Aspect::Deployment || !said.contains(&(change.subject.clone(), change.kind.way))
    });
}

/// Names the callers and the classes of data of the route that a change is about.
fn concerns(change: &mut Change, old: &Side<'_>, new: &Side<'_>) {
    let Subject::Route(name) = &change.subject else { return };
    let (mut callers, mut data) = (BTreeSet::new(), BTreeSet::new());
    for side in [old, new] {
        let Some((id, _)) = side.table.routes.iter().find(|(_, route)| route.name.value.as_str() == name) else {
            continue;
        };
        callers.extend(routes::callers(side, id).iter().map(routes::named));
        data.extend(reach::classes(side, id).into_iter().filter(|class| !class.is_empty()));
    }
    if change.callers.is_empty() {
        change.callers = callers.into_iter().collect();
    }
    change.data = data.into_iter().collect();
}
