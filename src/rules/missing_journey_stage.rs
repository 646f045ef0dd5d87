//! Compares the traced stages of a request with those between which a failure can hide.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, nearest, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("missing-journey-stage"),
    group: Group::Observability,
    level: Level::Warn,
    locked: false,
    page: include_str!("missing_journey_stage.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("what is logged"),
};

/// The stages of a request, in order.
const STAGES: [&str; 5] = ["auth", "routing", "model-call", "tool-side-effects", "session-writeback"];

fn run(context: &Context<'_>, sink: &mut Sink) {
    let Some(observability) = &context.table.observability else { return };
    let journey = &observability.value.journey;
    let Some(first) = journey.first() else { return };
    let missing: Vec<&str> =
        STAGES.into_iter().filter(|stage| !journey.iter().any(|known| known.value == *stage)).collect();
    let Some(least) = missing.first() else { return };
    let words: Vec<String> = missing.iter().map(|stage| quote(stage)).collect();
    let message = format!(
        "the journey of a request is traced without {}: what fails there seems to fail elsewhere",
        words.join(", ")
    );
    // A stage under another name is most likely a misspelling.
    let odd = journey.iter().find(|stage| !STAGES.contains(&stage.value.as_str()));
    let place = odd.map_or(first.place, |stage| stage.place);
    let help = odd.and_then(|stage| nearest(&stage.value, missing.iter().copied())).map_or_else(
        || format!("the stages are {}; add {}", STAGES.join(", "), quote(least)),
        |near| format!("did you mean {}?", quote(near)),
    );
    sink.report(
        Diagnostic::new("missing-journey-stage", place, format!("no {}", words.join(", ")), message)
            .about("observability.journey")
            .help(help),
    );
}
