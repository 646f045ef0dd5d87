//! Follows the steps for `rate-limit` and remembers whether anything waited before the quota that ran out is called again.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::{Call, Move, further_keys};
use crate::model::{KeyId, Leg, ResolvedStep, RouteNode, Symptom, Table, TargetId};

use super::Context;
use super::ladder::way_to;
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
    for (id, route) in context.table.routes.iter() {
        let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == Symptom::RateLimit) else { continue };
        let found = route.pool.iter().find_map(|member| hasty(context.table, member.target, &rung.steps));
        let Some((step, why)) = found else { continue };
        sink.report(finding(route, step, &why).trace(way_to(context.table, id, rung, step.place)));
    }
}

/// The first step that calls the same quota again at once, and what shows that.
fn hasty<'t>(table: &Table, first: TargetId, steps: &'t [ResolvedStep]) -> Option<(&'t ResolvedStep, String)> {
    let mut call = Call::first(table, first);
    // What has run out, by the keys and quotas that calls have drawn on since the last wait.
    let mut empty = vec![Drawn::by(table, &call)];
    for step in steps {
        let again = match Move::of(step) {
            // A wait of nothing is none.
            Move::Repeat(backoff) if backoff.total_wait() == 0 => Some("it waits 0ms and calls again".to_owned()),
            // Behind a wait, what follows draws on a quota that may be full again.
            Move::Repeat(_) | Move::Stop | Move::Hop(Leg::Route(_)) => return None,
            Move::NextKeys(times) => {
                let mut again = None;
                for _ in 0..further_keys(times, call.spare_keys(table)) {
                    call.key += 1;
                    let drawn = Drawn::by(table, &call);
                    if let (None, Some(name)) = (&again, drawn.shared(&empty)) {
                        again = Some(format!("the next key draws on the same {name}"));
                    }
                    empty.push(drawn);
                }
                again
            }
            Move::Again => Some("it calls again with the same key at once".to_owned()),
            Move::Longer(_) | Move::Through(_) => {
                Some("it calls again with the same key, which changes nothing about a quota".to_owned())
            }
            // That a fallback itself draws on it is `same-quota-fallback`.
            Move::Hop(Leg::Target(target)) => {
                call = Call::first(table, *target);
                empty.push(Drawn::by(table, &call));
                None
            }
            Move::Hop(Leg::Nowhere(_)) | Move::Control => None,
        };
        if let Some(why) = again {
            return Some((step, why));
        }
    }
    None
}

/// What a call draws on.
struct Drawn<'t> {
    key: Option<KeyId>,
    quota: Option<&'t str>,
}

impl<'t> Drawn<'t> {
    fn by(table: &'t Table, call: &Call) -> Self {
        let key = call.key_of(table);
        let quota = key.and_then(|key| table.keys[key].doc.quota.as_ref()).map(|quota| quota.value.as_str());
        Self { key, quota }
    }

    /// What it draws on that others did, in words.
    fn shared(&self, others: &[Self]) -> Option<String> {
        let quota = self.quota.filter(|quota| others.iter().any(|other| other.quota == Some(quota)));
        let same_key = self.key.is_some() && others.iter().any(|other| other.key == self.key);
        quota.map(|quota| format!("quota {}", quote(quota))).or_else(|| same_key.then(|| "key".to_owned()))
    }
}

fn finding(route: &RouteNode, step: &ResolvedStep, why: &str) -> Diagnostic {
    let message = format!("on rate-limit {} does not wait: {why}", quote(route.name.value.as_str()));
    Diagnostic::new("missing-backoff", step.place, "no wait before this", message)
        .help("most quotas refill within seconds, and every call while they are empty counts again: put `backoff: {initial: 500ms, factor: 2, max: 8s, attempts: 2}` first")
        .shared_by(route.name.value.as_str(), "")
        .about(route.subject())
}
