//! Ladders: the ordered steps taken on a symptom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Spanned;

use super::capability::Gap;
use super::{Count, Duration, Name, NonEmpty, Percent, Symptom};

/// Steps in the order they are taken.
pub type Steps = NonEmpty<Spanned<Step>>;

/// The steps for each symptom. A symptom without steps uses those of `any`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ladder {
    /// On 429: quota, rate or concurrency exceeded.
    pub rate_limit: Option<Steps>,
    /// On 5xx or 529: the provider cannot cope.
    pub overloaded: Option<Steps>,
    /// On timeouts, resets, slow TLS and refused connections.
    pub timeout: Option<Steps>,
    /// On 401: an invalid or expired key.
    pub auth: Option<Steps>,
    /// On 402: credit exhausted.
    pub billing: Option<Steps>,
    /// When the model is missing, its id unknown, or the account lacks permission.
    pub not_entitled: Option<Steps>,
    /// When the prompt is larger than the model's window.
    pub context_overflow: Option<Steps>,
    /// When the content was refused.
    pub content_policy: Option<Steps>,
    /// When some sessions succeed and others do not.
    pub partial: Option<Steps>,
    /// For whatever has no steps of its own.
    pub any: Option<Steps>,
}

impl Ladder {
    /// The steps of each symptom that has some.
    pub fn into_rungs(self) -> Vec<(Symptom, Steps)> {
        [
            (Symptom::RateLimit, self.rate_limit),
            (Symptom::Overloaded, self.overloaded),
            (Symptom::Timeout, self.timeout),
            (Symptom::Auth, self.auth),
            (Symptom::Billing, self.billing),
            (Symptom::NotEntitled, self.not_entitled),
            (Symptom::ContextOverflow, self.context_overflow),
            (Symptom::ContentPolicy, self.content_policy),
            (Symptom::Partial, self.partial),
            (Symptom::Any, self.any),
        ]
        .into_iter()
        .filter_map(|(symptom, steps)| Some((symptom, steps?)))
        .collect()
    }
}

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
            written.open_circuit.map(|step| Self::OpenCircuit { per: step.per, after: step.after.get(), lasting: step.lasting }),
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
    pub initial: Duration,
    /// What each further wait is multiplied by; 2 if not given.
    #[schemars(range(min = 1, max = 255))]
    pub factor: Option<std::num::NonZeroU8>,
    /// The longest wait.
    pub max: Option<Duration>,
    /// How many further calls.
    #[schemars(range(min = 1, max = 65535))]
    pub attempts: std::num::NonZeroU16,
}

impl Backoff {
    /// All waits together.
    pub fn total_wait(&self) -> Duration {
        let factor = self.factor.map_or(2, |factor| u64::from(factor.get()));
        let cap = self.max.map_or(u64::MAX, |max| max.0);
        let (mut wait, mut total) = (self.initial.0.min(cap), 0u64);
        for _ in 0..self.attempts.get() {
            total = total.saturating_add(wait);
            wait = wait.saturating_mul(factor).min(cap);
        }
        Duration(total)
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

/// Calls another target, or visits another route: exactly one of the two.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "FallbackAsWritten")]
#[schemars(with = "FallbackAsWritten")]
pub struct Fallback {
    /// Where to.
    pub hop: Spanned<Hop>,
    /// What the hop openly admits it loses.
    pub label: Option<Spanned<Label>>,
    /// How long later requests go there directly.
    pub lasting: Option<Duration>,
    /// Which list of a gateway's own file the hop stands in.
    pub kind: HopKind,
}

/// Where a fallback leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// One target.
    Target(Name),
    /// A route, with its own ladders.
    Route(Name),
}

/// The list of a gateway's own file in which a hop stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HopKind {
    /// A step of a ladder.
    Native,
    /// An entry of a gateway's list: how that list is called, and the target as written there.
    Listed {
        /// The list: `general`, `context_window`, `content_policy` or `default`.
        list: &'static str,
        /// The target as the list writes it.
        written: String,
        /// How the gateway finds the target.
        via: Via,
    },
}

/// How a gateway finds what a fallback list names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// By the name of a group.
    Group,
    /// By an alias of a group.
    Alias,
    /// By the id of a deployment.
    ModelId,
    /// By a group whose name is a pattern.
    Wildcard,
    /// By the model that a deployment serves.
    ModelString,
    /// Not at all.
    Nowhere,
}

/// Calls another target, or visits another route: exactly one of `target` and `route`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Fallback", extend("oneOf" = [{"required": ["target"]}, {"required": ["route"]}]))]
struct FallbackAsWritten {
    /// The target to call.
    target: Option<Spanned<Name>>,
    /// The route to visit, with its own ladders.
    route: Option<Spanned<Name>>,
    /// What the hop openly admits it loses.
    label: Option<Spanned<Label>>,
    /// How long later requests go there directly.
    #[serde(rename = "for")]
    lasting: Option<Duration>,
}

impl TryFrom<FallbackAsWritten> for Fallback {
    type Error = &'static str;

    fn try_from(written: FallbackAsWritten) -> Result<Self, Self::Error> {
        let hop = match (written.target, written.route) {
            (Some(target), None) => target.map(Hop::Target),
            (None, Some(route)) => route.map(Hop::Route),
            (Some(_), Some(_)) | (None, None) => return Err("a fallback names either a target or a route"),
        };
        Ok(Self { hop, label: written.label, lasting: written.lasting, kind: HopKind::Native })
    }
}

/// What a hop openly admits.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// How the model reached is related to the one it replaces.
    pub relation: Option<Spanned<RelationWord>>,
    /// What is lost on the way.
    #[serde(default)]
    pub gaps: Vec<Spanned<Gap>>,
    /// Why this is acceptable.
    pub reason: Option<String>,
    /// How callers learn of it.
    pub announce: Option<Announce>,
}

/// How two models are related, as a label claims it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RelationWord {
    /// The same model, another deployment.
    Same,
    /// The same family of the same vendor.
    Family,
    /// An equivalence class of the catalogue names both.
    Equivalent,
    /// None of these.
    Unrelated,
}

/// How callers learn that another model answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Announce {
    /// A response header.
    Header,
    /// A log line only.
    Log,
    /// The answer goes to a review queue.
    ReviewQueue,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
/// Counts successes and failures per key.
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
