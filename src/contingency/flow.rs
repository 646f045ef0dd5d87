//! The load of a table: who sends how much where, and what the keys can carry.

use std::collections::BTreeMap;

use crate::graph::{Call, shares};
use crate::model::{KeyId, KeyLimits, ResolvedStep, RouteId, Table, TargetId};

use super::lists::Lists;

/// A part of a flow, of [`WHOLE`].
pub type Share = u64;

/// The whole of a flow: divisible by whatever weights usually add up to, also where a pool is split twice.
pub const WHOLE: Share = 9_009_000_000_000;

/// A load: requests and tokens in the busiest minute, both in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Thousandths of a request per minute.
    pub requests: u64,
    /// Thousandths of a token per minute.
    pub tokens: u64,
}

impl Rate {
    /// A part of the load, rounded up.
    #[must_use]
    pub fn part(self, share: Share) -> Self {
        Self { requests: part(self.requests, share), tokens: part(self.tokens, share) }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.tokens = self.tokens.saturating_add(other.tokens);
    }

    pub(super) fn take(&mut self, other: Self) {
        self.requests = self.requests.saturating_sub(other.requests);
        self.tokens = self.tokens.saturating_sub(other.tokens);
    }
}

/// A part of an amount, rounded up.
pub(super) fn part(amount: u64, share: Share) -> u64 {
    let product = u128::from(amount) * u128::from(share);
    u64::try_from(product.div_ceil(u128::from(WHOLE))).unwrap_or(u64::MAX)
}

/// What one route sends to one target of its pool.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) route: RouteId,
    pub(super) share: Share,
    /// The share as it is written: a weight, and the sum of all.
    pub(super) weight: (u64, u64),
    pub(super) rate: Rate,
}

/// Flows that walk alike: they begin at the same target and have the same steps, so one walk stands for all.
#[derive(Clone, Debug)]
pub(super) struct Class {
    /// One of the routes, to walk from.
    pub(super) route: RouteId,
    pub(super) target: TargetId,
    /// The deployment that the target was, in a LiteLLM file.
    pub(super) deployment: Option<usize>,
    pub(super) flows: Vec<Flow>,
    pub(super) rate: Rate,
}

/// The flows of every route, by class, in source order.
pub(super) fn classes(table: &Table) -> Vec<Class> {
    type Key = (TargetId, Vec<*const ResolvedStep>);
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    let mut classes: Vec<Class> = Vec::new();
    let continuations = table.continuations();
    for (id, route) in table.routes.iter().filter(|(id, _)| !continuations.contains(id)) {
        let traffic = route.doc.traffic.as_ref().map(|traffic| &traffic.value);
        let requests =
            traffic.and_then(|traffic| traffic.peak_requests_per_minute).map_or(0, crate::model::Tokens::get);
        let size = traffic.map_or(0, |traffic| {
            let count = |tokens: Option<crate::model::Tokens>| tokens.map_or(0, crate::model::Tokens::get);
            count(traffic.input_tokens).saturating_add(count(traffic.output_tokens))
        });
        let rate = Rate {
            requests: requests.saturating_mul(1000),
            tokens: requests.saturating_mul(size).saturating_mul(1000),
        };
        // Rungs that routes share are the same list in memory; the symptom of each comes with it.
        let steps: Vec<*const ResolvedStep> = route.rungs.iter().map(|rung| rung.steps.as_ptr()).collect();
        // A target that the pool names twice is one flow.
        let mut members: Vec<(TargetId, u64, u64)> = Vec::new();
        for (member, weight, total) in shares(route) {
            match members.iter_mut().find(|(target, ..)| *target == member.target) {
                Some((_, sum, _)) => *sum = sum.saturating_add(weight),
                None => members.push((member.target, weight, total)),
            }
        }
        for (target, weight, total) in members {
            let product = u128::from(weight) * u128::from(WHOLE);
            let share = u64::try_from(product.div_ceil(u128::from(total))).unwrap_or(WHOLE);
            let flow = Flow { route: id, share, weight: (weight, total), rate: rate.part(share) };
            let number = *known.entry((target, steps.clone())).or_insert_with(|| {
                let (deployment, flows) = (None, Vec::new());
                classes.push(Class { route: id, target, deployment, flows, rate: Rate::default() });
                classes.len() - 1
            });
            if let Some(class) = classes.get_mut(number) {
                class.rate.add(flow.rate);
                class.flows.push(flow);
            }
        }
    }
    classes
}

