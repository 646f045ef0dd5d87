//! The log contract, alerts, deployments and how far these may drift apart.

use crate::model::{Alert, DeployPath, LogFields, Name, Observability, Parity, Table};
use crate::source::{Entry, Spanned};

use super::super::compiled::{CompiledAlert, CompiledLogFields, CompiledObservability, CompiledParity, CompiledPath};

pub(super) fn observability(doc: &Observability) -> CompiledObservability {
    let alert = |alert: &Spanned<Alert>| {
        let alert = &alert.value;
        CompiledAlert {
            symptom: alert.symptom,
            per: alert.per.clone(),
            above_basis_points: alert.above.0,
            over_ms: alert.over.0,
            owner: alert.owner.clone(),
        }
    };
    CompiledObservability {
        log_fields: doc.log_fields.as_ref().map(|fields| log_fields(&fields.value)),
        journey: doc.journey.iter().map(|stage| stage.value.clone()).collect(),
        alerts: doc.alerts.iter().map(alert).collect(),
    }
}

fn log_fields(fields: &LogFields) -> CompiledLogFields {
    CompiledLogFields {
        request_id: fields.request_id.clone(),
        session_id: fields.session_id.clone(),
        provider: fields.provider.clone(),
        model_id: fields.model_id.clone(),
        status: fields.status.clone(),
        latency_ms: fields.latency_ms.clone(),
        route_table_version: fields.route_table_version.clone(),
    }
}

pub(super) fn paths(table: &Table) -> Vec<CompiledPath> {
    let path = |entry: &Entry<Name, DeployPath>| {
        let doc = &entry.value;
        CompiledPath {
            name: entry.name.value.to_string(),
            kind: doc.kind,
            node: doc.node.as_ref().map(|range| range.value.clone()),
            image: doc.image.as_ref().map(|image| image.value.clone()),
            file: doc.file.as_ref().map(|file| file.value.clone()),
            service: doc.service.as_ref().map(|service| service.value.clone()),
            config: doc.config.clone(),
            env: doc.env.iter().map(|file| file.value.clone()).collect(),
            read_only: doc.read_only,
            reload: doc.reload.as_ref().map(|reload| reload.value),
        }
    };
    table.paths.iter().map(path).collect()
}

pub(super) fn parity(doc: &Parity) -> CompiledParity {
    CompiledParity {
        every_ms: doc.every.0,
        latency_p95_spread_basis_points: doc.latency_p95_spread.map(|spread| spread.0),
        error_rate_spread_basis_points: doc.error_rate_spread.map(|spread| spread.0),
        on_breach: doc.on_breach,
        paths: doc.paths.iter().flatten().cloned().collect(),
    }
}
