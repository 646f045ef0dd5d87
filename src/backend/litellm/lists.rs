//! Fallback lists and retries: the whole walk of each route, written flat.

use serde_json::{Map, Value, json};

use crate::litellm::waits;
use crate::model::{Duration, RouteId, RouteNode, Step, Symptom, Table};

use super::super::general;
use super::super::loss::Losses;
use super::super::walk::{Hop, Tried, hops, measures};
use super::Release;
use super::groups::Groups;

/// A route and its walk.
type Walk<'t> = (RouteId, Vec<Hop<'t>>);

/// The classes of errors that a retry policy of LiteLLM's counts apart, with the symptoms that they show.
const CLASSES: [(&str, Symptom); 6] = [
    ("RateLimitErrorRetries", Symptom::RateLimit),
    ("InternalServerErrorRetries", Symptom::Overloaded),
    ("ServiceUnavailableErrorRetries", Symptom::Overloaded),
    ("TimeoutErrorRetries", Symptom::Timeout),
    ("AuthenticationErrorRetries", Symptom::Auth),
    ("NotFoundErrorRetries", Symptom::NotEntitled),
];

/// The lists of every route, and its retries.
pub(super) struct Lists {
    general: Vec<(String, Vec<String>)>,
    context: Option<Vec<(String, Vec<String>)>>,
    content: Option<Vec<(String, Vec<String>)>>,
    retries: Vec<(String, Map<String, Value>)>,
}

impl Lists {
    pub(super) fn new(table: &Table, release: Release, groups: &mut Groups<'_>, losses: &mut Losses) -> Self {
        let mut walks = Vec::new();
        let mut retries = Vec::new();
        for (id, route) in table.routes.iter() {
            walks.push((id, general::walk(table, id, "LiteLLM", losses)));
            special_symptoms(route, losses);
            let own = retries_of(route, losses);
            if !own.is_empty() {
                retries.push((route.name.value.to_string(), own));
            }
        }
        let mut general = named(&walks, release, groups);
        let mut special = |symptom| {
            let walks: Vec<Walk<'_>> = table.routes.iter().map(|(id, _)| (id, hops(table, id, symptom))).collect();
            let lists = named(&walks, release, groups);
            // Once any group has such a list, LiteLLM takes the general one for none.
            (lists != general).then_some(lists)
        };
        let context = special(Symptom::ContextOverflow);
        let content = special(Symptom::ContentPolicy);
        general.retain(|(_, list)| !list.is_empty());
        Self { general, context, content, retries }
    }

    /// The length of the longest list.
    pub(super) fn longest(&self) -> usize {
        let special = [&self.context, &self.content].into_iter().flatten().flatten();
        self.general.iter().chain(special).map(|(_, list)| list.len()).max().unwrap_or(0)
    }

    /// What stands in `router_settings`.
    pub(super) fn settings(&self) -> Vec<(&'static str, Value)> {
        let list = |lists: &[(String, Vec<String>)]| {
            Value::Array(lists.iter().map(|(group, list)| json!({group.as_str(): list})).collect())
        };
        let mut settings = Vec::new();
        if !self.retries.is_empty() {
            let policies: Map<String, Value> =
                self.retries.iter().map(|(group, policy)| (group.clone(), Value::Object(policy.clone()))).collect();
            settings.push(("model_group_retry_policy", Value::Object(policies)));
        }
        if !self.general.is_empty() {
            settings.push(("fallbacks", list(&self.general)));
        }
        for (key, lists) in [("context_window_fallbacks", &self.context), ("content_policy_fallbacks", &self.content)] {
            if let Some(lists) = lists {
                settings.push((key, list(lists)));
            }
        }
        settings
    }
}

/// What a list names: something that is tried, and whether it is the group that callers name, with a list of its own.
type Named = (Tried, bool);

