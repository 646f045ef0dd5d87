//! Routes as documents write them: plans become steps of their own, those of `any` once.

use crate::artifact::compiled::{CompiledNeeds, CompiledPlan, CompiledRoute, CompiledStep, StepWord};
use crate::model::Symptom;

use super::UnpackError;
use super::member::{Mapping, share, time, word};

pub(super) fn route(route: &CompiledRoute) -> Result<Mapping, UnpackError> {
    let audience = route.audience.as_ref().map(|audience| {
        Mapping::default()
            .list("teams", audience.teams.iter().map(String::as_str))
            .list("users", audience.users.iter().map(String::as_str))
            .list("environments", audience.environments.iter().map(String::as_str))
    });
    let traffic = route.traffic.as_ref().map(|traffic| {
        Mapping::default()
            .maybe("requestsPerMonth", traffic.requests_per_month)
            .maybe("peakRequestsPerMinute", traffic.peak_requests_per_minute)
            .maybe("inputTokens", traffic.input_tokens)
            .maybe("outputTokens", traffic.output_tokens)
    });
    let slo = Mapping::default().maybe("deadline", route.deadline_ms.map(time)).maybe("tier", route.tier.map(word));
    let pool = route.pool.iter().map(|member| {
        Mapping::default()
            .with("target", member.target.as_str())
            .with("weight", member.weight)
            .with("order", member.order)
    });
    let mut failover = Mapping::default();
    for plan in rungs(route)? {
        failover = failover.list(plan.rung.as_str(), plan.steps.iter().map(step));
    }
    Ok(Mapping::default()
        .maybe("audience", audience)
        .list("data", route.data.iter().map(String::as_str))
        .maybe("needs", route.needs.as_ref().map(needs))
        .maybe("traffic", traffic)
        .inner("slo", slo)
        .list("pool", pool)
        .inner("failover", failover)
        .list("boundary", route.boundary.iter().map(word))
        .list("mixes", route.mixes.iter().map(word)))
}

/// Each rung once: the plans that symptoms have of their own, and one of those that stand for `any`.
fn rungs(route: &CompiledRoute) -> Result<Vec<&CompiledPlan>, UnpackError> {
    let wrong = |what: &str| UnpackError::new(format!("the plans of route `{}` {what}", route.name.escape_debug()));
    let mut rungs: Vec<&CompiledPlan> = Vec::new();
    for plan in &route.plans {
        match rungs.iter().find(|known| known.rung == plan.rung) {
            None if plan.rung == plan.symptom || plan.rung == Symptom::Any => rungs.push(plan),
            Some(known) if plan.rung == Symptom::Any && known.steps == plan.steps => {}
            None | Some(_) => return Err(wrong("do not agree on which symptoms they stand for")),
        }
    }
    let stands_for_any = rungs.iter().any(|plan| plan.rung == Symptom::Any);
    let written: Vec<Symptom> = route.plans.iter().map(|plan| plan.symptom).collect();
    let expected: Vec<Symptom> =
        Symptom::CONCRETE.into_iter().filter(|symptom| stands_for_any || written.contains(symptom)).collect();
    if written == expected { Ok(rungs) } else { Err(wrong("are not complete or not in order")) }
}

fn needs(needs: &CompiledNeeds) -> Mapping {
    Mapping::default()
        .maybe("contextTokens", needs.context_tokens)
        .maybe("outputTokens", needs.output_tokens)
        .maybe("tools", needs.tools)
        .maybe("parallelTools", needs.parallel_tools)
        .maybe("vision", needs.vision)
        .maybe("audio", needs.audio)
        .maybe("documents", needs.documents)
        .maybe("structuredOutput", needs.structured_output)
        .maybe("reasoning", needs.reasoning)
        .maybe("streaming", needs.streaming)
        .maybe("caching", needs.caching)
}

/// A step with what belongs to it; what is missing is found when the document is read.
fn step(step: &CompiledStep) -> Mapping {
    let plain = Mapping::default;
    let (name, parameters) = match step.step {
        StepWord::Backoff => (
            "backoff",
            plain()
                .maybe("initial", step.initial_ms.map(time))
                .maybe("factor", step.factor)
                .maybe("max", step.max_ms.map(time))
                .maybe("attempts", step.times),
        ),
        StepWord::NextKey => ("next-key", plain().maybe("times", step.times)),
        StepWord::LowerConcurrency => ("lower-concurrency", plain().maybe("to", step.share_basis_points.map(share))),
        StepWord::RaiseTimeout => ("raise-timeout", plain().maybe("to", step.to_ms.map(time))),
        StepWord::SwitchEgress => ("switch-egress", plain().maybe("to", step.egress.as_deref())),
        StepWord::Fallback => {
            let label = step.label.as_ref().map(|label| {
                plain()
                    .maybe("relation", label.relation.map(word))
                    .list("gaps", label.gaps.iter().map(word))
                    .maybe("reason", label.reason.as_deref())
                    .maybe("announce", label.announce.map(word))
            });
            let fallback = plain()
                .maybe("target", step.target.as_deref())
                .maybe("route", step.route.as_deref())
                .maybe("label", label)
                .maybe("for", step.for_ms.map(time));
            ("fallback", fallback)
        }
        StepWord::CountPerKey => ("count-per-key", plain().maybe("window", step.window_ms.map(time))),
        StepWord::OpenCircuit => (
            "open-circuit",
            plain().maybe("per", step.per.map(word)).maybe("after", step.after).maybe("for", step.for_ms.map(time)),
        ),
        StepWord::PinSession => ("pin-session", plain().maybe("to", step.pin_to.map(word))),
        StepWord::ShardGateway => ("shard-gateway", plain().maybe("by", step.shard_by.map(word))),
        StepWord::Check => {
            ("check", plain().maybe("runbook", step.runbook.as_deref()).maybe("owner", step.owner.as_deref()))
        }
        StepWord::Stop => ("stop", plain()),
    };
    plain().with(name, parameters)
}
