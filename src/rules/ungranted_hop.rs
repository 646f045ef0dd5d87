//! Asks the grants, for every member of the audience and every class of data, about each target a route can reach.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{RouteId, TargetId};
use crate::policy::{Lack, Listed, Member, Refusal, members};
use crate::source::Place;

use super::Context;
use super::breach::{Breach, Breaches, refused_unforced};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("ungranted-hop"),
    group: Group::Entitlement,
    level: Level::Deny,
    locked: false,
    page: include_str!("ungranted_hop.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("who may call a route"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let mut breaches = Breaches::new();
    for (id, _) in context.table.routes.iter() {
        // What only a caller can force has a rule of its own.
        for reached in refused_unforced(context, id, |target| context.is_ungranted(id, target)) {
            breaches.note(context, id, &reached, ());
        }
    }
    breaches.report(context, sink, |breach, place| finding(context, "ungranted-hop", breach, place));
}

/// The finding about a target that no grant allows, in the words of the rule that reports it.
pub(super) fn finding(context: &Context<'_>, rule: &'static str, breach: &Breach<()>, place: Place) -> Diagnostic {
    let table = context.table;
    let route = quote(table.routes[breach.route].name.value.as_str());
    let target = quote(table.targets[breach.target].name.value.as_str());
    let how = match (rule, breach.path.is_empty()) {
        ("forced-bypass", _) => "a caller can force",
        (_, true) => "by its pool",
        (_, false) => "when something fails",
    };
    let (refused, more) = refusals(context, breach.route, breach.target);
    let Some(first) = refused.first() else {
        return Diagnostic::new(rule, place, "not granted", format!("{route} reaches {target}, which is not granted"));
    };
    let mut whom: Vec<String> = refused.iter().map(Refused::to_whom).collect();
    if more > 0 {
        whom.push(format!("nor in {more} other {}", if more == 1 { "case" } else { "cases" }));
    }
    let whom = whom.join(", ");
    let message = match how {
        "a caller can force" => format!("a caller can force {route} to {target}, which no grant allows {whom}"),
        how => format!("{route} reaches {target} {how}, which no grant allows {whom}"),
    };
    let nearest = quote(&first.refusal.id);
    let help = if first.refusal.has_grant {
        format!(
            "leave {target} out of the ladder, or ask whoever owns the policy to widen {nearest}; a grant must allow all of a call"
        )
    } else {
        format!("no grant is for {}: ask for one, or take them out of the `audience`", first.member)
    };
    let mut finding = Diagnostic::new(rule, place, "not granted", message).help(help);
    for refused in &refused {
        let text = refused.nearest();
        if !finding.related.iter().any(|label| label.text == text && label.span == refused.refusal.span) {
            finding = finding.related(refused.refusal.span, text);
        }
    }
    finding
}

/// How many callers and classes of data a finding names before it counts the others.
const SHOWN: usize = 3;

/// A caller and a class of data for which a target is refused.
struct Refused<'a> {
    member: Member<'a>,
    data: Option<&'a str>,
    refusal: Refusal,
}

impl Refused<'_> {
    fn to_whom(&self) -> String {
        let carrying = self.data.map_or_else(String::new, |data| format!(" for {}", quote(data)));
        format!("to {}{carrying}", self.member)
    }

    /// What the nearest grant lacks, in words.
    fn nearest(&self) -> String {
        let Refusal { id, lacks, .. } = &self.refusal;
        if !lacks.iter().all(Lack::is_about_caller) {
            let words: Vec<String> = lacks.iter().map(lack).collect();
            return format!("the nearest grant, {}, does not allow it: {}", quote(id), words.join("; "));
        }
        let only: Vec<String> = lacks.iter().map(only).collect();
        format!("this grant would allow it, but only {}", only.join(", and only "))
    }
}

/// What a grant that allows the call itself asks of who makes it.
fn only(lack: &Lack) -> String {
    match (lack.what, &lack.has) {
        (Listed::Environment, Some(_)) => format!("in {}", lack.allowed),
        (Listed::Environment, None) => format!("in {}, and the `audience` names no environment", lack.allowed),
        (_, _) => format!("for {}", lack.allowed),
    }
}

fn lack(lack: &Lack) -> String {
    let what = lack.what.word();
    match &lack.has {
        Some(has) => format!("{what} {}, allowed: {}", quote(has), lack.allowed),
        None => format!("no {what} given, allowed: {}", lack.allowed),
    }
}

/// The first members of the audience and classes of data for which a target is refused, in the order of the table, and
/// how many more there are.
fn refusals<'a>(context: &'a Context<'_>, route: RouteId, target: TargetId) -> (Vec<Refused<'a>>, usize) {
    let node = &context.table.routes[route];
    let offer = context.offer(target);
    let mut classes: Vec<Option<&str>> = node.doc.data.iter().map(|class| Some(class.value.as_str())).collect();
    if classes.is_empty() {
        classes.push(None);
    }
    let grants = &context.law.grants;
    let (mut refused, mut more) = (Vec::new(), 0);
    for member in members(node) {
        for data in classes.iter().copied().filter(|data| !grants.allow(&member, *data, offer)) {
            if refused.len() == SHOWN {
                more += 1;
            } else if let Some(refusal) = grants.refuse(&member, data, offer) {
                refused.push(Refused { member: member.clone(), data, refusal });
            }
        }
    }
    (refused, more)
}
