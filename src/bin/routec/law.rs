//! `routec policy show`.

use std::fmt::Write;

use serde_json::json;

use routec::driver::Outcome;
use routec::model::{LevelWord, Policy};
use routec::report::{self, Places};
use routec::rules::{self, Terms};
use routec::source::Span;

use crate::args::{Answer, Question};
use crate::request;
use crate::world::World;
use crate::{Exit, Stop};

/// One thing a policy says: of which kind, its name, what it says, and where.
struct Clause {
    kind: &'static str,
    name: String,
    says: String,
    policy: String,
    /// Where it stands; `None` for what holds because no policy says otherwise.
    span: Option<Span>,
    /// Why it is not in force.
    beaten: Option<&'static str>,
}

/// The kinds of clause, in the order in which they are shown.
const KINDS: [&str; 9] =
    ["grant", "denial", "budget", "resilience", "rule", "waiver terms", "attempts", "catalog", "level"];

/// Prints every clause and level in force.
pub(crate) fn show(question: &Question, origin: bool, world: &World) -> Result<Exit, Stop> {
    let request = request::for_test(&question.input, world)?;
    if request.project_findings.is_some() {
        return Err(Stop::unreadable("`routec.yaml` cannot be read; `routec check` says why"));
    }
    let outcome = routec::driver::check(&request.sources, &request.job);
    if outcome.policies.is_empty() {
        return Err(Stop::unreadable("no policy is in force: put some into `policies/`, or give one with --policy"));
    }
    let mut clauses: Vec<Clause> = outcome.policies.iter().flat_map(clauses).collect();
    settle(&mut clauses, &outcome);
    add_defaults(&mut clauses);
    clauses.sort_by_key(|clause| KINDS.iter().position(|kind| *kind == clause.kind));
    let mut places = Places::new(&request.sources);
    let mut text = String::new();
    let mut answers = Vec::new();
    let mut heading = "";
    for clause in &clauses {
        let region = clause.span.map(|span| places.region(span));
        if clause.kind != heading {
            heading = clause.kind;
            let _ = writeln!(text, "{heading}");
        }
        let note = clause.beaten.map_or_else(String::new, |why| format!(" ({why})"));
        let says = format!("  {:<24} {}{note}", report::line(&clause.name), report::line(&clause.says));
        text.push_str(&report::folded(&says));
        if let (true, Some(region)) = (origin, &region) {
            let policy = report::line(&clause.policy);
            let _ = writeln!(text, "    from {policy}, {}:{}", region.file, region.line);
        }
        answers.push(json!({
            "kind": clause.kind, "name": clause.name, "says": clause.says, "policy": clause.policy,
            "file": region.as_ref().map(|region| &region.file), "line": region.as_ref().map(|region| region.line),
            "inForce": clause.beaten.is_none(),
        }));
    }
    match question.format {
        Answer::Text => world.print(&report::terminal(&text)),
        Answer::Json => world.print(&format!("{:#}\n", json!({"clauses": answers}))),
    }
    Ok(Exit::Clean)
}

