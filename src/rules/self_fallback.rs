//! Looks at every hop once: to the route it leaves, or to the only target of that route's pool.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::describe_hop;
use crate::model::{Gateway, Leg, RouteNode, TargetId};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("self-fallback"),
    group: Group::Graph,
    level: Level::Deny,
    locked: false,
    page: include_str!("self_fallback.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (_, hop) in context.graph.hops() {
        let route = &context.table.routes[hop.from];
        let name = || quote(route.name.value.as_str());
        let message = match &hop.to {
            Leg::Route(to) if *to == hop.from => format!("{} falls back to itself", name()),
            Leg::Target(to) if is_only_target(route, *to) && context.table.gateway == Gateway::OpenClaw => {
                format!(
                    "{} falls back to {}, its own first model",
                    name(),
                    quote(context.table.targets[*to].name.value.as_str())
                )
            }
            Leg::Target(to) if is_only_target(route, *to) => {
                let target = quote(context.table.targets[*to].name.value.as_str());
                format!("{} falls back to {target}, the only target of its own pool", name())
            }
            Leg::Route(_) | Leg::Target(_) | Leg::Nowhere(_) => continue,
        };
        let finding =
            Diagnostic::new("self-fallback", hop.place, "leads back to where it starts", message)
                .related(route.name.span(), "the request starts here")
                .trace(vec![super::found::enters(context.table, hop.from), describe_hop(context.table, hop)])
                .help(match context.table.gateway {
                    Gateway::OpenClaw => "OpenClaw passes over it without a word: remove it, or name another model; lists of included files are put one behind the other",
                    Gateway::Native => "what has just failed is asked again at once; name another target or route, or use `backoff` to wait",
                    Gateway::Portkey => "what has just failed is asked again at once: name another target",
                    Gateway::Envoy => "what has just failed is asked again at once: name another backend or model for this priority",
                    Gateway::LiteLlm => "LiteLLM passes over the group under its own name, and asks it again under any other: remove it from the list",
                })
                .about(route.subject());
        // OpenClaw goes on to the others, so that only a chain without others is none.
        let goes_on = context.table.gateway == Gateway::OpenClaw
            && context.graph.hops_of(hop.from).iter().any(|other| context.graph.hop(*other).to != hop.to);
        sink.report(if goes_on { finding.at_most(Level::Warn) } else { finding });
    }
}

fn is_only_target(route: &RouteNode, target: TargetId) -> bool {
    matches!(route.pool.as_slice(), [only] if only.target == target)
}
