//! Follows the steps for `rate-limit` and remembers whether anything waited before the quota that ran out is called again.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::{Call, Move};
use crate::model::{KeyNode, ResolvedStep, RouteNode, Symptom, Table, TargetId};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("missing-backoff"),
    group: Group::Ladder,
    level: Level::Warn,
    locked: false,
    page: include_str!("missing_backoff.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for route in context.table.routes.values() {
        let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == Symptom::RateLimit) else { continue };
        let found = route.pool.iter().find_map(|member| hasty(context.table, member.target, &rung.steps));
        let Some((step, why)) = found else { continue };
        sink.report(finding(route, step, &why));
    }
}

/// The first step that calls the same quota again at once, and what shows that.
fn hasty<'t>(table: &Table, first: TargetId, steps: &'t [ResolvedStep]) -> Option<(&'t ResolvedStep, String)> {
    let call = Call::first(table, first);
    let key = call.key_of(table).map(|key| &table.keys[key]);
    for step in steps {
        match Move::of(step) {
            // A wait of nothing is none.
            Move::Repeat(backoff) if backoff.total_wait() == 0 => {
                return Some((step, "it waits 0ms and calls again".to_owned()));
            }
            Move::Repeat(_) | Move::Hop(_) | Move::Stop => return None,
            Move::NextKeys(_) => {
                let next = table.targets[first].keys.get(1).map(|key| &table.keys[*key]);
                let shared = key.zip(next).and_then(|(used, next)| shared_quota(used, next));
                match shared {
                    Some(quota) => {
                        return Some((step, format!("the next key draws on the same quota {}", quote(quota))));
                    }
                    // Another quota has its own allowance, and what follows draws on that.
                    None => return None,
                }
            }
            Move::Again => return Some((step, "it calls again with the same key at once".to_owned())),
            Move::Longer(_) | Move::Through(_) => {
                return Some((
                    step,
                    "it calls again with the same key, which changes nothing about a quota".to_owned(),
                ));
            }
            Move::Control => {}
        }
    }
    None
}

fn shared_quota<'t>(a: &'t KeyNode, b: &KeyNode) -> Option<&'t str> {
    let other = b.doc.quota.as_ref().map(|quota| quota.value.as_str());
    a.doc.quota.as_ref().map(|quota| quota.value.as_str()).filter(|name| other == Some(name))
}

fn finding(route: &RouteNode, step: &ResolvedStep, why: &str) -> Diagnostic {
    let message = format!("on rate-limit {} does not wait: {why}", quote(route.name.value.as_str()));
    Diagnostic::new("missing-backoff", step.place, "no wait before this", message)
        .help("most quotas refill within seconds, and every call while they are empty counts again: put `backoff: {initial: 500ms, factor: 2, max: 8s, attempts: 2}` first")
        .shared_by(route.name.value.as_str(), "")
        .about(route.subject())
}
