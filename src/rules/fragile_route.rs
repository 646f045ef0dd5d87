//! Lets every element of the kinds a resilience clause names fail, and looks which routes lose requests.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::contingency::{Element, Failure, Network, Outage};
use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{RouteId, Table};
use crate::policy::ResilienceClause;

use super::Context;
use super::bill::{chain, failure, few, percent};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("fragile-route"),
    group: Group::Budget,
    level: Level::Deny,
    locked: false,
    page: include_str!("fragile_route.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    for clause in &context.law.resilience {
        if !table.routes.values().any(|route| clause.routes.selects(route)) {
            continue;
        }
        let network = Network::new(table, clause.headroom);
        // What the planned peak loses by itself, `over-limit` reports; but not that no headroom is left.
        let calm = network.calm();
        let at_peak = calm.lost(&network);
        let mut found: BTreeMap<RouteId, (Outage, u64, Vec<String>)> = BTreeMap::new();
        if clause.headroom.0 > 0 {
            let selected = at_peak.iter().filter(|(route, _)| clause.routes.selects(&table.routes[**route]));
            found.extend(selected.map(|(route, share)| (*route, (calm.clone(), *share, Vec::new()))));
        }
        for single in failures(table, clause) {
            let what = failure(table, &single);
            let outage = network.fail(&[single]);
            for (route, share) in outage.lost_beyond(&network, &at_peak) {
                if !clause.routes.selects(&table.routes[route]) {
                    continue;
                }
                match found.get_mut(&route) {
                    None => {
                        found.insert(route, (outage.clone(), share, Vec::new()));
                    }
                    Some((worst, most, others)) if share > *most => {
                        others.extend(worst.failures.iter().map(|known| failure(table, known)));
                        (*worst, *most) = (outage.clone(), share);
                    }
                    Some((_, _, others)) => others.push(what.clone()),
                }
            }
        }
        for (route, (outage, share, others)) in found {
            sink.report(finding(table, clause, &network, route, &outage, share, &others));
        }
    }
}

/// Everything a clause wants routes to survive, with each symptom it shows.
fn failures(table: &Table, clause: &ResilienceClause) -> Vec<Failure> {
    let elements = clause.survive.iter().flat_map(|kind| Element::all(table, *kind));
    elements
        .flat_map(|element| {
            let causes = element.causes();
            causes.iter().map(move |symptom| Failure { element: element.clone(), symptom: *symptom })
        })
        .collect()
}

fn finding(
    table: &Table,
    clause: &ResilienceClause,
    network: &Network<'_>,
    id: RouteId,
    outage: &Outage,
    share: u64,
    others: &[String],
) -> Diagnostic {
    let route = &table.routes[id];
    let what = outage.failures.iter().map(|what| failure(table, what)).collect::<Vec<_>>().join(" and ");
    let when =
        if what.is_empty() { "at its planned peak, though nothing fails".to_owned() } else { format!("if {what}") };
    let message = format!("{} loses {} of its requests {when}", quote(route.name.value.as_str()), percent(share));
    let room = if clause.headroom.0 > 0 && !outage.overloads.is_empty() {
        format!(" (with {} of every limit kept free)", clause.headroom)
    } else {
        String::new()
    };
    let keeping = match clause.headroom.0 {
        0 => String::new(),
        _ => format!(" --headroom {}", clause.headroom),
    };
    let fail: Vec<String> = outage
        .failures
        .iter()
        .map(|failure| format!("--fail {} --with {}", failure.element.typed(table), failure.symptom.as_str()))
        .collect();
    let mut help = if fail.is_empty() {
        format!("raise the limits, or spread the load over more keys{room}")
    } else {
        format!(
            "give it a step that ends elsewhere{room}; `routec whatif {}{keeping}` shows the outage",
            fail.join(" ")
        )
    };
    if !others.is_empty() {
        let _ = write!(help, "; it is also lost if {}", few(others));
    }
    let chain = chain(table, network, outage);
    let own = |label: &crate::diagnostic::Label| {
        // Of the load that moves, only this route's is the counterexample.
        !table.routes.values().any(|other| other.name.span() == label.span && other.name.span() != route.name.span())
    };
    Diagnostic::new("fragile-route", route.name.place, "lost by one failure", message)
        .related(clause.span, format!("{} wants it to survive", quote(&clause.id)))
        .trace(chain.into_iter().filter(own).collect())
        .help(help)
        .about(route.subject())
}
