//! What decides which deployment of a group is called: strategies, tags, checks and budgets, and what of it is not known.

use std::collections::BTreeSet;

use crate::litellm::{Assumption, Selection, Set, Strategy, TagsNeeded};
use crate::model::scaled;
use crate::source::Spanned;
use crate::syntax::Value;

use super::joined;
use super::routing::{is_true, order};
use super::{Sections, is_empty};

/// Settings of the router that can change a walk and are not followed, where they hold anything.
const UNFOLLOWED: [&str; 2] = ["enable_health_check_routing", "tag_routing_prefix"];

/// Checks that let everything pass where nothing has happened before.
const IDLE_CHECKS: [&str; 5] = [
    "encrypted_content_affinity",
    "forward_client_headers_by_model_group",
    "prompt_caching",
    "responses_api_deployment_check",
    "router_budget_limiting",
];

/// What was read of it.
#[derive(Debug, Default)]
pub(super) struct Selecting {
    pub(super) sets: Vec<Set>,
    pub(super) selection: Selection,
    pub(super) assumptions: Vec<Assumption>,
    pub(super) unfollowed: Vec<Spanned<String>>,
    /// Whether any deployment has an `rpm` or a `tpm`.
    has_limits: bool,
}

impl Selecting {
    pub(super) fn read(sections: &Sections<'_>) -> Self {
        let mut read = Self { has_limits: has_limits(sections), ..Self::default() };
        let Some(router) = sections.router else { return read };
        let entry = |name: &str| router.get_entry(name).filter(|(_, value)| !is_empty(*value));
        let is_on = |name: &str| entry(name).is_some_and(|(_, value)| is_true(value));
        read.selection = Selection {
            fails_over: is_on("enable_weighted_failover"),
            checks_before: is_on("enable_pre_call_checks"),
            filters_by_tag: is_on("enable_tag_filtering"),
            tags_needed: match router.get("tag_filtering_match_any") {
                Some(value) if !is_true(value) => TagsNeeded::All,
                Some(_) | None => TagsNeeded::One,
            },
            ..Selection::default()
        };
        for name in UNFOLLOWED {
            if let Some((key, _)) = entry(name).filter(|(_, value)| !is_false(*value)) {
                read.leave(key);
            }
        }
        if let Some((key, value)) = entry("routing_strategy") {
            read.selection.strategy = read.strategy(key, value);
        }
        if let Some((key, value)) = entry("routing_groups") {
            read.read_sets(key, value);
        }
        if read.selection.checks_before
            && let Some((key, _)) = entry("enable_pre_call_checks")
        {
            read.assume(key, "for a short prompt without a region, in a minute without other requests");
        }
        if let Some((key, value)) = entry("provider_budget_config") {
            read.selection.unfunded = unfunded(value);
            read.assume(key, "for as long as no budget is used up");
        }
        if let Some((key, value)) = entry("optional_pre_call_checks") {
            let is_idle = |item: Value<'_>| item.raw_text().is_some_and(|name| IDLE_CHECKS.contains(&name));
            if value.items().all(is_idle) {
                read.assume(key, "for a request that nothing came before");
            } else {
                read.leave(key);
            }
        }
        read.agents(sections);
        read
    }

    /// How a deployment is picked.
    fn strategy(&mut self, key: Value<'_>, value: Value<'_>) -> Strategy {
        match value.raw_text() {
            Some("simple-shuffle") => Strategy::Shuffle,
            Some("cost-based-routing") => {
                self.assume(key, LIMITS);
                Strategy::Cost
            }
            Some("usage-based-routing") => {
                self.assume(key, LIMITS);
                Strategy::Usage
            }
            // It counts every try, so that limits can be used up by the request itself.
            Some("usage-based-routing-v2") if self.has_limits => {
                self.leave(key);
                Strategy::Traffic
            }
            Some("usage-based-routing-v2" | "latency-based-routing" | "least-busy") => {
                self.assume(key, ANY_PICK);
                Strategy::Traffic
            }
            _ => {
                self.leave(key);
                Strategy::Traffic
            }
        }
    }

