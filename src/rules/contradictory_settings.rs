//! Compares the numbers of each step with each other and with the targets it is taken for; a gateway's reader compares its sections.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{ResolvedStep, RouteNode, Rung, Step, Table, TargetNode};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("contradictory-settings"),
    group: Group::Graph,
    level: Level::Deny,
    locked: false,
    page: include_str!("contradictory_settings.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    // A shared step that makes sense for one route is no contradiction.
    let mut sound = BTreeSet::new();
    let mut odd = Vec::new();
    for route in context.table.routes.values() {
        for step in route.rungs.iter().flat_map(Rung::steps_on_pool) {
            match contradiction(context.table, route, step) {
                Some(words) => odd.push((step.place, words, route)),
                None => drop(sound.insert(step.place.span())),
            }
        }
    }
    for target in context.table.targets.values() {
        foreign_keys(context.table, target, sink);
        other_price(context, target, sink);
        short_paths(context.table, target, sink);
    }
    for (place, (label, message, help), route) in odd {
        if !sound.contains(&place.span()) {
            sink.report(
                Diagnostic::new("contradictory-settings", place, label, message)
                    .help(help)
                    .shared_by(route.name.value.as_str(), "")
                    .about(route.subject()),
            );
        }
    }
}

fn contradiction(table: &Table, route: &RouteNode, step: &ResolvedStep) -> Option<(&'static str, String, String)> {
    if let Step::Backoff(backoff) = &step.step {
        let max = backoff.max.filter(|max| *max < backoff.initial)?;
        let message = format!("the first wait, {}, is longer than the longest, {max}; {max} wins", backoff.initial);
        return Some(("two waits disagree", message, "make `initial` at most `max`".to_owned()));
    }
    if let Step::RaiseTimeout(Some(to)) = &step.step {
        let timeouts = route
            .pool
            .iter()
            .map(|member| table.targets[member.target].doc.timeout.as_ref().map(|timeout| timeout.value));
        let least = timeouts.collect::<Option<Vec<_>>>()?.into_iter().min()?;
        return (*to <= least).then(|| {
            let name = quote(route.name.value.as_str());
            (
                "raises nothing",
                format!("`raise-timeout` to {to} does not raise anything: the targets of {name} already wait {least}"),
                format!("raise it above {least}, or remove the step"),
            )
        });
    }
    None
}

/// A price that the file gives a model and that is far from what the catalogue knows. One of nothing is how flat rates
/// and own machines are written, and one within twice the other may have been agreed.
fn other_price(context: &Context<'_>, target: &TargetNode, sink: &mut Sink) {
    let (Some(own), Some(model)) = (&target.doc.own_facts, target.model) else { return };
    if target.doc.self_hosted {
        return;
    }
    let known = context.catalogue.model(model);
    let pairs = [
        ("prompts", own.price.input, known.model.price.input),
        ("answers", own.price.output, known.model.price.output),
    ];
    for (what, own, price) in pairs {
        let (Some(own), Some(price)) = (own, price) else { continue };
        let is_far = own.0 > price.0.saturating_mul(2) || price.0 > own.0.saturating_mul(2);
        if own.0 == 0 || price.0 == 0 || !is_far {
            continue;
        }
        let message = format!(
            "the file bills {what} of {} at {own}, and the catalogue knows {price}",
            quote(target.doc.model.value.as_str())
        );
        sink.report(
            Diagnostic::new("contradictory-settings", target.doc.model.place, "another price than the catalogue's", message)
                .related(known.id.span(), "as the catalogue has it")
                .at_most(Level::Warn)
                .help("the file's price is the one that is billed and counted: put it right, or take it out so that the known one is used")
                .about(format!("targets.{}", target.name.value)),
        );
        return;
    }
}

/// Keys that belong to another provider than the target's.
fn foreign_keys(table: &Table, target: &TargetNode, sink: &mut Sink) {
    for (id, name) in target.keys.iter().zip(target.doc.keys.iter().flatten()) {
        let key = &table.keys[*id];
        let owner = key.account.and_then(|account| table.accounts[account].provider);
        let (Some(owner), Some(provider)) = (owner, target.provider) else { continue };
        if owner == provider {
            continue;
        }
        let message = format!(
            "{} is served by {}, and its key {} belongs to {}",
            quote(target.name.value.as_str()),
            quote(table.providers[provider].name.value.as_str()),
            quote(key.name.value.as_str()),
            quote(table.providers[owner].name.value.as_str())
        );
        sink.report(
            Diagnostic::new("contradictory-settings", name.place, "a key of another provider", message)
                .related(key.name.span(), "this key")
                .help("calls with it fail with `auth`: name a key of the target's own provider")
                .about(format!("targets.{}", target.name.value)),
        );
    }
}

/// Network paths that do not lead to the target's region.
fn short_paths(table: &Table, target: &TargetNode, sink: &mut Sink) {
    let Some(region) = &target.doc.region else { return };
    for (id, name) in target.egress.iter().zip(target.doc.egress.iter().flatten()) {
        let path = &table.egress[*id];
        let Some(reached) = path.value.regions.as_ref().filter(|all| !all.iter().any(|one| one.value == region.value))
        else {
            continue;
        };
        let message = format!(
            "{} is in {}, and its egress {} does not lead there",
            quote(target.name.value.as_str()),
            quote(region.value.as_str()),
            quote(path.name.value.as_str())
        );
        let span = reached.iter().next().map_or(path.name.span(), crate::source::Spanned::span);
        sink.report(
            Diagnostic::new("contradictory-settings", name.place, "leads elsewhere", message)
                .related(span, "it leads here")
                .help("name an egress that reaches the region, or add the region to it")
                .about(format!("targets.{}", target.name.value)),
        );
    }
}
