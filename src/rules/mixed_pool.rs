//! Compares the targets of each pool by vendor, family, region and mode.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, or_list, quote};
use crate::model::{Gateway, Mix, TargetNode};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("mixed-pool"),
    group: Group::Relation,
    level: Level::Warn,
    locked: false,
    page: include_str!("mixed_pool.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (_, route) in context.entries().filter(|(_, route)| route.pool.len() > 1) {
        let said: BTreeSet<Mix> = route.doc.mixes.iter().map(|mix| mix.value).collect();
        let orders: BTreeSet<u32> = route.pool.iter().map(|member| member.order).collect();
        // Targets of one order share the traffic by chance; another order is a preference, not a mixture.
        let mixed = orders.into_iter().find_map(|order| {
            let members = route.pool.iter().filter(|member| member.order == order && member.weight > 0);
            let pool: Vec<&TargetNode> = members.map(|member| &context.table.targets[member.target]).collect();
            mixture(&pool, &said)
        });
        let Some((word, words, mixed)) = mixed else { continue };
        let list = or_list(mixed.iter().map(String::as_str), 4).replace(" or ", " and ");
        let message = format!("the pool of {} mixes {words}: {list}", quote(route.name.value.as_str()));
        let help = match context.table.gateway {
            Gateway::Native => format!(
                "each request gets one of them by chance; if that is meant, say `mixes: [{word}]`, else make routes or an `order` of them"
            ),
            Gateway::Envoy => {
                "each request gets one of them by chance: give them rules of their own, or a `priority`".to_owned()
            }
            Gateway::Portkey => {
                "each request gets one of them by chance: balance what answers alike, and put the rest into a `fallback` or a config of its own".to_owned()
            }
            Gateway::LiteLlm | Gateway::OpenClaw => {
                "each request gets one of them by chance: give them names of their own, or an `order`".to_owned()
            }
        };
        sink.report(
            Diagnostic::new("mixed-pool", route.name.place, "one name, answered by either", message)
                .help(help)
                .about(route.subject()),
        );
    }
}

/// What a set of targets mixes without saying so: how to say it, what it is, and the values.
fn mixture(pool: &[&TargetNode], said: &BTreeSet<Mix>) -> Option<(&'static str, &'static str, BTreeSet<String>)> {
    let mut kinds = vec![
        (Mix::Modes, "modes", "modes", values(pool, |target| target.facts.mode.map(|mode| mode.as_str().to_owned()))),
        (Mix::Vendors, "vendors", "vendors", values(pool, |target| target.facts.vendor.clone())),
    ];
    // Families differ wherever vendors do.
    if !said.contains(&Mix::Vendors) {
        kinds.push((Mix::Families, "families", "model families", values(pool, |target| target.facts.family.clone())));
    }
    kinds.push((
        Mix::Regions,
        "regions",
        "regions",
        values(pool, |target| target.doc.region.as_ref().map(|region| region.value.to_string())),
    ));
    kinds
        .into_iter()
        .find(|(mix, _, _, values)| values.len() > 1 && !said.contains(mix))
        .map(|(_, word, words, values)| (word, words, values))
}

fn values(pool: &[&TargetNode], of: impl Fn(&TargetNode) -> Option<String>) -> BTreeSet<String> {
    pool.iter().filter_map(|target| of(target)).collect()
}
