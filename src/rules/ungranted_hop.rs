//! Asks the grants, for every member of the audience and every class of data, about each target a route can reach.

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::model::{RouteId, TargetId};
use crate::policy::{Lack, Member, Refusal, members};
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
    let Some((member, data, refusal)) = first_refusal(context, breach.route, breach.target) else {
        return Diagnostic::new(rule, place, "not granted", format!("{route} reaches {target}, which is not granted"));
    };
    let carrying = data.map_or_else(String::new, |data| format!(" for {}", quote(data)));
    let message = match how {
        "a caller can force" => {
            format!("a caller can force {route} to {target}, which no grant allows to {member}{carrying}")
        }
        how => format!("{route} reaches {target} {how}, which no grant allows to {member}{carrying}"),
    };
    let Refusal { nearest } = refusal;
    let finding = Diagnostic::new(rule, place, "not granted", message);
    match nearest {
        None => finding.help(format!("no grant is for {member}: ask for one, or take them out of the `audience`")),
        Some((id, span, lacks)) => {
            let words: Vec<String> = lacks.iter().map(lack).collect();
            let mut finding = finding.help(format!(
                "leave {target} out of the ladder, or ask whoever owns the policy to widen {}; a grant must allow all of a call",
                quote(&id)
            ));
            finding.related.push(Label {
                span,
                text: format!("the nearest grant, {}, does not allow it: {}", quote(&id), words.join("; ")),
            });
            finding
        }
    }
}

fn lack(lack: &Lack) -> String {
    match &lack.has {
        Some(has) => format!("{} {}, allowed: {}", lack.what, quote(has), lack.allowed),
        None => format!("no {} given, allowed: {}", lack.what, lack.allowed),
    }
}

/// The first member and class of data for which a target is refused.
fn first_refusal<'a>(
    context: &'a Context<'_>,
    route: RouteId,
    target: TargetId,
) -> Option<(Member<'a>, Option<&'a str>, Refusal)> {
    let node = &context.table.routes[route];
    let offer = context.offer(target);
    let mut classes: Vec<Option<&str>> = node.doc.data.iter().map(|class| Some(class.value.as_str())).collect();
    if classes.is_empty() {
        classes.push(None);
    }
    members(node).into_iter().find_map(|member| {
        classes.iter().find_map(|data| {
            context.law.grants.refuse(&member, *data, offer).map(|refusal| (member.clone(), *data, refusal))
        })
    })
}
