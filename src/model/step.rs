//! Steps: what is done, one after the other, when a call fails.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Spanned;

use super::{Count, Duration, Fallback, HopKind, Name, Percent, Wait};

/// One step of a ladder.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "StepAsWritten")]
pub enum Step {
    /// Waits and calls the same target again.
    Backoff(Backoff),
    /// Calls with the next key, once per remaining key or at most this often.
    NextKey(Option<u32>),
    /// Reduces parallel calls to this share, then calls again.
    LowerConcurrency(Percent),
    /// Waits longer for the answer, then calls again; the cap.
    RaiseTimeout(Option<Duration>),
    /// Calls through another egress.
    SwitchEgress(Spanned<Name>),
    /// Calls another target or visits another route.
    Fallback(Box<Fallback>),
    /// Counts successes and failures per key.
    CountPerKey(Duration),
    /// Stops calling what keeps failing.
    OpenCircuit {
        /// What is cut off.
        per: CircuitPer,
        /// After so many failures.
        after: u32,
        /// For so long.
        lasting: Duration,
    },
    /// Keeps a session where it is.
    PinSession(PinTo),
    /// Runs several gateways.
    ShardGateway(ShardBy),
    /// A human looks.
    Check {
        /// What to do.
        runbook: String,
        /// Who does it.
        owner: String,
    },
    /// Fails openly, with the symptom.
    Stop,
}

impl Step {
    /// Where it falls back to, if it does.
    pub fn fallback(&self) -> Option<&Fallback> {
        if let Self::Fallback(fallback) = self { Some(fallback) } else { None }
    }

    /// Whether it is a backoff whose calls are counted for the target, whatever symptoms they show.
    pub fn counts_per_target(&self) -> bool {
        matches!(self, Self::Backoff(backoff) if backoff.per_target)
    }

    /// Whether the visit of a route ends with it, because another one takes its place.
    pub fn hands_over(&self) -> bool {
        self.fallback().is_some_and(|fallback| fallback.kind == HopKind::Handover)
    }

    /// The step's name in documents.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Backoff(_) => "backoff",
            Self::NextKey(_) => "next-key",
            Self::LowerConcurrency(_) => "lower-concurrency",
            Self::RaiseTimeout(_) => "raise-timeout",
            Self::SwitchEgress(_) => "switch-egress",
            Self::Fallback(_) => "fallback",
            Self::CountPerKey(_) => "count-per-key",
            Self::OpenCircuit { .. } => "open-circuit",
            Self::PinSession(_) => "pin-session",
            Self::ShardGateway(_) => "shard-gateway",
            Self::Check { .. } => "check",
            Self::Stop => "stop",
        }
    }
}

/// A step as written: exactly one of these keys.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Step", extend("minProperties" = 1, "maxProperties" = 1))]
struct StepAsWritten {
    /// Waits and calls the same target again.
    backoff: Option<Backoff>,
    /// Calls the same target with the next key.
    next_key: Option<NextKey>,
    /// Reduces parallel calls, then calls again.
    lower_concurrency: Option<LowerConcurrency>,
    /// Calls again with a longer timeout.
    raise_timeout: Option<RaiseTimeout>,
    /// Calls the same target through another egress.
    switch_egress: Option<SwitchEgress>,
    /// Calls another target, or visits another route.
    fallback: Option<Fallback>,
    /// Counts successes and failures per key, for later requests.
    count_per_key: Option<CountPerKey>,
    /// Stops calling what keeps failing, for later requests.
    open_circuit: Option<OpenCircuit>,
    /// Keeps a session where it is, for later requests.
    pin_session: Option<PinSession>,
    /// Spreads sessions over several gateways.
    shard_gateway: Option<ShardGateway>,
    /// A human looks.
    check: Option<Check>,
    /// Fails openly, with the symptom.
    stop: Option<Stop>,
}

impl TryFrom<StepAsWritten> for Step {
    type Error = &'static str;

