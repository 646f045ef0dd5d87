//! Facts about the policies that judge a table: which clauses there are, how much they allow, and at which levels.

use crate::diagnostic::Level;
use crate::model::{
    Budget, Counting, CustomRule, Denial, Each, Grant, LevelWord, Period, Policy, Resilience, RouteSelector, SloTier,
};
use crate::source::{Span, Spanned};

use super::fact::{Facts, Item, Rank, Subject, whole};
use super::kind::Aspect;

/// Adds the policies in force and the level of every rule.
pub(super) fn add(facts: &mut Facts, policies: &[Policy], levels: &[(String, Level)]) {
    for policy in policies {
        let name = policy.metadata.name.value.as_str();
        let subject = Subject::Policy(name.to_owned());
        let head = Some(policy.metadata.name.span());
        facts.holds(&subject, Aspect::Policy, Item::Named(format!("policy {}", whole(name))), head);
        if !policy.grants.is_empty() {
            facts.holds(&subject, Aspect::Clause, Item::named("what no grant allows is refused"), head);
        }
        policy.grants.iter().for_each(|clause| grant(facts, &subject, clause));
        policy.denials.iter().for_each(|clause| denial(facts, &subject, clause));
        policy.budgets.iter().for_each(|clause| budget(facts, &subject, clause));
        policy.resilience.iter().for_each(|clause| resilience(facts, &subject, clause));
        policy.rules.iter().for_each(|clause| rule(facts, &subject, clause));
        terms(facts, &subject, policy, head);
    }
    for (rule, level) in levels {
        let (rank, word) = match level {
            Level::Allow => (0, "allow"),
            Level::Warn => (1, "warn"),
            Level::Deny => (2, "deny"),
        };
        let item = Item::Named(format!("level of {}", whole(rule)));
        facts.measures(&Subject::Levels, Aspect::Level, item, (Rank::of(rank), word.to_owned()), None);
    }
}

fn globs<'g>(globs: impl IntoIterator<Item = &'g Spanned<String>>) -> Vec<&'g str> {
    let mut globs: Vec<&str> = globs.into_iter().map(|glob| glob.value.as_str()).collect();
    globs.sort_unstable();
    globs.dedup();
    globs
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| whole(word)).collect::<Vec<_>>().join(", ")
}

/// A grant is what it allows whom, however it is called: each caller, and each glob of each list.
fn grant(facts: &mut Facts, subject: &Subject, clause: &Spanned<Grant>) {
    let Grant { to, allow, .. } = &clause.value;
    let mut callers: Vec<String> = Vec::new();
    callers.extend(globs(&to.teams).iter().map(|glob| format!("team {}", whole(glob))));
    callers.extend(globs(&to.users).iter().map(|glob| format!("user {}", whole(glob))));
    if callers.is_empty() {
        callers.push("everybody".to_owned());
    }
    let mut places: Vec<String> = globs(&to.environments).iter().map(|glob| format!(" in {}", whole(glob))).collect();
    if places.is_empty() {
        places.push(String::new());
    }
    let lists = [
        ("models", &allow.models),
        ("providers", &allow.providers),
        ("regions", &allow.regions),
        ("accounts", &allow.accounts),
        ("data", &allow.data),
        ("tools", &allow.tools),
    ];
    let bounds: Vec<String> =
        lists.iter().filter_map(|(word, list)| Some(format!("{word} {}", listed(&globs(list.as_ref()?))))).collect();
    let what = if bounds.is_empty() { "anything".to_owned() } else { bounds.join(" with ") };
    for caller in &callers {
        for place in &places {
            let item = Item::Named(format!("grant to {caller}{place}: {what}"));
            facts.holds(subject, Aspect::Grant, item, Some(clause.span()));
        }
    }
}

/// A clause by its name, and what it says in a text of its own.
fn clause(facts: &mut Facts, subject: &Subject, name: &str, text: String, span: Span) {
    facts.holds(subject, Aspect::Clause, Item::Named(name.to_owned()), Some(span));
    facts.says(subject, Aspect::ClauseText, Item::Named(name.to_owned()), text, Some(span));
}

fn denial(facts: &mut Facts, subject: &Subject, denial: &Spanned<Denial>) {
    let Denial { id, data, forbid, unless, reason } = &denial.value;
    let mut said = Vec::new();
    if let Some(data) = data {
        let mut classes: Vec<&str> = data.iter().map(|class| class.value.as_str()).collect();
        classes.sort_unstable();
        said.push(format!("of {}", listed(&classes)));
    }
    if let Some(forbid) = forbid {
        said.extend(forbid.trains_on_data.as_ref().map(|trains| format!("trainsOnData {}", trains.value)));
        said.extend(forbid.retention_days_over.map(|days| format!("retentionDaysOver {}", days.get())));
        for (word, list) in [("models", &forbid.models), ("providers", &forbid.providers), ("regions", &forbid.regions)]
        {
            if !list.is_empty() {
                said.push(format!("{word} {}", listed(&globs(list))));
            }
        }
    }
    if let Some(unless) = unless {
        for (word, list) in [("jurisdictions", &unless.jurisdictions), ("providers", &unless.providers)] {
            if !list.is_empty() {
                said.push(format!("unless {word} {}", listed(&globs(list))));
            }
        }
    }
    let name = format!("denial {}", whole(id.value.as_str()));
    clause(facts, subject, &name, said.join("; "), denial.span());
    facts.says(subject, Aspect::Text, Item::Named(format!("reason of {name}")), whole(reason), Some(denial.span()));
}

