//! Compares provider, region and network path of the pool with those of each hop on `timeout` and `overloaded`.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::Call;
use crate::model::{Leg, RouteNode, Symptom, Table, TargetId};

use super::Context;
use super::ladder::way_to;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("shared-fate-fallback"),
    group: Group::Ladder,
    level: Level::Warn,
    locked: false,
    page: include_str!("shared_fate_fallback.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    for (id, route) in table.routes.iter() {
        for symptom in [Symptom::Overloaded, Symptom::Timeout] {
            let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == symptom) else { continue };
            for step in rung.taken() {
                let Some((leg, place)) = &step.leg else { continue };
                let Some(fate) = shared(table, route, leg) else { continue };
                let name = quote(route.name.value.as_str());
                let message = format!("on {} {name} goes on to {fate}, where it has just failed", symptom.as_str());
                let mut finding =
                    Diagnostic::new("shared-fate-fallback", *place, "fails together with the pool", message)
                        .help("what is down there is down for this target too: another region or provider first")
                        .trace(way_to(table, id, rung, *place))
                        .shared_by(route.name.value.as_str(), "")
                        .about(route.subject());
                if let Some(member) = route.preferred().next()
                    && let Some(region) = &table.targets[member.target].doc.region
                {
                    let pool = quote(table.targets[member.target].name.value.as_str());
                    finding = finding.related(region.span(), format!("where {pool} of the pool is called"));
                }
                sink.report(finding);
            }
        }
    }
}

/// The provider and region that every target of a hop shares with every target of the pool. A region that the table
/// does not name is shared with nobody.
fn shared(table: &Table, route: &RouteNode, leg: &Leg) -> Option<String> {
    let place = |target: TargetId| {
        let node = &table.targets[target];
        Some((node.provider?, node.doc.region.as_ref()?.value.as_str(), Call::first(table, target).egress))
    };
    let reached: Vec<TargetId> = match leg {
        Leg::Target(target) => vec![*target],
        Leg::Route(to) => table.routes[*to].pool.iter().map(|member| member.target).collect(),
        Leg::Nowhere(_) => return None,
    };
    let (provider, region, egress) = place(*reached.first()?)?;
    let mut all = route.preferred().map(|member| member.target).chain(reached);
    all.all(|target| place(target) == Some((provider, region, egress)))
        .then(|| format!("{} in {}", quote(table.providers[provider].name.value.as_str()), quote(region)))
}
