//! Deployments that failures take out for a while. A request is followed as if it ended before any of them is back.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::is_retryable;
use super::retries::CLASSES;
use super::{Directory, Era, Failure};

/// From how many failures of one deployment in a minute its share of failures counts.
const ENOUGH: u32 = 5;

/// LiteLLM's own `allowed_fails`.
const ALLOWED: u32 = 3;

/// Whether an `allowed_fails_policy` is asked for the failures of a class.
pub fn allowed_fails_know(class: &str, era: Era) -> bool {
    match class {
        "InternalServerError" | "ServiceUnavailableError" | "BadGatewayError" | "NotFoundError" => era != Era::Paths,
        "Default" => false,
        class => CLASSES.contains(&class),
    }
}

/// Whether an `allowed_fails_policy` that allows no failure is kept to; else LiteLLM's own number holds.
pub fn allows_none(era: Era) -> bool {
    era != Era::Paths
}

/// Failures and picks so far, and who is out because of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cooldowns {
    fails: BTreeMap<usize, u32>,
    counted: BTreeMap<usize, u32>,
    out: BTreeSet<usize>,
    picked: BTreeMap<usize, u32>,
}

impl Cooldowns {
    /// Whether a deployment is out.
    pub(super) fn holds(&self, deployment: usize) -> bool {
        self.out.contains(&deployment)
    }

    /// Forgets what is known of every other deployment.
    pub(super) fn keep(&mut self, is_kept: impl Fn(usize) -> bool) {
        self.fails.retain(|deployment, _| is_kept(*deployment));
        self.counted.retain(|deployment, _| is_kept(*deployment));
        self.out.retain(|deployment| is_kept(*deployment));
        self.picked.retain(|deployment, _| is_kept(*deployment));
    }

    /// All that is known of a deployment.
    pub(super) fn marks(&self, deployment: usize) -> [u32; 4] {
        let Self { fails, counted, out, picked } = self;
        let number = |of: &BTreeMap<usize, u32>| of.get(&deployment).copied().unwrap_or(0);
        [number(fails), number(counted), u32::from(out.contains(&deployment)), number(picked)]
    }

    /// Calls deployments by other names.
    pub(super) fn rename(&mut self, new: &impl Fn(usize) -> usize) {
        let Self { fails, counted, out, picked } = self;
        for of in [fails, counted, picked] {
            *of = std::mem::take(of).into_iter().map(|(at, number)| (new(at), number)).collect();
        }
        *out = std::mem::take(out).into_iter().map(new).collect();
    }

    /// How often a deployment was picked, where somebody counts it.
    pub(super) fn picks(&self, deployment: usize) -> u32 {
        self.picked.get(&deployment).copied().unwrap_or(0)
    }

    /// Notes that a deployment is picked, as far as so many picks matter.
    pub(super) fn note_pick(&mut self, deployment: usize, most: u32) {
        let picked = self.picked.entry(deployment).or_insert(0);
        *picked = picked.saturating_add(1).min(most);
    }

    /// Notes that the call of a deployment, asked for under a name, failed.
    pub(super) fn note(&mut self, directory: &Directory<'_>, deployment: usize, asked: &str, failure: Failure) {
        let routing = directory.routing();
        let never = routing.deployments.get(deployment).is_none_or(|deployment| deployment.never_cools);
        // What is out stays out for as long as the request goes on.
        if never || routing.settings.no_cooldowns || self.holds(deployment) {
            return;
        }
        let is_single = directory.is_single(deployment, asked);
        let era = directory.era();
        let allowed = &routing.settings.allowed_fails;
        let counts = allowed.by_class.is_some()
            || allowed.number.is_some_and(|number| number != ALLOWED || era == Era::Resuming);
        let mut fails = 0;
        if !is_single && !counts {
            let all = self.fails.entry(deployment).or_insert(0);
            *all = all.saturating_add(1).min(ENOUGH);
            fails = *all;
        }
        if !failure.can_cool(era) {
            return;
        }
        let by_class = allowed.by_class.as_ref().and_then(|policy| {
            let known = failure.classes().iter().filter(|class| allowed_fails_know(class, era));
            let named = known.copied().find_map(|class| policy.get(class).copied());
            named.filter(|number| *number > 0 || allows_none(era))
        });
        if is_single && failure == Failure::Status(402) && by_class.is_none() {
            return;
        }
        let goes = if counts {
            if era == Era::Resuming && is_single && by_class.is_none() && !directory.has_general_list(asked) {
                return;
            }
            let counted = self.counted.entry(deployment).or_insert(0);
            *counted += 1;
            *counted > by_class.or(allowed.number).unwrap_or(ALLOWED)
        } else {
            !is_retryable(failure.status()) || (!is_single && (failure == Failure::Status(429) || fails >= ENOUGH))
        };
        if goes {
            self.out.insert(deployment);
            self.fails.remove(&deployment);
            self.counted.remove(&deployment);
        }
    }
}
