//! Judges the expressions of every custom rule over the routes, hops, targets or keys it is asked of.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::expression::Verdict;
use crate::graph::{HopId, describe_hop};
use crate::model::{Each, Gateway, LevelWord, TargetId};
use crate::policy::{CustomClause, Facts, FactsOf};
use crate::source::{Place, Span};

use super::Context;
use super::found::enters;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("custom-rule"),
    group: Group::Governance,
    level: Level::Deny,
    locked: false,
    page: include_str!("custom_rule.md"),
    run: Some(run),
    silence: Silence::Never,
};

/// Whether a rule is asked of a table. A gateway's own file says next to nothing of routes and keys, so that nothing
/// could be concluded.
fn is_judged(context: &Context<'_>, clause: &CustomClause) -> bool {
    let native = context.table.gateway == Gateway::Native;
    clause.level != LevelWord::Allow && (native || matches!(clause.each, Each::Hop | Each::Target))
}

fn run(context: &Context<'_>, sink: &mut Sink) {
    let native = context.table.gateway == Gateway::Native;
    for clause in context.law.rules.iter().filter(|clause| is_judged(context, clause)) {
        let mut found: BTreeMap<(Span, Trouble, String), Found> = BTreeMap::new();
        let mut applies = false;
        ask(context, clause, &mut |facts, thing| {
            let trouble = match judge(clause, facts) {
                Judged::Idle => return,
                Judged::Holds => {
                    applies = true;
                    return;
                }
                Judged::Trouble(trouble) => trouble,
            };
            applies = true;
            // A gateway's own file cannot say most of what expressions ask.
            if !native && matches!(trouble, Trouble::Unknown(_)) {
                return;
            }
            let thing = thing();
            let known = found.entry((thing.place.span(), trouble, thing.subject)).or_default();
            known.place = Some(thing.place);
            known.hop = thing.hop;
            known.answers.extend(thing.answers.filter(|target| !known.answers.contains(target)));
        });
        if applies {
            context.note_applied(clause);
        }
        for ((_, trouble, subject), found) in found {
            let Some(place) = found.place else { continue };
            let way = found.hop.map(|hop| way(context, hop)).unwrap_or_default();
            report(context, finding(clause, place, subject, &trouble).trace(way), &found.answers, sink);
        }
    }
}

/// Where a rule does not hold.
#[derive(Default)]
struct Found {
    place: Option<Place>,
    /// The hop that it is asked of.
    hop: Option<HopId>,
    /// The targets that answer there, where the place only names a route.
    answers: Vec<TargetId>,
}

/// The request that takes a hop.
fn way(context: &Context<'_>, hop: HopId) -> Vec<Label> {
    let hop = context.graph.hop(hop);
    vec![enters(context.table, hop.from), describe_hop(context.table, hop)]
}

fn report(context: &Context<'_>, mut finding: Diagnostic, answers: &[TargetId], sink: &mut Sink) {
    for target in answers.iter().take(MOST_ANSWERS) {
        let name = &context.table.targets[*target].name;
        finding = finding.related(name.span(), format!("where {} answers", quote(name.value.as_str())));
    }
    if answers.len() > MOST_ANSWERS {
        let more = answers.len() - MOST_ANSWERS;
        finding.help = finding.help.map(|help| format!("{help}; {more} more targets answer there"));
    }
    sink.report(finding);
}

/// The most targets of a pool that a finding shows.
const MOST_ANSWERS: usize = 4;

/// What is wrong with a thing that a rule is asked of.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    /// What must hold does not.
    Fails,
    /// A fact is not known.
    Unknown(String),
    /// An expression has more to look at than a judgement may. Whoever fills a table must not silence a rule by it.
    Exhausted,
}

/// What a rule says of one thing.
enum Judged {
    /// It does not apply.
    Idle,
    /// What must hold does.
    Holds,
    /// It does not, or nobody can tell.
    Trouble(Trouble),
}

