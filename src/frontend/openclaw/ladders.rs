//! The routes: for every entry point its first model, and by symptom how often it is asked again and who comes next.
//!
//! OpenClaw sorts failures into classes of its own, which symptoms stand for as follows. Where one symptom stands for
//! several classes, the one with more calls is told, so that a walk shows whatever may be called:
//!
//! - `rate-limit` is `rate_limit` without a long `Retry-After`, with which the next model is asked at once;
//! - `overloaded` is `server_error`, which goes through all profiles; `overloaded` itself goes through one more only;
//! - `timeout` is `timeout` where every call fails soon; calls that last fill the 90 seconds of retries earlier;
//! - `auth` is `auth` and `auth_permanent`, and `billing` is `billing`: both take the key out for what follows;
//! - `not-entitled` is `model_not_found`, after which the same provider is still asked, unlike after 403;
//! - `context-overflow` and `content-policy` (a refusal) never lead to another model;
//! - `partial` is `unknown`.

use std::collections::BTreeSet;

use crate::model::{
    Backoff, Duration, Fallback, Hop, HopKind, Ladder, Name, NonEmpty, PoolEntry, Route, Slo, Step, Steps, Via, Wait,
};
use crate::openclaw::{ON_RATE_LIMIT, ON_TROUBLE, ROTATIONS_ON_RATE_LIMIT, RUN_SECONDS, Retries};
use crate::source::{Entries, Spanned};

use super::chains::{Chain, Chains, Link};
use super::merged::Node;
use super::profiles::Keys;
use super::refs::Refs;
use super::supply::is_reachable;

/// How long a run may take: its seconds, and where they are written. `None` where 0 lets it take for ever.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) seconds: u64,
    pub(super) written: Option<crate::source::Span>,
}

impl Limit {
    pub(super) fn read(root: &Node) -> Option<Self> {
        let written = root.at(&["agents", "defaults"]).and_then(|defaults| defaults.get("timeoutSeconds"));
        match written.map(|node| (node.number().and_then(|digits| digits.parse::<u64>().ok()), node.span)) {
            Some((Some(0) | None, _)) => None,
            Some((Some(seconds), span)) => Some(Self { seconds, written: Some(span) }),
            None => Some(Self { seconds: RUN_SECONDS, written: None }),
        }
    }
}

impl Chain {
    /// Whether a turn of an agent goes through it, which asks a model again before the next.
    fn is_turn(&self) -> bool {
        matches!(self.slot.list, "general" | "subagent" | "heartbeat" | "channel" | "hook")
    }

    /// Whether the limit of runs is known to end it.
    pub(super) fn is_limited(&self) -> bool {
        matches!(self.slot.list, "general" | "subagent")
    }
}

/// The routes, one for each entry point.
pub(super) fn routes(chains: &Chains, refs: &Refs, keys: &Keys, limit: Option<Limit>) -> Entries<Name, Route> {
    let mut routes = Entries::default();
    for chain in &chains.chains {
        let place = chain.first.written.place;
        let target = Spanned::new(Name::verbatim(chain.first.model.name()), place);
        let entry = PoolEntry { target, weight: None, order: None };
        let slo = limit.filter(|_| chain.is_limited()).map(|limit| {
            let span = limit.written.unwrap_or(chain.slot.key);
            let deadline = Spanned::new(Duration(limit.seconds.saturating_mul(1000)), span);
            Spanned::new(Slo { deadline: Some(deadline), tier: None }, span)
        });
        let route = Route {
            boundary: Vec::new(),
            audience: None,
            data: Vec::new(),
            needs: None,
            traffic: None,
            slo,
            pool: NonEmpty::new(Spanned::new(entry, place), []),
            ladder: None,
            failover: Some(Walk { chain, refs, keys }.ladder()),
            mixes: Vec::new(),
        };
        routes.push(Spanned::new(Name::verbatim(chain.slot.name.as_str()), chain.slot.key), route);
    }
    routes
}

struct Walk<'a> {
    chain: &'a Chain,
    refs: &'a Refs,
    keys: &'a Keys,
}

impl Walk<'_> {
    fn ladder(&self) -> Ladder {
        let any = self.listed();
        let stop = || Some(NonEmpty::new(Spanned::new(Step::Stop, self.chain.first.written.place), []));
        // Without a step for any symptom there is none to stop.
        let ends = any.is_some();
        let mut ladder = Ladder {
            any,
            context_overflow: ends.then(stop).flatten(),
            content_policy: ends.then(stop).flatten(),
            ..Ladder::default()
        };
        if self.chain.is_turn() {
            let goes_on = self.candidates().len() > 1;
            ladder.rate_limit = self.patient(ON_RATE_LIMIT, goes_on.then_some(ROTATIONS_ON_RATE_LIMIT));
            ladder.overloaded = self.patient(ON_TROUBLE, None);
            ladder.timeout = self.patient(ON_TROUBLE, None);
        }
        ladder
    }

    /// The models that can be called, each once.
    fn candidates(&self) -> Vec<&Link> {
        let candidates = self.chain.candidates().into_iter();
        candidates.filter(|link| is_reachable(link, self.refs)).collect()
    }

    /// Every entry of the list as it is written, one behind the other.
    fn listed(&self) -> Option<Steps> {
        let mut seen = BTreeSet::from([self.chain.first.model.name()]);
        let mut steps: Vec<Spanned<Step>> = self.rotation(&self.chain.first, None).into_iter().collect();
        for link in &self.chain.rest {
            let is_new = seen.insert(link.model.name());
            steps.push(self.fallback(link, if is_new { link.model.via } else { Via::Again }));
            steps.extend(self.rotation(link, None).filter(|_| is_new));
        }
        steps.try_into().ok()
    }

    /// Each model in turn, asked again and again, and then with its other keys.
    fn patient(&self, retries: Retries, rotations: Option<u32>) -> Option<Steps> {
        let mut steps = Vec::new();
        for (at, link) in self.candidates().into_iter().enumerate() {
            if at > 0 {
                steps.push(self.fallback(link, link.model.via));
            }
            steps.extend(again(link, retries));
            steps.extend(self.rotation(link, rotations));
        }
        steps.try_into().ok()
    }

    fn fallback(&self, link: &Link, via: Via) -> Spanned<Step> {
        let place = link.written.place;
        let hop = Spanned::new(Hop::Target(Name::verbatim(link.model.name())), place);
        let kind = HopKind::Listed { list: self.chain.slot.list, written: link.written.value.clone(), via };
        Spanned::new(Step::Fallback(Box::new(Fallback { hop, label: None, lasting: None, kind })), place)
    }

    fn rotation(&self, link: &Link, most: Option<u32>) -> Option<Spanned<Step>> {
        let has_more = self.keys.of(&link.model.provider).len() > 1;
        has_more.then(|| Spanned::new(Step::NextKey(most), link.written.place))
    }
}

fn again(link: &Link, retries: Retries) -> Option<Spanned<Step>> {
    let attempts = std::num::NonZeroU16::new(retries.most)?;
    let backoff = Backoff {
        initial: Wait(retries.first),
        factor: None,
        max: Some(Wait(retries.longest)),
        attempts,
        per_target: false,
    };
    Some(Spanned::new(Step::Backoff(backoff), link.written.place))
}

/// How long OpenClaw stays with a model that answers 429 at once, in seconds.
pub(super) fn seconds_of_rate_limits() -> u64 {
    let Retries { most, first, longest } = ON_RATE_LIMIT;
    let waits = (0..most).map(|number| first.saturating_mul(2u64.saturating_pow(u32::from(number))).min(longest));
    waits.sum::<u64>() / 1000
}
