//! Looks, in the steps for symptoms that stay until a person acts, for calls that repeat the one that failed.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::{Call, Move, further_keys};
use crate::model::{ResolvedStep, Rung, Symptom, Table, TargetId};

use super::Context;
use super::ladder::way_to;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("futile-retry"),
    group: Group::Ladder,
    level: Level::Warn,
    locked: false,
    page: include_str!("futile_retry.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

/// The symptoms that the same call shows again, and why.
const LASTING: [(Symptom, &str); 4] = [
    (Symptom::Auth, "a key that is refused stays refused"),
    (Symptom::Billing, "an account without credit stays without"),
    (Symptom::NotEntitled, "a model that may not be used may not be used a second later"),
    (Symptom::ContextOverflow, "a prompt that is too long stays too long"),
];

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (id, route) in context.table.routes.iter() {
        for (symptom, why) in LASTING {
            let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == symptom) else { continue };
            let table = context.table;
            let found = route.pool.iter().find_map(|member| repeats(table, member.target, symptom, rung));
            let Some(step) = found else { continue };
            let message = format!(
                "on {} {} makes the same call again: {why}",
                symptom.as_str(),
                quote(route.name.value.as_str())
            );
            sink.report(
                Diagnostic::new("futile-retry", step.place, "fails the same way", message)
                    .help("take the step out: `check` and `stop`, or another key where that can help")
                    .trace(way_to(table, id, rung, step.place))
                    .shared_by(route.name.value.as_str(), symptom.as_str())
                    .about(route.subject()),
            );
        }
    }
}

/// The first step that makes the call of a target again, with nothing changed that matters to the symptom.
fn repeats<'t>(table: &Table, first: TargetId, symptom: Symptom, rung: &'t Rung) -> Option<&'t ResolvedStep> {
    let call = Call::first(table, first);
    let keys = &table.targets[first].keys;
    for step in rung.taken() {
        match Move::of(step) {
            Move::Repeat(_) | Move::Again | Move::Longer(_) | Move::Through(_) => return Some(step),
            Move::NextKeys(times) => {
                let further = usize::try_from(further_keys(times, call.spare_keys(table))).unwrap_or(usize::MAX);
                let account = |key: &_| table.keys[*key].account;
                let mut next = keys.iter().skip(1).take(further);
                // Without a further key it makes no call at all.
                if further == 0 {
                    continue;
                }
                // The prompt is as long with every key, and all keys of an account pay from one credit.
                let is_same = symptom == Symptom::ContextOverflow
                    || (symptom == Symptom::Billing && next.all(|key| Some(account(key)) == keys.first().map(account)));
                return is_same.then_some(step);
            }
            // At another target it is another call.
            Move::Hop(_) | Move::Stop => return None,
            Move::Control => {}
        }
    }
    None
}