    fn read_sets(&mut self, key: Value<'_>, value: Value<'_>) {
        for set in joined::sets(value) {
            let members = set.members.iter().filter_map(|member| Some(member.raw_text()?.to_owned())).collect();
            let priorities = set.priorities.map(|pairs| {
                let pairs = pairs.into_iter();
                pairs.filter_map(|(model, place)| Some((model.raw_text()?.to_owned(), order(place)?))).collect()
            });
            let strategy = match set.strategy {
                Some(strategy) if priorities.is_none() => self.strategy(key, strategy),
                Some(_) | None => Strategy::Shuffle,
            };
            self.sets.push(Set { name: set.name.to_owned(), members, strategy, priorities });
        }
    }

    /// Deployments that are chosen by the headers of a request.
    fn agents(&mut self, sections: &Sections<'_>) {
        let key = |item: Value<'_>| {
            let (key, value) = item.get("litellm_params")?.get_entry("tag_regex")?;
            (!is_empty(value)).then(|| Some(Spanned::new(key.raw_text()?.to_owned(), key.place())))?
        };
        let first = sections.deployments().into_iter().find_map(key);
        self.unfollowed.extend(first.filter(|_| self.selection.filters_by_tag));
    }

    fn assume(&mut self, key: Value<'_>, scope: &'static str) {
        let known = self.assumptions.iter().any(|known| known.setting.span() == key.span() && known.scope == scope);
        if let Some(name) = key.raw_text().filter(|_| !known) {
            self.assumptions.push(Assumption {
                setting: Spanned::new(name.to_owned(), key.place()),
                scope,
                narrows: scope != ANY_PICK,
            });
        }
    }

    fn leave(&mut self, key: Value<'_>) {
        let name = key.raw_text().filter(|_| !self.unfollowed.iter().any(|known| known.span() == key.span()));
        self.unfollowed.extend(name.map(|name| Spanned::new(name.to_owned(), key.place())));
    }
}

fn has_limits(sections: &Sections<'_>) -> bool {
    let said = |item: Value<'_>, section: &str| {
        item.get(section).is_some_and(|section| section.get("rpm").is_some() || section.get("tpm").is_some())
    };
    sections.deployments().into_iter().any(|item| said(item, "litellm_params") || said(item, "model_info"))
}

/// Where the pick hangs on earlier traffic, and each can be it.
const ANY_PICK: &str = "in that any of equal deployments can be picked, by what came before";

/// For what strategies that count are followed.
const LIMITS: &str = "for as long as no `rpm` or `tpm` is used up";

/// The providers with a time and no limit.
fn unfunded(config: Value<'_>) -> BTreeSet<String> {
    let said = |budget: Value<'_>, keys: [&str; 2]| {
        keys.iter().any(|key| budget.get(key).is_some_and(|value| !value.is_null()))
    };
    let lacks = |budget: Value<'_>| {
        said(budget, ["time_period", "budget_duration"]) && !said(budget, ["budget_limit", "max_budget"])
    };
    let lacking = config.entries().into_iter().filter(|(_, budget)| lacks(*budget));
    lacking.filter_map(|(provider, _)| Some(provider.raw_text()?.to_owned())).collect()
}

/// What a token in and a token out cost together, in 10^-18 US dollars; none unless both are said and neither is 0, which
/// LiteLLM takes for not said.
pub(super) fn price(params: Value<'_>) -> Option<u128> {
    let cost = |key: &str| {
        let cost = scaled(params.get(key)?.raw_text()?, 18)?.value;
        (cost != 0).then(|| u128::from(cost))
    };
    cost("input_cost_per_token")?.checked_add(cost("output_cost_per_token")?)
}

fn is_false(value: Value<'_>) -> bool {
    value.raw_text().is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "false" | "no" | "off"))
}
