//! Lets every element of the kinds a resilience clause names fail, and looks which routes lose requests.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use crate::contingency::{Element, Failure, Network, Outage};
use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{RouteId, Table};
use crate::policy::ResilienceClause;

use super::Context;
use super::bill::{self, Others, chain_of, failure, percent};
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
        let network = context.network().keeping(clause.headroom);
        // What the planned peak loses by itself, `over-limit` reports; but not that no headroom is left.
        let calm = Rc::new(network.calm());
        let at_peak = calm.lost(&network);
        let mut found: BTreeMap<RouteId, (Rc<Outage>, u64, Others)> = BTreeMap::new();
        if clause.headroom.0 > 0 {
            let selected = at_peak.iter().filter(|(route, _)| clause.routes.selects(&table.routes[**route]));
            found.extend(selected.map(|(route, share)| (*route, (Rc::clone(&calm), *share, Others::default()))));
        }
        for single in failures(table, clause) {
            let what = failure(table, &single);
            let outage = Rc::new(network.fail(&[single]));
            for (route, share) in outage.lost_beyond(&network, &at_peak) {
                if !clause.routes.selects(&table.routes[route]) {
                    continue;
                }
                match found.get_mut(&route) {
                    None => {
                        found.insert(route, (Rc::clone(&outage), share, Others::default()));
                    }
                    Some((worst, most, others)) if share > *most => {
                        for known in &worst.failures {
                            others.push(&failure(table, known));
                        }
                        (*worst, *most) = (Rc::clone(&outage), share);
                    }
                    Some((_, _, others)) => others.push(&what),
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
    others: &Others,
) -> Diagnostic {
    let route = &table.routes[id];
    let what = bill::failures(table, outage);
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
    if let Some(others) = others.said() {
        let _ = write!(help, "; it is also lost if {others}");
    }
    Diagnostic::new("fragile-route", route.name.place, "lost by one failure", message)
        .related(clause.span, format!("{} wants it to survive", quote(&clause.id)))
        // Of the load that moves, only this route's is the counterexample.
        .trace(chain_of(table, network, outage, id))
        .help(help)
        .about(route.subject())
}
