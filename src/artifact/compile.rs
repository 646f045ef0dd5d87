//! Compiles a resolved table: every plan flat and ordered, every parameter filled in.

use std::collections::BTreeSet;

use crate::model::{
    Announce, Catalogue, Leg, Model, PoolMember, RelationWord, ResolvedStep, RouteNode, SloTier, Step, Symptom, Table,
    TargetNode,
};

use super::compiled::{
    CompiledAccount, CompiledAudience, CompiledEgress, CompiledKey, CompiledLabel, CompiledMember, CompiledModel,
    CompiledPlan, CompiledProvider, CompiledRegion, CompiledRoute, CompiledStep, CompiledTable, CompiledTarget,
};

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
            .map(|path| CompiledEgress {
                name: path.name.value.to_string(),
                proxy: path.value.proxy.as_ref().map(|proxy| proxy.value.clone()),
            })
            .collect(),
        models: used
            .into_iter()
            .filter_map(|id| Some(model(id, &catalogue.model(catalogue.find(id)?).model)))
            .collect(),
        targets: table.targets.values().map(|node| target(table, node)).collect(),
        routes: table.routes.values().map(|node| route(table, node)).collect(),
    }
}

fn provider(entry: &crate::source::Entry<crate::model::Name, crate::model::Provider>) -> CompiledProvider {
    let terms = entry.value.terms.as_ref();
    let region = |entry: &crate::source::Entry<crate::model::Name, crate::model::Region>| CompiledRegion {
        name: entry.name.value.to_string(),
        jurisdiction: entry.value.jurisdiction.clone(),
        endpoint: entry.value.endpoint.as_ref().map(|url| url.value.clone()),
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
    let limit = |of: fn(&crate::model::KeyLimits) -> Option<crate::model::Tokens>| {
        limits.and_then(of).map(crate::model::Tokens::get)
    };
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
        Some(CompiledPlan {
            symptom: symptom.as_str(),
            steps: rung.steps.iter().map(|each| step(table, each)).collect(),
        })
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
        Step::Check { runbook, owner } => {
            CompiledStep { runbook: Some(runbook.clone()), owner: Some(owner.clone()), ..plain }
        }
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
