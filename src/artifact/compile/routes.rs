//! Routes with a flat plan for every symptom that has one: shared ladders, own steps and `any` already merged.

use std::num::NonZeroU8;

use crate::model::{
    Label, Leg, Needs, PoolMember, ResolvedStep, RouteNode, Slo, Step, Symptom, Table, Tokens, Traffic,
};

use super::super::compiled::{
    CompiledAudience, CompiledLabel, CompiledMember, CompiledNeeds, CompiledPlan, CompiledRoute, CompiledStep,
    CompiledTraffic, StepWord,
};

pub(super) fn routes(table: &Table) -> Result<Vec<CompiledRoute>, String> {
    table.routes.values().map(|node| route(table, node)).collect()
}

fn route(table: &Table, node: &RouteNode) -> Result<CompiledRoute, String> {
    let doc = &node.doc;
    let slo: Option<&Slo> = doc.slo.as_ref().map(|slo| &slo.value);
    let member = |member: &PoolMember| CompiledMember {
        target: table.targets[member.target].name.value.to_string(),
        weight: member.weight,
        order: member.order,
    };
    let plan = |symptom: Symptom| {
        let rung = node.steps_on(symptom)?;
        let steps: Result<Vec<CompiledStep>, String> = rung.steps.iter().map(|each| step(table, node, each)).collect();
        Some(steps.map(|steps| CompiledPlan { symptom, rung: rung.symptom, steps }))
    };
    Ok(CompiledRoute {
        name: node.name.value.to_string(),
        audience: doc.audience.as_ref().map(|audience| CompiledAudience {
            teams: audience.value.teams.iter().map(|team| team.value.to_string()).collect(),
            users: audience.value.users.iter().map(|user| user.value.clone()).collect(),
            environments: audience.value.environments.iter().map(|name| name.value.to_string()).collect(),
        }),
        data: doc.data.iter().map(|class| class.value.to_string()).collect(),
        needs: doc.needs.as_ref().map(|needs| compiled_needs(&needs.value)),
        traffic: doc.traffic.as_ref().map(|traffic| compiled_traffic(&traffic.value)),
        tier: slo.and_then(|slo| slo.tier),
        deadline_ms: slo.and_then(|slo| slo.deadline.as_ref()).map(|deadline| deadline.value.0),
        pool: node.pool.iter().map(member).collect(),
        boundary: doc.boundary.iter().map(|boundary| boundary.value).collect(),
        mixes: doc.mixes.iter().map(|mix| mix.value).collect(),
        plans: Symptom::CONCRETE.into_iter().filter_map(plan).collect::<Result<_, _>>()?,
    })
}

fn compiled_needs(needs: &Needs) -> CompiledNeeds {
    CompiledNeeds {
        context_tokens: needs.context_tokens.map(Tokens::get),
        output_tokens: needs.output_tokens.map(Tokens::get),
        tools: needs.tools,
        parallel_tools: needs.parallel_tools,
        vision: needs.vision,
        audio: needs.audio,
        documents: needs.documents,
        structured_output: needs.structured_output,
        reasoning: needs.reasoning,
        streaming: needs.streaming,
        caching: needs.caching,
    }
}

fn compiled_traffic(traffic: &Traffic) -> CompiledTraffic {
    CompiledTraffic {
        requests_per_month: traffic.requests_per_month.map(Tokens::get),
        peak_requests_per_minute: traffic.peak_requests_per_minute.map(Tokens::get),
        input_tokens: traffic.input_tokens.map(Tokens::get),
        output_tokens: traffic.output_tokens.map(Tokens::get),
    }
}

fn step(table: &Table, route: &RouteNode, resolved: &ResolvedStep) -> Result<CompiledStep, String> {
    let plain = CompiledStep::new;
    Ok(match &resolved.step {
        Step::Backoff(backoff) => CompiledStep {
            initial_ms: Some(backoff.initial.0),
            factor: Some(backoff.factor.map_or(2, NonZeroU8::get)),
            max_ms: backoff.max.map(|max| max.0),
            times: Some(u32::from(backoff.attempts.get())),
            ..plain(StepWord::Backoff)
        },
        Step::NextKey(times) => CompiledStep { times: *times, ..plain(StepWord::NextKey) },
        Step::LowerConcurrency(share) => {
            CompiledStep { share_basis_points: Some(share.0), ..plain(StepWord::LowerConcurrency) }
        }
        Step::RaiseTimeout(to) => CompiledStep { to_ms: to.map(|to| to.0), ..plain(StepWord::RaiseTimeout) },
        Step::SwitchEgress(name) => {
            CompiledStep { egress: Some(name.value.to_string()), ..plain(StepWord::SwitchEgress) }
        }
        Step::Fallback(fallback) => {
            let (target, to_route) = match resolved.leg.as_ref().map(|(leg, _)| leg) {
                Some(Leg::Target(id)) => (Some(table.targets[*id].name.value.to_string()), None),
                Some(Leg::Route(id)) => (None, Some(table.routes[*id].name.value.to_string())),
                Some(Leg::Nowhere(name)) => {
                    return Err(format!(
                        "the route `{}` falls back to `{name}`, which nothing defines",
                        route.name.value
                    ));
                }
                None => return Err(format!("a fallback of the route `{}` leads nowhere", route.name.value)),
            };
            CompiledStep {
                target,
                route: to_route,
                for_ms: fallback.lasting.map(|lasting| lasting.0),
                label: fallback.label.as_ref().map(|label| compiled_label(&label.value)),
                ..plain(StepWord::Fallback)
            }
        }
        Step::CountPerKey(window) => CompiledStep { window_ms: Some(window.0), ..plain(StepWord::CountPerKey) },
        Step::OpenCircuit { per, after, lasting } => CompiledStep {
            per: Some(*per),
            after: Some(*after),
            for_ms: Some(lasting.0),
            ..plain(StepWord::OpenCircuit)
        },
        Step::PinSession(to) => CompiledStep { pin_to: Some(*to), ..plain(StepWord::PinSession) },
        Step::ShardGateway(by) => CompiledStep { shard_by: Some(*by), ..plain(StepWord::ShardGateway) },
        Step::Check { runbook, owner } => {
            CompiledStep { runbook: Some(runbook.clone()), owner: Some(owner.clone()), ..plain(StepWord::Check) }
        }
        Step::Stop => plain(StepWord::Stop),
    })
}

fn compiled_label(label: &Label) -> CompiledLabel {
    CompiledLabel {
        relation: label.relation.as_ref().map(|word| word.value),
        gaps: label.gaps.iter().map(|gap| gap.value).collect(),
        reason: label.reason.clone(),
        announce: label.announce,
    }
}