/// Finds out what is not in force: what a later policy replaces, what a stricter one beats, and what could not be read.
fn settle(clauses: &mut [Clause], outcome: &Outcome) {
    let named: Vec<(&'static str, String)> = clauses.iter().map(|clause| (clause.kind, clause.name.clone())).collect();
    let shortest = outcome.law.waivers.max_days.map(|(_, span)| span);
    for (at, clause) in clauses.iter_mut().enumerate() {
        let replaced = || named.iter().skip(at + 1).any(|(kind, name)| *kind == clause.kind && *name == clause.name);
        clause.beaten = match clause.kind {
            "level" => match outcome.level_of(&clause.name) {
                None => Some("there is no such rule"),
                Some(level) if !clause.says.starts_with(level.as_str()) => Some("another policy says otherwise"),
                Some(_) => None,
            },
            "attempts" | "catalog" if replaced() => Some("a later policy says otherwise"),
            "waiver terms" if clause.name == "maxDays" && clause.span != shortest => Some("a shorter one holds"),
            "rule" if !outcome.law.rules.iter().any(|rule| Some(rule.clause) == clause.span) => {
                Some("its expressions cannot be read")
            }
            _ => None,
        };
    }
}

/// Adds the levels and numbers that no policy sets.
fn add_defaults(clauses: &mut Vec<Clause>) {
    let terms = Terms::default();
    let days = |days: u32| format!("{days} days");
    let numbers = [
        ("attempts", "attemptsAtMost", format!("{} calls", terms.attempts_at_most)),
        ("catalog", "maxAgeDays", days(terms.catalog_age_days)),
        ("catalog", "retirementNoticeDays", days(terms.retirement_notice_days)),
        ("catalog", "equivalenceReviewDays", days(terms.equivalence_review_days)),
        ("catalog", "keyExpiryNoticeDays", days(terms.key_expiry_notice_days)),
    ];
    let levels = rules::ALL.iter().map(|rule| ("level", rule.id.as_str(), rule.level.as_str().to_owned()));
    for (kind, name, says) in numbers.into_iter().chain(levels) {
        if clauses.iter().any(|clause| clause.kind == kind && clause.name == name) {
            continue;
        }
        let (name, says) = (name.to_owned(), format!("{says}, the default"));
        clauses.push(Clause { kind, name, says, policy: "routec".to_owned(), span: None, beaten: None });
    }
}

fn clauses(policy: &Policy) -> Vec<Clause> {
    let name = policy.metadata.name.value.to_string();
    let owner = policy.metadata.owner.as_ref().map_or_else(String::new, |owner| format!(" of {owner}"));
    let from = format!("{name}{owner}");
    let mut found = Vec::new();
    let mut add = |kind: &'static str, name: String, says: String, span: Span| {
        found.push(Clause { kind, name, says, policy: from.clone(), span: Some(span), beaten: None });
    };
    for grant in &policy.grants {
        let to = &grant.value.to;
        let names = |list: &[routec::source::Spanned<String>]| {
            list.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", ")
        };
        let mut who = vec![names(&to.teams), names(&to.users)];
        who.retain(|who| !who.is_empty());
        let who = if who.is_empty() { "everybody".to_owned() } else { who.join(", ") };
        let place = names(&to.environments);
        let place = if place.is_empty() { String::new() } else { format!(" in {place}") };
        add("grant", grant.value.id.value.to_string(), format!("to {who}{place}"), grant.span());
    }
    for denial in &policy.denials {
        add("denial", denial.value.id.value.to_string(), denial.value.reason.clone(), denial.span());
    }
    for budget in &policy.budgets {
        add(
            "budget",
            budget.value.id.value.to_string(),
            format!("at most {}", budget.value.limit.value),
            budget.span(),
        );
    }
    for clause in &policy.resilience {
        let kinds: Vec<&str> = clause.value.survive.iter().map(|kind| kind.as_str()).collect();
        add("resilience", clause.value.id.value.to_string(), format!("survive {}", kinds.join(", ")), clause.span());
    }
    for rule in &policy.rules {
        add("rule", rule.value.id.value.to_string(), rule.value.message.clone(), rule.span());
    }
    if let Some(terms) = &policy.waiver_terms {
        if let Some(days) = &terms.max_days {
            add("waiver terms", "maxDays".to_owned(), format!("at most {} days", days.value.get()), days.span());
        }
        for key in &terms.require {
            add("waiver terms", "require".to_owned(), key.value.clone(), key.span());
        }
        for rule in &terms.never {
            add("waiver terms", "never".to_owned(), rule.value.clone(), rule.span());
        }
    }
    if let Some(most) = &policy.attempts_at_most {
        add("attempts", "attemptsAtMost".to_owned(), format!("{} calls", most.value.get()), most.span());
    }
    if let Some(catalog) = &policy.catalog {
        for (name, days) in [
            ("maxAgeDays", &catalog.max_age_days),
            ("retirementNoticeDays", &catalog.retirement_notice_days),
            ("equivalenceReviewDays", &catalog.equivalence_review_days),
            ("keyExpiryNoticeDays", &catalog.key_expiry_notice_days),
        ] {
            if let Some(days) = days {
                add("catalog", name.to_owned(), format!("{} days", days.value.get()), days.span());
            }
        }
    }
    for level in &policy.levels {
        let word = match level.value.value {
            LevelWord::Deny => "deny",
            LevelWord::Warn => "warn",
            LevelWord::Allow => "allow",
        };
        let rule = level.name.value.as_str();
        let usual = rules::find(rule).map_or_else(String::new, |rule| format!(", by default {}", rule.level.as_str()));
        add("level", rule.to_owned(), format!("{word}{usual}"), level.name.span());
    }
    found
}