/// The lists of all routes. A route that is a fallback is named as itself only where LiteLLM, which then goes on with that
/// route's own list, comes to the same order; else its pool gets a group without a list.
fn named(walks: &[Walk<'_>], release: Release, groups: &mut Groups<'_>) -> Vec<(String, Vec<String>)> {
    let is_pool = |hop: &Hop<'_>| (hop.tried, matches!(hop.tried, Tried::Pool(_)));
    let mut lists: Vec<(RouteId, Vec<Named>)> =
        walks.iter().map(|(id, walk)| (*id, walk.iter().map(is_pool).collect())).collect();
    // A name that changes in one list may end the agreement of another with it; each round changes one at least.
    while let Some((route, at)) = first_that_strays(&lists, release) {
        if let Some(named) = lists.iter_mut().find(|(id, _)| *id == route).and_then(|(_, list)| list.get_mut(at)) {
            named.1 = false;
        }
    }
    let mut name = |(tried, is_own): &Named| match tried {
        Tried::Pool(route) if *is_own => groups.of_route(*route),
        Tried::Pool(_) | Tried::Target(_) => groups.without_list(*tried),
    };
    lists.iter().map(|(id, list)| (name(&(Tried::Pool(*id), true)), list.iter().map(&mut name).collect())).collect()
}

/// The first place in a list where LiteLLM, going on with the list of the route that is named there, strays from it.
fn first_that_strays(lists: &[(RouteId, Vec<Named>)], release: Release) -> Option<(RouteId, usize)> {
    lists.iter().find_map(|(id, list)| {
        let strays = |(at, named): (usize, &Named)| {
            let (Tried::Pool(next), true) = named else { return None };
            (!nests(lists, (*id, list), at, *next, release)).then_some((*id, at))
        };
        list.iter().enumerate().find_map(strays)
    })
}

/// Whether the list of a route, less what was tried before, is what follows it in the list that names it. Releases before
/// 1.97 try everything again, so there only a route without a list nests.
fn nests(
    lists: &[(RouteId, Vec<Named>)],
    (own, list): (RouteId, &[Named]),
    at: usize,
    next: RouteId,
    release: Release,
) -> bool {
    let Some((_, nested)) = lists.iter().find(|(route, _)| *route == next) else { return false };
    if release < (1, 97) {
        return nested.is_empty();
    }
    let tried = list.get(..=at).unwrap_or_default();
    let news = nested.iter().filter(|named| **named != (Tried::Pool(own), true) && !tried.contains(named));
    let rest = list.get(at + 1..).unwrap_or_default();
    let news: Vec<&Named> = news.collect();
    news.len() <= rest.len() && news.into_iter().zip(rest).all(|(new, follows)| new == follows)
}

/// The symptoms that LiteLLM knows apart from all others, and the one that it does not know.
fn special_symptoms(route: &RouteNode, losses: &mut Losses) {
    for symptom in [Symptom::ContextOverflow, Symptom::ContentPolicy] {
        let Some(step) = route.steps_on(symptom).and_then(|rung| rung.steps.first()) else { continue };
        let message = format!("on `{}`, LiteLLM has a list of its own and walks as the table says", symptom.as_str());
        losses.exact(&route.subject(), step.place.span(), message);
    }
    if let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == Symptom::Partial)
        && let Some(step) = rung.steps.first()
    {
        let message = "LiteLLM does not see that some sessions fail and others do not";
        losses.unsupported(&route.subject(), step.place.span(), message);
    }
}

/// How often each class of error is tried again before the walk goes on.
fn retries_of(route: &RouteNode, losses: &mut Losses) -> Map<String, Value> {
    let mut policy = Map::new();
    for (class, symptom) in CLASSES {
        let mut attempts = 0u64;
        for step in measures(route, symptom) {
            let Step::Backoff(backoff) = &step.step else { continue };
            attempts += u64::from(backoff.attempts.get());
            let [first, longest, chance] = [waits::FIRST, waits::LONGEST, waits::CHANCE].map(Duration);
            let message = format!(
                "LiteLLM waits {first}, then twice as long each time up to {longest}, up to {chance} more by chance, and once more before it leaves the target"
            );
            losses.approximate(&route.subject(), step.place.span(), message);
        }
        if attempts > 0 {
            policy.insert(class.into(), json!(attempts));
        }
    }
    policy
}
