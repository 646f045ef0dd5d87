//! Deployments that share a group or a model, and what one of them does to the others.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Label, Sink, or_list, quote};
use crate::syntax::Value;

use super::deployments::Deployments;
use super::lists::Lists;
use super::names::Names;
use super::{Sections, keys, misread};

/// One entry of `model_list`.
#[derive(Clone, Copy)]
struct Deployment<'t> {
    item: Value<'t>,
    group: &'t str,
    params: Value<'t>,
    info: Option<Value<'t>>,
}

impl<'t> Deployment<'t> {
    fn new(item: Value<'t>) -> Option<Self> {
        let group = item.get("model_name")?.raw_text()?;
        let params = item.get("litellm_params").filter(|params| params.is_mapping())?;
        Some(Self { item, group, params, info: item.get("model_info") })
    }

    fn model(self) -> Option<Value<'t>> {
        self.params.get("model")
    }

    fn model_name(self) -> Option<&'t str> {
        self.model().and_then(Value::raw_text)
    }

    /// A setting of `litellm_params`, or else of `model_info`.
    fn said(self, key: &str) -> Option<Value<'t>> {
        let found = |section: Option<Value<'t>>| section?.get(key).filter(|value| !value.is_null());
        found(Some(self.params)).or_else(|| found(self.info))
    }

    fn tags(self) -> Vec<&'t str> {
        self.params.get("tags").into_iter().flat_map(Value::items).filter_map(Value::raw_text).collect()
    }
}

fn all<'t>(sections: &Sections<'t>) -> Vec<Deployment<'t>> {
    sections.deployments().into_iter().filter_map(Deployment::new).collect()
}

/// The deployments of each group.
fn grouped<'t>(all: &[Deployment<'t>]) -> BTreeMap<&'t str, Vec<Deployment<'t>>> {
    let mut groups: BTreeMap<&str, Vec<Deployment<'_>>> = BTreeMap::new();
    for deployment in all {
        groups.entry(deployment.group).or_default().push(*deployment);
    }
    groups
}