    fn try_from(written: StepAsWritten) -> Result<Self, Self::Error> {
        let steps = [
            written.backoff.map(Self::Backoff),
            written.next_key.map(|step| Self::NextKey(step.times.map(Count::get))),
            written.lower_concurrency.map(|step| Self::LowerConcurrency(step.to)),
            written.raise_timeout.map(|step| Self::RaiseTimeout(step.to)),
            written.switch_egress.map(|step| Self::SwitchEgress(step.to)),
            written.fallback.map(|step| Self::Fallback(Box::new(step))),
            written.count_per_key.map(|step| Self::CountPerKey(step.window)),
            written.open_circuit.map(|step| Self::OpenCircuit {
                per: step.per,
                after: step.after.get(),
                lasting: step.lasting,
            }),
            written.pin_session.map(|step| Self::PinSession(step.to)),
            written.shard_gateway.map(|step| Self::ShardGateway(step.by)),
            written.check.map(|step| Self::Check { runbook: step.runbook, owner: step.owner }),
            written.stop.map(|Stop {}| Self::Stop),
        ];
        let mut given = steps.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(step), None) => Ok(step),
            _ => Err("a step is exactly one measure"),
        }
    }
}

impl JsonSchema for Step {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        StepAsWritten::json_schema(generator)
    }
}

/// Waits and calls the same target again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backoff {
    /// The first wait.
    pub initial: Wait,
    /// What each further wait is multiplied by; 2 if not given.
    #[schemars(range(min = 1, max = 255))]
    pub factor: Option<std::num::NonZeroU8>,
    /// The longest wait.
    pub max: Option<Wait>,
    /// How many further calls.
    #[schemars(range(min = 1, max = 65535))]
    pub attempts: std::num::NonZeroU16,
    /// Whether the calls are counted for the target and not for the symptom, so that backoffs of other rungs go on
    /// where this one is; only a gateway's own file has such.
    #[serde(skip)]
    pub per_target: bool,
}

impl Backoff {
    /// The wait before a further call, in milliseconds; the first is number 0.
    pub fn wait(&self, number: u64) -> u64 {
        let factor = self.factor.map_or(2, |factor| u64::from(factor.get()));
        let cap = self.max.map_or(u64::MAX, |max| max.0);
        let times = factor.saturating_pow(u32::try_from(number).unwrap_or(u32::MAX));
        self.initial.0.saturating_mul(times).min(cap)
    }

    /// All waits together, in milliseconds.
    pub fn total_wait(&self) -> u64 {
        let mut total = 0u64;
        for number in 0..u64::from(self.attempts.get()) {
            let wait = self.wait(number);
            // Waits that no longer grow are added up at once.
            if number > 0 && wait == self.wait(number - 1) {
                return total.saturating_add(wait.saturating_mul(u64::from(self.attempts.get()) - number));
            }
            total = total.saturating_add(wait);
        }
        total
    }
}

/// Calls the same target with the next key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NextKey {
    /// At most this many further keys; all that remain if not given.
    times: Option<Count>,
}

/// Reduces parallel calls, then calls again.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LowerConcurrency {
    /// The share of the concurrency that remains.
    to: Percent,
}

/// Calls again with a longer timeout.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RaiseTimeout {
    /// The longer timeout; also its cap.
    to: Option<Duration>,
}

/// Calls the same target through another egress.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SwitchEgress {
    /// The egress to use.
    to: Spanned<Name>,
}

/// Counts successes and failures per key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CountPerKey {
    /// The window over which to count.
    window: Duration,
}

/// Stops calling what keeps failing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OpenCircuit {
    /// What is cut off.
    per: CircuitPer,
    /// After so many failures.
    after: Count,
    /// For so long.
    #[serde(rename = "for")]
    lasting: Duration,
}

/// What a circuit breaker cuts off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CircuitPer {
    /// One key.
    Key,
    /// One target.
    Target,
    /// One provider.
    Provider,
    /// One region.
    Region,
}

/// Keeps a session where it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PinSession {
    /// What the session is pinned to.
    to: PinTo,
}

/// What a session is pinned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PinTo {
    /// One key.
    Key,
    /// One target.
    Target,
    /// One region.
    Region,
}

/// Spreads sessions over several gateways.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShardGateway {
    /// What decides which gateway.
    by: ShardBy,
}

/// What decides which gateway serves a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShardBy {
    /// The session.
    Session,
    /// The team.
    Team,
    /// The key.
    Key,
}

/// A human looks.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Check {
    /// What to do, as a URL or a path.
    runbook: String,
    /// Who does it.
    owner: String,
}

/// Fails openly, with the symptom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Stop {}
