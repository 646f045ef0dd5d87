//! Looks, in the steps for symptoms that stay until a person acts, for calls that repeat the one that failed.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Move;
use crate::model::Symptom;

use super::Context;
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
    for route in context.table.routes.values() {
        for (symptom, why) in LASTING {
            let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == symptom) else { continue };
            // With another key, on another way out or at another target, it is another call.
            let same = rung
                .taken()
                .take_while(|step| !matches!(Move::of(step), Move::NextKeys(_) | Move::Through(_) | Move::Hop(_)));
            let mut repeats =
                same.filter(|step| matches!(Move::of(step), Move::Repeat(_) | Move::Again | Move::Longer(_)));
            let Some(step) = repeats.next() else { continue };
            let message = format!(
                "on {} {} makes the same call again: {why}",
                symptom.as_str(),
                quote(route.name.value.as_str())
            );
            sink.report(
                Diagnostic::new("futile-retry", step.place, "fails the same way", message)
                    .help("take the step out: `check` and `stop`, or another key where that can help")
                    .shared_by(route.name.value.as_str(), symptom.as_str())
                    .about(route.subject()),
            );
        }
    }
}
