//! Takes the components that only `default_fallbacks` closes: those that the lists alone do not have.

use crate::diagnostic::{Label, Level, RuleId, Sink};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("litellm-default-fallback-cycle"),
    group: Group::Gateway,
    level: Level::Deny,
    locked: false,
    page: include_str!("litellm_default_fallback_cycle.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    if !context.graph.hops().any(|(_, hop)| hop.is_default(table)) {
        return;
    }
    let own = context.graph.cycles(table, |hop| !hop.is_default(table) && !hop.is_pattern(table));
    for cycle in context.graph.cycles(table, |hop| !hop.is_pattern(table)) {
        let is_new = cycle.trace.iter().any(|hop| context.graph.hop(*hop).is_default(table));
        let is_known = own.iter().any(|other| other.members == cycle.members);
        if is_new && !is_known {
            let mut finding = super::cycle::finding("litellm-default-fallback-cycle", context, &cycle);
            let default = cycle.trace.iter().map(|hop| context.graph.hop(*hop)).find(|hop| hop.is_default(table));
            if let Some(default) = default {
                let group = &table.routes[default.from].name.value;
                finding.primary =
                    Label { span: default.place.span(), text: "this default closes the cycle".to_owned() };
                finding.message =
                    finding.message.replacen("routes fall back", "by `default_fallbacks` groups fall back", 1);
                let cost = super::cycle::cost(table, default.from).unwrap_or_default();
                finding.help = Some(format!(
                    "{cost}; switch the defaults off for that group, `- {group}: []` in `fallbacks`, or take the name out of the list"
                ));
            }
            sink.report(finding);
        }
    }
}