fn is_on(sections: &Sections<'_>, key: &str) -> bool {
    let said = sections.router.and_then(|router| router.get(key)).and_then(Value::raw_text);
    said.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// Reports deployments that are never picked, limits that nobody keeps, and settings that reach other deployments.
pub(super) fn check(sections: &Sections<'_>, sink: &mut Sink) {
    let all = all(sections);
    let groups = grouped(&all);
    let strategy = sections.router.and_then(|router| router.get("routing_strategy")).and_then(Value::raw_text);
    let is_shuffled = strategy.is_none_or(|strategy| strategy == "simple-shuffle");
    let checks_first = is_on(sections, "enable_pre_call_checks");
    for group in groups.values().filter(|group| group.len() > 1) {
        without_order(group, sink);
        if is_shuffled {
            without_weight(group, sections.era().weighs_by_first(), sink);
        }
    }
    if is_shuffled && !checks_first {
        unenforced(sections, &all, sink);
    }
    same_ids(&all, sink);
    if checks_first {
        shared_limits(&all, sink);
    } else {
        unchecked(&groups, sink);
    }
}

/// Once one deployment of a group has an `order`, those without it wait until none of the others is healthy.
fn without_order(group: &[Deployment<'_>], sink: &mut Sink) {
    let Some(ordered) = group.iter().find_map(|deployment| deployment.said("order")) else { return };
    for deployment in group.iter().filter(|deployment| deployment.said("order").is_none()) {
        let message = format!(
            "another deployment of {} has an `order`, and this one has none: it is never picked while that one is healthy",
            quote(deployment.group)
        );
        report_unpicked(*deployment, ordered, message, "give it an `order` too; lower ones are picked first", sink);
    }
}

/// Once one deployment of a group has a weight, those without it are never picked by the shuffle; in releases that weigh
/// by the first deployment only once that one has it.
fn without_weight(group: &[Deployment<'_>], by_first: bool, sink: &mut Sink) {
    let positive = |value: Value<'_>| {
        value.raw_text().and_then(|text| text.parse::<f64>().ok()).is_some_and(|number| number > 0.0)
    };
    let has_order = group.iter().any(|deployment| deployment.said("order").is_some());
    let says =
        |metric: &str, deployment: &Deployment<'_>| deployment.params.get(metric).is_some_and(|value| !value.is_null());
    let counts = |metric: &&str| !by_first || group.first().is_some_and(|first| says(metric, first));
    let metric = ["weight", "rpm", "tpm"].into_iter().filter(counts).find_map(|metric| {
        let weighty =
            group.iter().find_map(|deployment| deployment.params.get(metric).filter(|value| positive(*value)));
        Some((metric, weighty?))
    });
    let Some((metric, weighty)) = metric.filter(|_| !has_order) else { return };
    for deployment in group.iter().filter(|deployment| !says(metric, deployment)) {
        let message = format!(
            "another deployment of {} has {}, which the shuffle takes for its weight, and this one has none: it is never picked while that one is healthy",
            quote(deployment.group),
            quote(metric)
        );
        let help = format!("give every deployment of the group {}, or `weight`, which comes first", quote(metric));
        report_unpicked(*deployment, weighty, message, &help, sink);
    }
}

fn report_unpicked(deployment: Deployment<'_>, other: Value<'_>, message: String, help: &str, sink: &mut Sink) {
    let place = deployment.model().unwrap_or(deployment.item);
    sink.report(
        misread("litellm-unpicked-deployment", place, "never picked", message, help)
            .related(other.span(), "this one is picked")
            .about(format!("routes.{}", deployment.group)),
    );
}

/// `rpm` and `tpm` of a deployment are weights to the shuffle, and no limits.
fn unenforced(sections: &Sections<'_>, all: &[Deployment<'_>], sink: &mut Sink) {
    let checks = sections.router.and_then(|router| router.get("optional_pre_call_checks"));
    let enforces =
        checks.into_iter().flat_map(Value::items).any(|check| check.raw_text() == Some("enforce_model_rate_limits"));
    let limits: Vec<Value<'_>> = all
        .iter()
        .filter_map(|deployment| ["rpm", "tpm"].iter().find_map(|key| deployment.params.get_entry(key)))
        .filter(|(_, value)| !value.is_null())
        .map(|(key, _)| key)
        .collect();
    let Some(first) = limits.first().filter(|_| !enforces) else { return };
    let message = match limits.len() {
        1 => format!(
            "{} of a deployment is a weight to this strategy, and nobody keeps it as a limit",
            quote(first.raw_text().unwrap_or_default())
        ),
        count => format!(
            "`rpm` and `tpm` of {count} deployments are weights to this strategy, and nobody keeps them as limits"
        ),
    };
    let help = "to enforce them, add `optional_pre_call_checks: [enforce_model_rate_limits]` to `router_settings`, or `routing_strategy: usage-based-routing-v2`";
    sink.report(misread("litellm-unenforced-limit", *first, "no limit", message, help));
}

/// Ids that several deployments share.
fn same_ids(all: &[Deployment<'_>], sink: &mut Sink) {
    let mut seen: BTreeMap<&str, Value<'_>> = BTreeMap::new();
    for deployment in all {
        let Some((id, value)) =
            deployment.info.and_then(|info| info.get("id")).and_then(|value| Some((value.raw_text()?, value)))
        else {
            continue;
        };
        match seen.get(id) {
            Some(first) => sink.report(
                Diagnostic::new(
                    "ambiguous-name",
                    value.place(),
                    "again here",
                    format!(
                        "two deployments have the id {}; cooldowns, budgets and calls by id mix them up",
                        quote(id)
                    ),
                )
                .related(first.span(), "first here")
                .help("give each deployment an id of its own, or none"),
            ),
            None => drop(seen.insert(id, value)),
        }
    }
}

/// A limit in `model_info` is written into the list of models of the whole process, under the name of the model.
fn shared_limits(all: &[Deployment<'_>], sink: &mut Sink) {
    for key in ["max_input_tokens", "max_tokens"] {
        for setter in all {
            let Some((place, limit)) =
                setter.info.and_then(|info| info.get_entry(key)).filter(|(_, value)| !value.is_null())
            else {
                continue;
            };
            let silent = |other: &&Deployment<'_>| {
                other.group != setter.group
                    && other.info.and_then(|info| info.get(key)).is_none()
                    && other.model_name() == setter.model_name()
            };
            let Some(other) = all.iter().find(silent) else { continue };
            let message = format!(
                "{} of {} holds for every deployment of {}, that of {} too",
                quote(key),
                quote(limit.raw_text().unwrap_or_default()),
                quote(setter.model_name().unwrap_or_default()),
                quote(other.group)
            );
            let help =
                format!("set {} of the other one to its own limit, or name the model there in another way", quote(key));
            sink.report(
                misread("litellm-shared-limit", place, "changes another group", message, &help)
                    .related(other.model().unwrap_or(other.item).span(), "refused by this limit too")
                    .about(format!("routes.{}", setter.group)),
            );
        }
    }
}

/// Regions and windows that differ within a group, where nobody looks at them before the call.
fn unchecked(groups: &BTreeMap<&str, Vec<Deployment<'_>>>, sink: &mut Sink) {
    for (group, deployments) in groups.iter().filter(|(_, deployments)| deployments.len() > 1) {
        for (key, what) in
            [("region_name", "a caller who may only use one region"), ("max_input_tokens", "a long prompt")]
        {
            let said: Vec<(Value<'_>, &str)> = deployments
                .iter()
                .filter_map(|deployment| {
                    let section = if key == "region_name" { Some(deployment.params) } else { deployment.info };
                    let (place, value) = section?.get_entry(key)?;
                    Some((place, value.raw_text()?))
                })
                .collect();
            let Some(((first, one), (second, _))) =
                said.first().zip(said.iter().find(|(_, value)| said.first().is_some_and(|(_, first)| first != value)))
            else {
                continue;
            };
            if keys::is_reference(one) {
                continue;
            }
            let message = format!(
                "the deployments of {} differ in {}, and LiteLLM does not look at it: {what} gets any of them",
                quote(group),
                quote(key)
            );
            sink.report(
                misread(
                    "dead-setting",
                    *first,
                    "not looked at",
                    message,
                    "add `enable_pre_call_checks: true` to `router_settings`",
                )
                .related(second.span(), "differs from this")
                .about(format!("routes.{group}")),
            );
        }
    }
}

/// Tags follow a request into its fallbacks, and a group without a deployment of that tag is no help.
pub(super) fn tags(sections: &Sections<'_>, deployments: &Deployments, names: &Names, lists: &Lists, sink: &mut Sink) {
    if !is_on(sections, "enable_tag_filtering") {
        return;
    }
    let all = all(sections);
    let groups = grouped(&all);
    let members = |name: &str| {
        let group = names.resolve(name).0.and_then(|at| deployments.groups.get(at))?;
        groups.get(group.name.value.as_str())
    };
    for entry in lists.general.iter().chain(&lists.context_window).chain(&lists.content_policy) {
        let Some(from) = members(&entry.source.value) else { continue };
        for target in &entry.targets {
            let Some(to) = members(&target.value) else { continue };
            let takes = |tag: &str| {
                to.iter().any(|deployment| deployment.tags().iter().any(|own| *own == tag || *own == "default"))
            };
            let mut lost: Vec<&str> = from
                .iter()
                .flat_map(|deployment| deployment.tags())
                .filter(|tag| *tag != "default" && !takes(tag))
                .collect();
            lost.sort_unstable();
            lost.dedup();
            let Some(tag) = lost.first() else { continue };
            let message = format!(
                "a request with the tag {} finds no deployment in {}, and this fallback does not try any",
                or_list(lost.iter().copied(), 3),
                quote(&target.value)
            );
            let source = from.iter().find(|deployment| deployment.tags().contains(tag)).map(|deployment| {
                deployment.item.get("litellm_params").and_then(|params| params.get("tags")).unwrap_or(deployment.item)
            });
            let mut hops = Vec::new();
            if let Some(source) = source {
                hops.push(Label {
                    span: source.span(),
                    text: format!("{} serves the tag {}", quote(&entry.source.value), quote(tag)),
                });
            }
            hops.push(Label {
                span: target.span(),
                text: format!("{} fails: to {}, with the same tag", quote(&entry.source.value), quote(&target.value)),
            });
            if let Some(first) = to.first() {
                let place = first.model().unwrap_or(first.item);
                hops.push(Label {
                    span: place.span(),
                    text: format!(
                        "{} has no deployment of this tag, and none of the tag `default`",
                        quote(&target.value)
                    ),
                });
            }
            sink.report(
                Diagnostic::new("litellm-tag-gap", target.place, "no deployment for this tag", message)
                    .trace(hops)
                    .help(format!(
                        "add the tag to a deployment of {}, or tag one of them `default`",
                        quote(&target.value)
                    ))
                    .about(format!("routes.{}", entry.source.value)),
            );
        }
    }
}
