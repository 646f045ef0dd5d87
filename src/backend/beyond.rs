//! What no gateway's own file says, whichever gateway it is: who may call, how long a caller waits, what is promised.

use crate::model::{Announce, ModelId, ResolvedStep, RouteNode, Step, Symptom, Table};

use super::loss::Losses;
use super::walk;

/// Reports what a gateway of this name leaves out of a table.
pub(super) fn report(table: &Table, gateway: &str, losses: &mut Losses) {
    for route in table.routes.values() {
        let subject = route.subject();
        if let Some(audience) = &route.doc.audience {
            let message = format!("who may call it is not in {gateway}'s file: whoever holds a key of the gateway can");
            losses.unsupported(&subject, audience.span(), message);
        }
        if let Some(first) = route.doc.data.first() {
            let message = format!("classes of data mean nothing to {gateway}: it sends a target whatever it is sent");
            losses.unsupported(&subject, first.span(), message);
        }
        if let Some(deadline) = route.doc.slo.as_ref().and_then(|slo| slo.value.deadline.as_ref()) {
            let message = format!("{gateway} has no deadline for a whole request: it goes on after it has passed");
            losses.unsupported(&subject, deadline.span(), message);
        }
    }
    for target in table.targets.values().filter(|target| target.doc.model.value.is_as_requested()) {
        let message = format!(
            "each request names its model; {gateway}'s file names one: put it in the place of `{}`",
            ModelId::AS_REQUESTED
        );
        losses.unsupported(&format!("targets.{}", target.name.value), target.name.span(), message);
    }
    if let Some(observability) = &table.observability {
        let message = format!("log fields, journey and alerts are kept outside {gateway}'s file");
        losses.unsupported("observability", observability.span(), message);
    }
}

/// Reports the steps of a route that a gateway of this name cannot take; those named in `said` are said otherwise.
pub(super) fn steps(route: &RouteNode, gateway: &str, said: &[&str], losses: &mut Losses) {
    let subject = route.subject();
    for rung in route.rungs.iter().filter(|rung| route.takes(rung)) {
        let before = rung.steps_on_pool().count();
        for (at, step) in rung.taken().enumerate() {
            if said.contains(&step.step.word()) && at < before {
                continue;
            }
            let on = format!("on `{}`", rung.symptom.as_str());
            if let Some(message) = lost(step, gateway, &on, at >= before) {
                losses.unsupported(&subject, step.place.span(), message);
            }
        }
    }
}

fn lost(step: &ResolvedStep, gateway: &str, on: &str, is_after_fallback: bool) -> Option<String> {
    Some(match &step.step {
        Step::Fallback(_) | Step::Stop => return None,
        Step::Check { .. } => format!("{on}, nobody is told to look: the runbook is not in {gateway}'s file"),
        Step::Backoff(_) | Step::NextKey(_) if is_after_fallback => {
            format!("{on}, {gateway} cannot call again after a fallback: it repeats a target before it leaves it only")
        }
        Step::Backoff(_) => format!("{on}, how often {gateway} calls again is not in its file"),
        Step::NextKey(_) => format!("{on}, {gateway} does not go on to the next key in the order given"),
        Step::LowerConcurrency(to) => format!("{on}, {gateway} does not call less often in parallel (to {to})"),
        Step::RaiseTimeout(_) => format!("{on}, {gateway} waits as long as before: a target has one timeout"),
        Step::SwitchEgress(to) => format!("{on}, {gateway} does not change the network path (to {})", to.value),
        Step::CountPerKey(_) => format!("{on}, {gateway} does not count per key"),
        Step::OpenCircuit { .. } => {
            format!("{on}, when {gateway} stops calling what keeps failing is its own to decide")
        }
        Step::PinSession(_) => format!("{on}, {gateway} does not keep a session where it is"),
        Step::ShardGateway(_) => format!("{on}, several gateways are a matter of how {gateway} is deployed"),
    })
}

/// Reports what the hops of a route promise and a gateway of this name does not keep.
pub(super) fn labels(table: &Table, route: &RouteNode, gateway: &str, losses: &mut Losses) {
    let Some((id, _)) = table.routes.iter().find(|(_, other)| other.name.value == route.name.value) else { return };
    for symptom in Symptom::CONCRETE {
        for hop in walk::hops(table, id, symptom) {
            let announce = hop.fallback.label.as_ref().and_then(|label| Some((label.value.announce?, label.span())));
            let Some((announce, span)) = announce else { continue };
            let message = match announce {
                Announce::Header => format!("callers learn of this hop by {gateway}'s own headers only, if at all"),
                Announce::Log => continue,
                Announce::ReviewQueue => format!("{gateway} puts no answer into a review queue"),
            };
            losses.approximate(&route.subject(), span, message);
        }
        for hop in walk::hops(table, id, symptom).iter().filter(|hop| hop.fallback.lasting.is_some()) {
            let message = format!("{gateway} begins every request at the pool: it does not stay with a fallback");
            losses.approximate(&route.subject(), hop.span, message);
        }
    }
}