/// Judges a rule by the facts of one thing.
fn judge(clause: &CustomClause, facts: &Facts) -> Judged {
    match clause.when.as_ref().map(|when| when.judge(facts)) {
        None | Some(Verdict::Holds) => {}
        // A rule for critical routes is not for one that does not say whether it is critical.
        Some(Verdict::Fails | Verdict::Unknown(_)) => return Judged::Idle,
        Some(Verdict::Exhausted) => return Judged::Trouble(Trouble::Exhausted),
    }
    match clause.require.judge(facts) {
        Verdict::Holds => Judged::Holds,
        Verdict::Fails => Judged::Trouble(Trouble::Fails),
        Verdict::Unknown(fact) => Judged::Trouble(Trouble::Unknown(fact)),
        Verdict::Exhausted => Judged::Trouble(Trouble::Exhausted),
    }
}

fn finding(clause: &CustomClause, place: Place, subject: String, trouble: &Trouble) -> Diagnostic {
    let id = quote(&clause.id);
    let level = if clause.level == LevelWord::Deny { Level::Deny } else { Level::Warn };
    let finding = match trouble {
        Trouble::Fails => {
            let message = format!("{id}: {}", clause.message);
            Diagnostic::new("custom-rule", place, "does not hold here", message).at_most(level)
        }
        Trouble::Unknown(fact) => {
            let message = format!("{id} cannot be judged here: {} is not known", quote(fact));
            Diagnostic::new("custom-rule", place, "not known", message).at_most(Level::Warn)
        }
        Trouble::Exhausted => {
            let message = format!("{id} cannot be judged here: its expression takes too long over so many facts");
            Diagnostic::new("custom-rule", place, "too much to judge", message).at_most(level)
        }
    };
    finding
        .related(clause.required_at, "what must hold")
        .help("the rule is the organisation's own; its policy says whom to ask")
        .shared_by(bearer(&subject), format!("{:?} {trouble:?}", clause.span))
        .about(subject)
        .of_clause(clause.id.clone())
}

/// What a subject is called in a list of them.
fn bearer(subject: &str) -> &str {
    subject.split_once('.').map_or(subject, |(_, name)| name)
}

/// A thing that a rule is asked of.
struct Thing {
    place: Place,
    /// What waivers call it.
    subject: String,
    /// The hop, where it is one.
    hop: Option<HopId>,
    /// The target that answers, where the place only names a route.
    answers: Option<TargetId>,
}

/// Goes through everything of a kind, with its facts; what it is called is asked where something is wrong with it.
fn ask(context: &Context<'_>, clause: &CustomClause, judge: &mut dyn FnMut(&Facts, &dyn Fn() -> Thing)) {
    let table = context.table;
    let facts = FactsOf::new(table, context.catalogue, clause);
    let thing = |place, subject| Thing { place, subject, hop: None, answers: None };
    match clause.each {
        Each::Route => {
            for (id, route) in table.routes.iter() {
                judge(&facts.each_route(id), &|| thing(route.name.place, route.subject()));
            }
        }
        Each::Hop => {
            for id in table.routes.iter().map(|(id, _)| id) {
                let hops = context.graph.hops_of(id).iter().map(|hop| (*hop, context.graph.hop(*hop)));
                facts.each_hop(id, hops, |facts, (id, hop), target| {
                    judge(facts, &|| Thing {
                        place: hop.place,
                        subject: table.routes[hop.from].subject(),
                        hop: Some(id),
                        answers: target.filter(|_| hop.to_route().is_some()),
                    });
                });
            }
        }
        Each::Target => {
            for (id, target) in table.targets.iter() {
                let named = || thing(target.name.place, format!("targets.{}", target.name.value));
                judge(&facts.each_target(id), &named);
            }
        }
        Each::Key => {
            for (id, key) in table.keys.iter() {
                let named = || thing(key.name.place, format!("keys.{}", key.name.value));
                judge(&facts.each_key(id), &named);
            }
        }
    }
}