/// The flows of every group of a LiteLLM file, each by itself: what comes of one depends on the name that is asked for.
pub(super) fn by_lists(lists: &Lists<'_>) -> Vec<Class> {
    let mut classes = Vec::new();
    for (route, node) in lists.table.routes.iter() {
        let first = lists.first(node.name.value.as_str());
        let total: u64 = first.iter().map(|(_, weight)| weight).sum();
        for (deployment, weight) in first {
            let Some(target) = lists.target(deployment) else { continue };
            let product = u128::from(weight) * u128::from(WHOLE);
            let share = u64::try_from(product.div_ceil(u128::from(total.max(1)))).unwrap_or(WHOLE);
            let rate = Rate::default();
            let flows = vec![Flow { route, share, weight: (weight, total), rate }];
            classes.push(Class { route, target, deployment: Some(deployment), flows, rate });
        }
    }
    classes
}

/// What several calls share and can run out of: the limits of one key, or of a quota.
#[derive(Clone, Debug)]
pub(super) struct Capacity {
    /// The key, or the name of the quota.
    pub(super) of: Limited,
    /// Thousandths of a request per minute.
    pub(super) requests: Option<u64>,
    /// Thousandths of a token per minute.
    pub(super) tokens: Option<u64>,
    /// What is written, of which some headroom may stay free.
    pub(super) written: Written,
}

/// The limits of a key or quota as they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Requests per minute.
    pub requests: Option<u64>,
    /// Tokens per minute.
    pub tokens: Option<u64>,
}

/// What has limits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limited {
    /// A key by itself.
    Key(KeyId),
    /// The keys that share a quota.
    Quota(String),
}

/// Every limit of a table, and which of them each key draws on.
#[derive(Clone, Debug, Default)]
pub(super) struct Capacities {
    pub(super) all: Vec<Capacity>,
    of_key: Vec<Vec<usize>>,
}

impl Capacities {
    /// The limits, of which so many hundredths of a percent stay free.
    pub(super) fn new(table: &Table, headroom: u32) -> Self {
        let scale = |limit: Option<crate::model::Tokens>| {
            let free = u128::from(10_000u32.saturating_sub(headroom));
            let limit = u128::from(limit?.get()) * 1000 * free / 10_000;
            Some(u64::try_from(limit).unwrap_or(u64::MAX))
        };
        let limits = |limits: Option<&KeyLimits>| {
            (scale(limits.and_then(|it| it.requests_per_minute)), scale(limits.and_then(|it| it.tokens_per_minute)))
        };
        let written = |limits: Option<&KeyLimits>| Written {
            requests: limits.and_then(|it| it.requests_per_minute).map(crate::model::Tokens::get),
            tokens: limits.and_then(|it| it.tokens_per_minute).map(crate::model::Tokens::get),
        };
        let mut found = Self::default();
        let mut quotas: BTreeMap<&str, usize> = BTreeMap::new();
        for key in table.keys.values() {
            let Some(quota) = &key.doc.quota else { continue };
            let (requests, tokens) = limits(key.doc.limits.as_ref());
            // Keys that share a quota state the limits of what they share; the largest statement counts.
            let number = *quotas.entry(quota.value.as_str()).or_insert_with(|| {
                let of = Limited::Quota(quota.value.to_string());
                found.all.push(Capacity { of, requests: None, tokens: None, written: Written::default() });
                found.all.len() - 1
            });
            if let Some(shared) = found.all.get_mut(number) {
                shared.requests = shared.requests.max(requests);
                shared.tokens = shared.tokens.max(tokens);
                let own = written(key.doc.limits.as_ref());
                shared.written.requests = shared.written.requests.max(own.requests);
                shared.written.tokens = shared.written.tokens.max(own.tokens);
            }
        }
        for (id, key) in table.keys.iter() {
            let number = key.doc.quota.as_ref().and_then(|quota| quotas.get(quota.value.as_str())).copied();
            let mut own: Vec<usize> = number.into_iter().collect();
            let shared = number.and_then(|number| found.all.get(number));
            let (requests, tokens) = limits(key.doc.limits.as_ref());
            // What only repeats the quota is no limit of its own.
            let requests = requests.filter(|own| shared.and_then(|shared| shared.requests) != Some(*own));
            let tokens = tokens.filter(|own| shared.and_then(|shared| shared.tokens) != Some(*own));
            if requests.is_some() || tokens.is_some() {
                let written = written(key.doc.limits.as_ref());
                found.all.push(Capacity { of: Limited::Key(id), requests, tokens, written });
                own.push(found.all.len() - 1);
            }
            found.of_key.push(own);
        }
        found
    }

    /// What a call draws on.
    pub(super) fn of_call(&self, table: &Table, call: &Call) -> &[usize] {
        let key = call.key_of(table).map(crate::model::Id::number);
        key.and_then(|key| self.of_key.get(key)).map_or(&[], Vec::as_slice)
    }
}
