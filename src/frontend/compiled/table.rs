//! The document of a compiled table, of kind `RouteTable`.

use serde_json::Value as Json;

use crate::artifact::compiled::{CompiledObservability, CompiledParity, CompiledPath, CompiledTable};
use crate::artifact::predicate::WaiverRef;

use super::UnpackError;
use super::member::{Mapping, named, share, time, word};
use super::{route, supply};

pub(super) fn document(table: &CompiledTable, waivers: &[WaiverRef]) -> Result<Json, UnpackError> {
    let mut routes = Mapping::default();
    for each in &table.routes {
        routes = routes.with(&each.name, route::route(each)?);
    }
    let head = Mapping::default().with("name", table.name.as_str()).with("version", table.version.as_str());
    let document = Mapping::default()
        .with("apiVersion", "routec/v1")
        .with("kind", "RouteTable")
        .with("metadata", head)
        .inner("providers", named(&table.providers, |each| &each.name, supply::provider))
        .inner("accounts", named(&table.accounts, |each| &each.name, supply::account))
        .inner("keys", named(&table.keys, |each| &each.name, supply::key))
        .inner("egress", named(&table.egress, |each| &each.name, supply::egress))
        .inner("targets", named(&table.targets, |each| &each.name, supply::target))
        .inner("routes", routes)
        .maybe("observability", table.observability.as_ref().map(observability))
        .inner("paths", named(&table.paths, |each| &each.name, path))
        .maybe("parity", table.parity.as_ref().map(parity))
        .list("waivers", waivers.iter().map(waiver));
    Ok(document.into())
}

fn observability(observability: &CompiledObservability) -> Mapping {
    let fields = observability.log_fields.as_ref().map(|fields| {
        Mapping::default()
            .maybe("requestId", fields.request_id.as_deref())
            .maybe("sessionId", fields.session_id.as_deref())
            .maybe("provider", fields.provider.as_deref())
            .maybe("modelId", fields.model_id.as_deref())
            .maybe("status", fields.status.as_deref())
            .maybe("latencyMs", fields.latency_ms.as_deref())
            .maybe("routeTableVersion", fields.route_table_version.as_deref())
    });
    let alerts = observability.alerts.iter().map(|alert| {
        Mapping::default()
            .with("symptom", word(alert.symptom))
            .list("per", alert.per.iter().map(String::as_str))
            .with("above", share(alert.above_basis_points))
            .with("over", time(alert.over_ms))
            .with("owner", alert.owner.as_str())
    });
    Mapping::default()
        .maybe("logFields", fields)
        .list("journey", observability.journey.iter().map(String::as_str))
        .list("alerts", alerts)
}

fn path(path: &CompiledPath) -> Mapping {
    Mapping::default()
        .with("kind", word(path.kind))
        .maybe("node", path.node.as_deref())
        .maybe("image", path.image.as_deref())
        .maybe("file", path.file.as_deref())
        .maybe("service", path.service.as_deref())
        .list("config", path.config.iter().map(String::as_str))
        .list("env", path.env.iter().map(String::as_str))
        .maybe("readOnly", path.read_only)
        .maybe("reload", path.reload.map(word))
}

fn parity(parity: &CompiledParity) -> Mapping {
    Mapping::default()
        .with("every", time(parity.every_ms))
        .maybe("latencyP95Spread", parity.latency_p95_spread_basis_points.map(share))
        .maybe("errorRateSpread", parity.error_rate_spread_basis_points.map(share))
        .maybe("onBreach", parity.on_breach.map(word))
        .list("paths", parity.paths.iter().map(String::as_str))
}

fn waiver(waiver: &WaiverRef) -> Mapping {
    Mapping::default()
        .with("rule", waiver.policy.as_str())
        .with("at", waiver.scope.as_str())
        .with("until", waiver.expires.as_str())
        .maybe("ticket", waiver.ticket.as_deref())
        .with("reason", waiver.reason.as_str())
        .maybe("approvedBy", waiver.approver.as_deref())
}
