//! Fallback lists and retries: the whole walk of each route, written flat.

use serde_json::{Map, Value, json};

use crate::model::{RouteId, RouteNode, Step, Symptom, Table};

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

/// The lists of all routes. A route that is a fallback is named as itself only where LiteLLM, which then goes on with that
/// route's own list, comes to the same order; else its pool gets a group without a list.
fn named(walks: &[Walk<'_>], release: Release, groups: &mut Groups<'_>) -> Vec<(String, Vec<String>)> {
    walks
        .iter()
        .map(|(id, walk)| {
            let list = walk.iter().enumerate().map(|(at, hop)| match hop.tried {
                Tried::Pool(next) if nests(walks, (*id, walk), at, next, release) => groups.of_route(next),
                Tried::Pool(_) | Tried::Target(_) => groups.without_list(hop.tried),
            });
            let list = list.collect();
            (groups.of_route(*id), list)
        })
        .collect()
}

/// Whether the list of a route, less what was tried before, is what follows it in the list that names it. Releases before
/// 1.97 try everything again, so there only a route without a list nests.
fn nests(walks: &[Walk<'_>], (own, walk): (RouteId, &[Hop<'_>]), at: usize, next: RouteId, release: Release) -> bool {
    let Some((_, list)) = walks.iter().find(|(route, _)| *route == next) else { return false };
    if release < (1, 97) {
        return list.is_empty();
    }
    let tried = walk.get(..=at).unwrap_or_default();
    let is_new = |hop: &&Hop<'_>| hop.tried != Tried::Pool(own) && tried.iter().all(|other| other.tried != hop.tried);
    let rest = walk.get(at + 1..).unwrap_or_default();
    let news: Vec<Tried> = list.iter().filter(is_new).map(|hop| hop.tried).collect();
    news.len() <= rest.len() && news.iter().zip(rest).all(|(tried, hop)| *tried == hop.tried)
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
            let message = "LiteLLM waits half a second, then twice as long each time up to eight seconds, up to 0.75 s more by chance, and once more before it leaves the target";
            losses.approximate(&route.subject(), step.place.span(), message);
        }
        if attempts > 0 {
            policy.insert(class.into(), json!(attempts));
        }
    }
    policy
}
