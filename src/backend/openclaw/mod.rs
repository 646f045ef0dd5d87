//! OpenClaw's `openclaw.json`: an agent for every route, with its whole chain written out.
//!
//! OpenClaw tries a flat list, and no model twice. References are qualified, every agent has both `primary` and
//! `fallbacks` (an agent without the second has none), the model policy is explicit, and keys are references that never
//! reach a provider as text.

mod providers;

use serde_json::{Map, json};

use crate::gate::Checked;
use crate::model::{Mode, RouteId, RouteNode, Symptom, Table, TargetId};

use super::loss::Losses;
use super::walk::{Tried, hops};
use super::{Dialect, Emitted, beyond, general};

use providers::Providers;

const GATEWAY: &str = "OpenClaw";

/// Writes a table.
pub(super) fn write(checked: &Checked<'_>, _: Dialect) -> Emitted {
    let table = checked.table();
    let mut losses = Losses::default();
    let mut providers = Providers::new(table);
    let mut entries = Map::new();
    let mut first = None;
    for (id, route) in table.routes.iter() {
        if let Some(mode) = other_mode(table, route) {
            let message = format!("OpenClaw's agents chat: a route of {mode} models has no place in its file");
            losses.unsupported(&route.subject(), route.name.span(), message);
            continue;
        }
        let chain = chain(table, id, &mut providers, &mut losses);
        let (Some(primary), fallbacks) = (chain.first(), chain.get(1..).unwrap_or_default()) else { continue };
        let model = json!({"primary": primary, "fallbacks": fallbacks});
        if first.is_none() {
            let message = "OpenClaw needs a default model: what asks for no agent is answered as this route is";
            losses.approximate(&route.subject(), route.name.span(), message);
            first = Some((model.clone(), chain.clone(), route.name.value.to_string()));
        }
        entries.insert(route.name.value.to_string(), json!({"model": model, "modelPolicy": {"allow": chain}}));
        beyond::steps(route, GATEWAY, &[], &mut losses);
        beyond::labels(table, route, GATEWAY, &mut losses);
        special_symptoms(table, id, route, &mut losses);
    }
    beyond::report(table, GATEWAY, &mut losses);
    let (model, allow, owner) = first.unwrap_or_default();
    let file = json!({
        "agents": {
            // OpenClaw refuses several agents without it.
            "ownership": "explicit",
            "defaults": {
                "model": model,
                "modelPolicy": {"allow": allow},
                // Requests that no caller makes: the table plans none, and OpenClaw warns where nobody owns them.
                "heartbeat": {"agentId": owner, "every": "0m"},
                // On by default, and a route that no table names.
                "embeddedAgent": {"cyberFailover": {"mode": "off"}},
            },
            "entries": entries,
        },
        "models": {"mode": "replace", "providers": providers.written(checked.catalogue(), &mut losses)},
    });
    let text = serde_json::to_string_pretty(&file).map_or_else(|_| String::new(), |text| text + "\n");
    Emitted { file_name: "openclaw.json", text, losses: losses.sorted() }
}

/// The mode of a route's pool, if it is none that agents use.
fn other_mode(table: &Table, route: &RouteNode) -> Option<&'static str> {
    let modes = route.pool.iter().filter_map(|member| table.targets[member.target].facts.mode);
    modes.into_iter().find(|mode| *mode != Mode::Chat).map(Mode::as_str)
}

/// The references of a route: its pool's first target, then its walk, each once.
fn chain(table: &Table, id: RouteId, providers: &mut Providers<'_>, losses: &mut Losses) -> Vec<String> {
    let route = &table.routes[id];
    let mut chain: Vec<String> = Vec::new();
    let Some(primary) = leader(route) else { return chain };
    if route.pool.len() > 1 {
        let name = &table.targets[primary].name.value;
        let message = format!("OpenClaw spreads no traffic: every request begins at {name}");
        for member in route.pool.iter().filter(|member| member.target != primary) {
            losses.unsupported(&route.subject(), member.place.span(), message.clone());
        }
    }
    chain.push(providers.reference(primary));
    for hop in general::walk(table, id, GATEWAY, losses) {
        let target = match hop.tried {
            Tried::Target(target) => Some(target),
            Tried::Pool(route) => leader(&table.routes[route]),
        };
        let Some(reference) = target.map(|target| providers.reference(target)) else { continue };
        if chain.contains(&reference) {
            let message = format!("OpenClaw tries {reference} once, so this hop is left out");
            losses.approximate(&route.subject(), hop.span, message);
        } else {
            chain.push(reference);
        }
    }
    chain
}

/// The target that stands for a pool: of the first order, the one with the most traffic.
fn leader(route: &RouteNode) -> Option<TargetId> {
    let most = route.preferred().map(|member| member.weight).max()?;
    route.preferred().find(|member| member.weight == most).map(|member| member.target)
}

/// Symptoms on which OpenClaw ends the turn, whatever the table says.
fn special_symptoms(table: &Table, id: RouteId, route: &RouteNode, losses: &mut Losses) {
    for (symptom, what) in
        [(Symptom::ContextOverflow, "an overlong prompt"), (Symptom::ContentPolicy, "a provider's refusal")]
    {
        let Some(step) = route.steps_on(symptom).and_then(|rung| rung.steps.first()) else { continue };
        if hops(table, id, symptom).is_empty() {
            let message = format!("on `{}`, OpenClaw ends the turn, as the table says", symptom.as_str());
            losses.exact(&route.subject(), step.place.span(), message);
        } else {
            let message = format!("OpenClaw never falls back on {what}: the turn ends");
            losses.unsupported(&route.subject(), step.place.span(), message);
        }
    }
    let partial = route.rungs.iter().find(|rung| rung.symptom == Symptom::Partial);
    if let Some(step) = partial.and_then(|rung| rung.steps.first()) {
        let message = "OpenClaw does not see that some sessions fail and others do not";
        losses.unsupported(&route.subject(), step.place.span(), message);
    }
}
