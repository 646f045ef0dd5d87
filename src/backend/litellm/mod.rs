//! LiteLLM's `config.yaml`, in the form that every release from 1.92 on walks in the same order.
//!
//! A fallback list of LiteLLM names groups. A group that is only a fallback gets no list of its own, and the list of a
//! route holds its whole walk, written flat: then it matters neither whether a release continues the list of the first
//! group (from 1.104 on), nor how deep it nests (`max_fallbacks`), nor whether it tries a group twice (before 1.97).
//! Everything stands in `router_settings`, because lists there and in `litellm_settings` are not joined.

mod groups;
mod lists;

use serde_json::{Value, json};

use crate::gate::Checked;
use crate::model::{Step, Symptom};

use super::loss::Losses;
use super::walk::measures;
use super::{Dialect, Emitted, beyond, headline, yaml};

use groups::Groups;
use lists::Lists;

/// A release of LiteLLM, major and minor.
type Release = (u32, u32);

/// Writes a table for a release of LiteLLM.
pub(super) fn write(checked: &Checked<'_>, release: Release) -> Emitted {
    let table = checked.table();
    let mut losses = Losses::default();
    let mut groups = Groups::new(table);
    let lists = Lists::new(table, release, &mut groups, &mut losses);
    let model_list = groups.deployments(release, &mut losses);
    let mut router = serde_json::Map::new();
    router.insert("routing_strategy".into(), json!("simple-shuffle"));
    router.insert("num_retries".into(), json!(0));
    router.insert("max_fallbacks".into(), json!(lists.longest().max(1)));
    circuit(checked, &mut router, &mut losses);
    if groups.are_limited() {
        // Without this, LiteLLM takes limits for weights.
        router.insert("optional_pre_call_checks".into(), json!(["enforce_model_rate_limits"]));
    }
    for (key, value) in lists.settings() {
        router.insert(key.into(), value);
    }
    for route in table.routes.values() {
        beyond::steps(route, "LiteLLM", &["backoff", "next-key", "open-circuit"], &mut losses);
        beyond::labels(table, route, "LiteLLM", &mut losses);
    }
    beyond::report(table, "LiteLLM", &mut losses);
    let file = json!({
        "model_list": model_list,
        "router_settings": router,
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
    });
    let head = headline(checked, Dialect::LiteLlm(release.0, release.1));
    let text = format!("# {head}\n{}", yaml::write(&file));
    Emitted { file_name: "litellm_config.yaml", text, losses: losses.sorted() }
}

/// Cooldowns: LiteLLM has one setting for all groups, and takes a target out by itself where nothing is said.
fn circuit(checked: &Checked<'_>, router: &mut serde_json::Map<String, Value>, losses: &mut Losses) {
    let table = checked.table();
    let mut first = None;
    for route in table.routes.values() {
        let steps = Symptom::CONCRETE.into_iter().flat_map(|symptom| measures(route, symptom));
        for step in steps {
            let Step::OpenCircuit { after, lasting, .. } = &step.step else { continue };
            let asked = (*after, lasting.0);
            let kept = *first.get_or_insert(asked);
            let message = if asked == kept {
                "LiteLLM counts failures of a deployment within a minute, whatever the symptom, in one setting for all"
                    .to_owned()
            } else {
                format!("LiteLLM has one circuit for all routes: it opens after {} failures here too", kept.0)
            };
            losses.approximate(&route.subject(), step.place.span(), message);
        }
    }
    match first {
        Some((after, lasting)) => {
            router.insert("allowed_fails".into(), json!(after));
            router.insert("cooldown_time".into(), groups::seconds(lasting));
        }
        None => {
            router.insert("disable_cooldowns".into(), json!(true));
        }
    }
}