fn budget(facts: &mut Facts, subject: &Subject, budget: &Spanned<Budget>) {
    let doc = &budget.value;
    let name = format!("budget {}", whole(doc.id.value.as_str()));
    let mut said = Vec::new();
    for (word, glob) in
        [("account", &doc.account), ("costCenter", &doc.cost_center), ("team", &doc.team), ("route", &doc.route)]
    {
        said.extend(glob.as_ref().map(|glob| format!("{word} {}", whole(&glob.value))));
    }
    said.push(
        match doc.counting {
            Counting::Expected => "counting expected",
            Counting::Contingency => "counting contingency",
            Counting::WorstRequest => "counting worst-request",
        }
        .to_owned(),
    );
    let per = match doc.per {
        Some(Period::Day) => Some("per day"),
        Some(Period::Month) => Some("per month"),
        Some(Period::Request) | None => None,
    };
    said.extend(per.map(str::to_owned));
    said.extend(doc.outage.map(|outage| format!("outage {outage}")));
    clause(facts, subject, &name, said.join("; "), budget.span());
    let limit = crate::policy::Pico::from(doc.limit.value);
    let value = (Rank::Known(limit.into()), doc.limit.value.to_string());
    facts.measures(subject, Aspect::Limit, Item::Named(name), value, Some(doc.limit.span()));
}

fn resilience(facts: &mut Facts, subject: &Subject, clause_doc: &Spanned<Resilience>) {
    let doc = &clause_doc.value;
    let name = format!("resilience {}", whole(doc.id.value.as_str()));
    clause(facts, subject, &name, selected(&doc.routes), clause_doc.span());
    for what in &doc.survive {
        let item = Item::Named(format!("{name} survives {}", what.as_str()));
        facts.holds(subject, Aspect::Clause, item, Some(clause_doc.span()));
    }
    let headroom = doc.headroom.map_or(0, |headroom| headroom.0);
    // Less headroom is more load allowed.
    let load = Rank::of(u64::from(10_000u32.saturating_sub(headroom)));
    let shown = doc.headroom.map_or_else(|| "no headroom".to_owned(), |headroom| format!("headroom {headroom}"));
    facts.measures(subject, Aspect::Limit, Item::Named(name), (load, shown), Some(clause_doc.span()));
}

fn selected(routes: &RouteSelector) -> String {
    let mut said = Vec::new();
    said.extend(routes.tier.map(|tier| match tier {
        SloTier::Critical => "tier critical".to_owned(),
        SloTier::Standard => "tier standard".to_owned(),
        SloTier::BestEffort => "tier best-effort".to_owned(),
    }));
    said.extend(routes.names.as_ref().map(|names| format!("names {}", listed(&globs(names)))));
    said.extend(routes.data.as_ref().map(|class| format!("data {}", whole(class.value.as_str()))));
    said.join("; ")
}

fn rule(facts: &mut Facts, subject: &Subject, rule: &Spanned<CustomRule>) {
    let doc = &rule.value;
    let name = format!("rule {}", whole(doc.id.value.as_str()));
    let each = match doc.each {
        Each::Route => "route",
        Each::Hop => "hop",
        Each::Target => "target",
        Each::Key => "key",
    };
    let when = doc.when.as_ref().map_or_else(String::new, |when| format!("; when {}", whole(&when.value)));
    clause(facts, subject, &name, format!("each {each}{when}; require {}", whole(&doc.require.value)), rule.span());
    let (rank, word) = match doc.level {
        LevelWord::Allow => (0, "allow"),
        LevelWord::Warn => (1, "warn"),
        LevelWord::Deny => (2, "deny"),
    };
    let level = (Rank::of(rank), word.to_owned());
    facts.measures(subject, Aspect::Level, Item::Named(format!("level of {name}")), level, Some(rule.span()));
    facts.says(
        subject,
        Aspect::Text,
        Item::Named(format!("message of {name}")),
        whole(&doc.message),
        Some(rule.span()),
    );
}

/// The numbers of a policy; those it does not set are no limit of its own.
fn terms(facts: &mut Facts, subject: &Subject, policy: &Policy, head: Option<Span>) {
    let catalog = policy.catalog.as_ref();
    let waivers = policy.waiver_terms.as_ref();
    let numbers = [
        ("attemptsAtMost", policy.attempts_at_most.as_ref()),
        ("waiverTerms.maxDays", waivers.and_then(|terms| terms.max_days.as_ref())),
        ("catalog.maxAgeDays", catalog.and_then(|terms| terms.max_age_days.as_ref())),
        ("catalog.equivalenceReviewDays", catalog.and_then(|terms| terms.equivalence_review_days.as_ref())),
    ];
    for (word, number) in numbers {
        let value = number.map_or_else(
            || (Rank::Open, "none".to_owned()),
            |number| (Rank::of(u64::from(number.value.get())), number.value.get().to_string()),
        );
        let span = number.map_or(head, |number| Some(number.span()));
        facts.measures(subject, Aspect::Limit, Item::Named(whole(word)), value, span);
    }
    let notices = [
        ("catalog.retirementNoticeDays", catalog.and_then(|terms| terms.retirement_notice_days.as_ref())),
        ("catalog.keyExpiryNoticeDays", catalog.and_then(|terms| terms.key_expiry_notice_days.as_ref())),
    ];
    for (word, number) in notices {
        let text = number.map_or_else(|| "not set".to_owned(), |number| number.value.get().to_string());
        let span = number.map_or(head, |number| Some(number.span()));
        facts.says(subject, Aspect::ClauseText, Item::Named(whole(word)), text, span);
    }
    for (word, list) in
        waivers.into_iter().flat_map(|terms| [("requires", &terms.require), ("never covers", &terms.never)])
    {
        for what in list {
            let item = Item::Named(format!("a waiver {word} {}", whole(&what.value)));
            facts.holds(subject, Aspect::Clause, item, Some(what.span()));
        }
    }
}
