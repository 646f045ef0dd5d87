//! Lets every single thing fail, and looks whether what takes over is overloaded in turn and refuses others.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::contingency::{Limited, Outage};
use crate::diagnostic::{Diagnostic, Level, RuleId, Sink};

use super::Context;
use super::bill::{Others, chain, failures, written_at};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("failing-cascade"),
    group: Group::Budget,
    level: Level::Deny,
    locked: false,
    page: include_str!("failing_cascade.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("traffic and limits"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let limited = table.keys.values().any(|key| key.doc.limits.is_some());
    if !limited || table.routes.values().all(|route| route.doc.traffic.is_none()) {
        return;
    }
    let (network, calm) = (context.network(), context.calm());
    let mut found: BTreeMap<Limited, (&Outage, Others)> = BTreeMap::new();
    for outage in context.outages() {
        let new: Vec<_> = outage.overloads_beyond(calm).collect();
        let Some(first) = new.first() else { continue };
        if !new.iter().any(|overload| overload.round > first.round) {
            continue;
        }
        let of = first.of.clone();
        match found.get_mut(&of) {
            Some((_, others)) => others.push(&failures(table, outage)),
            None => {
                found.insert(of, (outage, Others::default()));
            }
        }
    }
    for (of, (outage, others)) in found {
        let Some(span) = written_at(table, &of) else { continue };
        let what = failures(table, outage);
        let name = network.name_of(&of);
        let new: Vec<_> = outage.overloads_beyond(calm).collect();
        let first = new.first().map_or(0, |overload| overload.round);
        let next: Vec<String> = new
            .iter()
            .filter(|overload| overload.round > first)
            .take(3)
            .map(|overload| network.name_of(&overload.of))
            .collect();
        let message =
            format!("if {what}, {name} is overloaded, and what it refuses overloads {}", next.join(", then "));
        let mut help = "give what takes over room for the load it inherits: higher limits, another quota, or a ladder that ends with `stop`".to_owned();
        if let Some(others) = others.said() {
            let _ = write!(help, "; the same if {others}");
        }
        sink.report(
            Diagnostic::new("failing-cascade", span, "the first to give way", message)
                .trace(chain(table, network, outage))
                .help(help)
                .about(format!("limits.{}", name.split('`').nth(1).unwrap_or_default())),
        );
    }
}
