//! The compiled table: what a runtime needs without knowing YAML. Every route and symptom has its flat, ordered plan.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{
    Announce, Catalogue, Leg, Model, PoolMember, RelationWord, ResolvedStep, RouteNode, SloTier, Step, Symptom, Table, TargetNode,
};

/// The members of the compiled table; a verifier refuses any other.
pub const TABLE_MEMBERS: [&str; 10] =
    ["schemaVersion", "name", "version", "providers", "accounts", "keys", "egress", "models", "targets", "routes"];

/// A compiled table.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompiledTable {
    /// The version of this format.
    schema_version: &'static str,
    /// The name of the table.
    name: String,
    /// Its version, by semver.
    version: String,
    /// Who sells the APIs.
    providers: Vec<CompiledProvider>,
    /// Billing accounts.
    accounts: Vec<CompiledAccount>,
    /// Credentials, by reference.
    keys: Vec<CompiledKey>,
    /// Network paths out.
    egress: Vec<CompiledEgress>,
    /// The models in use, with the facts and prices the table was checked against.
    models: Vec<CompiledModel>,
    /// Callable deployments.
    targets: Vec<CompiledTarget>,
    /// The names callers use.
    routes: Vec<CompiledRoute>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CompiledProvider {
    name: String,
    regions: Vec<CompiledRegion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trains_on_data: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_days: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CompiledRegion {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    jurisdiction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CompiledAccount {
    name: String,
    provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_center: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CompiledKey {
    name: String,
    account: String,
    /// Where the secret is kept; never the secret.
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_per_minute: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens_per_minute: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CompiledEgress {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CompiledModel {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens: Option<u64>,
    /// Exact dollars per million tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    input_price: Option<String>,
    /// Exact dollars per million tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    output_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retires: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CompiledTarget {
    name: String,
    model: String,
    provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    keys: Vec<String>,
    egress: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_ms: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CompiledRoute {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline_ms: Option<u64>,
    /// The classes of data it carries.
    data: Vec<String>,
    /// Who may call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<CompiledAudience>,
    /// The targets that answer when nothing fails.
    pool: Vec<CompiledMember>,
    /// What happens on each symptom; one without a plan fails at once.
    plans: Vec<CompiledPlan>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CompiledAudience {
    teams: Vec<String>,
    users: Vec<String>,
    environments: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CompiledMember {
    target: String,
    weight: u64,
    order: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CompiledPlan {
    symptom: &'static str,
    steps: Vec<CompiledStep>,
}

/// A step with its parameters; those that do not belong to it are left out.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CompiledStep {
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    egress: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    for_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_ms: Option<u64>,
    /// Hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per: Option<crate::model::CircuitPer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin_to: Option<crate::model::PinTo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard_by: Option<crate::model::ShardBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runbook: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<CompiledLabel>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CompiledLabel {
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<&'static str>,
    gaps: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    announce: Option<&'static str>,
}

/// Compiles a table; `version` is the one it carries.
pub(super) fn compile(table: &Table, catalogue: &Catalogue, version: String) -> CompiledTable {
    let used: BTreeSet<&str> = table.targets.values().map(|target| target.doc.model.value.as_str()).collect();
    CompiledTable {
        schema_version: "1.0.0",
        name: table.name.to_string(),
        version,
        providers: table.providers.values().map(provider).collect(),
        accounts: table
            .accounts
            .values()
            .map(|account| CompiledAccount {
                name: account.name.value.to_string(),
                provider: account.doc.provider.value.to_string(),
                cost_center: account.doc.cost_center.clone(),
                environment: account.doc.environment.as_ref().map(|name| name.value.clone()),
            })
            .collect(),
        keys: table.keys.values().map(key).collect(),
        egress: table
            .egress
            .values()
            .map(|path| CompiledEgress { name: path.name.value.to_string(), proxy: path.value.proxy.clone() })
            .collect(),
        models: used.into_iter().filter_map(|id| Some(model(id, &catalogue.model(catalogue.find(id)?).model))).collect(),
        targets: table.targets.values().map(|node| target(table, node)).collect(),
        routes: table.routes.values().map(|node| route(table, node)).collect(),
    }
}

fn provider(entry: &crate::source::Entry<crate::model::Name, crate::model::Provider>) -> CompiledProvider {
    let terms = entry.value.terms.as_ref();
    let region = |entry: &crate::source::Entry<crate::model::Name, crate::model::Region>| CompiledRegion {
        name: entry.name.value.to_string(),
        jurisdiction: entry.value.jurisdiction.clone(),
        endpoint: entry.value.endpoint.clone(),
    };
    CompiledProvider {
        name: entry.name.value.to_string(),
        regions: entry.value.regions.iter().map(region).collect(),
        trains_on_data: terms.and_then(|terms| terms.trains_on_data),
        retention_days: terms.and_then(|terms| terms.retention_days).map(crate::model::Tokens::get),
    }
}

fn key(node: &crate::model::KeyNode) -> CompiledKey {
    let limits = node.doc.limits.as_ref();
    let limit = |of: fn(&crate::model::KeyLimits) -> Option<crate::model::Tokens>| limits.and_then(of).map(crate::model::Tokens::get);
    CompiledKey {
        name: node.name.value.to_string(),
        account: node.doc.account.value.to_string(),
        secret: node.doc.secret.value.reference().unwrap_or_default().to_owned(),
        quota: node.doc.quota.as_ref().map(|quota| quota.value.to_string()),
        expires: node.doc.expires.as_ref().map(|date| date.value.to_string()),
        requests_per_minute: limit(|limits| limits.requests_per_minute),
        tokens_per_minute: limit(|limits| limits.tokens_per_minute),
        concurrency: limit(|limits| limits.concurrency),
    }
}

fn model(id: &str, facts: &Model) -> CompiledModel {
    CompiledModel {
        id: id.to_owned(),
        context_tokens: facts.limits.context_tokens.map(crate::model::Tokens::get),
        output_tokens: facts.limits.output_tokens.map(crate::model::Tokens::get),
        input_price: facts.price.input.map(|price| price.to_string()),
        output_price: facts.price.output.map(|price| price.to_string()),
        retires: facts.lifecycle.retires.as_ref().map(|date| date.value.to_string()),
    }
}

fn target(table: &Table, node: &TargetNode) -> CompiledTarget {
    CompiledTarget {
        name: node.name.value.to_string(),
        model: node.doc.model.value.to_string(),
        provider: node.doc.provider.value.to_string(),
        region: node.doc.region.as_ref().map(|region| region.value.to_string()),
        keys: node.keys.iter().map(|id| table.keys[*id].name.value.to_string()).collect(),
        egress: node.egress.iter().map(|id| table.egress[*id].name.value.to_string()).collect(),
        timeout_ms: node.doc.timeout.as_ref().map(|timeout| timeout.value.0),
    }
}

fn route(table: &Table, node: &RouteNode) -> CompiledRoute {
    let slo = node.doc.slo.as_ref().map(|slo| &slo.value);
    let member = |member: &PoolMember| CompiledMember {
        target: table.targets[member.target].name.value.to_string(),
        weight: member.weight,
        order: member.order,
    };
    let plan = |symptom: Symptom| {
        let rung = node.steps_on(symptom)?;
        Some(CompiledPlan { symptom: symptom.as_str(), steps: rung.steps.iter().map(|each| step(table, each)).collect() })
    };
    CompiledRoute {
        name: node.name.value.to_string(),
        tier: slo.and_then(|slo| slo.tier).map(|tier| match tier {
            SloTier::Critical => "critical",
            SloTier::Standard => "standard",
            SloTier::BestEffort => "best-effort",
        }),
        deadline_ms: slo.and_then(|slo| slo.deadline.as_ref()).map(|deadline| deadline.value.0),
        data: node.doc.data.iter().map(|class| class.value.to_string()).collect(),
        audience: node.doc.audience.as_ref().map(|audience| CompiledAudience {
            teams: audience.value.teams.iter().map(|team| team.value.to_string()).collect(),
            users: audience.value.users.iter().map(|user| user.value.clone()).collect(),
            environments: audience.value.environments.iter().map(|name| name.value.to_string()).collect(),
        }),
        pool: node.pool.iter().map(member).collect(),
        plans: Symptom::CONCRETE.into_iter().filter_map(plan).collect(),
    }
}

fn step(table: &Table, resolved: &ResolvedStep) -> CompiledStep {
    let plain = CompiledStep { step: resolved.step.word(), ..CompiledStep::default() };
    match &resolved.step {
        Step::Backoff(backoff) => CompiledStep {
            initial_ms: Some(backoff.initial.0),
            factor: Some(backoff.factor.map_or(2, std::num::NonZeroU8::get)),
            max_ms: backoff.max.map(|max| max.0),
            times: Some(u32::from(backoff.attempts.get())),
            ..plain
        },
        Step::NextKey(times) => CompiledStep { times: *times, ..plain },
        Step::LowerConcurrency(share) => CompiledStep { share: Some(share.0), ..plain },
        Step::RaiseTimeout(to) => CompiledStep { to_ms: to.map(|to| to.0), ..plain },
        Step::SwitchEgress(name) => CompiledStep { egress: Some(name.value.to_string()), ..plain },
        Step::Fallback(fallback) => {
            let (target, route) = match resolved.leg.as_ref().map(|(leg, _)| leg) {
                Some(Leg::Target(id)) => (Some(table.targets[*id].name.value.to_string()), None),
                Some(Leg::Route(id)) => (None, Some(table.routes[*id].name.value.to_string())),
                Some(Leg::Nowhere(_)) | None => (None, None),
            };
            let label = fallback.label.as_ref().map(|label| compiled_label(&label.value));
            CompiledStep { target, route, for_ms: fallback.lasting.map(|lasting| lasting.0), label, ..plain }
        }
        Step::CountPerKey(window) => CompiledStep { window_ms: Some(window.0), ..plain },
        Step::OpenCircuit { per, after, lasting } => {
            CompiledStep { per: Some(*per), after: Some(*after), for_ms: Some(lasting.0), ..plain }
        }
        Step::PinSession(to) => CompiledStep { pin_to: Some(*to), ..plain },
        Step::ShardGateway(by) => CompiledStep { shard_by: Some(*by), ..plain },
        Step::Check { runbook, owner } => CompiledStep { runbook: Some(runbook.clone()), owner: Some(owner.clone()), ..plain },
        Step::Stop => plain,
    }
}

fn compiled_label(label: &crate::model::Label) -> CompiledLabel {
    CompiledLabel {
        relation: label.relation.as_ref().map(|word| match word.value {
            RelationWord::Same => "same",
            RelationWord::Family => "family",
            RelationWord::Equivalent => "equivalent",
            RelationWord::Unrelated => "unrelated",
        }),
        gaps: label.gaps.iter().map(|gap| gap.value.as_str()).collect(),
        reason: label.reason.clone(),
        announce: label.announce.map(|announce| match announce {
            Announce::Header => "header",
            Announce::Log => "log",
            Announce::ReviewQueue => "review-queue",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_are_those_that_are_written() {
        let schema = schemars::schema_for!(CompiledTable);
        let properties = schema.get("properties").and_then(|all| all.as_object());
        let written: Vec<&str> = properties.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
        assert_eq!(written, TABLE_MEMBERS);
    }
}
