//! For each gap a label names, looks at every route that can take the hop and every target behind it.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::HopEdge;
use crate::model::{Gap, Leg, Model, RouteId, Table, TargetId, blended_price, lost, meet};
use crate::source::Span;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("stale-label"),
    group: Group::Relation,
    level: Level::Warn,
    locked: false,
    page: include_str!("stale_label.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("labels"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut stale: Vec<(Span, Gap, &HopEdge)> = Vec::new();
    let mut needed: BTreeSet<Span> = BTreeSet::new();
    let callers = Callers::new(context);
    for (_, hop) in context.graph.hops() {
        let label = hop.fallback(table).and_then(|fallback| fallback.label.as_ref());
        let Some(label) = label.filter(|label| !label.value.gaps.is_empty()) else { continue };
        let behind = behind(context, hop);
        for gap in &label.value.gaps {
            let is_needed = callers
                .of(hop.from)
                .any(|route| behind.iter().any(|target| may_lose(table, route, *target, gap.value)));
            if is_needed {
                needed.insert(gap.span());
            } else {
                stale.push((gap.span(), gap.value, hop));
            }
        }
    }
    for (span, gap, hop) in stale.into_iter().filter(|(span, _, _)| !needed.contains(span)) {
        let route = &table.routes[hop.from];
        let message =
            format!("the label admits to losing {}, and no route that takes this hop loses it", quote(gap.as_str()));
        sink.report(
            Diagnostic::new("stale-label", span, "no such gap", message)
                .help("remove it from `gaps`: a label that is not true hides the next one that is")
                .shared_by(route.name.value.as_str(), gap.as_str())
                .about(route.subject()),
        );
    }
}

/// Who can come by a route: itself and every route that falls back to it.
struct Callers {
    into: BTreeMap<RouteId, Vec<RouteId>>,
}

impl Callers {
    fn new(context: &Context<'_>) -> Self {
        let mut into: BTreeMap<RouteId, Vec<RouteId>> = BTreeMap::new();
        for (_, hop) in context.graph.hops() {
            if let Some(to) = hop.to_route() {
                into.entry(to).or_default().push(hop.from);
            }
        }
        Self { into }
    }

    fn of(&self, route: RouteId) -> impl Iterator<Item = RouteId> {
        let mut seen = BTreeSet::from([route]);
        let mut open = vec![route];
        while let Some(at) = open.pop() {
            open.extend(self.into.get(&at).into_iter().flatten().copied().filter(|from| seen.insert(*from)));
        }
        seen.into_iter()
    }
}

fn behind(context: &Context<'_>, hop: &HopEdge) -> Vec<TargetId> {
    match &hop.to {
        Leg::Target(target) => vec![*target],
        Leg::Route(route) => {
            context.graph.reach(context.table, *route, |_, _| true).into_iter().map(|reached| reached.target).collect()
        }
        Leg::Nowhere(_) => Vec::new(),
    }
}

/// Whether the gap exists or may exist: what is unknown is not called stale.
fn may_lose(table: &Table, route: RouteId, target: TargetId, gap: Gap) -> bool {
    let base = meet(table.pool_of(route).map(|target| &*target.facts));
    let facts = &table.targets[target].facts;
    let traffic = table.routes[route].doc.traffic.as_ref().map(|traffic| &traffic.value);
    if gap == Gap::Price {
        let before = table.pool_of(route).map(|target| blended_price(&target.facts, traffic)).max().flatten();
        return before.zip(blended_price(facts, traffic)).is_none_or(|(before, after)| after > before * 2);
    }
    lost(&base, facts).contains(gap) || !is_known(&base, gap) || !is_known(facts, gap)
}

fn is_known(model: &Model, gap: Gap) -> bool {
    let capabilities = &model.capabilities;
    match gap {
        Gap::Context => model.limits.context_tokens.is_some(),
        Gap::Output => model.limits.output_tokens.is_some(),
        Gap::Tools => capabilities.tools.is_some(),
        Gap::ParallelTools => capabilities.parallel_tools.is_some(),
        Gap::Vision => capabilities.vision.is_some(),
        Gap::Audio => capabilities.audio.is_some(),
        Gap::Documents => capabilities.documents.is_some(),
        Gap::StructuredOutput => capabilities.structured_output.is_some(),
        Gap::Reasoning => capabilities.reasoning.is_some(),
        Gap::Streaming => capabilities.streaming.is_some(),
        Gap::Caching => capabilities.caching.is_some(),
        Gap::Tier => model.tier.is_some(),
        Gap::Knowledge => model.lifecycle.knowledge.is_some(),
        Gap::Price => true,
    }
}
