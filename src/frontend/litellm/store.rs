//! Whether LiteLLM keeps models and settings in its database as well, and what of the file that overlays.
//!
//! At its start LiteLLM takes `STORE_MODEL_IN_DB` of the environment or `general_settings.store_model_in_db`, whichever is
//! true. Up to 1.102, what the database holds of `router_settings` is then laid over the file's, at each later reading
//! too; from 1.104 on a key that the file has wins, and the database adds the others. Models of both are served side by
//! side; `general_settings.supported_db_objects` can leave those of the database out.

use crate::diagnostic::Sink;
use crate::syntax::Value;

use super::{Sections, is_empty, misread};

/// The switch, where it stands and what it says.
struct Switch<'t> {
    key: Value<'t>,
    is_on: bool,
}

impl<'t> Switch<'t> {
    fn of(section: Option<Value<'t>>, name: &str) -> Option<Self> {
        let (key, value) = section?.get_entry(name)?;
        let text = value.raw_text()?;
        let says = |word: &str| text.eq_ignore_ascii_case(word);
        (says("true") || says("false")).then(|| Self { key, is_on: says("true") })
    }
}

/// Both places of the switch: the file's own, and the environment that the file sets.
fn switches<'t>(sections: &Sections<'t>) -> [Option<Switch<'t>>; 2] {
    let variables = sections.top("environment_variables").pop().map(|(_, value)| value);
    [Switch::of(sections.general, "store_model_in_db"), Switch::of(variables, "STORE_MODEL_IN_DB")]
}

/// Whether the database may hold models and settings that the file does not show.
pub(super) fn is_on(sections: &Sections<'_>) -> bool {
    switches(sections).iter().flatten().any(|switch| switch.is_on)
}

/// Reports a switch that says two things, and settings of the file that the database may overlay.
pub(super) fn check(sections: &Sections<'_>, sink: &mut Sink) {
    let [own, variable] = switches(sections);
    if let (Some(own), Some(variable)) = (&own, &variable)
        && own.is_on != variable.is_on
    {
        let (off, on) = if own.is_on { (variable, own) } else { (own, variable) };
        let message = "`store_model_in_db` is on in one place of this file and off in another, and on wins";
        sink.report(
            misread(
                "contradictory-settings",
                off.key,
                "does nothing",
                message.to_owned(),
                "keep one of the two, and let it say what is meant",
            )
            .related(on.key.span(), "this one wins"),
        );
    }
    let Some(on) = [own, variable].into_iter().flatten().find(|switch| switch.is_on) else { return };
    let filled = |name: &str| {
        let found = sections.top(name);
        found.into_iter().rev().find(|(_, value)| (value.is_mapping() || value.is_sequence()) && !is_empty(*value))
    };
    let (settings, models) = (filled("router_settings"), filled("model_list").filter(|_| keeps_models(sections)));
    let finding = match (settings, models) {
        (Some((settings, _)), _) => misread(
            "shadowed-setting",
            settings,
            "the database may say otherwise",
            "the database is on, and what it holds of `router_settings` is laid over these: up to LiteLLM 1.102 a list that was once saved there beats every later edit of this file, and from 1.104 on it adds what this file leaves out".to_owned(),
            "keep routing in one place: set `store_model_in_db: false`, or take `router_settings` out of the file and review them where they are saved",
        ),
        (None, Some((models, _))) => misread(
            "shadowed-setting",
            models,
            "the database may hold others",
            "the database is on, and models are kept in two places: one saved there under a name of this list answers beside it, and in some releases these vanish when one is saved".to_owned(),
            "keep models in one place: set `store_model_in_db: false`, or save these in the database as well and review them there",
        ),
        (None, None) => return,
    };
    sink.report(finding.related(on.key.span(), "turns the database on"));
}

/// Whether the database is read for models: for everything, unless the file lists for what.
fn keeps_models(sections: &Sections<'_>) -> bool {
    let listed = sections.general.and_then(|general| general.get("supported_db_objects"));
    listed
        .filter(|listed| listed.is_sequence())
        .is_none_or(|listed| listed.items().any(|object| object.raw_text() == Some("models")))
}
