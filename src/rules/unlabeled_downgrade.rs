//! For each gap, searches from each route over the hops whose labels do not name it, and compares what it reaches with the pool.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::HopEdge;
use crate::model::{Gap, Gaps, Gateway, Mode, Model, lost, meet};

use super::Context;
use super::found::ByHop;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unlabeled-downgrade"),
    group: Group::Relation,
    level: Level::Deny,
    locked: false,
    page: include_str!("unlabeled_downgrade.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let judged = match table.gateway {
        Gateway::Native => Gap::ALL.into_iter().collect(),
        Gateway::LiteLlm | Gateway::OpenClaw | Gateway::Portkey | Gateway::Envoy => Gaps::breaking(),
    };
    let mut found = ByHop::default();
    for (id, _) in context.entries() {
        if context.graph.hops_of(id).is_empty() {
            continue;
        }
        let base = meet(table.pool_of(id).map(|target| &*target.facts));
        let losses = |target| {
            if is_comparable(&base, &table.targets[target].facts) {
                lost(&base, &table.targets[target].facts).and(judged)
            } else {
                Gaps::NONE
            }
        };
        let possible = context.reachable.of(id).fold(Gaps::NONE, |all, target| all.or(losses(target)));
        for gap in possible.iter() {
            for reached in context.graph.reach(table, id, |_, hop| !names(context, hop, gap)) {
                if !reached.path.is_empty() && losses(reached.target).contains(gap) {
                    found.note(context, id, reached.target, &reached.path, Gaps::NONE.with(gap));
                }
            }
        }
    }
    found.report(context, sink, |found, hop| {
        let (route, target) = (&table.routes[found.route], &table.targets[found.target]);
        let base = meet(table.pool_of(found.route).map(|target| &*target.facts));
        let details: Vec<String> = found.gaps.iter().map(|gap| detail(gap, &base, &target.facts)).collect();
        let message = format!("{} loses {} when {} answers", quote(route.name.value.as_str()), details.join(", "), quote(target.doc.model.value.as_str()));
        let diagnostic = Diagnostic::new("unlabeled-downgrade", hop.place, format!("loses {}", found.gaps), message);
        Some(match table.gateway {
            Gateway::Native => diagnostic.help(format!("name what is lost on the hop, `label: {{gaps: [{}], announce: header}}`, or choose a target that keeps it", found.gaps)),
            Gateway::Envoy => diagnostic.at_most(Level::Warn).help("requests that rely on it fail or change exactly when the first priority is down; choose a backend and model that keep it"),
            Gateway::LiteLlm | Gateway::OpenClaw | Gateway::Portkey => diagnostic.at_most(Level::Warn).help("requests that rely on it fail or change exactly when the first choice is down; choose a target that keeps it"),
        })
    });
}

fn is_comparable(base: &Model, other: &Model) -> bool {
    let is_chat = |mode: Option<Mode>| mode.is_none_or(|mode| mode == Mode::Chat);
    is_chat(base.mode) && is_chat(other.mode)
}

fn names(context: &Context<'_>, hop: &HopEdge, gap: Gap) -> bool {
    let label = hop.fallback(context.table).and_then(|fallback| fallback.label.as_ref());
    label.is_some_and(|label| label.value.gaps.iter().any(|named| named.value == gap))
}

/// A gap with its numbers.
fn detail(gap: Gap, from: &Model, to: &Model) -> String {
    let sizes = if gap == Gap::Context {
        from.limits.context_tokens.zip(to.limits.context_tokens)
    } else {
        from.limits.output_tokens.zip(to.limits.output_tokens).filter(|_| gap == Gap::Output)
    };
    match (gap, sizes, from.tier.zip(to.tier)) {
        (_, Some((from, to)), _) => format!("{} ({} → {} tokens)", gap.as_str(), from.get(), to.get()),
        (Gap::Tier, None, Some((from, to))) => format!("tier ({} → {})", from.as_str(), to.as_str()),
        (_, None, _) => gap.as_str().to_owned(),
    }
}
