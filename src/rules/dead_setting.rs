//! Looks for steps that change nothing; a gateway's reader reports the keys that gateway ignores.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{Gateway, Leg, RouteId, Rung, Step};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("dead-setting"),
    group: Group::Graph,
    level: Level::Warn,
    locked: false,
    page: include_str!("dead_setting.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    if context.table.gateway != Gateway::Native {
        return;
    }
    let mut useful = BTreeSet::new();
    let mut useless = Vec::new();
    for (id, route) in context.table.routes.iter() {
        let has_spare = context.table.incomplete
            || route.pool.iter().any(|member| context.table.targets[member.target].keys.len() > 1)
            || hops_to_spare(context, id);
        for step in route.rungs.iter().flat_map(Rung::steps_on_pool) {
            if !matches!(step.step, Step::NextKey(_)) {
                continue;
            }
            if has_spare {
                useful.insert(step.place.span());
            } else {
                useless.push((step, route));
            }
        }
    }
    for (step, route) in useless {
        let span = step.place.span();
        if !useful.contains(&span) {
            let message = format!(
                "`next-key` does nothing for {}: no target of its pool has a second key",
                quote(route.name.value.as_str())
            );
            sink.report(
                Diagnostic::new("dead-setting", step.place, "no key to go on with", message)
                    .help("give the targets a spare key, or remove the step")
                    .shared_by(route.name.value.as_str(), "")
                    .about(route.subject()),
            );
        }
    }
}

/// Whether a route falls back to a target with a second key: a later failure there takes the step with it.
fn hops_to_spare(context: &Context<'_>, route: RouteId) -> bool {
    context.graph.hops_of(route).iter().any(|hop| match context.graph.hop(*hop).to {
        Leg::Target(target) => context.table.targets[target].keys.len() > 1,
        Leg::Route(_) | Leg::Nowhere(_) => false,
    })
}
